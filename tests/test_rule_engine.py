from odoo import Command, api, fields, models
from odoo.exceptions import AccessError
from odoo.orm.model_classes import add_to_registry
from odoo.tests import tagged

from ..models.programme_checked_mixin import Deviation, requirement_check
from .common import JustiqCommon

THING = "justiq.test.thing"


class Thing(models.Model):
    """A checked model that the product does not know, with checks of its own."""

    _name = THING
    _description = "Thing that is held against the Rules"
    _inherit = ["justiq.checked.mixin"]
    _module = None  # no model of the module: it is only there during these tests

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    grant_id = fields.Many2one("justiq.grant", required=True, ondelete="cascade")
    state = fields.Selection([("draft", "Draft"), ("checked", "Checked"), ("gone", "Gone")], default="draft")
    number = fields.Integer()
    half = fields.Float(compute="_compute_half", store=True)
    note = fields.Char()

    @api.depends("number")
    def _compute_half(self):
        for thing in self:
            thing.half = thing.number / 2

    def _too_high(self, rule, number):
        return {
            thing: Deviation(f"{thing.name}: {number(thing):g} of {rule.value_max:g} ({self.env.lang})", number(thing))
            for thing in self
            if number(thing) > rule.value_max
        }

    @requirement_check("Thing: number", fields=["grant_id", "number"])
    def _requirement_thing_number(self, rule):
        return self._too_high(rule, lambda thing: thing.number)

    @requirement_check("Thing: half, computed", fields=["grant_id", "half"])
    def _requirement_thing_half(self, rule):
        return self._too_high(rule, lambda thing: thing.half)

    @requirement_check(
        "Thing: number, once checked", fields=["grant_id", "state", "number"], states=["checked"], ahead=["draft"]
    )
    def _requirement_thing_checked(self, rule):
        return self._too_high(rule, lambda thing: thing.number)

    @requirement_check("Thing: note", fields=["grant_id", "note"])
    def _requirement_thing_note(self, rule):
        return {thing: Deviation("The note is missing.") for thing in self if not thing.note}


@tagged("post_install", "-at_install")
class TestRuleEngine(JustiqCommon):
    """The rule engine on its own: a model and checks that no product code knows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        add_to_registry(cls.registry, Thing)
        cls.addClassCleanup(cls._forget_things)
        cls.registry._setup_models__(cls.env.cr, [THING])
        cls.registry.init_models(cls.env.cr, [THING], {"models_to_check": True})
        cls.env["ir.model.access"].create(
            {
                "name": "Things for case workers",
                "model_id": cls.env["ir.model"]._get_id(THING),
                "group_id": cls.env.ref("justiq.group_case_worker").id,
                **dict.fromkeys(("perm_read", "perm_write", "perm_create", "perm_unlink"), True),
            }
        )
        cls.things = cls.env[THING]

    @classmethod
    def _forget_things(cls):
        """Remove the model, and what other models know of its fields: they stay for the tests that follow."""
        fields_of_things = list(cls.registry[THING]._fields.values())
        del cls.registry[THING]
        cls.registry._discard_fields(fields_of_things)

    def _rule(self, check="thing_number", enforcement="block", limit=10, **values):
        return self.env["justiq.requirement"].create(
            {
                "programme_id": self.programme.id,
                "code": "T1",
                "name": "Not too many",
                "check": check,
                "enforcement": enforcement,
                "value_max": limit,
                **values,
            }
        )

    def _thing(self, number=0, **values):
        return self.things.create({"name": "Thing", "grant_id": self.grant.id, "number": number, **values})

    def _findings(self, things, state=None):
        self.env.flush_all()
        domain = [("res_model", "=", THING), ("res_id", "in", things.ids)]
        return self.env["justiq.finding"].search(domain + ([("state", "=", state)] if state else []))

    # ------------------------------------------------------------
    # A new check is there without product code
    # ------------------------------------------------------------

    def test_checks_of_every_checked_model_can_be_chosen(self):
        checks = dict(self.env["justiq.requirement"].fields_get(["check"])["check"]["selection"])
        self.assertEqual(checks["thing_number"], "Thing: number")
        self.assertEqual(checks["thing_note"], "Thing: note")
        self.assertIn("esf_ceiling", checks)
        self.assertIn("micro_project_count", checks)

    def test_a_check_without_rule_binds_nobody(self):
        self.assertFalse(self._findings(self._thing(99)))

    # ------------------------------------------------------------
    # The four strengths
    # ------------------------------------------------------------

    def test_block_refuses_above_the_limit(self):
        self._rule()
        self._thing(10)
        with self.assertRefused("T1", "11", "10"):
            self._thing(11)

    def test_block_opens_no_finding(self):
        self._rule()
        self.assertFalse(self._findings(self._thing(10)))

    def test_warn_saves_and_opens_a_finding(self):
        rule = self._rule(enforcement="warn")
        self.assertFalse(self._findings(self._thing(10)))
        thing = self._thing(11)
        finding = self._findings(thing)
        self.assertEqual(finding.requirement_id, rule)
        self.assertEqual(finding.state, "open")
        self.assertEqual(finding.grant_id, self.grant)
        self.assertEqual(finding.company_id, self.company)
        self.assertEqual(finding.value, 11.0)
        self.assertIn("11 of 10", finding.message)
        self.assertEqual(thing.finding_ids, finding)
        self.assertEqual(thing.open_finding_count, 1)

    def test_document_and_off_stop_nobody(self):
        for enforcement in ("document", "off"):
            with self.subTest(enforcement=enforcement):
                rule = self._rule(enforcement=enforcement)
                self.assertFalse(self._findings(self._thing(11)))
                rule.unlink()

    # ------------------------------------------------------------
    # States in which a rule binds, and shows ahead
    # ------------------------------------------------------------

    def test_block_binds_in_its_states_only(self):
        self._rule(check="thing_checked")
        thing = self._thing(11)
        with self.assertRefused("T1"):
            thing.state = "checked"
        thing.state = "gone"
        thing.write({"number": 10, "state": "checked"})
        with self.assertRefused("T1"):
            thing.number = 11

    def test_block_shows_ahead_as_a_finding_that_nobody_can_justify(self):
        self._rule(check="thing_checked")
        thing = self._thing(11)
        finding = self._findings(thing, "open")
        self.assertEqual(len(finding), 1)
        self.assertFalse(finding.is_justifiable)
        with self.assertRefused("T1"):
            finding.justification = "Because."
        thing.number = 10
        self.assertFalse(self._findings(thing, "open"))

    def test_block_has_no_finding_once_it_binds(self):
        self._rule(check="thing_checked")
        thing = self._thing(11)
        thing.write({"number": 9, "state": "checked"})
        self.assertFalse(self._findings(thing, "open"))

    def test_warn_finds_in_its_states_and_ahead(self):
        self._rule(check="thing_checked", enforcement="warn")
        thing = self._thing(11)
        self.assertEqual(len(self._findings(thing, "open")), 1)
        thing.state = "checked"
        self.assertEqual(len(self._findings(thing, "open")), 1)
        thing.state = "gone"
        self.assertFalse(self._findings(thing, "open"))

    def test_document_shows_nothing_ahead(self):
        self._rule(check="thing_checked", enforcement="document")
        self.assertFalse(self._findings(self._thing(11)))

    # ------------------------------------------------------------
    # Several rules
    # ------------------------------------------------------------

    def test_all_refusals_come_in_one_message(self):
        self._rule()
        self._rule(code="T2", check="thing_note")
        with self.assertRefused("T1: Thing: 11 of 10", "T2: The note is missing."):
            self._thing(11)
        with self.assertRefused("T2") as refused:
            self._thing(10)
        self.assertNotIn("T1", str(refused.exception))

    def test_a_text_that_two_rules_share_comes_once_with_both_codes(self):
        self._rule(code="T2", check="thing_note")
        self._rule(code="T3", check="thing_note")
        with self.assertRefused() as refused:
            self._thing()
        self.assertEqual(str(refused.exception), "T2, T3: The note is missing.")

    def test_each_rule_has_its_own_finding(self):
        self._rule(enforcement="warn")
        self._rule(code="T2", enforcement="warn", limit=20)
        thing = self._thing(11)
        self.assertEqual(self._findings(thing).requirement_id.mapped("code"), ["T1"])
        thing.number = 21
        self.assertEqual(set(self._findings(thing, "open").requirement_id.mapped("code")), {"T1", "T2"})

    # ------------------------------------------------------------
    # The life of a finding
    # ------------------------------------------------------------

    def test_finding_reopens_when_another_number_is_found(self):
        self._rule(enforcement="warn")
        thing = self._thing(11)
        finding = self._findings(thing)
        finding.justification = "Eleven were agreed on."
        thing.number = 12
        self.assertEqual(self._findings(thing), finding)
        self.assertEqual(finding.state, "open")
        self.assertIn("12 of 10", finding.message)
        self.assertEqual(finding.value, 12.0)
        self.assertEqual(finding.justification, "Eleven were agreed on.", "kept to be edited")

    def test_finding_stays_justified_when_the_same_number_is_found(self):
        self._rule(enforcement="warn")
        thing = self._thing(11)
        finding = self._findings(thing)
        finding.justification = "Eleven were agreed on."
        thing.write({"name": "Renamed", "number": 11})
        self.env.flush_all()
        self.assertEqual(finding.state, "justified")
        self.assertIn("Renamed", finding.message)

    def test_finding_resolves_itself_and_comes_back_as_a_new_one(self):
        self._rule(enforcement="warn")
        thing = self._thing(11)
        first = self._findings(thing)
        first.justification = "Eleven were agreed on."
        thing.number = 10
        self.env.flush_all()
        self.assertEqual(first.state, "resolved")
        self.assertTrue(first.resolved_at)
        self.assertEqual(thing.open_finding_count, 0)
        thing.number = 11
        second = self._findings(thing, "open")
        self.assertEqual(len(second), 1)
        self.assertNotEqual(second, first)
        self.assertEqual(first.state, "resolved")
        self.assertEqual(first.justification, "Eleven were agreed on.")

    def test_finding_is_about_its_own_record(self):
        self._rule(enforcement="warn")
        one, other = self._thing(11), self._thing(12)
        other.number = 1
        self.assertEqual(self._findings(one).state, "open")
        self.assertEqual(self._findings(other).state, "resolved")

    def test_finding_goes_with_the_record(self):
        self._rule(enforcement="warn")
        thing, kept = self._thing(11), self._thing(12)
        findings = self._findings(thing)
        thing.unlink()
        self.assertFalse(findings.exists())
        self.assertTrue(self._findings(kept))

    def test_finding_goes_with_the_record_whoever_deletes_it(self):
        self._rule(enforcement="warn")
        thing = self._thing(11)
        findings = self._findings(thing)
        thing.with_user(self.users["case_worker"]).unlink()
        self.assertFalse(findings.exists())

    def test_finding_goes_with_its_rule(self):
        rule = self._rule(enforcement="warn")
        findings = self._findings(self._thing(11))
        rule.unlink()
        self.assertFalse(findings.exists())

    def test_finding_follows_the_record_to_another_grant(self):
        self._rule(enforcement="warn")
        thing = self._thing(11)
        other = self._create_grant(name="Other grant")
        thing.grant_id = other
        finding = self._findings(thing, "open")
        self.assertEqual(len(finding), 1)
        self.assertEqual(finding.grant_id, other)

    def test_finding_is_written_in_the_language_of_the_provider(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.company.partner_id.lang = "de_DE"
        rule = self._rule(enforcement="warn")
        thing = self._thing(11)
        self.assertIn("(de_DE)", self._findings(thing).message)
        thing.with_context(lang="en_US").number = 12
        self.assertIn("(de_DE)", self._findings(thing).message)
        # A refusal is read at once, by whoever is sitting there.
        with self.assertRefused("12 of 10 (en_US)"):
            rule.with_context(lang="en_US").enforcement = "block"

    # ------------------------------------------------------------
    # Every path
    # ------------------------------------------------------------

    def test_block_on_every_path(self):
        self._rule()
        thing = self._thing(10)
        user = self.users["case_worker"]
        values = {"name": "Thing", "grant_id": self.grant.id, "number": 11}
        for path, change in (
            ("create", lambda: self.things.create(values)),
            ("create by a user", lambda: self.things.with_user(user).create(values)),
            ("create many", lambda: self.things.create([{**values, "number": 1}, values])),
            ("write", lambda: thing.write({"number": 11})),
            ("write by a user", lambda: thing.with_user(user).write({"number": 11})),
            ("write in sudo", lambda: thing.with_user(user).sudo().write({"number": 11})),
            ("copy", lambda: thing.copy({"number": 11})),
            ("import mode", lambda: thing.with_context(import_file=True).write({"number": 11})),
            ("install mode", lambda: thing.with_context(install_mode=True).write({"number": 11})),
            ("any key", lambda: thing.with_context(force=True, no_check=True, skip=True).write({"number": 11})),
            ("archived", lambda: thing.write({"active": False, "number": 11})),
        ):
            with self.subTest(path=path), self.assertRefused("T1"):
                change()

    def test_block_on_import(self):
        self._rule()
        result = self.things.load(
            ["name", "grant_id/.id", "number"],
            [["Good", str(self.grant.id), "10"], ["Bad", str(self.grant.id), "11"]],
        )
        self.assertFalse(result["ids"])
        self.assertIn(1, [message["record"] for message in result["messages"]])
        for message in result["messages"]:
            self.assertIn("T1: Bad: 11 of 10", message["message"])
        self.assertFalse(self.things.search([]))

    def test_block_on_a_stored_total(self):
        self._rule(check="thing_half")
        thing = self._thing(20)
        with self.assertRefused("10.5 of 10"):
            thing.number = 21

    def test_warn_needs_no_right_on_findings(self):
        self._rule(enforcement="warn")
        thing = self.things.with_user(self.users["case_worker"]).create(
            {"name": "Thing", "grant_id": self.grant.id, "number": 11}
        )
        self.assertEqual(len(self._findings(thing)), 1)
        with self.assertRefused(error=AccessError):
            self.env["justiq.finding"].with_user(self.users["case_worker"]).create(
                {"requirement_id": 1, "res_model": THING, "res_id": 1, "grant_id": self.grant.id, "message": "Mine"}
            )

    # ------------------------------------------------------------
    # A changed rule binds at once
    # ------------------------------------------------------------

    def test_new_rule_is_refused_where_a_record_breaks_it(self):
        self._thing(11)
        with self.assertRefused("T1", "11 of 10"):
            self._rule()
        self._rule(limit=11)

    def test_new_rule_opens_findings(self):
        thing = self._thing(11)
        self._rule(enforcement="warn")
        self.assertEqual(self._findings(thing).state, "open")

    def test_new_rule_also_speaks_about_archived_records(self):
        thing = self._thing(11, active=False)
        self._rule(enforcement="warn")
        self.assertEqual(len(self._findings(thing)), 1)

    def test_changed_limit_and_strength_show_at_once(self):
        rule = self._rule(enforcement="warn", limit=11)
        thing = self._thing(11)
        self.assertFalse(self._findings(thing))
        rule.value_max = 10
        self.assertEqual(self._findings(thing).state, "open")
        with self.assertRefused("T1"):
            rule.enforcement = "block"
        rule.value_max = 11
        self.assertEqual(self._findings(thing).state, "resolved")
        rule.enforcement = "block"
        with self.assertRefused("T1"):
            rule.value_max = 10.99
        rule.write({"enforcement": "off", "value_max": 1})
        self.assertFalse(self._findings(thing, "open"))

    def test_rule_switched_off_resolves_its_findings(self):
        for enforcement in ("document", "off"):
            with self.subTest(enforcement=enforcement):
                rule = self._rule(enforcement="warn")
                thing = self._thing(11)
                rule.enforcement = enforcement
                self.assertEqual(self._findings(thing).state, "resolved")
                rule.unlink()

    def test_changed_check_binds_at_once(self):
        rule = self._rule(enforcement="warn")
        thing = self._thing(11, note="Complete")
        other = self._thing(1)
        rule.check = "thing_note"
        self.assertEqual(self._findings(thing).state, "resolved")
        self.assertEqual(self._findings(other).message, "The note is missing.")
        rule.check = "esf_floor"
        self.assertEqual(self._findings(other).state, "resolved")
        with self.assertRefused("T1"):
            rule.write({"check": "thing_number", "enforcement": "block"})

    def test_rules_bind_in_their_own_programme_only(self):
        other = self.programme.copy({"code": "OTHER"})
        self._rule(programme_id=other.id)
        thing = self._thing(11)
        grant = self._create_grant(
            codes=(), name="Grant of the other programme", programme_id=other.id, quartier_ids=False
        )
        with self.assertRefused("T1"):
            thing.grant_id = grant
        thing.number = 10
        thing.grant_id = grant
        with self.assertRefused("T1"):
            thing.number = 11

    def test_grant_cannot_move_to_a_programme_that_a_record_breaks(self):
        other = self.programme.copy({"code": "OTHER"})
        self._rule(programme_id=other.id)
        thing = self._thing(11)
        with self.assertRefused("T1"):
            self.grant.write({"programme_id": other.id, "baustein_ids": [Command.clear()]})
        thing.number = 10
        self.grant.write({"programme_id": other.id, "baustein_ids": [Command.clear()]})

    def test_findings_of_the_old_programme_resolve_in_the_new_one(self):
        self._rule(enforcement="warn")
        thing = self._thing(11)
        other = self.programme.copy({"code": "OTHER"})
        other.requirement_ids.filtered(lambda rule: rule.code == "T1").unlink()
        self.grant.write({"programme_id": other.id, "baustein_ids": [Command.clear()]})
        self.assertEqual(self._findings(thing).state, "resolved")

    def test_rule_moved_to_another_programme_lets_go(self):
        rule = self._rule(enforcement="warn")
        thing = self._thing(11)
        rule.programme_id = self.programme.copy({"code": "OTHER", "requirement_ids": False})
        self.assertEqual(self._findings(thing).state, "resolved")

    # ------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------

    def test_the_number_of_queries_does_not_depend_on_the_number_of_records(self):
        self._rule(limit=100)
        self._rule(code="T2", enforcement="warn", limit=100)
        self._rule(code="T3", check="thing_checked", limit=100)
        things = self.things.create([{"name": "Thing", "grant_id": self.grant.id, "note": "x"}] * 51)
        one, fifty = things[0], things[1:]

        def queries(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.number = 5
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(things)  # warm up
        things.number = 0
        self.assertEqual(queries(one), queries(fifty))

    def test_the_number_of_queries_for_findings_does_not_depend_on_it_either(self):
        self._rule(enforcement="warn")
        things = self.things.create([{"name": "Thing", "grant_id": self.grant.id, "number": 11}] * 51)
        one, fifty = things[0], things[1:]
        self._findings(things).justification = "Agreed on."

        def queries(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records._check_requirements()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(things)  # warm up
        self.assertEqual(queries(one), queries(fifty))
        self.assertEqual(set(self._findings(things).mapped("state")), {"justified"})

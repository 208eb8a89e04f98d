import base64
import json
from datetime import date

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import EXIT_ANSWERS
from .test_retention import RetentionCommon

CASE_FILE = "justiq.case.file"
RULES = "odoo.addons.base.models.ir_rule"


@tagged("post_install", "-at_install")
@freeze_time("2021-02-01 08:00:00")
class TestRetentionRestriction(RetentionCommon):
    """Article 18 GDPR: the person asks that the processing be restricted, and is told before that ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case()
        cls.note = cls._create_note(cls.case)
        cls.enrolment = cls._enrol(cls.case)
        cls.env.flush_all()

    def _restrict(self, case=None, user=None, **values):
        values = {
            "kind": "article_18",
            "ground": "accuracy",
            "requested_on": date(2021, 1, 29),
            "review_on": date(2021, 3, 1),
            "reason": "Says that the school is a wrong one.",
            **values,
        }
        decision = self._decide(case or self.case, user or self.officer, **values)
        self.env.flush_all()
        self.env.invalidate_all()
        return decision

    def _lift(self, decision, user=None, **values):
        decision.with_user(user or self.lead).write({"end_reason": "Corrected.", "told_on": date(2021, 2, 1), **values})
        self.env.flush_all()
        self.env.invalidate_all()

    # ------------------------------------------------------------
    # Who decides
    # ------------------------------------------------------------

    def test_team_lead_and_privacy_officer_restrict_and_it_stays_on_record(self):
        for user in (self.lead, self.officer):
            decision = self._restrict(self._create_case(), user)
            self.assertEqual(
                (decision.create_uid, decision.ground, decision.requested_on, decision.review_on),
                (user, "accuracy", date(2021, 1, 29), date(2021, 3, 1)),
            )

    @mute_logger(RULES, "odoo.addons.base.models.ir_model")
    def test_other_roles_neither_restrict_nor_lift(self):
        decision = self._restrict()
        for role in ("case_worker", "coordinator", "finance", "auditor", "manager"):
            with self.subTest(role):
                with self.assertRaises(AccessError):
                    self._restrict(self._create_case(), self.users[role])
                with self.assertRaises(AccessError):
                    self._lift(decision, self.users[role])

    @mute_logger("odoo.sql_db")
    def test_ground_request_and_review_are_asked_for(self):
        for values in (
            {"ground": False},
            {"requested_on": False},
            {"review_on": False},
            {"review_on": date(2021, 1, 28)},
            {"kind": "hold"},
            {"kind": "section_9b"},
        ):
            with self.subTest(values), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self._restrict(**values)

    def test_request_does_not_lie_in_the_future(self):
        with self.assertRefused("02/02/2021", "future"):
            self._restrict(requested_on=date(2021, 2, 2))

    def test_grant_cannot_be_restricted(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self._restrict(self.case.browse(), grant_id=self.grant.id)

    def test_team_lead_restricts_from_the_form_of_the_file(self):
        action = self.case.with_user(self.lead).action_restrict()
        form = Form(
            self.env["justiq.retention.decision"].with_user(self.lead).with_context(**action["context"]),
            view="justiq.justiq_retention_decision_view_form",
        )
        form.ground, form.reason = "objection", "Objects to the group."
        form.requested_on, form.review_on = date(2021, 1, 29), date(2021, 4, 1)
        decision = form.save()
        self.assertEqual((decision.kind, decision.case_file_id), ("article_18", self.case))

    def test_hold_chosen_after_all_forgets_the_request(self):
        decisions = self.env["justiq.retention.decision"].with_user(self.officer)
        form = Form(decisions.with_context(default_case_file_id=self.case.id, default_kind="article_18"))
        form.ground, form.requested_on, form.reason = "claims", date(2021, 1, 29), "Audit."
        form.kind = "hold"
        self.assertFalse(form.save().requested_on)

    # ------------------------------------------------------------
    # What it does
    # ------------------------------------------------------------

    def test_open_file_is_restricted_at_once(self):
        self.assertTrue(self.case.with_user(self.worker).has_access("write"))
        self._restrict()
        self.assertEqual(self.case.restriction_date, date(2021, 2, 1))
        self.assertEqual(self.case.retention_state, "restricted")
        self.assertEqual(self._as_officer(self.case).retention_state, "restricted")
        self.assertTrue(self.case.with_user(self.lead).is_restricted_on_request)

    @mute_logger(RULES)
    def test_case_worker_finds_nothing_of_it_any_more(self):
        self._restrict()
        for name, model in self.env.registry.items():
            field = model._fields.get("case_file_id")
            if field is None or field.comodel_name != CASE_FILE or model._abstract or model._transient:
                continue
            # An appointment stays in her calendar, under the reference alone.
            if name == "calendar.event":
                continue
            records = self.env[name].sudo().search([("case_file_id", "=", self.case.id)])
            as_worker = records.with_user(self.worker)
            if not records or not as_worker.has_access("read"):
                continue
            with self.subTest(name), self.assertRaises(AccessError):
                self.assertFalse(as_worker.search([("id", "in", records.ids)]))
                as_worker.check_access("read")
        self.assertFalse(self.env[CASE_FILE].with_user(self.worker).search([("id", "=", self.case.id)]))
        self.assertTrue(self.case.with_user(self.lead).has_access("write"))
        self.assertTrue(self.note.with_user(self.lead).has_access("read"))

    def test_emergency_does_not_open_it(self):
        self._restrict()
        with self.assertRefused("cannot be opened", error=UserError):
            self.case.with_user(self.worker).sudo()._open_in_emergency("The mother has called, urgently.")

    def test_figures_of_the_file_stay(self):
        self._restrict()
        for role in ("coordinator", "auditor"):
            self.assertTrue(self.enrolment.with_user(self.users[role]).has_access("read"))

    def test_restricted_file_is_never_due(self):
        case = self._create_closed_case()
        self._settle_grant()
        decision = self._restrict(case, ground="claims")
        with freeze_time("2029-01-02 08:00:00"):
            self.env.invalidate_all()
            self.assertTrue(self._as_officer(case).is_on_hold)
            self.assertEqual((case.retention_state, self._as_officer(case).retention_state), ("restricted",) * 2)
            with self.assertRefused(case.reference, error=UserError):
                self.env["justiq.retention.run"].with_user(self.lead)._make(self._as_officer(case))
            self._lift(decision)
            self.assertEqual(case.retention_state, "due")

    def test_closing_and_reopening_leave_it_restricted(self):
        decision = self._restrict(self.case)
        self.enrolment.write({"date_exit": date(2021, 2, 1), **EXIT_ANSWERS})
        self._propose_closing(self.case, date=date(2021, 2, 1))
        self.case.state = "closed"
        self.assertEqual(self.case.restriction_date, date(2021, 2, 1))
        self.case._reopen("Came back.")
        self.assertEqual(self.case.restriction_date, date(2021, 2, 1))
        self._lift(decision)
        self.assertFalse(self.case.restriction_date)

    def test_two_requests_restrict_until_both_are_lifted(self):
        first, second = self._restrict(), self._restrict(ground="objection")
        self._lift(first)
        self.assertEqual(self.case.retention_state, "restricted")
        self._lift(second)
        self.assertEqual(self.case.retention_state, "running")

    def test_file_merged_into_another_one_takes_the_restriction_along(self):
        other = self._create_case()
        self._restrict(other)
        merge = self.env["justiq.case.merge"]._merge(self.case, other)
        self.assertEqual(self.case.retention_state, "restricted")
        merge.with_user(self.lead).action_undo()
        self.env.invalidate_all()
        self.assertEqual((self.case.retention_state, other.retention_state), ("running", "restricted"))

    # ------------------------------------------------------------
    # How it ends
    # ------------------------------------------------------------

    def test_lifting_opens_the_file_again(self):
        decision = self._restrict()
        self._lift(decision)
        self.assertEqual((decision.ended_by_id, decision.told_on), (self.lead, date(2021, 2, 1)))
        self.assertTrue(self.case.with_user(self.worker).has_access("write"))
        self.assertTrue(self.case.with_user(self.worker).search([("id", "=", self.case.id)]))

    def test_person_is_told_before_it_is_lifted(self):
        decision = self._restrict()
        with self.assertRefused("cannot be changed"):
            decision.with_user(self.lead).write({"end_reason": "Corrected."})
        for told_on in (False, date(2021, 1, 28)):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self._lift(decision, told_on=told_on)
            self.env.invalidate_all()
        with self.assertRefused("future"):
            self._lift(decision, told_on=date(2021, 2, 2))
        self.env.invalidate_all()
        self.assertEqual(self.case.retention_state, "restricted")

    def test_decision_is_not_changed_nor_lifted_twice(self):
        decision = self._restrict(told_on=date(2021, 1, 30))
        self.assertFalse(decision.told_on)
        for values in (
            {"review_on": date(2030, 1, 1)},
            {"ground": "claims"},
            {"kind": "hold"},
            {"end_reason": "Corrected.", "told_on": date(2021, 2, 1), "ended_by_id": self.officer.id},
        ):
            with self.subTest(values), self.assertRefused("cannot be changed"):
                decision.with_user(self.lead).write(values)
        self._lift(decision)
        with self.assertRefused("cannot be changed"):
            self._lift(decision)

    def test_review_falls_due_but_nothing_ends_by_itself(self):
        decision = self._restrict()
        self.assertFalse(decision.is_to_review)
        with freeze_time("2021-03-02 08:00:00"):
            self.env.invalidate_all()
            self.assertTrue(decision.is_to_review)
            decisions = self.env["justiq.retention.decision"].with_user(self.officer)
            self.assertIn(decision, decisions.search([("is_to_review", "=", True)]))
            self.assertEqual(self.case.retention_state, "restricted")

    # ------------------------------------------------------------
    # Who sees of it
    # ------------------------------------------------------------

    def test_privacy_officer_finds_it_in_her_list(self):
        self._restrict()
        files = self.env["justiq.retention.file"].with_user(self.officer)
        self.assertEqual(files.search([("is_on_request", "=", True)]).ids, self.case.ids)
        self.assertIn(self.case.id, files.search([("retention_state", "=", "restricted")]).ids)

    def test_person_reads_of_it_in_the_information(self):
        self._lift(self._restrict())
        self._restrict(ground="objection", reason="Objects to the group.")
        disclosure = self.env["justiq.case.disclosure"].with_user(self.lead).create({"case_file_id": self.case.id})
        content = json.loads(base64.b64decode(disclosure.data_file))
        lifted, current = content["restrictions"]
        self.assertEqual((lifted["told_on"], lifted["ended_on"]), ("2021-02-01", "2021-02-01"))
        self.assertEqual((current["requested_on"], current["review_on"]), ("2021-01-29", "2021-03-01"))
        self.assertIn("(d)", current["ground"])
        html, _type = (
            self.env["ir.actions.report"]
            .with_user(self.lead)
            ._render_qweb_html("justiq.report_case_disclosure", disclosure.ids)
        )
        for part in (b"Art. 18 DSGVO", b"to be reviewed by 03/01/2021", b"lifted on 02/01/2021"):
            self.assertIn(part, b" ".join(html.split()))

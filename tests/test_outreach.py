from datetime import date

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

PERSON = {"first_name": "Mia", "last_name": "Muster", "birth_date": date(2003, 5, 17)}


@tagged("post_install", "-at_install")
@freeze_time("2020-03-02 12:00:00")
class TestOutreach(JustiqCommon):
    """Low-threshold contacts are heads, until they become a case file and take their hours along."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant.state = "running"
        cls.worker = cls.users["case_worker"]
        cls.colleague_user = new_test_user(cls.env, login="test_colleague", groups="justiq.group_case_worker")
        cls.colleague = cls._create_employee("Conny Colleague", user_id=cls.colleague_user.id)
        cls.alias = cls._create_alias()

    def _contacts(self, user=None):
        return self.env["justiq.outreach.contact"].with_user(user or self.worker)

    def _wizard(self, alias=None, user=None, **values):
        return (
            self.env["justiq.outreach.convert"]
            .with_user(user or self.worker)
            .create({"alias_id": (alias or self.alias).id, **PERSON, **values})
        )

    # ------------------------------------------------------------
    # Entry
    # ------------------------------------------------------------

    def test_case_worker_enters_a_contact_in_three_actions(self):
        """Open, say how many, save: everything else is as last time."""
        self._contacts().create(
            {
                "baustein_id": self.bausteine["ASJ"].id,
                "quartier_id": self.quartier.id,
                "place": "Football ground",
                "kind": "outreach",
            }
        )
        form = Form(self._contacts(), view="justiq.justiq_outreach_contact_view_form_quick")
        form.heads = 4
        contact = form.save()
        self.assertEqual(
            (contact.grant_id, contact.baustein_id, contact.quartier_id, contact.place, contact.kind, contact.date),
            (self.grant, self.bausteine["ASJ"], self.quartier, "Football ground", "outreach", date(2020, 3, 2)),
        )
        self.assertEqual(contact.worker_id, self.case_worker)
        self.assertFalse(contact.alias_id)

    def test_what_the_caller_gives_goes_before_what_was_last(self):
        self._create_outreach().with_user(self.worker).create({"baustein_id": self.bausteine["ASJ"].id})
        form = Form(self._contacts().with_context(default_baustein_id=self.bausteine["CL"].id))
        self.assertEqual(form.baustein_id, self.bausteine["CL"])

    def test_nothing_is_proposed_from_a_grant_that_is_closed(self):
        self._contacts().create({"baustein_id": self.bausteine["ASJ"].id})
        self.env["justiq.requirement"].search([]).enforcement = "off"
        self.grant.state = "closed"
        self.assertNotIn("baustein_id", self._contacts().default_get(["grant_id", "baustein_id"]))

    @mute_logger("odoo.sql_db")
    def test_numbers_are_plausible(self):
        for values in (
            {"heads": 0},
            {"heads": 1001},
            {"minutes": -1},
            {"minutes": 1441},
            {"heads": 3, "heads_female": 2, "heads_male": 2},
            {"heads": 3, "heads_female": -1},
        ):
            with self.subTest(values), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self._create_outreach(**values).flush_recordset()

    def test_contact_lies_in_the_grant_and_not_in_the_future(self):
        with self.assertRefused("03/03/2020", "future"):
            self._create_outreach(date=date(2020, 3, 3))
        with self.assertRefused("12/31/2018", self.grant.name):
            self._create_outreach(date=date(2018, 12, 31))
        self.assertTrue(self._create_outreach(date=date(2020, 3, 2)))

    def test_contact_is_individual_help_of_the_grant(self):
        with self.assertRefused("Micro-Projects", "Case Management"):
            self._create_outreach(code="MP")
        grant = self._create_grant(codes=("CM",), name="Another grant")
        with self.assertRefused("Another grant", "Case Management"):
            self._create_outreach(grant_id=grant.id)

    def test_baustein_stays_in_the_grant_while_contacts_name_it(self):
        self._create_outreach()
        with self.assertRefused("Outreach Youth Social Work"):
            self.grant.baustein_ids -= self.bausteine["ASJ"]

    def test_closed_grant_takes_no_contacts_and_changes_none(self):
        contact = self._create_outreach()
        self.env["justiq.requirement"].search([]).enforcement = "off"
        self.grant.state = "closed"
        for change in (self._create_outreach, lambda: contact.write({"heads": 2}), contact.unlink):
            with self.assertRefused(self.grant.name, "closed"), self.env.cr.savepoint():
                change()

    # ------------------------------------------------------------
    # Need-to-know
    # ------------------------------------------------------------

    def test_anonymous_contact_is_read_by_colleagues_and_changed_by_its_author_alone(self):
        contact = self._create_outreach()
        self.assertEqual(self._contacts(self.colleague_user).search([("id", "=", contact.id)]), contact)
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            contact.with_user(self.colleague_user).minutes = 5
        contact.with_user(self.worker).minutes = 5

    def test_alias_is_known_to_key_worker_and_team_lead_alone(self):
        contact = self._create_outreach(self.alias)
        for user, allowed in (
            (self.worker, True),
            (self.users["team_lead"], True),
            (self.colleague_user, False),
            (self.users["coordinator"], False),
            (self.users["auditor"], False),
            (self.users["finance"], False),
        ):
            alias = self.alias.with_user(user)
            with self.subTest(user.login):
                self.assertEqual(alias.has_access("read"), allowed)
                self.assertEqual(alias.sudo().display_name == "Red Cap", allowed)
        self.assertFalse(contact.with_user(self.colleague_user).has_access("read"))

    def test_coordination_and_auditor_read_heads_but_neither_alias_nor_note(self):
        contact = self._create_outreach(self.alias, note="Looks for a flat.", heads=3)
        for role in ("coordinator", "auditor"):
            as_user = contact.with_user(self.users[role])
            values = as_user.read()[0]
            self.assertEqual(values["heads_counted"], 3)
            self.assertFalse({"alias_id", "note", "note_ids"} & values.keys())
            self.assertNotIn("Red Cap", str(values))
            for name in ("alias_id", "note"):
                with self.subTest(role=role, field=name), self.assertRaises(AccessError):
                    as_user.search([(name, "!=", False)])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_puts_a_contact_under_the_alias_of_a_colleague(self):
        theirs = self._create_alias(name="Blue Cap", key_worker_id=self.colleague.id)
        with self.assertRaises(AccessError):
            self._contacts().create({"baustein_id": self.bausteine["ASJ"].id, "alias_id": theirs.id})
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            by_context = self._contacts().with_context(default_alias_id=theirs.id)
            by_context.create({"baustein_id": self.bausteine["ASJ"].id})
        mine = self._create_outreach().with_user(self.worker)
        with self.assertRaises(AccessError):
            mine.alias_id = theirs
        with self.assertRaises(AccessError):
            self._contacts().create({"baustein_id": self.bausteine["ASJ"].id, "worker_id": self.colleague.id})

    def test_draft_with_the_alias_of_a_colleague_does_not_tell_it(self):
        theirs = self._create_alias(name="Blue Cap", key_worker_id=self.colleague.id)
        specification = {"alias_id": {"fields": {"display_name": {}}}, "display_name": {}}
        answer = self._contacts().browse().onchange({"alias_id": theirs.id}, ["alias_id"], specification)
        self.assertNotIn("Blue Cap", str(answer))

    # ------------------------------------------------------------
    # Alias and threshold
    # ------------------------------------------------------------

    def test_alias_adds_up_its_contacts(self):
        self._create_outreach(self.alias, date=date(2020, 2, 3), minutes=30)
        self._create_outreach(self.alias, date=date(2020, 2, 10), minutes=45)
        self.assertEqual((self.alias.contact_count, self.alias.hours), (2, 1.25))
        self.assertEqual(self.alias.first_contact_date, date(2020, 2, 3))
        self.assertEqual(self.alias.last_contact_date, date(2020, 2, 10))

    def test_o11_threshold_is_off_by_default(self):
        self._create_outreach(self.alias, minutes=1440)
        self.assertFalse(self.alias.is_file_proposed)

    def test_o11_threshold_of_hours_proposes_a_case_file(self):
        self.bausteine["ASJ"].file_threshold_hours = 8
        self._create_outreach(self.alias, minutes=470)
        self._create_outreach(self.alias, minutes=60, code="CL")  # another Baustein, another threshold
        self.assertFalse(self.alias.is_file_proposed)
        self._create_outreach(self.alias, minutes=10)
        self.assertTrue(self.alias.is_file_proposed)

    def test_o11_threshold_of_contacts_proposes_a_case_file_at_once_when_it_is_set(self):
        self._create_outreach(self.alias)
        self._create_outreach(self.alias)
        self.bausteine["ASJ"].file_threshold_contacts = 2
        self.assertTrue(self.alias.is_file_proposed)
        self._wizard().action_convert()
        self.assertFalse(self.alias.is_file_proposed)

    def test_threshold_goes_along_when_the_programme_is_copied(self):
        self.bausteine["ASJ"].file_threshold_hours = 8
        copied = self.programme.copy().baustein_ids.filtered(lambda baustein: baustein.code == "ASJ")
        self.assertEqual(copied.file_threshold_hours, 8)

    def test_alias_with_contacts_is_archived_not_deleted(self):
        contact = self._create_outreach(self.alias)
        with self.assertRefused("Red Cap", "Archive"):
            self.alias.with_user(self.users["team_lead"]).unlink()
        contact.unlink()
        self.alias.with_user(self.users["team_lead"]).unlink()

    # ------------------------------------------------------------
    # From alias to case file
    # ------------------------------------------------------------

    def test_case_file_takes_the_contacts_and_their_hours_along(self):
        first = self._create_outreach(self.alias, date=date(2020, 2, 3), minutes=30, note="Asked for a flat.")
        self._create_outreach(self.alias, date=date(2020, 2, 10), minutes=60, kind="phone")
        self._wizard(legal_basis_date=date(2020, 3, 2)).action_convert()
        self.env.invalidate_all()
        case = self.alias.opened_file_id
        self.assertEqual((case.last_name, case.key_worker_id), ("Muster", self.case_worker))
        self.assertEqual(case.enrolment_ids.grant_id, self.grant)
        self.assertEqual(case.enrolment_ids.legal_basis_date, date(2020, 3, 2))
        participation = case.participation_ids
        self.assertEqual((participation.baustein_id, participation.hours), (self.bausteine["ASJ"], 1.5))
        self.assertEqual(case.note_ids.mapped("date"), [date(2020, 2, 10), date(2020, 2, 3)])
        self.assertEqual(case.note_ids.mapped("kind"), ["phone", "outreach"])
        self.assertIn("Asked for a flat.", first.note_ids.text)
        self.assertIn("Red Cap", first.note_ids.text)
        self.assertEqual(case.last_contact_date, date(2020, 2, 10))

    def test_nothing_is_counted_twice_after_the_conversion(self):
        """The young person leaves the heads; those who stood by stay heads."""
        contact = self._create_outreach(self.alias, heads=3, minutes=60)
        self._create_outreach(heads=5, minutes=30)
        self.assertEqual((self.grant.outreach_contact_count, self.grant.outreach_heads), (2, 8))
        self._wizard().action_convert()
        self.assertTrue(contact.is_converted)
        self.assertEqual((contact.heads_counted, contact.hours_counted), (2, 0.0))
        self.grant.invalidate_recordset(["outreach_heads"])
        self.assertEqual(self.grant.outreach_heads, 7)

    def test_existing_file_and_running_participation_are_carried_on(self):
        case = self._create_case()
        participation = self._participate(code="ASJ", enrolment=self._enrol(case))
        self._create_outreach(self.alias, minutes=60)
        self._wizard(case_file_id=case.id).action_convert()
        self.env.invalidate_all()
        self.assertEqual(case.participation_ids, participation)
        self.assertEqual(participation.hours, 1.0)

    def test_wizard_proposes_the_baustein_of_most_contacts(self):
        self._create_outreach(self.alias)
        for _visit in range(2):
            self._create_outreach(self.alias, code="CL")
        self.assertEqual(self._wizard().baustein_id, self.bausteine["CL"])

    def test_team_lead_opens_the_file_for_the_key_worker(self):
        self._create_outreach(self.alias)
        self._wizard(user=self.users["team_lead"]).action_convert()
        self.assertEqual(self.alias.opened_file_id.key_worker_id, self.case_worker)

    def test_alias_is_converted_once_and_takes_no_further_contacts(self):
        contact = self._create_outreach(self.alias)
        self._wizard().action_convert()
        reference = self.alias.opened_file_id.reference
        with self.assertRefused(reference, error=UserError):
            self._wizard().action_convert()
        with self.assertRefused(reference):
            self._create_outreach(self.alias)
        with self.assertRefused("case file"):
            contact.minutes = 90
        with self.assertRefused("case file"):
            contact.unlink()

    def test_conversion_needs_a_contact_and_the_person(self):
        with self.assertRefused("Red Cap", error=UserError):
            self._wizard().action_convert()
        self._create_outreach(self.alias)
        with self.assertRefused("Birth Date", error=UserError):
            self._wizard(birth_date=False).action_convert()

    # ------------------------------------------------------------
    # Search first, and My day
    # ------------------------------------------------------------

    def _search(self, **values):
        action = self.alias.with_user(self.worker).action_open_file()
        search = self.env[action["res_model"]].with_user(self.worker).with_context(**action["context"])
        return search.create({"first_name": "Mia", "last_name": "Muster", **values})

    def test_search_comes_first_and_carries_on_with_what_was_searched_for(self):
        self._create_outreach(self.alias)
        action = self._search(birth_date=date(2003, 5, 17)).action_search()
        self.assertEqual(action["res_model"], "justiq.outreach.convert")
        wizard = self.env[action["res_model"]].with_user(self.worker).with_context(**action["context"]).create({})
        wizard.action_convert()
        self.assertEqual(self.alias.opened_file_id.last_name, "Muster")

    def test_file_that_the_search_finds_takes_the_contacts(self):
        self._create_outreach(self.alias, minutes=60)
        case = self._create_case()
        search = self._search(last_name="Mustér")
        search.action_search()
        action = search.hit_ids.action_open()
        self.env[action["res_model"]].with_user(self.worker).with_context(**action["context"]).create(
            {}
        ).action_convert()
        self.assertEqual(self.alias.opened_file_id, case)

    def test_reason_for_a_second_file_is_kept(self):
        self._create_outreach(self.alias)
        self._create_case(self.colleague)
        self._wizard(created_despite="Her cousin, born in May as well.").action_convert()
        self.assertEqual(self.alias.opened_file_id.created_despite, "Her cousin, born in May as well.")

    def test_my_day_proposes_the_case_file_until_there_is_one(self):
        def due(user):
            groups = self.env["justiq.my.day"].with_user(user).get_day()["due"]
            return [
                item["title"] for group in groups if group["key"] == "case_file_proposed" for item in group["items"]
            ]

        self._create_outreach(self.alias)
        self.assertEqual(due(self.worker), [])
        self.bausteine["ASJ"].file_threshold_contacts = 1
        self.assertEqual(due(self.worker), ["Red Cap"])
        self.assertEqual(due(self.colleague_user), [])
        self._wizard().action_convert()
        self.assertEqual(due(self.worker), [])

    # ------------------------------------------------------------
    # Attacks
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_converts_the_alias_of_a_colleague(self):
        self._create_outreach(self.alias)
        with self.assertRaises(AccessError):
            self._wizard(user=self.colleague_user).action_convert()
        with self.assertRaises(AccessError):
            self.alias.with_user(self.colleague_user).action_open_file()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_converts_into_the_file_of_a_colleague(self):
        self._create_outreach(self.alias)
        theirs = self._create_case(self.colleague)
        with self.assertRaises(AccessError):
            self._wizard(case_file_id=theirs.id).action_convert()
        self.assertFalse(theirs.note_ids)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_note_does_not_take_the_contact_of_a_colleague_out_of_the_heads(self):
        theirs = self._create_alias(key_worker_id=self.colleague.id)
        contact = self._create_outreach(theirs, worker_id=self.colleague.id)
        case = self._create_case()
        with self.assertRaises(AccessError):
            self._create_note(case, self.worker, outreach_contact_id=contact.id)
        notes = self.env["justiq.case.note"].with_user(self.worker).with_context(default_outreach_contact_id=contact.id)
        note = notes.create({"case_file_id": case.id, "kind": "phone", "text": "Called."})
        self.assertFalse(note.outreach_contact_id)
        anonymous = self._create_outreach()
        with self.assertRefused("alias", error=ValidationError):
            self._create_note(case, self.worker, outreach_contact_id=anonymous.id)

    @mute_logger("odoo.sql_db")
    def test_contact_goes_into_one_case_file_once(self):
        contact = self._create_outreach(self.alias)
        case = self._create_case()
        self._create_note(case, self.worker, outreach_contact_id=contact.id)
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self._create_note(case, self.worker, outreach_contact_id=contact.id)

    def test_what_counts_cannot_be_written(self):
        contact = self._create_outreach(self.alias)
        for name, value in (("heads_counted", 99), ("is_converted", True), ("hours_counted", 9.0)):
            with self.subTest(name), self.assertRefused():
                contact.with_user(self.worker).write({name: value})
        with self.assertRefused():
            self.alias.with_user(self.worker).opened_file_id = self._create_case()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_companies_are_not_crossed(self):
        foreign = self.env["res.company"].create({"name": "Foreign Provider"})
        grant = self._create_grant(name="Foreign grant", company_id=foreign.id, state="draft")
        stranger = self._create_employee("Steve Stranger", company_id=foreign.id)
        with self.assertRaises(UserError):
            self._create_outreach(grant_id=grant.id)  # our professional in their grant
        with self.assertRefused("grant"):
            self._create_outreach(self.alias, grant_id=grant.id, worker_id=stranger.id)
        theirs = self._create_outreach(grant_id=grant.id, worker_id=stranger.id)
        for role in ("case_worker", "team_lead", "coordinator", "auditor"):
            self.assertFalse(theirs.with_user(self.users[role]).has_access("read"), role)

from datetime import date

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install")
@freeze_time("2020-03-20 12:00:00")
class TestTakeOver(JustiqCommon):
    """From a micro-project, outreach or clearing into Case Management (S2), and back again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague_user = new_test_user(cls.env, login="test_colleague", groups="justiq.group_case_worker")
        cls.colleague = cls._create_employee("Conny Colleague", user_id=cls.colleague_user.id)
        cls.project = cls._create_project("running", lead_id=cls.case_worker.id)
        cls.case = cls._create_case()
        cls.enrolment = cls._enrol(cls.case)
        cls.in_project = cls._participate(cls.project, enrolment=cls.enrolment)

    def _wizard(self, participation=None, role="case_worker", **values):
        participation = participation or self.in_project
        return (
            self.env["justiq.take.over"]
            .with_user(self.users[role])
            .create({"participation_id": participation.id, **values})
        )

    def _in_case_management(self, enrolment=None):
        return (enrolment or self.enrolment).participation_ids.filtered(lambda one: one.baustein_id.code == "CM")

    # ------------------------------------------------------------
    # Taking over
    # ------------------------------------------------------------

    def test_s2_one_click_takes_a_young_person_from_the_roster_into_case_management(self):
        self._wizard().action_take_over()
        new = self._in_case_management()
        self.assertEqual(new.origin_participation_id, self.in_project)
        self.assertEqual(new.enrolment_id, self.enrolment)
        self.assertEqual(new.date_start, date(2020, 3, 20))
        self.assertEqual(new.key_worker_id, self.case_worker)
        self.assertFalse(self.in_project.date_end, "the micro-project goes on")

    def test_s2_outreach_and_clearing_lead_over_too_and_end(self):
        for code in ("ASJ", "CL"):
            with self.subTest(code):
                source = self._participate(code=code)
                self._wizard(source).action_take_over()
                self.assertEqual(source.date_end, date(2020, 3, 20))
                self.assertEqual(source.end_reason, "taken_over")
                self.assertEqual(source.next_participation_ids.baustein_id, self.bausteine["CM"])

    def test_start_key_worker_and_end_of_the_source_can_be_chosen(self):
        with Form(self.env["justiq.take.over"].with_context(default_participation_id=self.in_project.id)) as form:
            form.date_start = date(2020, 4, 1)
            form.key_worker_id = self.colleague
            form.ends_source = True
        form.record.action_take_over()
        new = self._in_case_management()
        self.assertEqual((new.date_start, new.key_worker_id), (date(2020, 4, 1), self.colleague))
        self.assertEqual(self.in_project.date_end, date(2020, 4, 1))

    def test_baustein_that_the_grant_does_not_have_is_not_proposed(self):
        grant = self._create_grant(codes=("ASJ",), name="Outreach only")
        source = self._participate(code="ASJ", enrolment=self._enrol(self._create_case(), grant_id=grant.id))
        wizard = self._wizard(source)
        self.assertFalse(wizard.baustein_id)
        with self.assertRefused("Into", error=UserError):
            wizard.action_take_over()
        wizard.baustein_id = self.bausteine["CM"]
        with self.assertRefused("Outreach only"):
            wizard.action_take_over()

    @mute_logger("odoo.sql_db")
    def test_nobody_is_twice_at_a_time_in_the_same_individual_baustein(self):
        self._wizard().action_take_over()
        with self.assertRaisesRegex(UniqueViolation, "individual_once_at_a_time"), self.env.cr.savepoint():
            self._wizard().action_take_over()

    def test_origin_is_a_participation_of_the_same_person_and_stays(self):
        other = self._participate(code="CL")
        with self.assertRefused("same person"):
            self._participate(code="CM", enrolment=self.enrolment, origin_participation_id=other.id)
        self._wizard().action_take_over()
        with self.assertRefused("cannot be changed"):
            self._in_case_management().origin_participation_id = False

    # ------------------------------------------------------------
    # As far as the rights go
    # ------------------------------------------------------------

    def test_lead_of_the_project_proposes_what_only_the_key_worker_may_do(self):
        self._hand_over(self.case, self.colleague)
        self._wizard().action_take_over()
        self.assertFalse(self._in_case_management())
        activity = self.case.activity_ids
        self.assertEqual(activity.user_id, self.colleague_user)
        self.assertIn(self.case.reference, activity.note)
        self.assertIn(self.project.name, activity.note)
        self.assertNotIn("Muster", f"{activity.note} {activity.summary} {activity.res_name}")

    def test_the_same_is_proposed_once(self):
        self._hand_over(self.case, self.colleague)
        self._wizard().action_take_over()
        self._wizard().action_take_over()
        self.assertEqual(len(self.case.activity_ids), 1)

    def test_proposal_needs_somebody_who_reads_it(self):
        self._hand_over(self.case, self._create_employee("Nora Nouser"))
        with self.assertRefused("Nora Nouser", "team lead", error=UserError):
            self._wizard().action_take_over()

    def test_proposal_escapes_what_people_have_written(self):
        self._hand_over(self.case, self.colleague)
        self.project.name = "<script>alert(1)</script>"
        self._wizard().action_take_over()
        self.assertNotIn("<script>", self.case.activity_ids.note)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_takes_over_from_a_participation_that_she_does_not_see(self):
        self.project.with_user(self.users["team_lead"]).lead_id = self.colleague
        self._hand_over(self.case, self.colleague)
        with self.assertRaises(AccessError):
            self._wizard().action_take_over()
        for role in ("coordinator", "auditor", "finance"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._wizard(role=role).action_take_over()

    def test_dialog_belongs_to_who_opened_it(self):
        wizard = self._wizard()
        self.assertFalse(wizard.with_user(self.colleague_user).has_access("read"))

    # ------------------------------------------------------------
    # Coming back
    # ------------------------------------------------------------

    def test_coming_back_is_a_new_participation_and_the_old_one_stays(self):
        old = self._participate(code="CL", date_end=date(2020, 2, 1))
        before = old.read()
        context = old.with_user(self.users["case_worker"]).action_come_back()["context"]
        new = Form(self.env["justiq.participation"].with_user(self.users["case_worker"]).with_context(**context)).save()
        self.assertEqual((new.enrolment_id, new.baustein_id), (old.enrolment_id, old.baustein_id))
        self.assertEqual(new.origin_participation_id, old)
        old.invalidate_recordset()
        after = old.read()
        self.assertEqual(after[0].pop("next_participation_ids"), new.ids)
        before[0].pop("next_participation_ids")
        changing = {"write_date", "write_uid"}
        self.assertEqual(
            {k: v for k, v in after[0].items() if k not in changing},
            {k: v for k, v in before[0].items() if k not in changing},
        )

    def test_coming_back_needs_an_end(self):
        with self.assertRefused("still running", error=UserError):
            self.in_project.action_come_back()

    @mute_logger("odoo.sql_db")
    def test_reason_and_outcome_belong_to_an_end(self):
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.in_project.outcome = "training"
            self.in_project.flush_recordset()
        self.in_project.write({"date_end": date(2020, 3, 20), "outcome": "training", "end_reason": "completed"})

    # ------------------------------------------------------------
    # The figure of S2
    # ------------------------------------------------------------

    def _attend(self, *participations, day=date(2020, 3, 4), project=None):
        self._hold_session(project or self.project, self.env["justiq.participation"].union(*participations), day=day)

    def _figures(self, **options):
        self.env.flush_all()
        return self.grant._count_led_over(**options).get(self.grant.id, (0, 0))

    def test_s2_figure_counts_who_entered_case_management_after_the_first_attended_date(self):
        others = [self._participate(self.project) for _number in range(3)]
        self._attend(self.in_project, *others)
        self._participate(code="CM", enrolment=self.enrolment, date_start=date(2020, 3, 5))
        self._participate(code="CM", enrolment=others[0].enrolment_id, date_start=date(2020, 3, 3))  # before
        self._participate(code="CL", enrolment=others[1].enrolment_id, date_start=date(2020, 3, 5))  # elsewhere
        self.assertEqual(self._figures(), (4, 1))
        self.assertEqual((self.grant.group_participant_count, self.grant.led_over_count), (4, 1))

    def test_s2_figure_counts_a_person_once_and_the_absent_not_at_all(self):
        second = self._create_project("running", name="Second project", lead_id=self.case_worker.id)
        again = self._participate(second, enrolment=self.enrolment)
        self._participate(self.project)  # never there
        self._attend(self.in_project)
        self._attend(again, day=date(2020, 3, 11), project=second)
        self._wizard().action_take_over()
        self.assertEqual(self._figures(), (1, 1))

    def test_s2_figure_on_the_very_day_counts_only_what_was_taken_over(self):
        other = self._participate(self.project)
        self._attend(self.in_project, other)
        self._wizard(date_start=date(2020, 3, 4)).action_take_over()
        self._participate(code="CM", enrolment=other.enrolment_id, date_start=date(2020, 3, 4))
        self.assertEqual(self._figures(), (2, 1))

    def test_s2_figure_for_a_period_and_for_counted_persons(self):
        uncounted = self._participate(self.project, enrolment=self._enrol(legal_basis_date=False))
        self._attend(self.in_project, uncounted)
        self.assertEqual(self._figures(), (2, 0))
        self.assertEqual(self._figures(counted_only=True), (1, 0))
        self.assertEqual(self._figures(date_start=date(2020, 3, 5)), (0, 0))
        self.assertEqual(self._figures(date_end=date(2020, 3, 4)), (2, 0))

    def test_s2_figure_needs_one_query_for_all_grants(self):
        grants = self.grant | self._create_grant(name="Another grant", date_start=date(2019, 1, 1))
        self.env.flush_all()
        grants.mapped("name")
        with self.assertQueryCount(1):
            grants._count_led_over()

    def test_contacts_per_baustein_s30(self):
        in_case_management = self._participate(code="CM", enrolment=self.enrolment)
        note = self._create_note(self.case, participation_id=in_case_management.id)
        self._create_note(self.case, participation_id=in_case_management.id, amends_id=note.id)
        self._attend(self.in_project)
        self.assertEqual(in_case_management.contact_count, 1, "a corrected entry counts once")
        self.assertEqual(self.in_project.contact_count, 1, "a session attended")


@tagged("post_install", "-at_install")
class TestTakeOverStaff(JustiqCommon):
    """Staff of the roster as well as its lead."""

    def test_staff_of_the_project_proposes(self):
        user = new_test_user(self.env, login="test_coach", groups="justiq.group_case_worker")
        coach = self._create_employee("Kim Coach", user_id=user.id)
        staff = [Command.create({"employee_id": coach.id, "role": "Coach", "reason": "Knows the young people."})]
        project = self._create_project("running", staff_ids=staff)
        participation = self._participate(project)
        wizard = self.env["justiq.take.over"].with_user(user).create({"participation_id": participation.id})
        self.assertFalse(wizard.is_case_writable)
        self.assertEqual(wizard.key_worker_id, self.case_worker)
        wizard.action_take_over()
        self.assertEqual(participation.case_file_id.activity_ids.user_id, self.users["case_worker"])

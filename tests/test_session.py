from datetime import date, datetime, timedelta

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestSession(JustiqCommon):
    """Sessions with their roster, from the plan to the hours of the participants."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project("running")
        cls.mia, cls.leo, cls.ada = (
            cls._participate(cls.project, enrolment=cls._enrol(cls._create_case(first_name=name)))
            for name in ("Mia", "Leo", "Ada")
        )

    def _roster(self, session):
        return {line.participation_id: line for line in session.attendance_ids}

    def _mark(self, session, **states):
        session._complete_roster()
        for name, state in states.items():
            self._roster(session)[getattr(self, name)].state = state

    # ------------------------------------------------------------
    # Completing the roster
    # ------------------------------------------------------------

    def test_roster_lists_who_takes_part_on_that_day(self):
        self.mia.date_end = date(2020, 3, 3)  # the day before
        self.leo.date_end = date(2020, 3, 4)  # the last day
        self.ada.date_start = date(2020, 3, 5)  # the day after
        session = self._create_session(self.project)
        session._complete_roster()
        self.assertEqual(session.attendance_ids.participation_id, self.leo)
        self.assertFalse(session.attendance_ids.state)

    def test_roster_uses_the_day_where_the_provider_is(self):
        self.leo.date_start = self.ada.date_start = date(2020, 3, 5)
        late = self._create_session(
            self.project, date_start=datetime(2020, 3, 4, 23, 30), date_end=datetime(2020, 3, 5, 0, 30)
        )
        late._complete_roster()
        self.assertEqual(len(late.attendance_ids), 3, "in Berlin it is already 5 March")
        self.assertEqual(set(late.attendance_ids.mapped("session_date")), {date(2020, 3, 5)})

    def test_roster_leaves_out_other_projects(self):
        other = self._create_project("running", name="Another one")
        session = self._create_session(other)
        session._complete_roster()
        self.assertFalse(session.attendance_ids)

    def test_roster_is_in_the_order_of_the_names(self):
        for number, one in enumerate((self.mia, self.leo, self.ada)):
            one.case_file_id.last_name = ("öztürk", "Zeller", "Adam")[number]
        session = self._create_session(self.project)
        roster = {"attendance_ids": {"fields": {"participant_name": {}}}}
        action = session.with_user(self.users["team_lead"]).action_open_roster()
        [values] = session.browse(action["res_id"]).web_read(roster)
        names = [line["participant_name"].split(",")[0] for line in values["attendance_ids"]]
        self.assertEqual(names, ["Adam", "Zeller", "öztürk"])

    def test_completing_keeps_what_was_marked(self):
        session = self._create_session(self.project)
        session.attendance_ids = [Command.create({"participation_id": self.mia.id, "state": "excused"})]
        session._complete_roster()
        session._complete_roster()
        self.assertEqual(len(session.attendance_ids), 3)
        self.assertEqual(self._roster(session)[self.mia].state, "excused")

    def test_all_present_keeps_what_was_marked(self):
        session = self._create_session(self.project)
        self._mark(session, mia="absent", leo="excused")
        session.action_all_present()
        roster = self._roster(session)
        self.assertEqual(
            [roster[one].state for one in (self.mia, self.leo, self.ada)], ["absent", "excused", "present"]
        )
        self.assertEqual(session.present_count, 1)

    @mute_logger("odoo.sql_db")
    def test_everybody_is_on_the_roster_once(self):
        session = self._create_session(self.project)
        session._complete_roster()
        with self.assertRefused(error=UniqueViolation):
            session.attendance_ids = [Command.create({"participation_id": self.mia.id})]

    def test_only_participants_of_the_project_are_on_the_roster(self):
        other = self._create_project("running", name="Another one")
        session = self._create_session(other)
        with self.assertRefused(self.mia.reference, "Another one"):
            session.attendance_ids = [Command.create({"participation_id": self.mia.id})]
        held = self._hold_session(self.project, self.mia)
        with self.assertRefused():
            held.micro_project_id = other

    def test_the_lead_opens_the_roster_with_participants_of_others(self):
        self._hand_over(self.mia.case_file_id, self.team_lead)
        session = self._create_session(self.project)
        session.with_user(self.users["case_worker"])._complete_roster()
        self.assertEqual(len(session.attendance_ids), 3)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_who_may_not_write_the_session_does_not_open_the_roster(self):
        session = self._create_session(self.project)
        for role in ("coordinator", "auditor", "finance"):
            with self.subTest(role=role), self.assertRefused(error=AccessError):
                session.with_user(self.users[role]).action_open_roster()
        self.assertFalse(session.attendance_ids)

    # ------------------------------------------------------------
    # What became of a session
    # ------------------------------------------------------------

    def test_held_needs_everybody_marked(self):
        session = self._create_session(self.project)
        self._mark(session, mia="present", leo="absent")
        with self.assertRefused("Mark everybody"):
            session.action_held()
        self._mark(session, ada="excused")
        session.action_held()
        with self.assertRefused("Mark everybody"):
            self._roster(session)[self.ada].state = False
        late = self._participate(self.project, enrolment=self._enrol(self._create_case(first_name="Eva")))
        with self.assertRefused("Mark everybody"):
            session.attendance_ids = [Command.create({"participation_id": late.id})]
        session.attendance_ids = [Command.create({"participation_id": late.id, "state": "present"})]

    def test_held_without_participants_counts_guests(self):
        session = self._create_session(self.project, guest_count=7)
        session.action_held()
        self.assertEqual((self.project.session_held_count, self.project.guest_count), (1, 7))

    @mute_logger("odoo.sql_db")
    def test_not_held_needs_a_reason(self):
        session = self._create_session(self.project)
        for reason in (False, ""):
            with self.subTest(reason=reason), self.assertRefused(error=CheckViolation):
                session.write({"state": "not_held", "not_held_reason": reason})
        session.write({"state": "not_held", "not_held_reason": "Storm"})
        with self.assertRefused(error=CheckViolation):
            session.not_held_reason = False
        session.action_planned()
        self.assertFalse(session.not_held_reason)

    def test_not_held_has_nobody_present(self):
        session = self._create_session(self.project)
        self._mark(session, mia="present")
        with self.assertRefused("1 participants"):
            session.write({"state": "not_held", "not_held_reason": "Storm"})
        self._mark(session, mia="excused")
        session.write({"state": "not_held", "not_held_reason": "Storm"})
        with self.assertRefused("1 participants"):
            self._roster(session)[self.leo].state = "present"

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_times_and_numbers(self):
        session = self._hold_session(self.project, self.mia)
        for record, values in (
            (session, {"date_end": session.date_start}),
            (session, {"guest_count": -1}),
            (session.attendance_ids, {"hours": -0.5}),
        ):
            with self.subTest(**values), self.assertRefused(error=CheckViolation):
                record.write(values)

    def test_held_sessions_are_not_deleted(self):
        held = self._hold_session(self.project, self.mia)
        with self.assertRefused("cannot be deleted"):
            held.unlink()
        planned = self._create_session(self.project)
        planned.unlink()
        self.assertFalse(planned.exists())

    def test_held_sessions_are_not_deleted_with_their_project(self):
        project = self._create_project("running", name="Only guests")
        session = self._create_session(project, guest_count=5)
        session.action_held()
        with self.assertRefused("cannot be deleted"):
            project.unlink()
        self.assertTrue(session.exists())

    def test_a_copy_is_a_new_plan(self):
        copy = self._hold_session(self.project, self.mia, guest_count=3).copy()
        self.assertEqual((copy.state, copy.guest_count, len(copy.attendance_ids)), ("planned", 0, 0))

    # ------------------------------------------------------------
    # Hours and counts
    # ------------------------------------------------------------

    def test_hours_are_proposed_for_those_present(self):
        session = self._create_session(self.project)
        self._mark(session, mia="present", leo="excused", ada="absent")
        roster = self._roster(session)
        self.assertEqual([roster[one].hours for one in (self.mia, self.leo, self.ada)], [2.0, 0.0, 0.0])
        roster[self.mia].hours = 1.25
        self.assertEqual(self.mia.hours, 1.25)
        roster[self.mia].state = "absent"
        self.assertEqual((roster[self.mia].hours, self.mia.hours), (0.0, 0.0))

    @mute_logger("odoo.sql_db")
    def test_hours_only_for_those_present(self):
        session = self._create_session(self.project)
        self._mark(session, mia="absent")
        for one in (self.mia, self.leo):
            with self.assertRefused(error=CheckViolation):
                self._roster(session)[one].hours = 1.0

    def test_what_was_marked_stays_once_the_file_is_closed(self):
        held, planned = self._hold_session(self.project, self.mia), self._create_session(self.project)
        late = self.env["justiq.attendance"].create({"session_id": planned.id, "participation_id": self.mia.id})
        self._close_case(self.mia.case_file_id)
        marked = held.attendance_ids
        for refused in (
            lambda: marked.write({"hours": 9.0}),
            lambda: marked.write({"state": "absent"}),
            lambda: held.write({"date_end": held.date_end + timedelta(hours=2)}),
            lambda: held.write({"attendance_ids": [Command.delete(marked.id)]}),
        ):
            with self.assertRefused("closed"), self.env.cr.savepoint():
                refused()
            self.env.invalidate_all()
        late.state = "excused"  # the roll was called late
        with self.assertRefused("closed"):
            late.state = "present"

    def test_nobody_of_a_closed_file_comes_on_a_roster(self):
        session = self._create_session(self.project)
        self._close_case(self.mia.case_file_id)
        session.action_open_roster()
        self.assertFalse(session.attendance_ids & self.mia.attendance_ids)
        with self.assertRefused("closed"):
            self.env["justiq.attendance"].create({"session_id": session.id, "participation_id": self.mia.id})

    def test_hours_follow_a_corrected_time(self):
        session = self._hold_session(self.project, self.mia)
        session.date_end = datetime(2020, 3, 4, 17, 30)
        self.assertEqual(session.attendance_ids.hours, 3.5)
        self.assertEqual(self.mia.hours, 3.5)

    def test_hours_and_days_sum_up_in_the_participation(self):
        self.assertEqual((self.mia.hours, self.mia.attended_count, self.mia.first_attended_date), (0.0, 0, False))
        self._hold_session(self.project, self.mia, day=date(2020, 3, 11))
        self._hold_session(self.project, self.mia | self.leo, day=date(2020, 3, 4))
        third = self._create_session(self.project, day=date(2020, 3, 2))
        self._mark(third, mia="excused", leo="absent", ada="present")
        third.action_held()
        for one, hours, count, first in (
            (self.mia, 4.0, 2, date(2020, 3, 4)),
            (self.leo, 2.0, 1, date(2020, 3, 4)),
            (self.ada, 2.0, 1, date(2020, 3, 2)),
        ):
            self.assertEqual((one.hours, one.attended_count, one.first_attended_date), (hours, count, first))

    def test_first_attended_date_follows_corrections(self):
        session = self._hold_session(self.project, self.mia, day=date(2020, 3, 4))
        self._hold_session(self.project, self.mia, day=date(2020, 3, 11))
        session.attendance_ids.state = "absent"
        self.assertEqual(self.mia.first_attended_date, date(2020, 3, 11))
        session.attendance_ids.state = "present"
        session.write({"date_start": datetime(2020, 3, 3, 14), "date_end": datetime(2020, 3, 3, 16)})
        self.assertEqual(self.mia.first_attended_date, date(2020, 3, 3))
        session.attendance_ids.unlink()
        self.assertEqual(self.mia.first_attended_date, date(2020, 3, 11))

    def test_counts_on_the_project(self):
        self.assertEqual((self.project.participation_count, self.project.participant_count), (3, 3))
        self._hold_session(self.project, self.mia | self.leo, day=date(2020, 3, 4), guest_count=2)
        self._hold_session(self.project, self.mia, day=date(2020, 3, 11), guest_count=5)
        self._create_session(self.project, day=date(2020, 3, 18), guest_count=9)
        lost = self._create_session(self.project, day=date(2020, 3, 25), guest_count=1)
        lost.write({"state": "not_held", "not_held_reason": "Storm"})
        project = self.project
        self.assertEqual(
            (project.session_count, project.session_held_count, project.guest_count, project.attendance_count),
            (4, 2, 7, 3),
        )
        self.assertFalse(project.is_counted)
        project.write({"achieved_value": "A mural.", "state": "done"})
        self.assertTrue(project.is_counted)

    def test_totals_cannot_be_entered(self):
        session = self._hold_session(self.project, self.mia)
        line = self._create_budget_line(self._year(2019), 1.0)
        for record, values, role in (
            (self.project, {"is_counted": True}, "case_worker"),
            (self.project, {"attendance_count": 99}, "case_worker"),
            (self.grant, {"micro_project_counted": 99}, "coordinator"),
            (self._year(2019), {"esf_group_amount": 5000.0}, "finance"),
            (line, {"baustein_kind": "individual"}, "finance"),
            (session, {"present_count": 99}, "case_worker"),
            (self.mia, {"first_attended_date": date(2019, 1, 1)}, "case_worker"),
            (self.mia, {"hours": 99.0}, "case_worker"),
            (self.mia.case_file_id, {"note_count": 99}, "case_worker"),
            (self.mia.enrolment_id, {"is_counted": True}, "case_worker"),
        ):
            for user in self.users[role], self.env.user:
                with self.subTest(values=values, user=user.login), self.assertRefused("the server computes this"):
                    record.with_user(user).write(values)

    def test_totals_cannot_be_smuggled_in_with_a_new_record(self):
        values = {
            "funding_year_id": self._year(2019).id,
            "baustein_id": self.bausteine["MP"].id,
            "cost_category_id": self.category.id,
            "planned_amount": 60000.0,
            "esf_amount": 50000.01,
        }
        lines = self.env["justiq.budget.line"].with_user(self.users["finance"])
        with self.assertRefused("the server computes this"):
            lines.create({**values, "baustein_kind": "individual"})
        with self.assertRefused("S19"):
            lines.with_context(default_baustein_kind="individual").create(values)
        names = ["funding_year_id/.id", "baustein_id/.id", "cost_category_id/.id", "planned_amount", "baustein_kind"]
        row = [str(values[name]) for name in ("funding_year_id", "baustein_id", "cost_category_id", "planned_amount")]
        self.assertFalse(lines.load(names, [[*row, "individual"]])["ids"])

from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

TODAY = date(2020, 5, 12)


@tagged("post_install", "-at_install")
@freeze_time("2020-05-12 08:00:00")
class TestMyDay(JustiqCommon):
    """What is due is computed from the facts, with the rights of whoever asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._create_employee("Conny Colleague")
        cls.mine = cls._create_case()
        cls.colleagues = cls._create_case(cls.colleague, last_name="Mustafa")

    def _day(self, role="case_worker", scope="mine"):
        return self.env["justiq.my.day"].with_user(self.users[role]).get_day(scope)

    def _due(self, key, role="case_worker", scope="mine"):
        """The group of due items with that key, or nothing."""
        return next((group for group in self._day(role, scope)["due"] if group["key"] == key), None)

    def _due_ids(self, key, role="case_worker", scope="mine"):
        return [item["id"] for item in (self._due(key, role, scope) or {"items": []})["items"]]

    def test_substitute_sees_the_files_of_the_absent_colleague(self):
        contact = self._create_contact(self.colleagues, told_until=TODAY)
        self.assertEqual(self._due_ids("release"), [])
        self.env["justiq.case.access"].create(
            {
                "employee_id": self.case_worker.id,
                "absent_id": self.colleague.id,
                "date_start": TODAY,
                "date_end": TODAY,
                "reason": "Holiday",
            }
        )
        self.env.invalidate_all()
        self.assertEqual(self._due_ids("release"), contact.ids)
        names = {item["id"]: item["name"] for item in self._day()["files"]["items"]}
        self.assertIn("key worker: Conny Colleague", names[self.colleagues.id])
        self.assertNotIn("key worker", names[self.mine.id])
        self.assertIn("key worker: Conny Colleague", self._due("release")["items"][0]["case"]["name"])

    # ------------------------------------------------------------
    # Kinds of due items
    # ------------------------------------------------------------

    def test_session_without_attendance_is_due_until_it_is_held(self):
        project = self._create_project()
        session = self._create_session(project, day=date(2020, 5, 11))
        self._create_session(project, day=date(2020, 5, 13))
        [item] = self._due("roster")["items"]
        self.assertEqual((item["id"], item["date"], item["urgency"]), (session.id, "2020-05-11", "overdue"))
        session.action_held()
        self.assertIsNone(self._due("roster"))

    def test_session_of_a_colleagues_project_is_due_for_the_team_only(self):
        session = self._create_session(self._create_project(lead_id=self.colleague.id), day=date(2020, 5, 11))
        self.assertIsNone(self._due("roster"))
        self.assertEqual(self._due_ids("roster", "team_lead", "team"), session.ids)

    def test_staff_of_a_project_is_reminded_of_its_roster(self):
        project = self._create_project(lead_id=self.colleague.id)
        staff = {"employee_id": self.case_worker.id, "role": "Artist", "reason": "Paints with the young people."}
        project.staff_ids = [Command.create(staff)]
        session = self._create_session(project, day=date(2020, 5, 11))
        self.assertEqual(self._due_ids("roster"), session.ids)

    def test_session_of_a_cancelled_project_is_not_due(self):
        self._create_session(self._create_project("cancelled"), day=date(2020, 5, 11))
        self.assertIsNone(self._due("roster"))

    def test_open_finding_of_an_own_project_shows_until_it_is_resolved(self):
        project = self._create_project("planned", planned_participants=1)
        [item] = self._due("finding")["items"]
        self.assertEqual(item["id"], project.id)
        self.assertIn("1", item["detail"])
        project.planned_participants = 12
        self.assertIsNone(self._due("finding"))

    def test_activity_is_due_for_whom_it_is_assigned_to(self):
        activity = self.mine.activity_schedule(
            summary="Call the school", date_deadline=TODAY, user_id=self.users["case_worker"].id
        )
        self.mine.activity_schedule(
            summary="Next week", date_deadline=date(2020, 5, 19), user_id=self.users["case_worker"].id
        )
        [item] = self._due("activity")["items"]
        self.assertEqual((item["id"], item["title"], item["urgency"]), (activity.id, "Call the school", "today"))
        self.assertEqual(item["detail"], self.mine.reference)
        self.assertIsNone(self._due("activity", "team_lead"))
        self.assertEqual(self._due_ids("activity", "team_lead", "team"), self.mine.ids)
        activity.action_done()
        self.assertIsNone(self._due("activity"))

    def test_activity_on_a_colleagues_file_is_shown_to_the_team_lead_only(self):
        self.colleagues.activity_schedule(date_deadline=TODAY, user_id=self.users["team_lead"].id)
        self.assertIsNone(self._due("activity", scope="team"))
        self.assertEqual(self._due_ids("activity", "team_lead", "team"), self.colleagues.ids)

    def test_release_is_due_two_weeks_around_its_last_day(self):
        due = [
            self._create_contact(self.mine, told_until=day, may_be_told="Appointments")
            for day in (date(2020, 4, 28), date(2020, 5, 26))
        ]
        for day in (date(2020, 4, 27), date(2020, 5, 27), False):
            self._create_contact(self.mine, told_until=day)
        self._create_contact(self.colleagues, told_until=TODAY)
        group = self._due("release")
        self.assertEqual([item["id"] for item in group["items"]], [contact.id for contact in due])
        self.assertEqual([item["urgency"] for item in group["items"]], ["overdue", "soon"])
        self.assertEqual(group["items"][0]["case"]["name"], f"Muster, Mia ({self.mine.reference})")

    def test_release_of_a_closed_file_is_not_due(self):
        self._create_contact(self.mine, told_until=TODAY)
        self._close_case(self.mine)
        self.assertIsNone(self._due("release"))

    def test_consent_is_due_around_its_last_day_until_it_is_withdrawn(self):
        consent = self._create_consent(self.mine, date=date(2020, 1, 15), valid_until=date(2020, 5, 20))
        self._create_consent(self.mine, date=date(2020, 1, 15), valid_until=date(2020, 6, 20))
        self.assertEqual(self._due_ids("consent"), consent.ids)
        consent.withdrawn_on = TODAY
        self.assertIsNone(self._due("consent"))

    # ------------------------------------------------------------
    # The hook
    # ------------------------------------------------------------

    def test_few_are_shown_and_all_are_counted(self):
        project = self._create_project()
        for day in range(1, 9):
            self._create_session(project, day=date(2020, 5, day))
        group = self._due("roster")
        self.assertEqual([item["date"] for item in group["items"]], [f"2020-05-0{day}" for day in range(1, 6)])
        self.assertEqual(group["total"], 8)

    def test_domain_of_a_kind_lists_what_it_counts(self):
        """So that “show all” opens as many records as were announced."""
        project = self._create_project("planned", planned_participants=1)
        self._create_session(project, day=date(2020, 5, 11))
        self._create_contact(self.mine, told_until=TODAY)
        self.mine.activity_schedule(date_deadline=TODAY, user_id=self.users["case_worker"].id)
        groups = self._day()["due"]
        self.assertEqual({group["key"] for group in groups}, {"roster", "finding", "release", "activity"})
        for group in groups:
            with self.subTest(kind=group["key"]):
                records = self.env[group["model"]].with_user(self.users["case_worker"])
                self.assertEqual(records.search_count(group["domain"]), group["total"])

    def test_session_late_in_the_evening_belongs_to_the_day_where_the_user_is(self):
        self.users["case_worker"].tz = "Europe/Berlin"
        self._create_session(
            self._create_project(),
            date_start=datetime(2020, 5, 10, 20),
            date_end=datetime(2020, 5, 10, 22, 30),  # 00:30 in Berlin
        )
        self.assertEqual(self._due("roster")["items"][0]["date"], "2020-05-11")

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_case_worker_asking_for_the_team_gets_what_she_may_read(self):
        mine = self._create_contact(self.mine, told_until=TODAY)
        self._create_contact(self.colleagues, told_until=TODAY)
        self.assertEqual(self._due_ids("release", scope="team"), mine.ids)

    def test_team_lead_sees_the_team_and_switches_to_her_own(self):
        contacts = [self._create_contact(case, told_until=TODAY) for case in (self.mine, self.colleagues)]
        own = self._create_contact(self._create_case(self.team_lead), told_until=TODAY)
        self.assertEqual(self._due_ids("release", "team_lead"), own.ids)
        self.assertEqual(self._due_ids("release", "team_lead", "team"), [contact.id for contact in (*contacts, own)])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_else_has_a_day(self):
        for role in ("coordinator", "auditor", "privacy_officer", "manager"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._day(role)

    def test_whose_files_were_seen_stands_in_the_access_log_once(self):
        self._create_contact(self.mine, told_until=TODAY)
        before = self.env["justiq.access.log"].search([])
        self._day()
        self.env.cr.precommit.run()
        [log] = self.env["justiq.access.log"].search([]) - before
        self.assertEqual((log.user_id, log.path), (self.users["case_worker"], "list"))
        self.assertEqual(log.file_references, self.mine.reference)

    def test_unknown_scope_is_refused(self):
        for scope in ("everybody", "", None, ["mine"]):
            with self.subTest(scope=scope), self.assertRaises(ValidationError):
                self._day(scope=scope)

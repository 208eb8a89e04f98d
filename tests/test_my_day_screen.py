from datetime import date, datetime

from odoo.tests import freeze_time, tagged

from .common import JustiqCommon

TODAY = date(2020, 5, 12)


@tagged("post_install", "-at_install")
@freeze_time("2020-05-12 08:00:00")
class TestMyDayScreen(JustiqCommon):
    """Today's appointments, silent files, my files; for the team lead caseload and ageing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._create_employee("Conny Colleague")
        cls.mine = cls._create_case(date_opened=date(2020, 5, 1))
        cls.colleagues = cls._create_case(cls.colleague, last_name="Mustafa", date_opened=date(2018, 1, 1))
        for user in cls.users.values():
            user.tz = "Europe/Berlin"

    def _day(self, role="case_worker", scope="mine"):
        return self.env["justiq.my.day"].with_user(self.users[role]).get_day(scope)

    def _create_event(self, role="case_worker", **values):
        user = self.users[role]
        return (
            self.env["calendar.event"]
            .with_user(user)
            .create(
                {
                    "name": "Team meeting",
                    "start": datetime(2020, 5, 12, 9),
                    "stop": datetime(2020, 5, 12, 10),
                    "partner_ids": user.partner_id.ids,
                    **values,
                }
            )
        )

    def _titles(self, role="case_worker", scope="mine"):
        return [item["title"] for item in self._day(role, scope)["agenda"]]

    # ------------------------------------------------------------
    # Today
    # ------------------------------------------------------------

    def test_appointments_and_sessions_of_today_stand_in_the_order_of_the_clock(self):
        self._create_event()
        self._create_event(name="Early call", start=datetime(2020, 5, 12, 6), stop=datetime(2020, 5, 12, 7))
        self._create_event(name="Fair", allday=True, start_date=TODAY, stop_date=TODAY)
        self._create_event(name="Tomorrow", start=datetime(2020, 5, 13, 9), stop=datetime(2020, 5, 13, 10))
        self._create_session(
            self._create_project(), date_start=datetime(2020, 5, 12, 8), date_end=datetime(2020, 5, 12, 9)
        )
        self.assertEqual(self._titles(), ["Fair", "Early call", "Farbe im Quartier", "Team meeting"])

    def test_the_day_begins_and_ends_where_the_user_is(self):
        first = {"start": datetime(2020, 5, 11, 22), "stop": datetime(2020, 5, 11, 23)}  # 00:00 in Berlin
        after = {"start": datetime(2020, 5, 12, 22), "stop": datetime(2020, 5, 12, 23)}
        self._create_event(name="First", **first)
        self._create_event(name="Too late", **after)
        self._create_event(name="Until midnight", start=datetime(2020, 5, 11, 21), stop=datetime(2020, 5, 11, 22))
        self.assertEqual(self._titles(), ["First"])

    def test_session_of_a_month_stands_there_to_its_last_hour(self):
        # Today begins at 22:00 of the eleventh, in Berlin.
        self._create_session(
            self._create_project(), date_start=datetime(2020, 4, 10, 22, 1), date_end=datetime(2020, 5, 11, 22, 1)
        )
        self.assertEqual(self._titles(), ["Farbe im Quartier"])

    def test_appointment_of_a_colleague_is_not_mine(self):
        self._create_event("team_lead", name="Supervision")
        self.assertEqual(self._titles(), [])
        self.assertEqual(self._titles(scope="team"), [])

    def test_team_lead_sees_the_appointments_with_young_people_of_the_team(self):
        self._create_event(name="Dentist")
        self._create_event(name="Appointment 1", case_file_id=self.mine.id)
        self._create_event(name="Secret", case_file_id=self.mine.id, privacy="private")
        self.env.invalidate_all()  # what its owner has in the cache
        day = self._day("team_lead", "team")["agenda"]
        self.assertEqual([item["title"] for item in day], ["Appointment 1", "Busy"])
        self.assertEqual(day[0]["case"]["name"], f"Muster, Mia ({self.mine.reference})")
        self.assertEqual(self._titles("team_lead"), [])

    def test_appointment_goes_with_the_file_when_it_is_handed_over(self):
        self._create_event(name="Appointment 1", case_file_id=self.mine.id)
        self.assertEqual(self._day()["agenda"][0]["title"], "Appointment 1")
        self._hand_over(self.mine, self.colleague)
        self.assertFalse(self._day()["agenda"])

    # ------------------------------------------------------------
    # Case files
    # ------------------------------------------------------------

    def test_my_files_are_open_and_mine_and_the_last_worked_on_first(self):
        recent = self._create_case(last_name="Recent")
        self._create_note(recent, date=date(2020, 5, 11))
        self._create_note(self.mine, date=date(2020, 5, 4))
        new = self._create_case(last_name="New")
        closed = self._create_case(last_name="Closed")
        self._propose_closing(closed, date=TODAY)
        self._close_case(closed)
        files = self._day()["files"]
        self.assertEqual([item["id"] for item in files["items"]], [recent.id, self.mine.id, new.id])
        self.assertEqual(files["items"][1]["last_contact"], "2020-05-04")
        self.assertEqual(files["total"], 3)

    def test_completeness_is_that_of_the_last_enrolment(self):
        first = self._enrol(self.mine, date_entry=date(2020, 1, 15))
        [file] = self._day()["files"]["items"]
        self.assertEqual((file["entry"], file["exit"]), (first.entry_completeness, False))
        later = self._enrol(self.mine, grant_id=self._create_grant(name="Another").id, date_entry=date(2020, 3, 1))
        later.date_exit = date(2020, 4, 1)
        [file] = self._day()["files"]["items"]
        self.assertEqual((file["entry"], file["exit"]), (later.entry_completeness, later.exit_completeness))

    def test_silent_files_come_with_the_never_contacted_first(self):
        never = self._create_case(date_opened=date(2020, 4, 1))
        self._create_note(self.mine, date=date(2020, 4, 13))
        silent = self._day()["silent"]
        self.assertEqual([item["id"] for item in silent["items"]], [never.id, self.mine.id])
        self._create_note(never, date=date(2020, 5, 12))
        self.assertEqual([item["id"] for item in self._day()["silent"]["items"]], self.mine.ids)

    # ------------------------------------------------------------
    # Team
    # ------------------------------------------------------------

    def _cells(self, role="team_lead"):
        rows = self._day(role, "team")["team"]["caseload"]["rows"]
        return {row["name"]: {key: cell["value"] for key, cell in row["cells"].items()} for row in rows}

    def test_caseload_of_each_worker(self):
        participation = self._participate(code="CM", enrolment=self._enrol(self.mine))
        self._participate(code="CL", enrolment=participation.enrolment_id, date_end=date(2020, 3, 1))
        user = self.users["case_worker"]
        self._create_note(self.mine, user, date=date(2020, 5, 4), minutes=90)
        self._create_note(self.mine, user, date=date(2020, 4, 12), minutes=60)  # 30 days ago
        self.assertEqual(
            self._cells(),
            {
                "Carla Caseworker": {"open": 1, "running": 1, "hours": 1.5},
                "Conny Colleague": {"open": 1, "silent": 1},
            },
        )

    def test_overdue_exit_data_count_for_the_key_worker(self):
        enrolment = self._enrol(self.mine, date_exit=date(2020, 2, 1))
        self.assertLess(enrolment.exit_due_date, TODAY)
        self.assertEqual(self._cells()["Carla Caseworker"]["exit_overdue"], 1)

    def test_amended_entries_give_no_hours(self):
        user = self.users["case_worker"]
        note = self._create_note(self.mine, user, date=date(2020, 5, 4), minutes=90)
        self._create_note(self.mine, user, date=date(2020, 5, 4), minutes=30, amends_id=note.id)
        self.assertEqual(self._cells()["Carla Caseworker"]["hours"], 0.5)

    def test_figures_of_the_team_lead_to_their_records(self):
        self._participate(code="CM", enrolment=self._enrol(self.mine))
        self._create_note(self.mine, self.users["case_worker"], date=date(2020, 5, 4), minutes=90)
        caseload = self._day("team_lead", "team")["team"]["caseload"]
        for row in caseload["rows"]:
            for column in caseload["columns"]:
                cell = row["cells"].get(column["key"])
                if not cell:
                    continue
                domain = [*column["domain"], (column["worker"], "=", cell["worker"])]
                records = self.env[column["model"]].with_user(self.users["team_lead"]).search(domain)
                with self.subTest(worker=row["name"], column=column["key"]):
                    value = sum(records.mapped("minutes")) / 60 if column["is_hours"] else len(records)
                    self.assertEqual(value, cell["value"])

    def test_case_worker_asking_for_the_team_gets_her_own_caseload(self):
        self.assertEqual(self._cells("case_worker"), {"Carla Caseworker": {"open": 1}})
        self.assertFalse(self._day()["can_lead"])
        self.assertNotIn("team", self._day())

    def test_ageing_counts_each_open_file_once(self):
        for opened in (
            date(2019, 11, 13),
            date(2019, 11, 12),  # six months
            date(2019, 5, 13),
            date(2019, 5, 12),  # a year
            date(2018, 11, 13),
            date(2018, 11, 12),  # eighteen months
        ):
            self._create_case(date_opened=opened)
        ageing = self._day("team_lead", "team")["team"]["ageing"]
        self.assertEqual([age["count"] for age in ageing], [2, 2, 2, 2])
        for age in ageing:
            self.assertEqual(self.env["justiq.case.file"].search_count(age["domain"]), age["count"])

from datetime import date, datetime

from odoo.tests import tagged

from .report_common import FUNDING_YEAR, ReportCommon


@tagged("post_install", "-at_install")
class TestFundingYearReport(ReportCommon):
    """The figures of the report "Micro-Projects in the Funding Year"."""

    def _year_sheet(self, year=None, user=None):
        return self._sheet(FUNDING_YEAR, year or self.year, user or self.users["coordinator"])

    def _projects(self, sheet):
        return {row["name"]: row for group in sheet["projects"]["groups"] for row in group["rows"]}

    def test_a_person_counts_once_a_participation_each_time(self):
        second = self._create_project("running", name="KICK OF")
        person = self._person()
        first = self._participate(self.project, enrolment=person, date_end=date(2020, 2, 28))
        again = self._participate(self.project, enrolment=person, date_start=date(2020, 3, 2))
        other = self._participate(second, enrolment=person)
        self._hold_session(self.project, [again], day=date(2020, 3, 4))
        sheet = self._year_sheet()
        persons, total = self._people(sheet)
        self.assertEqual(total, {"participations": 3, "persons": 1, "counted": 1, "not_counted": 0, "attended": 1})
        self.assertEqual(persons["Female"], 1)
        rows = self._projects(sheet)
        self.assertEqual(rows[self.project.name]["people"]["participations"], len(first | again))
        self.assertEqual(rows[second.name]["people"]["participations"], len(other))
        self.assertEqual(rows[second.name]["people"]["attended"], 0)

    def test_persons_by_gender_age_and_whether_they_count(self):
        people = [
            self._person(gender="female", birth_date=date(2007, 1, 1)),
            self._person(gender="male", birth_date=date(2003, 1, 1)),
            self._person(gender="male", birth_date=date(1993, 1, 1)),  # 27 on entry
            self._person(gender="diverse", birth_date=date(2001, 1, 1), counted=False),
        ]
        for person in people:
            self._participate(self.project, enrolment=person)
        persons, total = self._people(self._year_sheet())
        self.assertEqual(total, {"participations": 4, "persons": 4, "counted": 2, "not_counted": 2, "attended": 0})
        expected = {"Female": 1, "Male": 2, "Diverse": 1, "Not stated": 0}
        expected |= {"Under 15": 1, "15 to 17": 1, "18 to 20": 1, "21 to 24": 0, "25 and over": 1}
        self.assertEqual(persons, expected)

    def test_only_who_took_part_in_the_year(self):
        ended = self._participate(self.project, enrolment=self._person(), date_end=date(2020, 6, 30))
        open_end = self._participate(self.project, enrolment=self._person())
        self._hold_session(self.project, [ended, open_end], day=date(2020, 3, 4))
        self._participate(code="CM", enrolment=self._person())
        _persons, total = self._people(self._year_sheet())
        self.assertEqual((total["persons"], total["attended"]), (2, 2))
        # The participation without an end of its own ends with the micro-project.
        self._create_budget_line(self._year(2021), 100, micro_project_id=self.project.id)
        sheet = self._year_sheet(self._year(2021))
        self.assertIn(self.project.name, self._projects(sheet))
        self.assertEqual(self._people(sheet)[1]["persons"], 0)
        # A session after all in the next year: who came took part, who did not, did not.
        self._hold_session(self.project, [open_end], day=date(2021, 1, 13))
        total = self._people(self._year_sheet(self._year(2021)))[1]
        self.assertEqual((total["persons"], total["attended"]), (1, 1))

    def test_who_was_enrolled_in_a_cancelled_project_only_counts_after_attending(self):
        came, stayed_away = (self._participate(self.project, enrolment=self._person()) for _number in range(2))
        self._hold_session(self.project, [came], day=date(2020, 3, 4))
        self.assertEqual(self._people(self._year_sheet())[1]["participations"], len(came | stayed_away))
        self.project.state = "cancelled"
        self.assertEqual(self._people(self._year_sheet())[1]["participations"], 1)

    def test_projects_of_the_year(self):
        other = self._create_grant(name="Anderes Vorhaben")
        dates = {"date_start": date(2021, 2, 1), "date_end": date(2021, 3, 1)}
        for name, values in {
            "Starts on the last day": {"date_start": date(2020, 12, 31), "date_end": date(2021, 3, 1)},
            "Ended before": {"date_start": date(2019, 2, 1), "date_end": date(2019, 12, 31)},
            "One date only": {"date_start": date(2020, 8, 1), "date_end": False},
            "No dates": {"date_start": False, "date_end": False},
            "Other grant": {"grant_id": other.id},
            "By its budget": dates,
            "By its session": dates,
            "By its session in the night": dates,
        }.items():
            self._create_project(name=name, **values)
        by_name = {project.name: project for project in self.env["justiq.micro.project"].search([])}
        self._create_budget_line(self.year, 1000, micro_project_id=by_name["By its budget"].id)
        self._create_session(by_name["By its session"], day=date(2020, 11, 11))
        # 31 December 2019, 23:30 UTC is 2020 already in Germany.
        self._create_session(
            by_name["By its session in the night"],
            date_start=datetime(2019, 12, 31, 23, 30),
            date_end=datetime(2020, 1, 1, 1),
        )
        self.assertEqual(
            set(self._projects(self._year_sheet())),
            {
                self.project.name,
                "Starts on the last day",
                "One date only",
                "By its budget",
                "By its session",
                "By its session in the night",
            },
        )

    def test_sessions_guests_and_money_of_the_year(self):
        line = {"micro_project_id": self.project.id}
        participation = self._participate(self.project)
        self._hold_session(self.project, [participation], day=date(2020, 3, 4), guest_count=7)
        self._hold_session(self.project, [], day=date(2021, 3, 4), guest_count=90)
        self._create_session(self.project, day=date(2020, 3, 11), guest_count=5).write(
            {"state": "not_held", "not_held_reason": "Storm"}
        )
        self._create_budget_line(self.year, 8000.5, **line)
        self._create_budget_line(self.year, 400, **line)
        self._create_budget_line(self.year, 1000)
        self._create_budget_line(self.year, 70000, code="CM")
        self._create_budget_line(self._year(2021), 9000, **line)
        sheet = self._year_sheet()
        row = self._projects(sheet)[self.project.name]
        self.assertEqual(dict(row["sessions"]), {"all": 2, "held": 1, "guests": 7})
        self.assertEqual(row["esf"], 8400.5)
        self.assertEqual(sheet["projects"]["unassigned"], 1000)
        self.assertEqual(sheet["projects"]["esf"], 9400.5)

    def test_esf_money_against_the_limits_of_a_short_year(self):
        short = self._year(2022)
        self._create_budget_line(short, 6200)
        esf = self._year_sheet(short)["esf"]
        self.assertEqual((esf["planned"], esf["per_full_year"]), (6200, 12400))
        self.assertEqual(
            [(row["code"], row["full_year"], row["this_year"]) for row in esf["rows"]],
            [("S18", 5000, 2500), ("S19", 50000, 25000)],
        )
        self.assertEqual((esf["left"], esf["usage"], esf["mark"]), (18800, 24.8, 10))
        self.assertFalse(esf["is_below"] or esf["is_above"])
        html = self._html(FUNDING_YEAR, short)
        self.assertIn("2,500.00", html)
        self.assertIn("within the limits", html)

    def test_esf_money_below_above_and_without_limits(self):
        self._create_budget_line(self.year, 4999.99)
        self.assertTrue(self._year_sheet()["esf"]["is_below"])
        self.assertIn("below the minimum", self._html(FUNDING_YEAR, self.year))
        rules = self.programme.requirement_ids
        rules.filtered(lambda rule: rule.check == "esf_ceiling").enforcement = "document"
        self._create_budget_line(self.year, 60000)
        self.assertTrue(self._year_sheet()["esf"]["is_above"])
        self.assertIn("above the maximum", self._html(FUNDING_YEAR, self.year))
        rules.filtered(lambda rule: rule.check in ("esf_floor", "esf_ceiling")).enforcement = "off"
        self.assertIn("No limit binds", self._html(FUNDING_YEAR, self.year))
        without = self._create_grant(("CM",), name="Ohne Mikroprojekte")
        self.assertIn("No limit binds", self._html(FUNDING_YEAR, without.funding_year_ids[:1]))

    def test_number_of_micro_projects_in_year_and_grant(self):
        participation = self._participate(self.project)
        self._hold_session(self.project, [participation], day=date(2020, 3, 4))
        self.project.write({"achieved_value": "A mural.", "state": "done"})
        self._create_project("done", name="Nobody came")
        self._create_project("cancelled", name="Called off")
        self._create_project("planned", name="Next year", date_start=date(2021, 2, 1), date_end=date(2021, 3, 1))
        minimum = self._year_sheet()["minimum"]
        self.assertEqual([row["year"] for row in minimum["rows"]], [1, 1, 0, 1])
        self.assertEqual([row["grant"] for row in minimum["rows"]], [1, 1, 1, 1])
        self.assertEqual((minimum["year"], minimum["grant"]), (3, 4))
        self.assertEqual((minimum["code"], minimum["required"], minimum["missing"]), ("S21", 3, 2))

    def test_share_of_ideas_from_young_people(self):
        for number, origin in enumerate(("together", "professionals", False)):
            self._create_project(name=f"Idea {number}", idea_origin=origin)
        origins = {row["label"]: (row["number"], row["share"]) for row in self._year_sheet()["origins"]}
        self.assertEqual(origins["Young people"], (1, 25))
        self.assertEqual(origins["Others in the Quartier"], (0, 0))
        self.assertEqual(origins["Not stated"], (1, 25))

    def test_persons_led_over_after_their_first_attended_date(self):
        attended = date(2020, 3, 4)
        starts = {
            "before": date(2020, 2, 1),
            "same day": attended,
            "later": date(2020, 3, 5),
            "next year": date(2021, 2, 1),
            "never": None,
        }
        people = {name: self._person(name, counted=name != "later") for name in starts}
        absent = self._person("absent")
        roster = [self._participate(self.project, enrolment=person) for person in people.values()]
        self._participate(self.project, enrolment=absent)
        self._hold_session(self.project, roster, day=attended)
        self._hold_session(self.project, roster, day=date(2020, 3, 11))
        for name, start in (starts | {"absent": date(2020, 5, 1)}).items():
            if start:
                self._participate(code="CM", enrolment=people.get(name, absent), date_start=start)
        self._participate(code="CL", enrolment=people["never"], date_start=date(2020, 5, 1))
        (row,) = self._year_sheet()["led_over"]
        self.assertEqual(row["baustein"], self.bausteine["CM"].name)
        self.assertEqual((row["attended"], row["went_on"], row["counted"], row["went_on_in_year"]), (5, 2, 1, 1))
        (row,) = self._year_sheet(self._year(2021))["led_over"]
        self.assertEqual((row["attended"], row["went_on"]), (0, 0))

    def test_findings_with_their_justifications(self):
        lonely = self._create_project("planned", name="Allein", planned_participants=1)
        lonely.finding_ids.with_user(self.users["team_lead"]).justification = "More will come."
        findings = {row["code"]: row for row in self._year_sheet()["findings"]}
        self.assertEqual(findings["S4"]["justification"], "More will come.")
        self.assertEqual(findings["S4"]["author"], self.users["team_lead"].name)
        self.assertTrue(findings["S4"]["date"])
        self.grant.state = "running"
        findings = {row["code"]: row for row in self._year_sheet()["findings"]}
        self.assertFalse(findings["S21"]["is_justifiable"])
        html = self._html(FUNDING_YEAR, self.year)
        self.assertIn("More will come.", html)
        self.assertIn("has to be fulfilled", html)

    def test_queries_do_not_depend_on_the_number_of_records(self):
        def fill(projects, participants):
            for number in range(projects):
                project = self._create_project("planned", name=f"P{projects}-{number}", planned_participants=1)
                self._create_budget_line(self.year, 100, micro_project_id=project.id)
                roster = [
                    self._participate(project, enrolment=self._person(f"N{person}")) for person in range(participants)
                ]
                self._hold_session(project, roster, day=date(2020, 3, 4))

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._year_sheet()
            return self.env.cr.sql_log_count - before

        fill(2, 1)
        count()  # fills the caches that outlive a request
        few = count()
        fill(12, 4)
        self.assertEqual(count(), few)
        # About two queries for each of the report's ten figures, and the access checks.
        self.assertLessEqual(few, 60)

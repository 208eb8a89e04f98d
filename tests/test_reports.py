import base64
import re
from datetime import date, datetime
from io import BytesIO
from unittest.mock import patch

from PIL import Image
from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval, time

from odoo.addons.base.models import ir_actions_report

from .common import ROLES, JustiqCommon

MICRO_PROJECT = "justiq.report_micro_project"
FUNDING_YEAR = "justiq.report_funding_year"
ROSTER = "justiq.report_roster"
SESSION_ROSTER = "justiq.report_roster_session"
PRINTED_BY = {
    MICRO_PROJECT: {"case_worker", "team_lead", "coordinator", "finance", "auditor", "manager"},
    FUNDING_YEAR: {"team_lead", "coordinator", "finance", "auditor", "manager"},
    ROSTER: {"case_worker", "team_lead"},
    SESSION_ROSTER: {"case_worker", "team_lead"},
}


class ReportCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant.reference = "ESF-0815"
        cls.year = cls._year(2020)
        cls.project = cls._create_project("running", name="Farbe im Quartier")

    @classmethod
    def _person(cls, last_name="Muster", counted=True, **values):
        """A person in the grant, by default one who counts."""
        case = cls._create_case(last_name=last_name, **values)
        return cls._enrol(case, **({} if counted else {"legal_basis_date": False}))

    def _sheet(self, report, records, user=None):
        model = self.env[f"report.{report}"].with_user(user or self.env.user)
        (sheet,) = model._get_report_values(records.ids)["sheets"]
        return sheet

    def _html(self, report, records, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.env.user)
        return reports._render_qweb_html(report, records.ids)[0].decode()

    def _people(self, sheet):
        """Numbers of persons by label, and of all."""
        rows = [row for block in sheet["people"]["blocks"] for row in block["rows"]]
        return {row["label"]: row["persons"] for row in rows}, sheet["people"]["total"]


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


@tagged("post_install", "-at_install")
class TestMicroProjectReport(ReportCommon):
    """The figures of the documentation, and what stands in the sign-in sheets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        artist = cls.env["res.partner"].create({"name": "Ada Artist"})
        cls.project.write(
            {
                "staff_ids": [
                    Command.create({"partner_id": artist.id, "role": "Artist", "reason": "Guides at the wall"})
                ],
                "peer_exchange": "The older ones show the younger ones.",
                "achieved_value": "A mural.",
            }
        )
        cls.participations = cls.env["justiq.participation"].concat(
            *[
                cls._participate(cls.project, enrolment=cls._person(name, gender=gender))
                for name, gender in (("Ahrend", "female"), ("Brandt", "male"), ("Cramer", "male"))
            ]
        )
        cls.session = cls._hold_session(
            cls.project, cls.participations[:2], day=date(2020, 3, 4), place="Playground", guest_count=4
        )
        cls._create_session(cls.project, day=date(2020, 3, 11)).write(
            {"state": "not_held", "not_held_reason": "Gale warning"}
        )
        cls.coming = cls._create_session(cls.project, day=date(2020, 3, 18))
        cls._create_budget_line(cls.year, 8400, planned=14000, micro_project_id=cls.project.id, name="Paint and primer")

    def test_everything_that_the_rules_ask_for(self):
        html = self._html(MICRO_PROJECT, self.project, self.users["team_lead"])
        for text in (
            "Farbe im Quartier",
            "Nordend",
            self.kind.name,
            "Carla Caseworker",
            self.project.purpose_ids.name,
            self.project.competence_ids.name,
            self.project.value_ids.name,
            "The wall at the playground becomes a mural.",
            "A mural.",
            "Young people",
            "Six girls of the meeting point",
            "January 2020",
            "They chose wall and motif in three workshops.",
            "The older ones show the younger ones.",
            "Ada Artist",
            "Guides at the wall",
            "Area-based programme",
            "Municipal office",
            "No longer-term qualification",
            "declared",
            "03/04/2020",
            "Playground",
            "Gale warning",
            "Paint and primer",
            "14,000.00",
            "8,400.00",
            "No deviation",
        ):
            self.assertIn(text, html)
        self.assertNotIn("not declared", html)

    def test_figures(self):
        sheet = self._sheet(MICRO_PROJECT, self.project, self.users["auditor"])
        persons, total = self._people(sheet)
        self.assertEqual((persons["Female"], persons["Male"]), (1, 2))
        self.assertEqual((total["participations"], total["attended"]), (3, 2))
        figures = {figure["label"]: figure["text"] for figure in sheet["figures"]}
        self.assertEqual(figures["Sessions planned and held"], "3")
        self.assertEqual(figures["Sessions that took place"], "1")
        self.assertEqual(figures["Attendances"], "2")
        self.assertEqual(figures["Attendances per session that took place"], "2.0")
        self.assertEqual(figures["Hours of attendance"], "4.0")
        self.assertEqual(figures["Guests (anonymous)"], "4")

    def test_sessions_show_the_clock_of_the_provider(self):
        first, second, third = self._sheet(MICRO_PROJECT, self.project)["sessions"]
        self.assertEqual(first["date"], "03/04/2020")
        self.assertEqual(" ".join(first["time"].split()), "3:00 PM to 5:00 PM")
        self.assertEqual((first["present"], first["guests"]), (2, 4))
        self.assertEqual((second["state"], second["reason"]), ("not_held", "Gale warning"))
        self.assertEqual(third["state"], "planned")

    def test_sections_that_a_role_may_not_read_are_left_out(self):
        sheets = {
            role: self._sheet(MICRO_PROJECT, self.project, self.users[role])
            for role in ("coordinator", "finance", "case_worker", "manager")
        }
        details = ("staff", "cooperations", "sessions", "budget")
        hidden = {role: {name for name in details if sheet[name] is None} for role, sheet in sheets.items()}
        self.assertEqual(
            hidden,
            {
                "coordinator": set(),
                "finance": {"staff", "cooperations", "sessions"},
                "case_worker": {"budget"},
                "manager": set(details),
            },
        )
        for sheet in sheets.values():
            self.assertEqual(sheet["figures"], sheets["coordinator"]["figures"])
            self.assertEqual(sheet["people"], sheets["coordinator"]["people"])
            self.assertEqual((sheet["planned_amount"], sheet["esf_planned"]), (14000, 8400))
        html = self._html(MICRO_PROJECT, self.project, self.users["finance"])
        self.assertIn("not open to the role", html)
        for text in ("Ada Artist", "Gale warning"):
            self.assertNotIn(text, html)

    def test_an_empty_idea_can_be_printed(self):
        idea = self.env["justiq.micro.project"].create(
            {"name": "An idea", "grant_id": self.grant.id, "quartier_id": self.quartier.id}
        )
        html = self._html(MICRO_PROJECT, idea, self.users["case_worker"])
        self.assertIn("none entered", html)
        self.assertIn("not stated", html)

    def test_findings_with_their_justifications(self):
        self.project.planned_participants = 1
        (finding,) = self.project.finding_ids
        html = self._html(MICRO_PROJECT, self.project, self.users["auditor"])
        self.assertIn("S4", html)
        self.assertIn("not justified yet", html)
        finding.with_user(self.users["coordinator"]).justification = "More will come."
        html = self._html(MICRO_PROJECT, self.project, self.users["auditor"])
        self.assertIn("More will come.", html)
        self.assertIn(self.users["coordinator"].name, html)
        self.project.planned_participants = 12
        self.assertNotIn("More will come.", self._html(MICRO_PROJECT, self.project))

    def test_queries_do_not_depend_on_the_number_of_projects(self):
        def count(projects):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env[f"report.{MICRO_PROJECT}"].with_user(self.users["team_lead"])._get_report_values(projects.ids)
            return self.env.cr.sql_log_count - before

        def create(number):
            project = self._create_project("planned", name=f"P{number}")
            self._hold_session(project, [self._participate(project, enrolment=self._person())])
            self._create_budget_line(self.year, 100, micro_project_id=project.id)
            return project.id

        projects = self.project.browse([create(number) for number in range(10)])
        count(projects[:2])  # fills the caches that outlive a request
        few = count(projects[:2])
        self.assertEqual(count(projects), few)
        self.assertLessEqual(few, 70)

    def test_no_name_of_a_young_person_outside_the_sign_in_sheets(self):
        for report, record in ((MICRO_PROJECT, self.project), (FUNDING_YEAR, self.year)):
            html = self._html(report, record, self.users["team_lead"])
            for participation in self.participations:
                self.assertNotIn(participation.case_file_id.last_name, html)
                self.assertNotIn(participation.reference, html)

    # ------------------------------------------------------------
    # Sign-in sheets
    # ------------------------------------------------------------

    def _roster_names(self, report, record, role):
        sheet = self._sheet(report, record, self.users[role])
        return [[row["name"] for row in roster["rows"]] for roster in sheet["lists"]]

    def test_roster_has_names_in_order_and_columns_of_coming_sessions(self):
        sheet = self._sheet(ROSTER, self.project, self.users["team_lead"])
        (roster,) = sheet["lists"]
        self.assertEqual([column["title"] for column in roster["columns"]], ["03/18/2020"])
        names = [row["name"] for row in roster["rows"]]
        self.assertEqual(names, ["Ahrend, Mia", "Brandt, Mia", "Cramer, Mia"])
        html = self._html(ROSTER, self.project, self.users["team_lead"])
        self.assertIn("Guests (number only, no names)", html)
        self.assertNotIn("under their reference", html)

    def test_roster_in_portions_and_without_sessions(self):
        for number in range(6):
            self._create_session(self.project, day=date(2020, 4, 1 + number))
        lists = self._sheet(ROSTER, self.project)["lists"]
        self.assertEqual([len(roster["columns"]) for roster in lists], [5, 2])
        self.project.session_ids.filtered(lambda session: session.state == "planned").unlink()
        (roster,) = self._sheet(ROSTER, self.project)["lists"]
        self.assertEqual([column["title"] for column in roster["columns"]], [""] * 5)
        self.assertEqual(len(roster["rows"]), 3)

    def test_roster_leaves_out_who_is_not_expected(self):
        self.participations[0].date_end = date(2020, 3, 10)
        self.participations[1].date_end = date(2020, 4, 1)
        self._create_session(self.project, day=date(2020, 4, 8))
        (roster,) = self._sheet(ROSTER, self.project)["lists"]
        expected = {row["name"]: row["expected"] for row in roster["rows"]}
        self.assertEqual(expected, {"Brandt, Mia": [True, False], "Cramer, Mia": [True, True]})
        self.assertEqual(
            self._roster_names(SESSION_ROSTER, self.session, "team_lead"),
            [["Ahrend, Mia", "Brandt, Mia", "Cramer, Mia"]],
        )

    def test_roster_names_only_whom_the_user_may_know(self):
        stranger = self._create_employee("Vera Vertretung", "coordinator")
        self._hand_over(self.participations.case_file_id, stranger)
        # The case worker leads the project: the names of its roster are hers to know.
        self.assertEqual(self._roster_names(SESSION_ROSTER, self.coming, "case_worker")[0][0], "Ahrend, Mia")
        self.project.lead_id = self.team_lead
        self.env.invalidate_all()  # as in a new request
        for report, record in ((ROSTER, self.project), (SESSION_ROSTER, self.coming)):
            (names,) = self._roster_names(report, record, "case_worker")
            self.assertEqual(names, sorted(self.participations.mapped("reference")))
            html = self._html(report, record, self.users["case_worker"])
            self.assertIn("under their reference", html)
            self.assertNotIn("Ahrend", html)


@tagged("post_install", "-at_install", "access_rights")
class TestReportAccess(ReportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = cls._create_session(cls.project)
        cls.printed = {
            MICRO_PROJECT: cls.project,
            FUNDING_YEAR: cls.year,
            ROSTER: cls.project,
            SESSION_ROSTER: cls.session,
        }
        cls.users["plain"] = new_test_user(cls.env, login="test_plain", groups="base.group_user")

    def test_who_prints_what(self):
        for report, record in self.printed.items():
            for role in (*ROLES, "plain"):
                with self.subTest(report=report, role=role):
                    if role in PRINTED_BY[report]:
                        self.assertIn(self.grant.name, self._html(report, record, self.users[role]))
                    else:
                        with self.assertRaises(AccessError):
                            self._html(report, record, self.users[role])

    def test_print_menu_shows_what_may_be_printed(self):
        for report, record in self.printed.items():
            action = self.env["ir.actions.report"]._get_report_from_name(report)
            self.assertEqual(action.binding_model_id.model, record._name)
            for role in (*ROLES, "plain"):
                with self.subTest(report=report, role=role):
                    allowed = bool(action.group_ids & self.users[role].all_group_ids)
                    self.assertEqual(allowed, role in PRINTED_BY[report])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_prints_what_belongs_to_another_provider(self):
        company = self.env["res.company"].create({"name": "Another provider"})
        grant = self._create_grant(name="Fremd", company_id=company.id)
        project = self._create_project(grant_id=grant.id, lead_id=False)
        foreign = {
            MICRO_PROJECT: project,
            FUNDING_YEAR: grant.funding_year_ids[:1],
            ROSTER: project,
            SESSION_ROSTER: self._create_session(project),
        }
        for report, record in foreign.items():
            with self.subTest(report=report), self.assertRaises(AccessError):
                self._html(report, record, self.users["team_lead"])

    def test_printing_nothing_is_refused_with_a_reason(self):
        with self.assertRaisesRegex(UserError, "at least one record"):
            self._html(MICRO_PROJECT, self.project.browse(), self.users["team_lead"])

    def test_file_names(self):
        self.project.name = "Farbe 3/4"
        case = self._create_case(last_name="Geheim")
        self._participate(self.project, enrolment=self._enrol(case))
        for report, record in self.printed.items():
            action = self.env["ir.actions.report"]._get_report_from_name(report)
            name = safe_eval(action.print_report_name, {"object": record, "time": time})
            self.assertNotIn("/", name)
            self.assertNotIn("Geheim", name)
            self.assertIn("2020" if report in (FUNDING_YEAR, SESSION_ROSTER) else "Farbe 3-4", name)


@tagged("post_install", "-at_install")
class TestReportPdf(ReportCommon, HttpCase):
    """The reports as the real engine prints them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The engine need not wait for scripts; that is a second for each document.
        cls.env["ir.config_parameter"].set_param("report.print_delay", "0")
        cls.company.name = "Jugendhilfe Müßighausen"
        cls.company.currency_id = cls.env.ref("base.EUR")
        roster = [cls._participate(cls.project, enrolment=cls._person(f"Ängström{number}")) for number in range(40)]
        for week in range(20):
            cls._hold_session(cls.project, roster[:3], day=date(2020, 3, 4 + week), place="Straßenplatz")
        cls._create_session(cls.project, day=date(2020, 5, 6), place="Straßenplatz")
        cls._create_budget_line(cls.year, 8400.5, planned=14000, micro_project_id=cls.project.id)

    def _print(self, report, records, role="team_lead"):
        """The pages of the PDF."""
        reports = self.env["ir.actions.report"].with_user(self.users[role]).with_context(force_report_rendering=True)
        return PdfReader(BytesIO(reports._render_qweb_pdf(report, records.ids)[0])).pages

    def _texts(self, pages):
        return [" ".join(page.extract_text().split()) for page in pages]

    def _page_numbers(self, texts):
        return [tuple(map(int, re.search(r"Page (\d+) of (\d+)", text).groups())) for text in texts]

    def assertHeadAndFoot(self, pages, texts):
        note = " ".join(self.programme.funding_note.split())
        for page, text in zip(pages, texts, strict=True):
            self.assertIn("Jugendhilfe Müßighausen", text)
            self.assertIn(self.grant.name, text)
            self.assertIn("ESF-0815", text)
            self.assertIn(note, text)
            for funder in self.programme.funder_ids:
                self.assertIn(funder.name, text)
            # the emblem of the European Union
            self.assertEqual(len(page.images), len(self.programme.funder_ids.filtered("logo")))
            self.assertAlmostEqual(float(page.mediabox.width), 595, delta=1)
            self.assertAlmostEqual(float(page.mediabox.height), 842, delta=1)

    def test_micro_project_documentation(self):
        projects = self.project | self._create_project(name="Zweites Projekt")
        projects |= self._create_project(name="Drittes Projekt")
        runs = []
        original = ir_actions_report._run_wkhtmltopdf
        with patch.object(ir_actions_report, "_run_wkhtmltopdf", lambda args: runs.append(args) or original(args)):
            pages = self._print(MICRO_PROJECT, projects)
        # Odoo starts the engine again for each record if it cannot split the file.
        self.assertEqual(len(runs), 1)
        texts = self._texts(pages)
        self.assertHeadAndFoot(pages, texts)
        numbers = self._page_numbers(texts)
        starts = [index for index, (number, _total) in enumerate(numbers) if number == 1]
        self.assertEqual(len(starts), 3)
        self.assertGreater(numbers[0][1], 2)
        expected = []
        for start, end in zip(starts, [*starts[1:], len(pages)], strict=True):
            expected += [(number + 1, end - start) for number in range(end - start)]
        self.assertEqual(numbers, expected)
        for start, project in zip(starts, projects, strict=True):
            self.assertIn(project.name, texts[start])
        whole = " ".join(texts)
        self.assertIn("Straßenplatz", whole)
        self.assertIn("8,400.50", whole)
        self.assertNotIn("Ängström", whole)

    def test_table_heads_are_repeated_and_no_row_is_cut(self):
        for number in range(30):
            self._create_session(self.project, day=date(2020, 4, 1 + number), place="Straßenplatz")
        texts = self._texts(self._print(MICRO_PROJECT, self.project))
        with_sessions = [text for text in texts if "Straßenplatz" in text]
        self.assertGreater(len(with_sessions), 1)
        for text in with_sessions:
            self.assertIn("Place and topic", text)
            # The place is in the first line of a row, the time in the second.
            self.assertEqual(text.count("Straßenplatz"), text.count("PM to"))

    def test_funding_year_in_german(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.company.partner_id.lang = "de_DE"
        pages = self._print(FUNDING_YEAR, self.year, "auditor")
        texts = self._texts(pages)
        for text in texts:
            self.assertIn("Jugendhilfe Müßighausen", text)
        whole = " ".join(texts)
        for text in ("01.01.2020", "31.12.2020", "8.400,50 €", "50.000,00 €", "16,8 %", "Farbe im Quartier"):
            self.assertIn(text, whole)
        self.assertNotIn("Ängström", whole)

    def test_many_micro_projects_in_a_year(self):
        for number in range(45):
            self._create_project(name=f"Mikroprojekt {number:02}")
        pages = self._print(FUNDING_YEAR, self.year, "finance")
        texts = self._texts(pages)
        self.assertHeadAndFoot(pages, texts)
        total = len(pages)
        self.assertGreater(total, 3)
        self.assertEqual(self._page_numbers(texts), [(number + 1, total) for number in range(total)])
        found = re.findall(r"Mikroprojekt \d\d", " ".join(texts))
        self.assertEqual(len(set(found)), 45)

    def test_sign_in_sheet(self):
        pages = self._print(ROSTER, self.project)
        texts = self._texts(pages)
        self.assertHeadAndFoot(pages, texts)
        self.assertGreater(len(pages), 2)
        whole = " ".join(texts)
        for number in range(40):
            self.assertIn(f"Ängström{number}, Mia", whole)
        for text in texts:
            self.assertIn("05/06/2020", text)

    def _red_square(self):
        file = BytesIO()
        Image.new("RGB", (40, 40), "red").save(file, "PNG")
        return base64.b64encode(file.getvalue())

    def test_logo_of_the_provider(self):
        self.company.logo = self._red_square()
        (first, *_others) = self._print(SESSION_ROSTER, self.project.session_ids[:1])
        self.assertEqual(len(first.images), 2)

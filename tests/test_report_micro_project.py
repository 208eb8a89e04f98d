from datetime import date

from odoo import Command
from odoo.tests import tagged

from .report_common import FUNDING_YEAR, MICRO_PROJECT, ROSTER, SESSION_ROSTER, ReportCommon


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

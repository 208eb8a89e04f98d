from datetime import date
from pathlib import Path

import yaml

from odoo import Command
from odoo.tests import tagged
from odoo.tools import file_path

from .common import JustiqCommon

BOUNDARIES = yaml.safe_load(Path(file_path("justiq/tests/data/boundaries.yaml")).read_text(encoding="utf-8"))


class GrantRuleCase(JustiqCommon):
    def _carry_out(self, number=1, grant=None):
        """Micro-projects that are done, with a session and an attendance each."""
        grant = grant or self.grant
        enrolment = self._enrol(grant_id=grant.id)
        projects = self.env["justiq.micro.project"]
        for index in range(number):
            project = self._create_project("running", name=f"Project {index}", grant_id=grant.id)
            self._hold_session(project, self._participate(project, enrolment=enrolment))
            project.achieved_value = "The wall is a mural now."
            project.state = "done"
            projects |= project
        return projects

    def _findings(self, rule, grant=None):
        self.env.flush_all()
        return (grant or self.grant).finding_ids.filtered(
            lambda finding: finding.requirement_id == self.env.ref(f"justiq.phase2_{rule}")
        )


@tagged("post_install", "-at_install")
class TestRuleS1(GrantRuleCase):
    """S1, S22: which Bausteine go together."""

    def test_s1_warns_about_micro_projects_without_individual_help(self):
        grant = self._create_grant(codes=("MP",))
        finding = self._findings("s1", grant)
        self.assertEqual(finding.state, "open")
        self.assertIn("Micro-Projects", finding.message)

    def test_s1_is_content_with_any_individual_baustein(self):
        for codes in (("CM", "MP"), ("ASJ", "MP"), ("CL", "MP"), ("CM",), ()):
            with self.subTest(codes=codes):
                self.assertFalse(self._findings("s1", self._create_grant(codes=codes)))

    def test_s1_finding_comes_and_goes_with_the_bausteine(self):
        self.grant.baustein_ids = [Command.set(self.bausteine["MP"].ids)]
        finding = self._findings("s1")
        self.assertEqual(finding.state, "open")
        self.grant.baustein_ids = [Command.link(self.bausteine["CL"].id)]
        self.env.flush_all()
        self.assertEqual(finding.state, "resolved")

    def test_s1_finding_comes_with_the_kind_of_a_baustein(self):
        grant = self._create_grant(codes=("CL", "MP"))
        self.bausteine["CL"].kind = "group"
        self.assertEqual(self._findings("s1", grant).state, "open")

    def test_s1_has_to_be_justified_before_the_start(self):
        grant = self._create_grant(codes=("MP",))
        with self.assertRefused("S1"):
            grant.state = "running"
        self._findings("s1", grant).justification = "The individual help is paid for by the city."
        grant.state = "running"


@tagged("post_install", "-at_install")
class TestRuleS21(GrantRuleCase):
    """S21, S22: at least three micro-projects in the whole funding period."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # One participant is enough here.
        cls.env.ref("justiq.phase2_s4").value_count = 0

    def test_s21_boundaries_at_closing(self):
        for case in BOUNDARIES["micro_projects_at_closing"]:
            with self.subTest(**case):
                grant = self._create_grant(name="Boundary", state="draft")
                grant.state = "running"
                self._carry_out(case["done_with_attendance"], grant)
                for index in range(case["cancelled"]):
                    self._create_project("cancelled", name=f"Cancelled {index}", grant_id=grant.id)
                self.assertEqual(grant.micro_project_counted, case["done_with_attendance"])
                self.assertEqual(grant.micro_project_count, case["done_with_attendance"] + case["cancelled"])
                if case["allowed"]:
                    grant.state = "closed"
                else:
                    with self.assertRefused(case["rule"], str(case["done_with_attendance"]), "3"):
                        grant.state = "closed"

    def test_s21_counts_only_what_was_carried_out(self):
        self.grant.state = "running"
        self._carry_out(2)
        guests_only = self._create_project("running", name="Guests only")
        self._hold_session(guests_only, [], guest_count=30)
        nobody_came = self._create_project("running", name="Nobody came")
        session = self._create_session(nobody_came)
        session.attendance_ids = [
            Command.create(
                {"participation_id": self._participate(nobody_came, enrolment=self._second()).id, "state": "absent"}
            )
        ]
        session.action_held()
        not_held = self._create_project("running", name="Did not take place")
        self._create_session(not_held).write({"state": "not_held", "not_held_reason": "Storm"})
        planned = self._create_project("running", name="Session still planned")
        self._create_session(planned)
        for project in guests_only | nobody_came | not_held | planned:
            project.achieved_value = "Something."
            project.state = "done"
            self.assertFalse(project.is_counted, project.name)
        still_running = self._create_project("running", name="Still running")
        self._hold_session(still_running, self._participate(still_running, enrolment=self._second()))
        self.assertFalse(still_running.is_counted)
        self.assertEqual(self.grant.micro_project_counted, 2)
        with self.assertRefused("S21", "2"):
            self.grant.state = "closed"
        still_running.write({"state": "done", "achieved_value": "A square to sit on."})
        self.grant.state = "closed"

    def _second(self):
        return self.env["justiq.enrolment"].search([("grant_id", "=", self.grant.id)], limit=1) or self._enrol()

    def test_s21_shows_ahead_as_a_finding_with_the_count_so_far(self):
        self.assertFalse(self._findings("s21"))
        self.grant.state = "running"
        finding = self._findings("s21")
        self.assertEqual(finding.state, "open")
        self.assertEqual(finding.value, 0.0)
        self._carry_out(1)
        self.assertEqual(self._findings("s21"), finding)
        self.assertEqual(finding.value, 1.0)
        self.assertIn("1 micro-projects were carried out", finding.message)
        self._carry_out(2)
        self.env.flush_all()
        self.assertEqual(finding.state, "resolved")

    def test_s21_finding_ahead_stops_no_earlier_step(self):
        self.grant.state = "running"
        self.assertEqual(self._findings("s21").state, "open")
        self.grant.state = "draft"
        self.grant.state = "running"

    def test_s21_refuses_to_change_a_counted_one_back_after_closing(self):
        self.grant.state = "running"
        projects = self._carry_out(3)
        self.grant.state = "closed"
        session = projects[0].session_ids
        for change in (
            lambda: projects[0].write({"state": "running"}),
            projects[0].action_back,
            lambda: session.attendance_ids.write({"state": "absent"}),
            session.attendance_ids.unlink,
            session.action_planned,
            lambda: projects[0].write({"grant_id": self._create_grant(name="Other grant").id}),
        ):
            with self.assertRefused():
                change()
        with self.assertRefused("S21", "2", "3"):
            projects[0].state = "running"
        self.grant.state = "running"
        projects[0].state = "running"
        self.assertEqual(self.grant.micro_project_counted, 2)
        with self.assertRefused("S21"):
            self.grant.state = "closed"

    def test_s21_counts_archived_ones(self):
        self.grant.state = "running"
        projects = self._carry_out(3)
        projects[0].active = False
        self.grant.state = "closed"
        self.assertEqual(self.grant.micro_project_counted, 3)

    def test_s21_moves_with_the_grant_of_a_micro_project(self):
        other = self._create_grant(name="Other grant")
        project = self._create_project()
        self.assertEqual(self.grant.micro_project_count, 1)
        project.grant_id = other
        self.assertEqual(self.grant.micro_project_count, 0)
        self.assertEqual(other.micro_project_count, 1)

    def test_s21_limit_is_data(self):
        self.env.ref("justiq.phase2_s21").value_count = 1
        self.grant.state = "running"
        self._carry_out(1)
        self.grant.state = "closed"
        with self.assertRefused("S21"):
            self.env.ref("justiq.phase2_s21").value_count = 2

    def test_s21_as_warning_has_to_be_justified_before_closing(self):
        self.env.ref("justiq.phase2_s21").enforcement = "warn"
        self.grant.state = "running"
        with self.assertRefused("S21"):
            self.grant.state = "closed"
        self._findings("s21").justification = "The funder has agreed in writing to none."
        self.grant.state = "closed"
        self.assertEqual(self._findings("s21").state, "justified")

    def test_s22_without_group_baustein_s21_does_not_bind(self):
        grant = self._create_grant(codes=("CM", "CL"))
        grant.state = "running"
        self.assertFalse(self._findings("s21", grant))
        grant.state = "closed"
        with self.assertRefused("S21"):
            grant.baustein_ids = [Command.link(self.bausteine["MP"].id)]

    def test_closing_waits_for_every_finding_in_the_grant(self):
        self.grant.state = "running"
        projects = self._carry_out(3)
        year = self._year(2019)
        self.env.ref("justiq.phase2_s19").enforcement = "warn"
        self._create_budget_line(year, 50000.01)
        projects[0].date_end = date(2021, 3, 1)
        self.env.flush_all()
        with self.assertRefused("S19", "S15"):
            self.grant.state = "closed"
        findings = self.env["justiq.finding"].search([("grant_id", "=", self.grant.id), ("state", "=", "open")])
        self.assertEqual(set(findings.mapped("res_model")), {"justiq.funding.year", "justiq.micro.project"})
        for finding in findings:
            finding.justification = "Agreed with the funder."
        self.grant.state = "closed"

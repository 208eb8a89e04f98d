from datetime import date

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

STATES = ("idea", "planned", "approved", "running", "done", "cancelled")
# Who makes which step.
STEPS = {
    ("idea", "planned"): "case_worker",
    ("planned", "idea"): "case_worker",
    ("planned", "approved"): "team_lead",
    ("approved", "planned"): "team_lead",
    ("approved", "running"): "case_worker",
    ("running", "approved"): "team_lead",
    ("running", "done"): "team_lead",
    ("done", "running"): "team_lead",
    ("idea", "cancelled"): "team_lead",
    ("planned", "cancelled"): "team_lead",
    ("approved", "cancelled"): "team_lead",
    ("running", "cancelled"): "team_lead",
    ("cancelled", "idea"): "team_lead",
}


@tagged("post_install", "-at_install")
class TestMicroProject(JustiqCommon):
    """Micro-projects: their states, who makes which step, and what they carry."""

    def _in_state(self, state, **values):
        return self._create_project(state, achieved_value="A mural.", **values)

    # ------------------------------------------------------------
    # States
    # ------------------------------------------------------------

    def test_only_the_steps_of_the_table_are_possible(self):
        for before in STATES:
            project = self._in_state(before)
            for after in STATES:
                if before == after or (before, after) in STEPS:
                    continue
                with self.subTest(before=before, after=after), self.assertRefused("cannot go from"):
                    project.state = after

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_each_step_is_up_to_its_role(self):
        for (before, after), lowest in STEPS.items():
            allowed = {"case_worker", "team_lead"} if lowest == "case_worker" else {"team_lead"}
            for role, user in self.users.items():
                project = self._in_state(before)
                with self.subTest(before=before, after=after, role=role):
                    if role in allowed:
                        project.with_user(user).state = after
                        self.assertEqual(project.state, after)
                    else:
                        with self.assertRefused(error=AccessError):
                            project.with_user(user).state = after

    def test_buttons_walk_from_the_idea_to_the_end(self):
        project = self._create_project().with_user(self.users["team_lead"])
        for action, state in (
            ("action_plan", "planned"),
            ("action_approve", "approved"),
            ("action_start", "running"),
        ):
            getattr(project, action)()
            self.assertEqual(project.state, state)
        project.achieved_value = "A mural."
        project.action_done()
        self.assertEqual(project.state, "done")
        for state in ("running", "approved", "planned", "idea"):
            project.action_back()
            self.assertEqual(project.state, state)
        project.action_cancel()
        project.action_back()
        self.assertEqual(project.state, "idea")

    def test_new_ones_start_as_idea_or_planned(self):
        for state in STATES:
            with self.subTest(state=state):
                if state in ("idea", "planned"):
                    self.env["justiq.micro.project"].create(self._project_values(state=state))
                else:
                    with self.assertRefused("step by step"):
                        self.env["justiq.micro.project"].create(
                            self._project_values(state=state, achieved_value="A mural.")
                        )

    def test_import_cannot_skip_the_approval(self):
        fields = ["name", "grant_id/.id", "quartier_id/.id", "state"]
        row = ["Imported", str(self.grant.id), str(self.quartier.id)]
        result = self.env["justiq.micro.project"].load(fields, [[*row, "approved"]])
        self.assertFalse(result["ids"])
        self.assertTrue(self.env["justiq.micro.project"].load(fields, [[*row, "planned"]])["ids"])

    def test_several_at_once_are_refused_together(self):
        good, bad = self._create_project("planned"), self._create_project("planned", name="No lead", lead_id=False)
        with self.assertRefused("S14", "No lead"):
            (good | bad).write({"state": "approved"})
        self.assertEqual(good.state, "planned")

    def test_groups_by_state_come_in_the_order_of_the_work(self):
        projects = self._create_project() | self._create_project("planned") | self._in_state("done")
        domain, found = [("id", "in", projects.ids)], ["idea", "planned", "done"]
        self.assertEqual([state for state, _count in projects._read_group(domain, ["state"], ["__count"])], found)
        grouped = projects.formatted_read_group(domain, ["state", "quartier_id"], ["__count"])
        self.assertEqual([row["state"] for row in grouped], found)
        descending = projects._read_group(domain, ["state"], ["__count"], order="state desc")
        self.assertEqual([state for state, _count in descending], found[::-1])

    # ------------------------------------------------------------
    # What it carries
    # ------------------------------------------------------------

    def test_copy_takes_the_plan_not_the_result(self):
        project = self._in_state("done")
        project.staff_ids = [
            Command.create({"partner_id": self.municipality.id, "role": "Artist", "reason": "Paints."})
        ]
        participation = self._participate(project)
        self._hold_session(project, participation)
        copy = project.copy()
        self.assertEqual(copy.name, "Farbe im Quartier (copy)")
        self.assertEqual(copy.state, "idea")
        self.assertFalse(copy.achieved_value)
        self.assertFalse(copy.session_ids | copy.session_ids)
        self.assertFalse(copy.participation_ids)
        self.assertEqual(copy.staff_ids.mapped("role"), ["Artist"])
        self.assertEqual(set(copy.cooperation_ids.mapped("kind")), {"area_programme", "municipal_office"})

    def test_duration_in_months(self):
        for start, end, months in (
            (date(2020, 1, 1), date(2020, 6, 30), 6.0),
            (date(2020, 3, 15), date(2020, 12, 31), 9.5),
            (date(2020, 1, 1), False, 0.0),
        ):
            with self.subTest(start=start, end=end):
                project = self._create_project(date_start=start, date_end=end)
                self.assertAlmostEqual(project.duration_months, months, 1)

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_dates_and_numbers(self):
        project = self._create_project()
        for values in ({"date_end": date(2020, 2, 29)}, {"planned_participants": -1}):
            with self.subTest(**values), self.assertRefused(error=CheckViolation):
                project.write(values)

    @mute_logger("odoo.sql_db")
    def test_s35_staff_is_an_employee_or_an_external_person(self):
        project = self._create_project()
        person = {"role": "Artist", "reason": "Paints."}
        for values in ({"employee_id": self.team_lead.id}, {"partner_id": self.municipality.id}):
            project.staff_ids = [Command.create({**person, **values})]
        for values in ({}, {"employee_id": self.team_lead.id, "partner_id": self.municipality.id}):
            with self.subTest(**values), self.assertRefused(error=CheckViolation):
                project.staff_ids = [Command.create({**person, **values})]

    def test_cooperations_follow_the_grant_of_their_project(self):
        project = self._create_project()
        other = self._create_grant(name="Other grant")
        project.grant_id = other
        self.assertEqual(project.cooperation_ids.grant_id, other)

    def test_the_only_running_grant_is_proposed(self):
        projects = self.env["justiq.micro.project"].with_company(self.company)
        self.env["justiq.grant"].search([("state", "=", "running")]).state = "draft"
        self.assertFalse(projects.default_get(["grant_id"]).get("grant_id"))
        self.grant.state = "running"
        self.assertEqual(projects.default_get(["grant_id"])["grant_id"], self.grant.id)
        self._create_grant(name="Second").state = "running"
        self.assertFalse(projects.default_get(["grant_id"]).get("grant_id"))

    def test_planned_money_is_the_sum_of_its_budget_lines(self):
        project = self._create_project()
        year = self._year(2020)
        self._create_budget_line(year, 100.5, planned=200, micro_project_id=project.id)
        line = self._create_budget_line(year, 50, micro_project_id=project.id)
        self._create_budget_line(year, 77)
        self.assertEqual((project.planned_amount, project.esf_planned), (250.0, 150.5))
        line.unlink()
        self.assertEqual((project.planned_amount, project.esf_planned), (200.0, 100.5))

    def test_projects_with_participants_or_budget_are_not_deleted(self):
        project = self._create_project()
        self._create_budget_line(self._year(2020), 1, micro_project_id=project.id)
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception):  # noqa: B017 (the database)
            project.unlink()
            self.env.flush_all()
        other = self._create_project(name="With participants")
        self._participate(other)
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception):  # noqa: B017 (the database)
            other.unlink()
            self.env.flush_all()
        idea = self._create_project(name="Only an idea")
        idea.unlink()
        self.assertFalse(idea.exists())

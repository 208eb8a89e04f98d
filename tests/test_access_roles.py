from contextlib import contextmanager
from datetime import date

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .role_common import RoleCase


@tagged("post_install", "-at_install")
class TestCaseWork(RoleCase):
    """What case workers and team leads do with case files and micro-projects."""

    def test_case_worker_opens_a_case_file_of_her_own(self):
        form = Form(self.env["justiq.case.file"].with_user(self.users["case_worker"]))
        form.first_name, form.last_name, form.birth_date = "Ayla", "Anders", date(2004, 2, 29)
        self.assertEqual(form.save().key_worker_id, self.case_worker)

    def test_case_worker_opens_no_case_file_for_a_colleague(self):
        with self.assertForbidden():
            self._create_case(self.colleague).with_user(self.users["case_worker"]).copy()

    def test_case_worker_reads_no_case_file_of_a_colleague(self):
        with self.assertForbidden():
            self._as("case_worker", self.colleagues_case).read(["last_name"])

    def test_case_worker_loses_a_case_file_that_is_handed_over(self):
        self._hand_over(self.own_case, self.colleague)
        for record in (self.own_case, self.own_enrolment, self.own_participation):
            self.assertFalse(self._as("case_worker", record).has_access("read"), record._name)

    def test_case_worker_enrols_no_case_file_of_a_colleague(self):
        grant = self._create_grant(name="Another grant")
        with self.assertForbidden():
            self.env["justiq.enrolment"].with_user(self.users["case_worker"]).create(
                {"case_file_id": self.colleagues_case.id, "grant_id": grant.id, "date_entry": date(2020, 1, 15)}
            )

    def test_case_worker_adds_no_participants_of_a_colleague(self):
        wizard = self.env["justiq.participant.add"].with_user(self.users["case_worker"])
        project = self._create_project(name="Another project", lead_id=self.case_worker.id)
        with self.assertForbidden():
            wizard.create(
                {"micro_project_id": project.id, "case_file_ids": [Command.set(self.colleagues_case.ids)]}
            ).action_add()

    def test_case_worker_deletes_neither_files_nor_enrolments(self):
        for record in (self.own_case, self.own_enrolment, self.own_participation):
            with self.assertForbidden():
                self._as("case_worker", record).unlink()

    def test_case_worker_closes_no_case_file(self):
        with self.assertForbidden():
            self._as("case_worker", self.own_case).state = "closed"

    def test_team_lead_closes_hands_over_and_reopens_case_files(self):
        case = self._as("team_lead", self.own_case)
        self._hand_over(case, self.colleague, self.users["team_lead"])
        self._settle_case(self.own_case)
        case.state = "closed"
        reopen = self.env["justiq.case.reopen"].with_user(self.users["team_lead"])
        reopen.create({"case_file_id": case.id, "reason": "She came back."}).action_reopen()
        self.assertEqual((case.state, case.key_worker_id.id), ("open", self.colleague.id))

    def test_case_worker_writes_down_and_plans_a_micro_project(self):
        project = self.env["justiq.micro.project"].with_user(self.users["case_worker"]).create(self._project_values())
        project.action_plan()
        self.assertEqual(project.state, "planned")

    def test_case_worker_takes_nobody_onto_the_team_to_learn_names(self):
        project = self._as("case_worker", self.project)
        with self.assertForbidden():
            project.lead_id = self.case_worker
        with self.assertForbidden():
            project.staff_ids = [
                Command.create({"employee_id": self.case_worker.id, "role": "Coach", "reason": "Curious"})
            ]

    def test_user_of_two_companies_sees_the_one_she_works_in(self):
        other = self.env["res.company"].create({"name": "Second Provider"})
        self.users["team_lead"].company_ids += other
        case = self._as("team_lead", self.own_case)
        self.assertTrue(case.with_context(allowed_company_ids=self.company.ids).has_access("read"))
        self.assertFalse(case.with_context(allowed_company_ids=other.ids).has_access("read"))

    def test_team_lead_cannot_widen_her_companies_by_context(self):
        foreign = self.env["res.company"].create({"name": "Foreign Provider"})
        case = self._create_case(self._create_employee("Steve Stranger", company_id=foreign.id), company_id=foreign.id)
        with self.assertForbidden():
            self._as("team_lead", case).with_context(allowed_company_ids=foreign.ids).read(["last_name"])


@tagged("post_install", "-at_install")
class TestTransitionsByRole(RoleCase):
    """Who may take a record from one state to the next, by writing as by button."""

    def assertMayStep(self, record, state, roles):
        """Just these of all roles may take the record to the state."""
        for role, user in self.users.items():
            with self.subTest(role=role, record=record.display_name, state=state):
                as_user = record.with_user(user)
                if role in roles:
                    with self.assertUndone():
                        as_user.write({"state": state})
                        self.env.flush_all()
                        self.assertEqual(record.state, state)
                else:
                    with self.assertForbidden():
                        as_user.write({"state": state})

    @contextmanager
    def assertUndone(self):
        with self.env.cr.savepoint() as savepoint:
            yield
            savepoint.rollback()
        self.env.invalidate_all()

    def test_only_team_lead_approves_a_micro_project(self):
        self.assertMayStep(self._create_project("planned"), "approved", ["team_lead"])

    def test_only_case_workers_start_a_micro_project(self):
        self.assertMayStep(self._create_project("approved"), "running", ["case_worker", "team_lead"])

    def test_only_team_lead_completes_a_micro_project(self):
        project = self._create_project("running", achieved_value="The wall is a mural now.")
        self.assertMayStep(project, "done", ["team_lead"])

    def test_only_team_lead_cancels_and_takes_back_a_micro_project(self):
        self.assertMayStep(self._create_project("approved"), "cancelled", ["team_lead"])
        self.assertMayStep(self._create_project("approved"), "planned", ["team_lead"])
        self.assertMayStep(self._create_project("done"), "running", ["team_lead"])

    def test_only_coordinator_and_finance_approve_a_funding_year(self):
        self.assertMayStep(self._year(2019), "approved", ["coordinator", "finance"])

    def test_only_coordinator_and_finance_take_back_a_funding_year(self):
        year = self._year(2019)
        year.state = "approved"
        self.assertMayStep(year, "draft", ["coordinator", "finance"])

    def test_only_coordinator_and_manager_start_a_grant(self):
        self.assertMayStep(self.grant, "running", ["coordinator", "manager"])

    def test_only_coordinator_and_manager_close_and_reopen_a_grant(self):
        grant = self._create_grant(["CM"], name="Without group Baustein")
        grant.state = "running"
        self.assertMayStep(grant, "closed", ["coordinator", "manager"])
        grant.state = "closed"
        self.assertMayStep(grant, "running", ["coordinator", "manager"])

    def test_only_team_lead_closes_and_reopens_a_case_file(self):
        self._settle_case(self.own_case)
        self.assertMayStep(self.own_case, "closed", ["team_lead"])
        self.own_case.state = "closed"
        for role, user in self.users.items():
            reopen = self.env["justiq.case.reopen"].with_user(user)
            with self.subTest(role=role):
                if role == "team_lead":
                    reopen.create({"case_file_id": self.own_case.id, "reason": "She came back."}).action_reopen()
                    self.assertEqual(self.own_case.state, "open")
                else:
                    with self.assertForbidden():
                        reopen.create({"case_file_id": self.own_case.id, "reason": "Curious"}).action_reopen()

    def test_nobody_approves_by_creating_in_a_later_state(self):
        year = {"grant_id": self.grant.id, "date_start": date(2019, 7, 1), "date_end": date(2019, 12, 31)}
        grant = {
            "name": "Born running",
            "programme_id": self.programme.id,
            "date_start": date(2020, 1, 1),
            "date_end": date(2020, 12, 31),
        }
        for role, model, values in (
            ("case_worker", "justiq.micro.project", self._project_values(state="approved")),
            ("team_lead", "justiq.micro.project", self._project_values(state="done")),
            ("coordinator", "justiq.funding.year", year | {"state": "approved"}),
            ("finance", "justiq.grant", grant | {"state": "running"}),
            ("coordinator", "justiq.grant", grant | {"state": "closed"}),
        ):
            with self.subTest(role=role, model=model), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.env[model].with_user(self.users[role]).create(values)

    def test_nobody_approves_by_a_default_in_the_context(self):
        projects = self.env["justiq.micro.project"].with_user(self.users["case_worker"])
        with self.assertRaises(ValidationError):
            projects.with_context(default_state="approved").create(self._project_values())

    def test_nobody_approves_by_copying(self):
        approved = self._as("case_worker", self._create_project("approved"))
        self.assertEqual(approved.copy().state, "idea")

    def test_nobody_approves_a_year_through_its_grant(self):
        with self.assertForbidden():
            self._as("manager", self.grant).funding_year_ids = [
                Command.update(self._year(2019).id, {"state": "approved"})
            ]

    def test_case_worker_approves_nothing_through_the_dialog(self):
        project = self._create_project("planned", planned_participants=1)
        with self.assertForbidden():
            self.env["justiq.finding.justify"].with_user(self.users["case_worker"]).create(
                {
                    "record_model": "justiq.micro.project",
                    "record_id": project.id,
                    "target_state": "approved",
                }
            )

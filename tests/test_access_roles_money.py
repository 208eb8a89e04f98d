from datetime import date

from odoo.tests import Form, new_test_user, tagged

from .role_common import RoleCase


@tagged("post_install", "-at_install")
class TestFindingsByRole(RoleCase):
    """Findings belong to the rule engine; people only justify."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.small_project = cls._create_project("planned", planned_participants=1)
        cls.env.flush_all()
        cls.finding = cls.small_project.finding_ids

    def test_nobody_creates_or_deletes_a_finding(self):
        for role in self.users:
            with self.subTest(role=role), self.assertForbidden():
                self._as(role, self.finding).create(
                    {
                        "requirement_id": self.env.ref("justiq.phase2_s5").id,
                        "res_model": "justiq.micro.project",
                        "res_id": self.small_project.id,
                        "grant_id": self.grant.id,
                        "message": "Invented",
                    }
                )
            with self.subTest(role=role), self.assertForbidden():
                self._as(role, self.finding).unlink()

    def test_nobody_resolves_rewrites_or_signs_a_finding(self):
        for values in (
            {"state": "resolved"},
            {"state": "justified", "justification": "Done", "justified_by_id": self.users["coordinator"].id},
            {"message": "Harmless"},
            {"value": 12.0},
            {"res_id": self.project.id},
        ):
            for role in ("team_lead", "coordinator"):
                with self.subTest(role=role, values=values), self.assertForbidden():
                    self._as(role, self.finding).write(values)

    def test_team_lead_and_coordinator_justify_in_their_own_name(self):
        for role in ("team_lead", "coordinator"):
            with self.subTest(role=role):
                self._as(role, self.finding).justification = f"Seen by {role}."
                self.assertEqual(self.finding.state, "justified")
                self.assertEqual(self.finding.justified_by_id, self.users[role])

    def test_nobody_else_justifies(self):
        for role in ("case_worker", "finance", "auditor", "privacy_officer", "manager"):
            with self.subTest(role=role), self.assertForbidden():
                self._as(role, self.finding).justification = "Fine with me."

    def test_team_lead_justifies_and_approves_in_the_dialog(self):
        action = self._as("team_lead", self.small_project).action_approve()
        wizards = self.env["justiq.finding.justify"].with_user(self.users["team_lead"])
        form = Form(wizards.with_context(**action["context"]))
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.message, self.finding.message)
            line.justification = "Two more join after the holidays."
        form.save().action_confirm()
        self.assertEqual(self.small_project.state, "approved")
        self.assertEqual(self.finding.state, "justified")


@tagged("post_install", "-at_install")
class TestMoneyByRole(RoleCase):
    def test_finance_and_coordinator_plan_the_budget(self):
        for role in ("finance", "coordinator"):
            line = self._as(role, self.line).create(
                {
                    "funding_year_id": self._year(2020).id,
                    "baustein_id": self.bausteine["MP"].id,
                    "cost_category_id": self.category.id,
                    "planned_amount": 1000.0,
                }
            )
            self.assertEqual(line.esf_amount, 600.0)
            line.planned_amount = 500.0
            self.env.flush_all()
            self.assertEqual(line.esf_amount, 300.0)
            line.unlink()

    def test_finance_sees_nothing_of_cases(self):
        for record in (self.own_case, self.own_enrolment, self.own_participation):
            with self.assertForbidden():
                self._as("finance", record).search([])

    def test_case_worker_sees_no_money(self):
        with self.assertForbidden():
            self._as("case_worker", self.line).search([])
        with self.assertForbidden():
            self._as("case_worker", self.project).read(["budget_line_ids"])

    def test_manager_changes_rules_but_no_budget(self):
        self._as("manager", self.env.ref("justiq.phase2_s19")).value_max = 60000.0
        with self.assertForbidden():
            self._as("manager", self.line).planned_amount = 1.0

    def test_coordinator_changes_no_rule(self):
        with self.assertForbidden():
            self._as("coordinator", self.env.ref("justiq.phase2_s19")).value_max = 60000.0


@tagged("post_install", "-at_install")
class TestSeveralRoles(RoleCase):
    """A second role adds what it may do, and widens nothing of the first."""

    def assertOnlyReads(self, user, record):
        as_user = record.with_user(user)
        self.assertTrue(as_user.has_access("read"))
        self.assertFalse(as_user.has_access("write"))
        self.assertFalse(as_user.has_access("unlink"))

    def test_case_worker_and_coordinator_writes_no_enrolments_of_colleagues(self):
        user = self._user("case_worker", "coordinator")
        for own, foreign, change in (
            (self.own_enrolment, self.colleagues_enrolment, {"date_exit": date(2020, 12, 1)}),
            (self.own_participation, self.colleagues_participation, {"date_end": date(2020, 12, 1)}),
        ):
            own.with_user(user).write(change)
            self.assertOnlyReads(user, foreign)
            with self.assertForbidden():
                foreign.with_user(user).write(change)

    def test_case_worker_and_coordinator_reads_no_file_or_name_of_colleagues(self):
        user = self._user("case_worker", "coordinator")
        self.assertFalse(self.colleagues_case.with_user(user).has_access("read"))
        participation = self.colleagues_participation.with_user(user)
        self.assertEqual(participation.participant_name, self.colleagues_case.reference)
        self.assertEqual(self.own_participation.with_user(user).participant_name, "Muster, Mia")

    def test_case_worker_and_coordinator_creates_no_enrolment_for_colleagues(self):
        user = self._user("case_worker", "coordinator")
        grant = self._create_grant(name="Another grant")
        with self.assertForbidden():
            self.env["justiq.enrolment"].with_user(user).create(
                {"case_file_id": self.colleagues_case.id, "grant_id": grant.id, "date_entry": date(2020, 1, 15)}
            )

    def test_case_worker_and_auditor_writes_only_what_a_case_worker_writes(self):
        user = self._user("case_worker", "auditor")
        self.assertTrue(self.own_enrolment.with_user(user).has_access("write"))
        self.assertOnlyReads(user, self.colleagues_enrolment)
        self.assertOnlyReads(user, self.colleagues_participation)
        self.assertOnlyReads(user, self.line)

    def test_auditor_and_coordinator_still_sees_no_names(self):
        user = self._user("auditor", "coordinator")
        self.assertOnlyReads(user, self.own_enrolment)
        self.assertEqual(self.own_participation.with_user(user).participant_name, self.own_case.reference)

    def test_finance_and_case_worker_reads_no_enrolments_of_colleagues(self):
        user = self._user("case_worker", "finance")
        self.assertTrue(self.own_enrolment.with_user(user).has_access("write"))
        self.assertFalse(self.colleagues_enrolment.with_user(user).has_access("read"))
        self.assertTrue(self.line.with_user(user).has_access("write"))

    def test_manager_and_privacy_officer_gains_no_cases(self):
        user = self._user("manager", "privacy_officer", "finance")
        for record in (self.own_case, self.own_enrolment, self.own_participation):
            self.assertFalse(record.with_user(user).has_access("read"), record._name)

    def test_administrator_of_odoo_has_nothing(self):
        user = new_test_user(self.env, login="administrator", groups="base.group_system,base.group_erp_manager")
        for record in (self.own_case, self.own_enrolment, self.project, self.line, self.grant, self.programme):
            for operation in ("read", "write", "create", "unlink"):
                self.assertFalse(record.with_user(user).has_access(operation), (record._name, operation))

    def test_administrator_of_the_installation_gets_no_case_role(self):
        for xmlid in ("base.user_admin", "base.user_root"):
            names = self.env.ref(xmlid).all_group_ids.get_external_id().values()
            self.assertFalse([name for name in names if name.startswith("justiq.")], xmlid)

from datetime import datetime

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestFinding(JustiqCommon):
    """Who justifies a deviation, what the server records, and what waits for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project("planned", planned_participants=1)
        cls.finding = cls.project.finding_ids

    def _as(self, role, record=None):
        return (record or self.finding).with_user(self.users[role])

    def test_fixture_has_one_open_finding(self):
        self.assertEqual(self.finding.requirement_id.code, "S4")
        self.assertEqual(self.finding.state, "open")
        self.assertEqual(self.finding.res_name, "Farbe im Quartier")

    # ------------------------------------------------------------
    # Who justifies
    # ------------------------------------------------------------

    def test_team_lead_and_coordination_justify(self):
        for role, now in (("team_lead", "2020-02-03 04:05:06"), ("coordinator", "2020-02-04 05:06:07")):
            with self.subTest(role=role), freeze_time(now):
                self._as(role).justification = f"Written by the {role}."
                self.assertEqual(self.finding.state, "justified")
                self.assertEqual(self.finding.justified_by_id, self.users[role])
                self.assertEqual(self.finding.justified_at, datetime.fromisoformat(now))
                self.assertEqual(self.finding.justification, f"Written by the {role}.")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_else_justifies(self):
        for role in ("case_worker", "finance", "auditor", "privacy_officer", "manager"):
            with self.subTest(role=role), self.assertRefused(error=AccessError):
                self._as(role).write({"justification": "I say so."})
        self.assertEqual(self.finding.state, "open")

    def test_findings_of_another_provider_are_out_of_reach(self):
        company = self.env["res.company"].create({"name": "Another provider"})
        self.users["team_lead"].write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRefused(error=AccessError):
            self._as("team_lead").justification = "I say so."

    # ------------------------------------------------------------
    # Nothing but the justification
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_anything_else(self):
        other_rule = self.env.ref("justiq.phase2_s5")
        for values in (
            {"state": "justified"},
            {"state": "resolved"},
            {"message": "All is well."},
            {"value": 12},
            {"requirement_id": other_rule.id},
            {"res_id": 1},
            {"res_model": "justiq.grant"},
            {"grant_id": self._create_grant(name="Other grant").id},
            {"justified_by_id": self.users["coordinator"].id},
            {"justified_at": "2019-01-01 00:00:00"},
            {"justification": "I say so.", "justified_by_id": self.users["coordinator"].id},
            {"justification": "I say so.", "state": "resolved"},
        ):
            for role in ("team_lead", "coordinator", "manager"):
                with self.subTest(values=values, role=role), self.assertRefused(error=AccessError):
                    self._as(role).write(values)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_creates_or_deletes_findings(self):
        values = {
            "requirement_id": self.env.ref("justiq.phase2_s5").id,
            "res_model": self.project._name,
            "res_id": self.project.id,
            "grant_id": self.grant.id,
            "message": "Invented",
        }
        for role in self.users:
            with self.subTest(role=role):
                with self.assertRefused(error=AccessError):
                    self.env["justiq.finding"].with_user(self.users[role]).create(values)
                with self.assertRefused(error=AccessError):
                    self._as(role).unlink()

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_what_belongs_to_a_justification(self):
        self.env.flush_all()
        with self.assertRefused(error=IntegrityError):
            self.env.cr.execute("UPDATE justiq_finding SET state = 'justified' WHERE id = %s", (self.finding.id,))
        with self.assertRefused(error=IntegrityError):
            self.finding.copy()

    # ------------------------------------------------------------
    # What can be justified
    # ------------------------------------------------------------

    def test_empty_justification_is_none(self):
        for empty in ("", False, "  \n "):
            with self.subTest(justification=empty):
                self._as("team_lead").justification = "There is a reason."
                self._as("team_lead").justification = empty
                self.assertEqual(self.finding.state, "open")
                self.assertFalse(self.finding.justification)
                self.assertFalse(self.finding.justified_by_id)
                self.assertFalse(self.finding.justified_at)

    def test_justification_is_trimmed(self):
        self._as("team_lead").justification = "  There is a reason.\n"
        self.assertEqual(self.finding.justification, "There is a reason.")

    def test_blocking_rules_cannot_be_justified(self):
        self.grant.state = "running"
        self.env.flush_all()
        finding = self.grant.finding_ids
        self.assertEqual(finding.requirement_id.code, "S21")
        self.assertFalse(finding.is_justifiable)
        with self.assertRefused("S21", "cannot be justified"):
            self._as("team_lead", finding).justification = "We did not get to it."
        self.env.ref("justiq.phase2_s21").enforcement = "warn"
        self._as("team_lead", finding).justification = "The funder has agreed."

    def test_resolved_findings_cannot_be_justified(self):
        self.project.planned_participants = 2
        self.env.flush_all()
        self.assertEqual(self.finding.state, "resolved")
        with self.assertRefused("S4", "cannot be justified"):
            self._as("team_lead").justification = "Too late."

    # ------------------------------------------------------------
    # What waits for it
    # ------------------------------------------------------------

    def test_approval_is_refused_until_justified(self):
        project = self._as("team_lead", self.project)
        with self.assertRefused("S4", "1 participants are planned"):
            project.state = "approved"
        self._as("team_lead").justification = "One young person with great needs."
        project.state = "approved"

    def test_every_open_finding_is_named(self):
        self.project.competence_ids = False
        with self.assertRefused("S4", "S5"):
            self.project.state = "approved"
        self._as("team_lead").justification = "One young person with great needs."
        with self.assertRefused("S5") as refused:
            self.project.state = "approved"
        self.assertNotIn("S4", str(refused.exception))

    def test_approval_is_refused_where_the_same_save_opens_the_finding(self):
        project = self._create_project("planned", name="Without deviation")
        with self.assertRefused("S4"):
            project.write({"state": "approved", "planned_participants": 1})

    def test_approval_button_asks_for_the_justification(self):
        project = self._as("team_lead", self.project)
        action = project.action_approve()
        self.assertEqual(action["res_model"], "justiq.finding.justify")
        self.assertEqual(project.state, "planned")
        self._as("team_lead").justification = "One young person with great needs."
        self.assertTrue(project.action_approve())
        self.assertEqual(project.state, "approved")

    def test_justified_finding_opens_again_with_another_number(self):
        self._as("team_lead").justification = "One young person with great needs."
        self.project.planned_participants = 0
        self.env.flush_all()
        self.assertEqual(self.finding.state, "open")
        with self.assertRefused("S4", "0 participants are planned"):
            self.project.state = "approved"

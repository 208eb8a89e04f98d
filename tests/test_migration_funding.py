from odoo.modules.migration import exec_script
from odoo.tests import tagged
from odoo.tools import file_path

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestMigrationFunding(JustiqCommon):
    """What 19.0.1.0.0 left behind works on."""

    def _migrate(self):
        script = file_path("justiq/migrations/19.0.2.0.0/post-funding.py")
        exec_script(self.env.cr, "19.0.1.0.0", script, "justiq", "post", "19.0.2.0.0")
        self.env.invalidate_all()

    def test_approved_years_keep_their_plan_as_version_one(self):
        approved, draft = self._year(2020), self._year(2021)
        self._create_budget_line(approved, 5000.0)
        approved.state = "approved"
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM justiq_plan_version")
        self.env.invalidate_all()
        self._migrate()
        self.assertEqual(approved.plan_version_ids.mapped("number"), [1])
        self.assertEqual(approved.plan_version_ids.planned_amount, 5000.0)
        self.assertFalse(draft.plan_version_ids)
        self._migrate()
        self.assertEqual(len(approved.plan_version_ids), 1)

    def test_grants_and_micro_projects_get_their_accounts(self):
        project = self._create_project()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM account_analytic_account WHERE justiq_grant_id = %s", (self.grant.id,))
        self.env.invalidate_all()
        self._migrate()
        self.assertEqual(len(self._project_account(project)), 1)
        for baustein in self.grant.baustein_ids:
            self.assertEqual(len(self._account(baustein)), 1)

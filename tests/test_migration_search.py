from odoo.modules.migration import exec_script
from odoo.tests import tagged
from odoo.tools import file_path

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestMigrationSearch(JustiqCommon):
    def test_duplicates_from_before_the_update_are_proposed(self):
        twins = self._create_case() + self._create_case()
        proposals = self.env["justiq.case.duplicate"].search([("case_file_id", "in", twins.ids)])
        proposals.unlink()
        script = file_path("justiq/migrations/19.0.2.0.0/post-search.py")
        exec_script(self.env.cr, "19.0.1.0.0", script, "justiq", "post", "19.0.2.0.0")
        found = self.env["justiq.case.duplicate"].search([("case_file_id", "=", twins[0].id)])
        self.assertEqual(found.other_id, twins[1])

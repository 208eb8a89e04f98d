from odoo.modules.migration import exec_script
from odoo.tests import tagged
from odoo.tools import file_path

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestMigrationStatistics(JustiqCommon):
    def test_programmes_from_before_the_update_get_their_indicators(self):
        phases = self.env.ref("justiq.programme_phase1") + self.env.ref("justiq.programme_phase2")
        phases[0].indicator_set_id = False
        phases[1].indicator_set_id = own = self.env["justiq.indicator.set"].create({"name": "Own indicators"})
        script = file_path("justiq/migrations/19.0.2.0.0/post-statistics.py")
        exec_script(self.env.cr, "19.0.1.0.0", script, "justiq", "post", "19.0.2.0.0")
        self.assertEqual(phases.mapped("indicator_set_id"), self.env.ref("justiq.indicators_esf_2014") + own)

from odoo.modules.migration import exec_script
from odoo.tests import tagged
from odoo.tools import SQL, file_path

from .test_funder_report import FunderReportCommon

VERSION = "19.0.4.0.0"


@tagged("post_install", "-at_install")
class TestMigrationPublic(FunderReportCommon):
    """Proofs of use are not for the public any more, and can still be saved."""

    def test_open_proofs_of_use_lose_the_tick(self):
        proof, statistics = self._report("financial"), self._report("statistics")
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE justiq_funder_report SET is_for_outside = true WHERE id IN %s", (proof.id, statistics.id))
        )
        script = file_path(f"justiq/migrations/{VERSION}/post-public.py")
        exec_script(self.env.cr, "19.0.3.0.0", script, "justiq", "post", VERSION)
        self.env.invalidate_all()
        self.assertEqual((proof.is_for_outside, statistics.is_for_outside), (False, True))
        proof.remark = "Saved again"

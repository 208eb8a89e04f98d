from datetime import date

from odoo.modules.migration import exec_script
from odoo.tests import tagged
from odoo.tools import file_path

from .test_voucher import VoucherCommon


@tagged("post_install", "-at_install")
class TestMigrationBooks(VoucherCommon):
    """What has no amount yet is not paid; what has one stays as it is."""

    def test_vouchers_without_an_amount_are_not_paid(self):
        values = {"justiq_cost_category_id": self.fees.id, "justiq_payment_date": date(2020, 3, 1)}
        zero, paid = (self._from_accounting(amount, **values) for amount in (0.0, 50.0))
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_analytic_line SET justiq_state = 'paid' WHERE id = ANY(%s)", (zero.ids,))
        self.env.invalidate_all()
        script = file_path("justiq/migrations/19.0.4.0.0/post-books.py")
        exec_script(self.env.cr, "19.0.3.0.0", script, "justiq", "post", "19.0.4.0.0")
        self.env.invalidate_all()
        self.assertEqual((zero.justiq_state, paid.justiq_state), ("incomplete", "paid"))

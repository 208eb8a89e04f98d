import base64
from datetime import date

from odoo import Command
from odoo.tests import tagged

from .test_voucher_accounting import BillCommon

SCAN = base64.b64encode(b"%PDF-1.4 scan")


@tagged("post_install", "-at_install", "accounting")
class TestVoucherSetAside(BillCommon):
    """A bill that is reset and posted again keeps what finance had added to its vouchers."""

    def _post_again(self, bill):
        bill.button_draft()
        self.assertFalse(self._vouchers())
        bill.action_post()
        return self._vouchers()

    def test_what_finance_had_added_comes_back(self):
        bill = self._bill()
        values = {
            "justiq_cost_category_id": self.fees.id,
            "justiq_eligible_share": 0.0,
            "justiq_reason": "Paint for the wall",
            "justiq_payee": "Schmidt",
            "justiq_voucher_number": "B 17/2020",
            "justiq_payment_date": date(2020, 3, 18),
            "justiq_document_name": "bill.pdf",
        }
        self._vouchers().write({**values, "justiq_document": SCAN})
        voucher = self._post_again(bill)
        self.assertRecordValues(voucher, [values])
        self.assertEqual(voucher.justiq_document, SCAN)
        self.assertEqual(voucher.justiq_state, "paid")

    def test_each_line_of_a_bill_gets_back_its_own(self):
        bill = self._bill(lines=2)
        vouchers = self._vouchers()
        for number, voucher in enumerate(vouchers):
            voucher.justiq_reason = f"Reason {number}"
        reasons = {voucher.sudo().move_line_id: voucher.justiq_reason for voucher in vouchers}
        again = self._post_again(bill)
        self.assertEqual({voucher.sudo().move_line_id: voucher.justiq_reason for voucher in again}, reasons)

    def test_what_the_bill_itself_says_it_says_anew(self):
        bill = self._bill()
        self._vouchers().justiq_cost_category_id = self.fees
        bill.button_draft()
        bill.ref = "B 71"
        bill.action_post()
        voucher = self._vouchers()
        self.assertEqual((voucher.justiq_voucher_number, voucher.justiq_cost_category_id), ("B 71", self.fees))

    def test_what_the_rules_no_longer_allow_does_not_come_back(self):
        bill = self._bill()
        self._vouchers().write({"justiq_cost_category_id": self.fees.id, "justiq_reason": "Paint for the wall"})
        bill.button_draft()
        self.line.unlink()
        self.env["justiq.flat.rate"].create(
            {
                "grant_id": self.grant.id,
                "cost_category_id": self.fees.id,
                "rate": 5.0,
                "base_category_ids": [Command.set(self.env.ref("justiq.cost_staff").ids)],
            }
        )
        bill.action_post()
        self.assertRecordValues(
            self._vouchers(), [{"justiq_cost_category_id": False, "justiq_reason": "Paint for the wall"}]
        )

    def test_nothing_comes_back_into_a_closed_grant(self):
        bill = self._bill()
        self._vouchers().justiq_cost_category_id = self.fees
        bill.button_draft()
        # Closing asks for more than this test has.
        self.env.cr.execute("UPDATE justiq_grant SET state = 'closed' WHERE id = %s", self.grant.ids)
        self.grant.invalidate_recordset()
        bill.action_post()
        self.assertFalse(self._vouchers().justiq_cost_category_id)

    def test_a_payment_of_the_accounting_does_not_come_back(self):
        bill = self._bill()
        self._pay(bill)
        self.assertEqual(self._vouchers().justiq_payment_date, date(2020, 3, 20))
        bill.line_ids.remove_move_reconcile()
        self.assertFalse(self._post_again(bill).justiq_payment_date)

    def test_nobody_reads_what_is_set_aside(self):
        bill = self._bill()
        self._vouchers().justiq_reason = "Paint for the wall"
        bill.button_draft()
        account = self.account.with_user(self.accountant)
        self.assertTrue(self.account.sudo().justiq_set_aside)
        self.assertNotIn("justiq_set_aside", account.fields_get())

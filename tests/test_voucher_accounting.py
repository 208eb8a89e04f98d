from datetime import date

from odoo import Command
from odoo.tests import new_test_user, tagged

from .test_voucher import VoucherCommon


class BillCommon(VoucherCommon):
    """Bills of Odoo's accounting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env, "accountant", groups="account.group_account_user", company_id=cls.company.id
        )
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading("generic_coa", company=cls.company, install_demo=False)
        cls.vendor = cls.env["res.partner"].create({"name": "Farben Schmidt"})

    def _bill(self, amount=120.0, share=100.0, lines=1, **values):
        bill = (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "move_type": "in_invoice",
                    "partner_id": self.vendor.id,
                    "ref": "B 17",
                    "invoice_date": date(2020, 3, 1),
                    "date": date(2020, 3, 1),
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Spray paint",
                                "price_unit": amount,
                                "tax_ids": [],
                                "analytic_distribution": {str(self.account.id): share},
                            }
                        )
                    ]
                    * lines,
                    **values,
                }
            )
        )
        bill.action_post()
        return bill

    def _vouchers(self):
        return (
            self.env["account.analytic.line"].with_user(self.finance).search([("justiq_grant_id", "=", self.grant.id)])
        )

    def _pay(self, bill, day=date(2020, 3, 20), amount=None):
        values = {"payment_date": day, **({"amount": amount} if amount else {})}
        wizard = self.env["account.payment.register"].with_user(self.accountant)
        context = {"active_model": "account.move", "active_ids": bill.ids}
        return wizard.with_context(**context).create(values)._create_payments()


@tagged("post_install", "-at_install", "accounting")
class TestVoucherAccounting(BillCommon):
    """Bills of Odoo's accounting (module `account`) become vouchers: a stage of its own, where it is installed."""

    def test_posted_bill_is_in_the_list_of_finance(self):
        self._bill()
        voucher = self._vouchers()
        self.assertEqual((voucher.justiq_amount, voucher.justiq_payee), (120.0, "Farben Schmidt"))
        self.assertFalse(voucher.justiq_by_hand)
        voucher.write({"justiq_cost_category_id": self.fees.id, "justiq_payment_date": date(2020, 3, 20)})
        self.assertEqual(self.line.spent_amount, 120.0)

    def test_the_bill_says_number_date_and_due_date(self):
        bill = self._bill()
        voucher = self._vouchers()
        self.assertEqual((voucher.justiq_voucher_number, voucher.justiq_voucher_date), ("B 17", date(2020, 3, 1)))
        self.assertEqual(voucher.justiq_due_date, bill.invoice_date_due)
        voucher.justiq_voucher_number = "B 17/2020"
        self.assertEqual(voucher.justiq_voucher_number, "B 17/2020")

    def test_the_payment_date_comes_and_goes_with_the_payment(self):
        bill = self._bill()
        voucher = self._vouchers()
        voucher.justiq_cost_category_id = self.fees
        self.assertFalse(voucher.justiq_payment_date)
        self._pay(bill)
        self.assertEqual((voucher.justiq_payment_date, voucher.justiq_state), (date(2020, 3, 20), "paid"))
        self.assertEqual(self.line.spent_amount, 120.0)
        with self.assertRefused("Correct the payment there"):
            voucher.justiq_payment_date = date(2020, 3, 21)
        bill.line_ids.remove_move_reconcile()
        self.assertFalse(voucher.justiq_payment_date)

    def test_a_part_of_the_bill_is_no_payment_of_the_voucher(self):
        bill = self._bill()
        self._pay(bill, amount=20.0)
        self.assertFalse(self._vouchers().justiq_payment_date)
        self._pay(bill, date(2020, 4, 6))
        self.assertEqual(self._vouchers().justiq_payment_date, date(2020, 4, 6))

    def test_a_day_that_finance_has_entered_stays_until_the_accounting_knows_better(self):
        bill = self._bill()
        self._vouchers().justiq_payment_date = date(2020, 3, 18)
        self._pay(bill, amount=20.0)
        self.assertEqual(self._vouchers().justiq_payment_date, date(2020, 3, 18))
        self._pay(bill)
        self.assertEqual(self._vouchers().justiq_payment_date, date(2020, 3, 20))

    def test_a_payment_outside_the_grant_is_not_refused_in_the_accounting(self):
        bill = self._bill()
        self._pay(bill, date(2031, 3, 20))
        voucher = self._vouchers()
        self.assertFalse(voucher.justiq_payment_date)
        self.assertIn("outside the period", voucher.justiq_hint)

    def test_half_of_a_bill_is_half_a_voucher(self):
        self._bill(share=50.0)
        self.assertEqual(self._vouchers().justiq_amount, 60.0)

    def test_reset_bill_takes_its_voucher_back(self):
        bill = self._bill()
        self._vouchers().write({"justiq_cost_category_id": self.fees.id, "justiq_payment_date": date(2020, 3, 20)})
        bill.button_draft()
        self.assertFalse(self._vouchers())
        self.assertEqual(self.line.spent_amount, 0.0)

    def test_accountant_without_a_role_of_ours_works_on(self):
        self._bill()
        items = self.env["account.analytic.line"].with_user(self.accountant)
        self.assertTrue(items.search([("auto_account_id", "=", self.account.id)]))

    def test_accountant_who_is_finance_too_sees_all_items(self):
        self.accountant.group_ids = [Command.link(self.env.ref("justiq.group_finance").id)]
        other = self.env["account.analytic.line"].create(
            {"name": "Toys", "amount": -5.0, "account_id": self._create_department().id}
        )
        self.assertEqual(other.with_user(self.accountant).search([("id", "=", other.id)]), other)

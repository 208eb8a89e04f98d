from datetime import date

from odoo import Command
from odoo.tests import tagged

from .test_voucher_accounting import BillCommon


@tagged("post_install", "-at_install", "accounting")
class TestVoucherBooks(BillCommon):
    """What the accounting says of a voucher beyond its bill: exchange rates, taxes, cash, equal lines."""

    def _bill_in_pounds(self, rate_later):
        pounds = self.env.ref("base.GBP")
        pounds.active = True
        rates = ((date(2020, 1, 1), 0.80), (date(2020, 3, 15), rate_later))
        pounds.rate_ids = [
            Command.clear(),
            *(Command.create({"name": day, "rate": rate, "company_id": self.company.id}) for day, rate in rates),
        ]
        return self._bill(100.0, currency_id=pounds.id)

    def test_difference_of_the_exchange_rate_is_no_payment(self):
        bill = self._bill_in_pounds(rate_later=0.90)
        self._pay(bill)
        voucher = self._vouchers()
        self.assertEqual((voucher.justiq_amount, voucher.justiq_payment_date), (125.0, date(2020, 3, 20)))

    def test_more_or_less_paid_than_booked_is_said(self):
        for rate, paid in ((0.90, "111.11"), (0.64, "156.25")):
            with self.subTest(rate):
                bill = self._bill_in_pounds(rate_later=rate)
                voucher = self._vouchers().filtered(lambda line, bill=bill: line.sudo().move_line_id.move_id == bill)
                self.assertNotIn("exchange rate", voucher.justiq_hint)
                self._pay(bill)
                voucher.invalidate_recordset()
                self.assertIn("125.00", voucher.justiq_hint)
                self.assertIn(paid, voucher.justiq_hint)

    def _tax(self, analytic):
        return self.env["account.tax"].create(
            {"name": f"15 % {analytic}", "amount": 15.0, "type_tax_use": "purchase", "analytic": analytic}
        )

    def _bill_with(self, tax):
        bill = self._bill(100.0)
        bill.button_draft()
        bill.invoice_line_ids.tax_ids = tax
        bill.action_post()

    def test_tax_that_is_not_charged_to_the_grant_is_said(self):
        tax = self._tax(analytic=False)
        account = self.env["account.account"].search(
            [("account_type", "=", "asset_current"), ("company_ids", "in", self.company.ids)], limit=1
        )
        lines = tax.invoice_repartition_line_ids.filtered(lambda line: line.repartition_type == "tax")
        lines.write({"account_id": account.id, "use_in_tax_closing": True})
        self._bill_with(tax)
        voucher = self._vouchers()
        self.assertEqual(voucher.justiq_amount, 100.0)
        self.assertIn("15.00", voucher.justiq_hint)
        self.assertIn("Include in Analytic Cost", voucher.justiq_hint)

    def test_tax_that_is_charged_to_the_grant_is_not_worth_a_word(self):
        self._bill_with(self._tax(analytic=True))
        vouchers = self._vouchers()
        self.assertEqual(sum(vouchers.mapped("justiq_amount")), 115.0)
        self.assertFalse([hint for hint in vouchers.mapped("justiq_hint") if "Analytic" in hint])

    def test_equal_lines_of_one_bill_are_no_doubles(self):
        self._bill(lines=2)
        self.assertEqual(self._vouchers().mapped("justiq_is_double"), [False, False])

    def test_a_bill_cut_over_bausteine_is_no_double(self):
        bausteine = self.account | self._account(self.bausteine["ASJ"]) | self._account(self.bausteine["MP"])
        bill = self._bill(100.0)
        shares = zip(bausteine, (33.33, 33.33, 33.34), strict=True)
        bill.invoice_line_ids.analytic_distribution = {str(account.id): share for account, share in shares}
        vouchers = self._vouchers()
        self.assertEqual(sorted(vouchers.mapped("justiq_amount")), [33.33, 33.33, 33.34])
        self.assertEqual(vouchers.mapped("justiq_is_double"), [False] * 3)

    def test_a_bill_entered_twice_is_a_double(self):
        self._bill(lines=2)
        self._bill()
        vouchers = self._vouchers()
        self.assertEqual(vouchers.mapped("justiq_is_double"), [True] * 3)
        self.assertEqual(vouchers.search([("justiq_is_double", "=", True)]), vouchers)

    def test_a_blank_in_the_number_of_a_bill_hides_no_double(self):
        self._bill(ref="B  17 ")
        self._bill()
        self.assertEqual(self._vouchers().mapped("justiq_is_double"), [True, True])

    def _entry(self, account_type):
        journal = self.env["account.journal"].search([("type", "=", "general"), ("company_id", "=", self.company.id)])[
            :1
        ]
        accounts = self.env["account.account"].search([("company_ids", "in", self.company.ids)])
        costs, other = (
            accounts.filtered(lambda one, kind=kind: one.account_type == kind)[0] for kind in ("expense", account_type)
        )
        charged = {"analytic_distribution": {str(self.account.id): 100.0}}
        lines = [
            Command.create({"name": "Bus tickets", "account_id": costs.id, "debit": 12.5, **charged}),
            Command.create({"account_id": other.id, "credit": 12.5}),
        ]
        entry = self.env["account.move"].create(
            {"journal_id": journal.id, "ref": "Kasse 5", "date": date(2020, 4, 2), "line_ids": lines}
        )
        entry.action_post()
        return self._vouchers()

    def test_cash_entry_says_number_and_payment_date(self):
        voucher = self._entry("asset_cash")
        self.assertEqual((voucher.justiq_voucher_number, voucher.justiq_voucher_date), ("Kasse 5", date(2020, 4, 2)))
        self.assertEqual(voucher.justiq_payment_date, date(2020, 4, 2))

    def test_entry_without_cash_is_not_paid(self):
        voucher = self._entry("liability_current")
        self.assertEqual((voucher.justiq_voucher_number, voucher.justiq_payment_date), ("Kasse 5", False))

    def test_what_was_paid_in_part_has_a_row_in_the_proof(self):
        later = self._year(2021)
        bill = self._bill(100.0)
        self._pay(bill, date(2020, 12, 20), amount=40.0)
        amounts = self._books(self.year)
        self.assertEqual((amounts["listed"], amounts["part_paid"]), ("0.00", "40.00"))
        self._pay(bill, date(2021, 1, 10))
        self.assertEqual(self._books(self.year)["part_paid"], "40.00")
        self.assertNotIn("part_paid", self._books(later))
        self.assertEqual(self._books(later)["listed"], "100.00")

    def _books(self, year):
        report = self.env["justiq.funder.report"].create(
            {"kind": "financial", "grant_id": self.grant.id, "funding_year_id": year.id}
        )
        tables = [table for section in report._figures() for table in section["tables"] if table["key"] == "vouchers"]
        return {row["key"]: row["cells"]["amount"] for row in tables[0]["rows"]}

from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from .test_funder_report import FunderReportCommon


@tagged("post_install", "-at_install")
class TestReconciliation(FunderReportCommon):
    """From the books to the proof of use: what is not in it has a row of its own, and the rest is a difference."""

    def _book(self, amount, day=date(2020, 4, 1), **values):
        """An analytic item as the provider's accounting makes it; nobody has completed it yet."""
        account = self._account(self.bausteine["CM"])
        column = account.plan_id._column_name()
        values = {"name": "Bill", "amount": -amount, "date": day, column: account.id, **values}
        return self.env["account.analytic.line"].create(values)

    def _amounts(self, table="vouchers", **values):
        rows = self._rows(self._report("financial", **values), "reconciliation", table)
        return {key: Decimal(cells["amount"]) for key, cells in rows.items()}

    def test_every_step_from_the_books_to_the_list_has_its_row(self):
        self._book(250.0)
        self._book(40.0, justiq_payment_date=date(2020, 6, 1), day=date(2021, 1, 8))
        self._book(60.0, justiq_payment_date=date(2019, 6, 1), day=date(2019, 5, 1))
        for voucher in self.env["account.analytic.line"].search([("justiq_by_hand", "=", True)]):
            # Entered by hand, an item is booked on the day of the voucher.
            self.assertEqual(voucher.date, voucher.justiq_voucher_date or voucher.justiq_payment_date)
        self.assertEqual(
            self._amounts(),
            {
                "books": Decimal("1743.33"),  # 1000.00 + 33.33 - 100.00 + 500.00 + 250.00 + 60.00
                "later": Decimal("40.00"),
                "before": Decimal("-60.00"),
                "unpaid": Decimal("-750.00"),  # 500.00 + 250.00
                "rejected": Decimal("-16.66"),  # half of 33.33
                "expected": Decimal("956.67"),
                "listed": Decimal("956.67"),
                "difference": Decimal("0.00"),
            },
        )

    def test_a_payment_after_the_period_changes_nothing_in_it(self):
        before = self._amounts()
        self._book(250.0, justiq_payment_date=date(2021, 2, 1), day=date(2021, 1, 20))
        self.assertEqual(self._amounts(), before)

    def test_money_on_two_grants_at_once_is_a_difference(self):
        """Only one of them can prove it; the other one shows that it was charged to it, too."""
        other = self._create_grant(name="Another grant")
        account = self._account(self.bausteine["CM"], other)
        # The accounting may keep the account in another plan, and so charge one bill to both.
        account.plan_id = self.env["account.analytic.plan"].search([("parent_id", "=", False)])[:1]
        item = self._book(80.0, **{account.plan_id._column_name(): account.id})
        loser = (self.grant | other) - item.justiq_grant_id
        year = self._year(2020, loser)
        amounts = self._amounts(grant_id=loser.id, funding_year_id=year.id)
        self.assertEqual(amounts["difference"], Decimal("80.00"))

    def test_what_the_database_lost_is_a_difference(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_analytic_line SET justiq_grant_id = NULL WHERE id = %s", self.vouchers[0].ids
        )
        self.env.invalidate_all()
        amounts = self._amounts()
        self.assertEqual((amounts["difference"], amounts["listed"]), (Decimal("1000.00"), Decimal("-83.33")))

    def test_what_still_has_to_be_completed_stands_apart(self):
        self._create_budget_line(
            self.year, 600.0, code="CM", planned=1000.0, cost_category_id=self.env.ref("justiq.cost_fees").id
        )
        self._book(250.0, justiq_payment_date=date(2020, 6, 1))
        staff = self._create_voucher(justiq_amount=30.0, justiq_cost_category_id=self.env.ref("justiq.cost_staff").id)
        self.assertFalse(staff.justiq_budget_line_id)
        amounts = self._amounts("spent")
        self.assertEqual((amounts["incomplete"], amounts["off_plan"]), (Decimal("250.00"), Decimal("30.00")))
        self.assertEqual(amounts["listed"] + amounts["flat"], amounts["spent"])

    def test_auditor_opens_the_vouchers_of_each_step(self):
        for row in self._table(self._report("financial"), "reconciliation", "vouchers")["rows"]:
            if row["key"] in ("unpaid", "rejected"):
                vouchers = self.env["account.analytic.line"].with_user(self.auditor).search(row["drill"]["domain"])
                names = ("justiq_amount", "justiq_eligible_amount") if row["key"] == "rejected" else ("justiq_amount",)
                amounts = [sum(vouchers.mapped(name)) for name in names]
                self.assertAlmostEqual(amounts[0] - sum(amounts[1:]), -float(row["cells"]["amount"]))

    def test_money_of_a_call_without_a_line_of_the_funder_is_a_difference(self):
        self._create_financing_line(self.year, "municipality_cash", 1000.0, received_amount=300.0)
        call = self.env["justiq.fund.call"].create(
            {"grant_id": self.grant.id, "date_start": date(2020, 3, 1), "extra_amount": 9000.0}
        )
        call.action_send()
        call.write({"state": "received", "received_on": date(2020, 3, 5), "received_amount": 4000.0})
        amounts = self._amounts("income")
        self.assertEqual(
            amounts,
            {
                "calls": Decimal("4000.00"),
                "others": Decimal("300.00"),
                "proved": Decimal("300.00"),
                "difference": Decimal("4000.00"),
            },
        )
        self._create_financing_line(self.year, "esf", 5000.0)
        self.assertEqual(self._amounts("income")["difference"], Decimal("0.00"))

from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .test_funder_report import FunderReportCommon


@tagged("post_install", "-at_install")
class TestFinancingReceipt(FunderReportCommon):
    """Income of other sources with day, payer and single amount, as the list of vouchers has to name it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = cls._create_financing_line(cls.year, "municipality_cash", 400.0)

    def _receive(self, amount, day, user=None, **values):
        return (
            self.env["justiq.financing.receipt"]
            .with_user(user or self.finance)
            .create(
                {"financing_line_id": self.line.id, "date": day, "payer": "City treasury", "amount": amount, **values}
            )
        )

    def test_finance_enters_receipts_and_the_line_is_their_sum(self):
        first = self._receive(100.0, date(2020, 3, 1))
        self._receive(50.05, date(2020, 2, 1))
        self.assertEqual((self.line.received_amount, self.year.received_amount), (150.05, 150.05))
        first.amount = 99.95
        self.assertEqual(self.line.received_amount, 150.0)
        first.unlink()
        self.assertEqual(self.line.received_amount, 50.05)

    def test_receipt_moves_to_another_line(self):
        other = self._create_financing_line(self.year, "third_party", 100.0)
        receipt = self._receive(100.0, date(2020, 3, 1))
        receipt.financing_line_id = other
        self.assertEqual((self.line.received_amount, other.received_amount), (0.0, 100.0))

    def test_sum_is_not_entered_beside_the_receipts(self):
        self._receive(100.0, date(2020, 3, 1))
        with self.assertRefused("sum of the receipts"):
            self.line.with_user(self.finance).received_amount = 5.0
        with self.assertRefused("receipts"):
            self.line.unlink()

    def test_amount_without_a_day_is_not_lost(self):
        self.line.received_amount = 250.0
        with self.assertRefused("250.00", "without a day"):
            self._receive(100.0, date(2020, 3, 1))
        self.assertEqual(self.line.received_amount, 250.0)
        self.line.received_amount = 0.0
        self._receive(100.0, date(2020, 3, 1))

    def test_line_from_the_context_is_checked_like_any_other(self):
        receipts = (
            self.env["justiq.financing.receipt"]
            .with_user(self.finance)
            .with_context(default_financing_line_id=self.line.id)
        )
        values = {"date": date(2020, 3, 1), "payer": "City treasury", "amount": 100.0}
        self.line.received_amount = 250.0
        with self.assertRefused("250.00", "without a day"):
            receipts.create(values)
        self.line.received_amount = 0.0
        receipts.create([values, values])
        self.assertEqual(self.line.received_amount, 200.0)
        self.env.cr.execute("UPDATE justiq_grant SET state = 'closed' WHERE id = %s", (self.grant.id,))
        self.env.invalidate_all()
        with self.assertRefused("closed"):
            receipts.create(values)

    def test_money_of_a_call_takes_no_receipt(self):
        self.line = self._create_financing_line(self.year, "esf", 600.0)
        call = self.env["justiq.fund.call"].create(
            {"grant_id": self.grant.id, "date_start": date(2020, 3, 1), "extra_amount": 100.0}
        )
        with self.assertRefused("calls for funds"):
            self._receive(100.0, date(2020, 3, 1))
        call.action_send()
        call.action_receive()
        with self.assertRefused("calls for funds"):
            self._receive(100.0, date(2020, 3, 1))

    def test_line_with_receipts_keeps_its_source(self):
        receipt = self._receive(100.0, date(2020, 3, 1))
        for source in ("esf", "third_party"):
            with self.assertRefused("has receipts"):
                self.line.with_user(self.finance).source = source
        self.line.with_user(self.finance).source = "municipality_cash"  # as it was
        receipt.unlink()
        self.line.with_user(self.finance).source = "esf"

    def test_call_does_not_overwrite_receipts_of_former_times(self):
        self._receive(100.0, date(2020, 3, 1))
        self.env.cr.execute("UPDATE justiq_financing_line SET source = 'esf' WHERE id = %s", (self.line.id,))
        self.env.invalidate_all()
        call = self.env["justiq.fund.call"].create(
            {"grant_id": self.grant.id, "date_start": date(2020, 3, 1), "extra_amount": 100.0}
        )
        call.action_send()
        with self.assertRefused("has receipts"):
            call.write({"state": "received", "received_on": date(2020, 3, 5)})
        self.assertEqual(self.line.received_amount, 100.0)

    def test_receipt_before_the_grant_and_in_a_closed_one_is_refused(self):
        with self.assertRefused("2018-12-31", "2019-01-01"):
            self._receive(100.0, date(2018, 12, 31))
        with freeze_time("2020-02-29"), self.assertRefused("2020-03-01", "still to come"):
            self._receive(100.0, date(2020, 3, 1))
        receipt = self._receive(100.0, date(2020, 3, 1))
        self.env.cr.execute("UPDATE justiq_grant SET state = 'closed' WHERE id = %s", (self.grant.id,))
        self.env.invalidate_all()
        changes = (lambda: self._receive(1.0, date(2020, 3, 1)), lambda: receipt.write({"amount": 1.0}), receipt.unlink)
        for change in changes:
            with self.assertRefused("closed"):
                change()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_team_lead_and_auditor_read_only(self):
        receipt = self._receive(100.0, date(2020, 3, 1))
        for role in ("team_lead", "auditor"):
            self.assertEqual(receipt.with_user(self.users[role]).read(["payer"])[0]["payer"], "City treasury")
            with self.assertRaises(AccessError):
                self._receive(1.0, date(2020, 3, 1), user=self.users[role])

    def test_list_of_vouchers_names_each_receipt_in_time_order(self):
        self._create_financing_line(self.year, "seconded_staff", 100.0, received_amount=80.0)
        self._receive(100.0, date(2020, 3, 1), name="Second instalment")
        self._receive(50.0, date(2020, 2, 1))
        call = self.env["justiq.fund.call"].create(
            {"grant_id": self.grant.id, "date_start": date(2020, 2, 5), "extra_amount": 100.0}
        )
        call.action_send()
        call.write({"state": "received", "received_on": date(2020, 2, 10), "received_amount": 600.0})
        table = self._table(self._report(), "income", "received")
        cells = [row["cells"] for row in table["rows"]]
        self.assertEqual(
            [(row.get("no"), row.get("date"), row.get("payer"), row["amount"]) for row in cells],
            [
                (1, "2020-02-01", "City treasury", "50.00"),
                (2, "2020-02-10", "Funder", "600.00"),
                (3, "2020-03-01", "City treasury", "100.00"),
                (4, None, "", "80.00"),
                (None, None, None, "830.00"),
            ],
        )
        self.assertIn("Second instalment", cells[2]["reason"])
        self.assertIn("without a day", table["remark"])

from datetime import date

from odoo.modules.migration import exec_script
from odoo.tests import tagged
from odoo.tools import file_path

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestMigrationLedger4(JustiqCommon):
    """Codes of cost categories that anybody reads, and money of calls in the funding year of its day."""

    def _migrate(self):
        self.env.flush_all()
        script = file_path("justiq/migrations/19.0.4.0.0/post-ledger.py")
        exec_script(self.env.cr, "19.0.3.0.0", script, "justiq", "post", "19.0.4.0.0")
        self.env.invalidate_all()

    def test_codes_become_numbers_unless_somebody_has_changed_them(self):
        staff, fees, rent = (self.env.ref(f"justiq.cost_{name}") for name in ("staff", "fees", "rent"))
        staff.code, fees.code, rent.code = "STAFF", "H-17", "RENT"
        self.env.flush_all()
        self.env["justiq.cost.category"].create({"name": "Insurance", "code": "5"})
        self._migrate()
        self.assertEqual((staff.code, fees.code, rent.code), ("1", "H-17", "RENT"))

    def test_money_of_calls_moves_to_the_year_of_its_day(self):
        lines = [self._create_financing_line(self._year(number), "esf", 100.0) for number in (2020, 2021)]
        call = self.env["justiq.fund.call"].create(
            {"grant_id": self.grant.id, "date_start": date(2020, 3, 1), "extra_amount": 100.0}
        )
        call.action_send()
        call.write({"state": "received", "received_on": date(2020, 3, 5), "received_amount": 60.0})
        self.env.flush_all()
        for line, amount in zip(lines, (0.0, 60.0), strict=True):
            self.env.cr.execute(
                "UPDATE justiq_financing_line SET received_amount = %s WHERE id = %s", (amount, line.id)
            )
        self.env.invalidate_all()
        self._migrate()
        self.assertEqual([line.received_amount for line in lines], [60.0, 0.0])

    def test_flat_rate_of_what_was_not_planned_is_spent(self):
        self._create_flat_rate(22.0)
        year, staff = self._year(2020), self.env.ref("justiq.cost_staff")
        self._create_voucher(justiq_amount=100.0, justiq_cost_category_id=staff.id)
        self.assertEqual(year.spent_amount, 122.0)
        self.env.flush_all()
        self.env.cr.execute("UPDATE justiq_funding_year SET spent_amount = 100 WHERE id = %s", year.ids)
        self.env.invalidate_all()
        self._migrate()
        self.assertEqual(year.spent_amount, 122.0)

    def test_receipts_of_former_times_stop_nobody_from_updating(self):
        city = self._create_financing_line(self._year(2020), "municipality_cash", 100.0)
        self.env["justiq.financing.receipt"].create(
            {"financing_line_id": city.id, "date": date(2020, 3, 1), "payer": "City", "amount": 7.0}
        )
        call = self.env["justiq.fund.call"].create(
            {"grant_id": self.grant.id, "date_start": date(2020, 3, 1), "extra_amount": 100.0}
        )
        call.action_send()
        call.write({"state": "received", "received_on": date(2020, 3, 5), "received_amount": 60.0})
        self.env.flush_all()
        self.env.cr.execute("UPDATE justiq_financing_line SET source = 'esf' WHERE id = %s", (city.id,))
        self.env.invalidate_all()
        self._migrate()
        self.assertEqual(city.received_amount, 7.0)

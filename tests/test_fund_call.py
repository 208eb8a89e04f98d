from datetime import date
from itertools import product

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestFundCall(JustiqCommon):
    """Due payments of a period minus what is in hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant.esf_rate = 60.0
        cls.finance = cls.users["finance"]
        cls._create_voucher(justiq_amount=1000.0, justiq_payment_date=date(2020, 2, 10))  # before: 600 ESF
        cls._create_voucher(justiq_amount=500.0, justiq_payment_date=date(2020, 3, 10))  # in it: 300 ESF
        cls.unpaid = {"justiq_payment_date": False, "justiq_voucher_date": date(2020, 3, 1)}

    def _call(self, user=None, **values):
        values = {"grant_id": self.grant.id, "date_start": date(2020, 3, 1), **values}
        return self.env["justiq.fund.call"].with_user(user or self.finance).create(values)

    def test_period_is_six_weeks_unless_the_grant_says_otherwise(self):
        self.assertEqual(self._call().date_end, date(2020, 4, 11))
        self.grant.fund_call_days = 30
        self.assertEqual(self._call().date_end, date(2020, 3, 30))

    def test_due_are_payments_of_the_period_and_open_vouchers(self):
        self._create_voucher(justiq_amount=200.0, justiq_due_date=date(2020, 4, 11), **self.unpaid)
        self._create_voucher(justiq_amount=5000.0, justiq_due_date=date(2020, 4, 12), **self.unpaid)
        call = self._call()
        self.assertEqual((call.due_amount, call.due_esf_amount), (700.0, 420.0))

    def test_due_amount_is_that_of_the_vouchers_that_the_call_lists(self):
        """The sums of all calls are found in one go, the list of one call by a domain: both mean the same."""
        days = (False, date(2020, 2, 29), date(2020, 3, 1), date(2020, 4, 11), date(2020, 4, 12))
        for number, (due, issued, booked) in enumerate(product(days, days, days[1:])):
            self._create_voucher(
                justiq_amount=number + 1.0,
                justiq_payment_date=False,
                justiq_due_date=due,
                justiq_voucher_date=issued,
                date=booked,
            )
        for number, paid in enumerate(days[1:]):
            self._create_voucher(justiq_amount=1000.0 * (number + 1), justiq_payment_date=paid)
        calls = self._call() | self._call(date_start=date(2020, 4, 12))
        for call in calls:
            listed = self.env["account.analytic.line"].search(call.action_view_vouchers()["domain"])
            self.assertAlmostEqual(call.due_amount, sum(listed.mapped("justiq_eligible_amount")), 2)
        self.assertEqual(len(set(calls.mapped("due_amount"))), 2)

    def _pay_staff(self, amount=1000.0, **values):
        """Costs of staff, which a flat rate of 22 % is granted on."""
        return self._create_voucher(
            justiq_amount=amount, justiq_cost_category_id=self.env.ref("justiq.cost_staff").id, **values
        )

    def _plan_staff(self, codes=("CM",)):
        self._create_flat_rate(22.0)
        for code in codes:
            self._create_budget_line(
                self._year(2020),
                600.0,
                code=code,
                planned=1000.0,
                cost_category_id=self.env.ref("justiq.cost_staff").id,
            )

    def test_flat_rate_falls_due_with_its_base(self):
        self._plan_staff()
        voucher = self._pay_staff(justiq_payment_date=date(2020, 3, 15))
        call = self._call()
        self.assertEqual((call.due_esf_amount, call.flat_esf_amount, call.spent_esf_amount), (900.0, 132.0, 600.0))
        self.assertEqual(call.amount, 600.0 + 900.0 + 132.0)
        for values, flat, spent in (
            ({"justiq_payment_date": False, "justiq_due_date": date(2020, 3, 15)}, 132.0, 600.0),
            ({"justiq_payment_date": False, "justiq_due_date": date(2020, 11, 15)}, 0.0, 600.0),
            ({"justiq_payment_date": date(2020, 11, 15)}, 0.0, 600.0),
            ({"justiq_payment_date": date(2020, 2, 15)}, 0.0, 600.0 + 600.0 + 132.0),
        ):
            with self.subTest(**values):
                voucher.write(values)
                call.invalidate_recordset()
                self.assertEqual((call.flat_esf_amount, call.spent_esf_amount), (flat, spent))

    def test_calls_one_after_the_other_call_the_flat_rate_of_the_year_to_the_cent(self):
        self._plan_staff(("CM", "ASJ"))
        called = []
        for month in range(1, 13):
            for code in ("CM", "ASJ"):
                account = self._account(self.bausteine[code])
                self._pay_staff(10.02, account=account, justiq_payment_date=date(2020, month, 20))
            call = self._call(date_start=date(2020, month, 1), date_end=date(2020, month, 28))
            called.append(round(100 * call.flat_esf_amount))
        flat = self._year(2020).budget_line_ids.filtered("flat_rate_id")
        self.assertEqual(sum(called), round(100 * sum(flat.mapped("esf_spent"))))

    def test_co_financing_proves_what_own_sources_have_paid_and_given(self):
        self._plan_staff()
        self._pay_staff(justiq_payment_date=date(2020, 2, 1))
        for number, source in ((2020, "municipality_cash"), (2020, "esf"), (2019, "seconded_staff")):
            self._create_financing_line(self._year(number), source, 1000.0, received_amount=400.0)
        self._create_financing_line(self._year(2021), "third_party", 5000.0)
        call = self._call()
        # Before: 1,000 of fees and 1,000 of staff with 22 % of it, 60 % of all is the funder's.
        self.assertEqual((call.spent_amount, call.spent_esf_amount, call.own_spent_amount), (2220.0, 1332.0, 888.0))
        self.assertEqual((call.own_planned_amount, call.own_received_amount), (2000.0, 800.0))
        call.action_send()
        html = self.env["ir.actions.report"]._render_qweb_html("justiq.report_fund_call", call.ids)[0].decode()
        self.assertIn("Co-financing", html)
        self.assertIn("888.00", html)

    def test_without_money_in_hand_what_was_advanced_is_called_too(self):
        call = self._call(extra_amount=100.0)
        self.assertEqual((call.spent_esf_amount, call.in_hand_amount), (600.0, -600.0))
        self.assertEqual(call.amount, 600.0 + 300.0 + 60.0)

    def test_money_in_hand_is_taken_off_whether_received_or_requested(self):
        first = self._call(date_start=date(2020, 2, 1), date_end=date(2020, 2, 28))
        first.action_send()
        self.assertEqual(first.called_amount, 600.0)
        call = self._call()
        self.assertEqual((call.requested_before, call.in_hand_amount, call.amount), (600.0, 0.0, 300.0))
        first.action_receive()
        first.received_amount = 700.0
        call.invalidate_recordset()
        self.assertEqual((call.received_before, call.in_hand_amount, call.amount), (700.0, 100.0, 200.0))

    def test_nothing_is_called_when_enough_is_in_hand(self):
        first = self._call(extra_amount=10000.0)
        first.action_send()
        call = self._call()
        self.assertEqual(call.amount, 0.0)
        with self.assertRefused("in hand"):
            call.action_send()

    @freeze_time("2020-03-02")
    def test_sent_call_keeps_its_figures(self):
        call = self._call()
        call.action_send()
        self._create_voucher(justiq_amount=800.0, justiq_payment_date=date(2020, 3, 20))
        call.invalidate_recordset()
        self.assertEqual((call.due_amount, call.amount, call.sent_on), (500.0, 900.0, date(2020, 3, 2)))
        call.action_draft()
        self.assertEqual((call.due_amount, call.called_amount), (1300.0, 0.0))

    def test_received_money_is_what_was_called_unless_entered(self):
        call = self._call()
        call.action_send()
        call.action_receive()
        self.assertEqual(call.received_amount, 900.0)
        call.action_not_received()
        self.assertEqual(call.received_amount, 0.0)

    def test_figures_do_not_come_as_defaults_of_the_client(self):
        forged = {"default_figures": {"amount": "9999.00"}, "default_called_amount": 9999.0}
        calls = self.env["justiq.fund.call"].with_user(self.finance).with_context(**forged)
        call = calls.create({"grant_id": self.grant.id, "date_start": date(2020, 3, 1)})
        call.action_send()
        self.assertEqual(call.called_amount, 900.0)

    def test_received_money_stays_with_the_lines_of_the_funder(self):
        year = self._year(2020)
        line, other = (self._create_financing_line(year, "esf", 600.0).with_user(self.finance) for _number in range(2))
        call = self._call()
        call.action_send()
        call.write({"state": "received", "received_on": date(2020, 3, 5)})
        self.assertEqual((line.received_amount, other.received_amount), (450.0, 450.0))
        line.source = "third_party"
        self.assertEqual((line.received_amount, other.received_amount), (0.0, 900.0))
        line.source = "esf"
        self.assertEqual((line.received_amount, other.received_amount), (450.0, 450.0))
        other.unlink()
        self.assertEqual(line.received_amount, 900.0)

    def test_what_was_received_without_a_call_stays_when_one_is_sent(self):
        line = self._create_financing_line(self._year(2020), "esf", 600.0, received_amount=5.0)
        self._call().action_send()
        self.assertEqual(line.received_amount, 5.0)

    def test_nobody_changes_what_was_sent(self):
        call = self._call()
        call.action_send()
        for change in (
            lambda: call.write({"extra_amount": 1.0}),
            lambda: call.write({"date_end": date(2020, 12, 31)}),
            call.unlink,
        ):
            with self.assertRefused("sent"):
                change()
        for values in ({"figures": {}}, {"called_amount": 1.0}, {"voucher_rows": []}):
            with self.assertRefused("server"):
                call.write(values)
        with self.assertRefused("server"):
            self._call(called_amount=5.0)
        with self.assertRefused():
            self._call().action_receive()
        with self.assertRefused("sent yet"):
            self._call().received_amount = 5.0

    def test_amounts_are_plausible(self):
        for amount in (-1.0, 1e12):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._call(extra_amount=amount).flush_recordset()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_roles(self):
        call = self._call()
        self._call(self.users["coordinator"]).unlink()
        for role in ("team_lead", "auditor"):
            as_user = call.with_user(self.users[role])
            self.assertEqual(as_user.read()[0]["amount"], 900.0)
            with self.assertRaises(AccessError):
                as_user.action_send()
        self.assertNotIn("voucher_rows", call.with_user(self.users["team_lead"]).read()[0])
        with self.assertRaises(AccessError):
            call.with_user(self.users["case_worker"]).read()

    def test_paper_lists_figures_and_payments(self):
        call = self._call()
        call.action_send()
        report = self.env["ir.actions.report"].with_user(self.finance)
        html = report._render_qweb_html("justiq.report_fund_call", call.ids)[0].decode()
        self.assertIn("Fee of the trainer", html)
        self.assertIn("900.00", html)
        with self.assertRaises(AccessError):
            report.with_user(self.users["team_lead"])._render_qweb_html("justiq.report_fund_call", call.ids)

    def test_nothing_changes_in_the_calls_of_a_closed_grant(self):
        draft, received = self._call(), self._call()
        received.action_send()
        received.action_receive()
        other = self._call(grant_id=self._create_grant().id)
        self.env.cr.execute("UPDATE justiq_grant SET state = 'closed' WHERE id = %s", (self.grant.id,))
        self.env.invalidate_all()
        changes = {
            "create": self._call,
            "day": lambda: received.write({"received_on": date(2020, 12, 1)}),
            "amount": lambda: received.write({"received_amount": 1.0}),
            "not received": received.action_not_received,
            "move in": lambda: other.write({"grant_id": self.grant.id}),
            "move out": lambda: draft.write({"grant_id": other.grant_id.id}),
            "further payments": lambda: draft.write({"extra_amount": 1.0}),
            "send": draft.action_send,
            "delete": draft.unlink,
        }
        for name, change in changes.items():
            with self.subTest(name), self.assertRefused("closed"):
                change()

    def test_received_money_has_a_day_of_the_grant(self):
        call = self._call()
        call.action_send()
        with self.assertRefused("Received on", "2018-12-31", "2019-01-01"):
            call.write({"state": "received", "received_on": date(2018, 12, 31)})
        with freeze_time("2020-03-09"):
            call.write({"state": "received", "received_amount": 5.0})
        self.assertEqual((call.received_on, call.received_amount), (date(2020, 3, 9), 5.0))
        with self.assertRefused("Received on", "needs its day"):
            call.received_on = False
        with self.assertRefused("2018-12-31"):
            call.received_on = date(2018, 12, 31)
        call.received_on = date(2023, 2, 1)  # the last payment comes after the grant
        with freeze_time("2023-01-31"), self.assertRefused("Received on", "2023-02-02", "still to come"):
            call.received_on = date(2023, 2, 2)

    def test_draft_is_not_created_with_money_received(self):
        for context, values in (({}, {"received_amount": 5.0}), ({"default_received_amount": 5.0}, {})):
            calls = self.env["justiq.fund.call"].with_user(self.finance).with_context(**context)
            with self.assertRefused("sent yet"):
                calls.create({"grant_id": self.grant.id, "date_start": date(2020, 3, 1), **values})

from datetime import date, datetime

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

TODAY = date(2020, 5, 12)
MONEY = {
    "voucher_incomplete",
    "voucher_unpaid",
    "fund_call_to_send",
    "fund_call_awaited",
    "fund_call_missing",
    "budget_exceeded",
    "proof_due",
    "finding_of_money",
}


@tagged("post_install", "-at_install")
@freeze_time("2020-05-12 08:00:00")
class TestMyDayOfFinance(JustiqCommon):
    """Finance sees what is due in the books, and nothing of young people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.year = cls._year(2020)
        cls.fees = cls.env.ref("justiq.cost_fees")
        cls.grant.state = "running"

    def _day(self, role="finance"):
        return self.env["justiq.my.day"].with_user(self.users[role]).get_day()

    def _due(self, key, role="finance"):
        return next((group for group in self._day(role)["due"] if group["key"] == key), None)

    def _due_ids(self, key):
        return [item["id"] for item in (self._due(key) or {"items": []})["items"]]

    def _call(self, start, **values):
        return self.env["justiq.fund.call"].create(
            {"grant_id": self.grant.id, "date_start": start, "extra_amount": 9000.0, **values}
        )

    def test_nothing_is_due_of_an_empty_book_but_the_findings(self):
        self.assertEqual([group["key"] for group in self._day()["due"]], ["finding_of_money"])

    def test_voucher_without_a_cost_category_is_due_until_it_has_one(self):
        voucher = self._create_voucher(justiq_cost_category_id=False, justiq_payee="Paint & Co")
        group = self._due("voucher_incomplete")
        self.assertEqual([(item["id"], item["detail"]) for item in group["items"]], [(voucher.id, "Paint & Co")])
        voucher.justiq_cost_category_id = self.fees
        self.assertIsNone(self._due("voucher_incomplete"))

    def test_voucher_to_pay_shows_two_weeks_ahead_or_without_a_day(self):
        unpaid = {"justiq_payment_date": False, "justiq_voucher_date": date(2020, 4, 1)}
        soon = self._create_voucher(justiq_due_date=date(2020, 5, 26), **unpaid)
        self._create_voucher(justiq_due_date=date(2020, 5, 27), **unpaid)
        undated = self._create_voucher(**unpaid)
        self.assertEqual(self._due_ids("voucher_unpaid"), [soon.id, undated.id])
        (soon | undated).justiq_payment_date = TODAY
        self.assertEqual(self._due_ids("voucher_unpaid"), [])

    def test_vouchers_open_in_their_own_list(self):
        self._create_voucher(justiq_cost_category_id=False)
        group = self._due("voucher_incomplete")
        views = [[self.env.ref(f"justiq.justiq_voucher_view_{mode}").id, mode] for mode in ("list", "form")]
        self.assertEqual((group["listed"], group["views"]), (True, views))
        vouchers = self.env[group["model"]].with_user(self.users["finance"]).search(group["domain"])
        self.assertEqual(len(vouchers), group["total"])

    def test_calls_for_funds_to_send_and_money_that_has_not_come(self):
        draft = self._call(date(2020, 5, 26))
        self._call(date(2020, 5, 27))
        self.assertEqual(self._due_ids("fund_call_to_send"), draft.ids)
        with freeze_time("2020-04-28"):
            sent = self._call(date(2020, 4, 1))
            sent.action_send()
        self.assertEqual(self._due_ids("fund_call_awaited"), sent.ids)
        sent.action_receive()
        self.assertEqual(self._due_ids("fund_call_awaited"), [])

    def test_a_grant_that_calls_for_funds_needs_the_next_call(self):
        self.assertEqual(self._due_ids("fund_call_missing"), [], "it never called for any")
        self._call(date(2020, 3, 1), date_end=date(2020, 5, 11))
        self.assertEqual(self._due_ids("fund_call_missing"), self.grant.ids)
        self._call(date(2020, 5, 12))
        self.assertEqual(self._due_ids("fund_call_missing"), [])

    def test_budget_line_over_the_plan_says_by_how_much(self):
        line = self._create_budget_line(self.year, 60.0, code="CM", planned=100.0, cost_category_id=self.fees.id)
        self._create_voucher(justiq_amount=100.0)
        self.assertIsNone(self._due("budget_exceeded"))
        self._create_voucher(justiq_amount=0.01)
        item = self._due("budget_exceeded")["items"][0]
        self.assertEqual(item["id"], line.id)
        self.assertIn("0.01", item["detail"])

    def test_proof_of_use_is_due_until_a_frozen_one_covers_the_year(self):
        year = self._year(2019)
        self._create_budget_line(year, 60.0, code="CM")
        self.assertEqual(year.proof_due_date, date(2020, 4, 30))
        self.assertEqual(self._year(2022).proof_due_date, date(2022, 12, 30), "six months after the grant")
        group = self._due("proof_due")
        self.assertEqual([(item["id"], item["urgency"]) for item in group["items"]], [(year.id, "overdue")])
        report = {"kind": "financial", "grant_id": self.grant.id, "funding_year_id": year.id}
        for part in ({"date_end": date(2019, 12, 30)}, {"kind": "vouchers"}):
            self.env["justiq.funder.report"].create(report | part).action_freeze()
            self.assertFalse(year.is_proved)
        self.env["justiq.funder.report"].create(report).action_freeze()
        year.invalidate_recordset(["is_proved"])
        self.assertTrue(year.is_proved)
        self.assertIsNone(self._due("proof_due"))

    def test_no_proof_of_use_is_due_once_the_final_one_was_handed_in(self):
        year = self._year(2019)
        self._create_budget_line(year, 60.0, code="CM")
        self.assertEqual(self._due_ids("proof_due"), year.ids)
        self.grant.proof_of_use_date = date(2020, 5, 4)
        self.assertTrue(year.is_proved)
        self.assertIsNone(self._due("proof_due"))

    def test_due_date_follows_the_months_of_the_notice(self):
        self.grant.interim_proof_months = 2
        self.assertEqual(self._year(2019).proof_due_date, date(2020, 2, 29))
        with mute_logger("odoo.sql_db"), self.assertRefused("proof_months", error=IntegrityError):
            self.grant.final_proof_months = 37

    def test_findings_about_spending_are_due(self):
        self._create_budget_line(self.year, 60.0, code="CM", planned=100.0, cost_category_id=self.fees.id)
        self._create_voucher(justiq_amount=150.0)
        self.env.flush_all()
        item = self._due("finding_of_money")["items"][0]
        self.assertIn("150.00", item["detail"])

    def test_budgets_of_today_show_what_is_left(self):
        self._create_budget_line(self.year, 600.0, code="CM", planned=1000.0, cost_category_id=self.fees.id)
        self._create_voucher(justiq_amount=250.0)
        budget = self._day()["budgets"]["items"][0]
        self.assertEqual((budget["id"], budget["usage"]), (self.year.id, 25.0))
        self.assertIn("750.00", budget["left"])

    def test_finance_sees_nothing_of_young_people(self):
        case = self._create_case()
        self._create_contact(case, told_until=TODAY)
        self.env["calendar.event"].create(
            {
                "name": "Talk",
                "start": datetime(2020, 5, 12, 9),
                "stop": datetime(2020, 5, 12, 10),
                "partner_ids": self.users["finance"].partner_id.ids,
            }
        )
        day = self._day()
        self.assertFalse({"files", "silent", "team"} & day.keys())
        self.assertFalse(day["can_note"])
        self.assertLessEqual({group["key"] for group in day["due"]}, MONEY)
        self.assertFalse(any(item["case"] for group in day["due"] for item in group["items"]))
        self.assertEqual([item["title"] for item in day["agenda"]], ["Talk"])
        self.assertFalse(self._day_team_keys() & {"team", "files"})

    def _day_team_keys(self):
        """What the other scope gives away, asked for over RPC."""
        with mute_logger("odoo.addons.base.models.ir_model"):
            try:
                return self.env["justiq.my.day"].with_user(self.users["finance"]).get_day("team").keys()
            except AccessError:
                return set()

    def test_the_day_of_a_case_worker_stays_hers(self):
        self._create_voucher(justiq_cost_category_id=False)
        day = self._day("case_worker")
        self.assertNotIn("budgets", day)
        self.assertFalse({group["key"] for group in day["due"]} & MONEY)

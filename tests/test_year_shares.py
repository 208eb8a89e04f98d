from datetime import date
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_financing_plan import SHARES, PlanCommon, exact

FIRST = {"share_esf": 50.0, "share_federal": 0.0, "share_municipality_cash": 50.0, "share_seconded_staff": 0.0}


class SharesCommon(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant.write(FIRST)
        cls.finance = cls.users["finance"]
        cls.group = cls._create_budget_line(cls.year, 6000.0, planned=10000.0)  # S18

    def _approve(self, year=None):
        year = year or self.year
        year.action_propose_financing()
        year.with_user(self.finance).action_approve()
        self.env.flush_all()


@tagged("post_install", "-at_install")
class TestYearShares(SharesCommon):
    """A notice that changes in mid-term (50 %, then 50 + 10 %) changes what is not approved yet, and nothing else."""

    def test_years_in_draft_follow_the_notice(self):
        years = self.grant.funding_year_ids
        self.assertEqual(set(years.mapped("esf_rate")), {50.0})
        self.grant.write(SHARES)
        for name, share in SHARES.items():
            self.assertEqual(set(years.mapped(name)), {share})
        self.assertEqual((set(years.mapped("esf_rate")), set(years.mapped("share_total"))), ({60.0}, {100.0}))

    def test_approved_year_keeps_its_own(self):
        self._plan(self.staff, 1000.0)
        self._approve()
        self.grant.write(SHARES)
        self.assertEqual((self.year.esf_rate, self.year.share_federal), (50.0, 0.0))
        self.assertEqual(self._year(2021).esf_rate, 60.0)
        self.assertTrue(self.year.differs_from_notice)
        self.assertFalse(self._year(2021).differs_from_notice)

    def test_what_changes_just_before_the_approval_is_approved(self):
        line = self._plan(self.staff, 1000.0)
        self.env.flush_all()
        self.grant.write(SHARES)
        line.funding_year_id.action_propose_financing()
        self.year.state = "approved"
        self.assertEqual((self.year.esf_rate, self.year.share_federal), (60.0, 10.0))

    def test_what_changes_just_before_the_way_back_is_not_taken_over(self):
        self._plan(self.staff, 1000.0)
        self._approve()
        self.grant.write(SHARES)
        self.year.state = "draft"
        self.env.flush_all()
        self.assertEqual((self.year.esf_rate, self.year.share_federal), (50.0, 0.0))

    def test_nobody_changes_the_shares_of_an_approved_year(self):
        self._plan(self.staff, 1000.0)
        self._approve()
        year = self.year.with_user(self.finance)
        for values in (SHARES, {"esf_rate": 60.0}, {"state": "draft", "share_esf": 60.0}):
            with self.subTest(**values), self.assertRefused("approved", "draft"):
                year.write(values)
        with self.assertRefused("draft"):
            year.action_take_shares()

    def test_other_shares_are_a_change_of_the_plan(self):
        self._plan(self.staff, 1000.0)
        self._approve()
        self.grant.write(SHARES)
        year = self.year.with_user(self.finance)
        year.action_draft()
        year.action_take_shares()
        year.action_propose_financing()
        with self.assertRefused("reason"), self.env.cr.savepoint():
            year.action_approve()
        year.change_reason = "Notice of change of 3 March."
        year.action_approve()
        old, new = self.year.plan_version_ids.sorted("number")
        self.assertEqual((old.figures["esf_rate"], new.figures["esf_rate"]), ("50.00", "60.00"))
        self.assertEqual([row["source"] for row in old.figures["shares"]], ["esf", "municipality_cash"])
        self.assertIn("14.29", new.table)
        self.assertNotIn("14.29", old.table)

    def test_shares_alone_are_a_change_of_the_plan(self):
        self.grant.write(dict.fromkeys(FIRST, 0.0) | {"esf_rate": 50.0})
        self._plan(self.staff, 1000.0)
        self.year.action_approve()
        self.year.state = "draft"
        self.year.esf_rate = 40.0
        with self.assertRefused("reason"):
            self.year.action_approve()

    def test_only_who_plans_takes_the_shares_over(self):
        self.year.write(SHARES)
        with self.assertRaises(AccessError):
            self.year.with_user(self.users["team_lead"]).action_take_shares()
        self.year.with_user(self.finance).action_take_shares()
        self.assertEqual(self.year.esf_rate, 50.0)

    @mute_logger("odoo.sql_db")
    def test_shares_of_a_year_are_a_hundred_percent(self):
        for values in ({"share_esf": 50.01}, {"share_esf": 60.0, "share_federal": -10.0}):
            with self.subTest(**values), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.year.write(values)
                self.env.flush_all()
        with self.assertRefused("Funding rate", "50"):
            self.year.esf_rate = 60.0

    def test_without_shares_the_rate_follows_the_grant_until_the_approval(self):
        self.grant.write(dict.fromkeys(FIRST, 0.0) | {"esf_rate": 55.0})
        self.assertEqual(self.year.esf_rate, 55.0)
        self._plan(self.staff, 1000.0)
        self.year.action_approve()
        self.grant.esf_rate = 45.0
        self.assertEqual((self.year.esf_rate, self._year(2021).esf_rate), (55.0, 45.0))

    def test_year_that_comes_later_has_the_shares_of_today(self):
        self._plan(self.staff, 1000.0)
        self._approve()
        self.grant.write(SHARES)
        self.grant.date_end = date(2023, 12, 31)
        self.assertEqual(self._year(2023).esf_rate, 60.0)

    def test_plan_and_income_are_proposed_by_the_shares_of_the_year(self):
        self._year(2021).write(SHARES)
        for number, esf, percents in ((2019, 50.0, {"esf": 50.0}), (2021, 60.0, {"federal": 10.0})):
            year = self._year(number)
            line = self.env["justiq.budget.line"].create(
                {
                    "funding_year_id": year.id,
                    "baustein_id": self.bausteine["CM"].id,
                    "cost_category_id": self.staff.id,
                    "planned_amount": 100.0,
                }
            )
            self.assertEqual(line.esf_amount, esf)
            year.action_propose_financing()
            lines = {one.source: one for one in year.financing_line_ids}
            for source, percent in percents.items():
                self.assertEqual(lines[source].granted_percent, percent)
                self.assertEqual(lines[source].planned_amount, percent)

    def test_funders_money_of_the_whole_plan_is_proposed_anew(self):
        self._create_flat_rate(22.0)
        year = self._year(2021)
        first, second = (self._plan(category, 1000.0, year=year) for category in (self.staff, self.fees))
        self.grant.write(SHARES | {"share_esf": 40.0, "share_seconded_staff": 24.29})
        self.assertEqual((first.esf_amount, second.esf_amount), (600.0, 600.0), "a new rate does not rewrite the plan")
        year.with_user(self.finance).action_propose_funders_money()
        lines = first | second | self._flat_lines(year)
        self.assertEqual(lines.mapped("esf_amount"), [500.0, 500.0, 110.0])
        self.assertEqual(lines.mapped("esf_only_amount"), [400.0, 400.0, 88.0])
        with self.assertRaises(AccessError):
            year.with_user(self.users["team_lead"]).action_propose_funders_money()

    def test_funders_money_is_not_proposed_over_the_limit(self):
        year = self._year(2021)
        self._create_budget_line(year, 50000.0, planned=100000.02)
        with self.assertRefused("S19", "50,000.01"):
            year.action_propose_funders_money()

    def test_notice_of_a_closed_grant_does_not_change(self):
        grant = self._create_grant(["CM"], name="Closed")
        for state in ("running", "closed"):
            grant.state = state
        for values in (SHARES, {"esf_rate": 50.0}):
            with self.subTest(**values), self.assertRefused("closed"):
                grant.with_user(self.finance).write(values)

    def test_further_payments_of_a_call_are_funded_by_the_rate_of_its_year(self):
        self._year(2021).write(SHARES)
        for number, esf in ((2020, 50.0), (2021, 60.0)):
            call = self.env["justiq.fund.call"].create(
                {"grant_id": self.grant.id, "date_start": date(number, 3, 1), "extra_amount": 100.0}
            )
            self.assertEqual(call.extra_esf_amount, esf)

    def test_papers_name_federal_money_in_the_years_that_have_it(self):
        self._year(2021).write(SHARES)
        for number, named in ((2020, False), (2021, True)):
            report = self.env["justiq.funder.report"].create(
                {"kind": "financial", "grant_id": self.grant.id, "funding_year_id": self._year(number).id}
            )
            self.assertEqual("federal" in report._esf_label(), named)


@tagged("post_install", "-at_install")
class TestEsfOfVouchers(SharesCommon):
    """The ESF money of a voucher follows from data alone: the line of the plan, or the rate of the year."""

    def _pay(self, amount=1000.0, day=date(2020, 3, 1), **values):
        values = {"justiq_cost_category_id": self.fees.id} | values
        return self._create_voucher(justiq_amount=amount, justiq_payment_date=day, **values)

    def test_new_rate_holds_for_all_vouchers_in_whatever_order_they_are_touched(self):
        first, second = self._pay(), self._pay()
        first.justiq_eligible_share = 50.0
        self.grant.write(SHARES)
        first.justiq_eligible_share = 100.0
        self.assertEqual((first.justiq_esf_amount, second.justiq_esf_amount), (600.0, 600.0))
        self.assertEqual((first.justiq_esf_only_amount, self.year.esf_spent), (500.0, 1200.0))

    def test_vouchers_of_an_approved_year_keep_their_esf_money(self):
        with_line, without = self._pay(justiq_cost_category_id=self.staff.id), self._pay()
        self._create_budget_line(self.year, 400.0, code="CM", planned=1000.0, cost_category_id=self.staff.id)
        later = self._pay(day=date(2021, 3, 1))
        self._approve()
        self.grant.write(SHARES)
        found = [voucher.justiq_esf_amount for voucher in (with_line, without, later)]
        self.assertEqual(found, [400.0, 500.0, 600.0])
        self.assertEqual((self.year.esf_spent, self._year(2021).esf_spent), (900.0, 600.0))

    def test_voucher_that_moves_to_another_year_has_the_rate_of_that(self):
        self._year(2021).write(SHARES)
        voucher = self._pay()
        self.assertEqual(voucher.justiq_esf_amount, 500.0)
        voucher.justiq_payment_date = date(2021, 1, 1)
        self.assertEqual((voucher.justiq_esf_amount, voucher.justiq_esf_only_amount), (600.0, 500.0))

    def test_voucher_outside_of_all_years_has_the_rate_of_the_grant(self):
        voucher = self._pay(day=False, justiq_voucher_date=date(2018, 12, 1))
        self.grant.write(SHARES)
        self.assertEqual((voucher.justiq_esf_amount, voucher.justiq_esf_only_amount), (600.0, 500.0))

    def test_esf_money_alone_adds_up_at_every_level(self):
        self.grant.write(SHARES)
        projects = self.env["justiq.micro.project"]
        for number in range(3):
            project = self._create_project(name=f"Garden {number}")
            projects |= project
            for year in (2021, 2022):
                self._pay(0.03, account=self._project_account(project), day=date(year, 3, 1))
                self._create_budget_line(self._year(year), 0.02, planned=0.03, micro_project_id=project.id)
        years = self._year(2021) | self._year(2022)
        for of_project, of_year in (("esf_spent", "esf_group_spent"), ("esf_planned", "esf_group_amount")):
            parts = sum(map(exact, projects.mapped(of_project)))
            self.assertEqual((parts, sum(map(exact, years.mapped(of_year)))), (Decimal("0.12"), Decimal("0.12")))

    def test_micro_project_across_years_has_the_shares_of_each(self):
        self._year(2021).write(SHARES)
        project = self._create_project()
        for year in (2020, 2021):
            self._pay(100.0, account=self._project_account(project), day=date(year, 3, 1))
            self._create_budget_line(
                self._year(year), 50.0 + 10.0 * (year == 2021), planned=100.0, micro_project_id=project.id
            )
        self.assertEqual((project.esf_planned, project.esf_spent), (100.0, 100.0))
        self.assertEqual((self._year(2021).esf_group_spent, self._year(2021).esf_spent), (50.0, 60.0))


@tagged("post_install", "-at_install")
class TestPlanChangesPaidVouchers(SharesCommon):
    """Who approves another plan is told what it makes of vouchers that are paid, called and accounted for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = cls._create_budget_line(cls.year, 600.0, code="CM", planned=1000.0, cost_category_id=cls.fees.id)

    def _pay(self, amount, **values):
        values = {"justiq_payment_date": date(2020, 3, 1), "justiq_cost_category_id": self.fees.id} | values
        return self._create_voucher(justiq_amount=amount, **values)

    def _approve_again(self):
        self.year.change_reason = "Notice of change of 3 March."
        self._approve()

    def _told(self):
        return [message.body for message in self.year.message_ids if "paid vouchers" in (message.body or "")]

    def test_count_and_sums_are_in_the_chatter(self):
        self._pay(400.0)
        self._pay(500.0)
        self._pay(70.0, justiq_payment_date=False, justiq_voucher_date=date(2020, 3, 1))
        self._pay(60.0, justiq_cost_category_id=self.staff.id)
        self._approve()
        self.assertFalse(self._told(), "the first plan changes nothing")
        self.year.state = "draft"
        self.line.esf_amount = 300.0
        self._approve_again()
        [told] = self._told()
        for part in ("2 paid vouchers", "540.00", "270.00", "Version 2"):
            self.assertIn(part, told)

    def test_plan_that_leaves_paid_vouchers_alone_says_nothing(self):
        self._pay(400.0)
        self._approve()
        self.year.state = "draft"
        self.group.write({"planned_amount": 9000.0, "esf_amount": 6000.0})
        self._pay(90.0)
        self._approve_again()
        self.assertEqual((len(self.year.plan_version_ids), self._told()), (2, []))

    def test_line_that_goes_is_told_too(self):
        self._pay(400.0)
        self._approve()
        self.year.state = "draft"
        self.line.unlink()
        self._approve_again()
        [told] = self._told()
        for part in ("1 paid vouchers", "240.00", "200.00"):
            self.assertIn(part, told)

    def test_other_shares_are_told_for_vouchers_without_a_line(self):
        self._pay(100.0, justiq_cost_category_id=self.staff.id)
        self._approve()
        self.year.state = "draft"
        self.year.write(SHARES)
        self._approve_again()
        [told] = self._told()
        for part in ("1 paid vouchers", "50.00", "60.00"):
            self.assertIn(part, told)

    def test_it_costs_the_same_for_many_vouchers(self):
        def queries():
            self.year.state = "draft"
            self.line.esf_amount = self.line.esf_amount - 1.0
            self.year.change_reason = "Again."
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.year.plan_version_ids.sorted("number")[-1]._compare_paid_vouchers()
            count = self.env.cr.sql_log_count - before
            self._approve()
            return count

        self._pay(10.0)
        self._approve()
        queries()
        few = queries()
        for _number in range(20):
            self._pay(10.0)
        self.assertEqual(queries(), few)

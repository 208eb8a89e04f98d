from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import JustiqCommon

CENT = Decimal("0.01")


def exact(amount):
    return Decimal(str(amount)).quantize(CENT, rounding=ROUND_HALF_UP)


class BudgetCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.year = cls._year(2020)
        cls.staff, cls.fees = (cls.env.ref(f"justiq.cost_{name}") for name in ("staff", "fees"))

    def _pay(self, amount, code="CM", category=None, **values):
        return self._create_voucher(
            account=self._account(self.bausteine[code]),
            justiq_amount=amount,
            justiq_cost_category_id=(category or self.fees).id,
            **values,
        )


@tagged("post_install", "-at_install")
class TestBudgetFigures(BudgetCommon):
    """Planned, committed, spent and left, per budget line, year and micro-project."""

    def test_line_shows_what_is_committed_spent_and_left(self):
        line = self._create_budget_line(self.year, 600.0, code="CM", planned=1000.0, cost_category_id=self.fees.id)
        self._pay(250.0)
        self._pay(100.0, justiq_payment_date=False, justiq_voucher_date=date(2020, 5, 1))
        self._pay(80.0, justiq_eligible_share=50.0)
        self.assertEqual((line.spent_amount, line.committed_amount, line.left_amount), (290.0, 100.0, 610.0))
        self.assertEqual((line.esf_spent, line.usage), (174.0, 39.0))

    def test_figures_follow_every_change_of_a_voucher(self):
        line = self._create_budget_line(self.year, 600.0, code="CM", planned=1000.0, cost_category_id=self.fees.id)
        voucher = self._pay(250.0)
        voucher.justiq_payment_date = False
        self.assertEqual((line.spent_amount, line.committed_amount), (0.0, 250.0))
        voucher.write({"justiq_payment_date": date(2021, 1, 5)})
        self.assertEqual((line.spent_amount, line.committed_amount), (0.0, 0.0))
        self.assertEqual((self.year.spent_amount, self._year(2021).spent_amount), (0.0, 250.0))
        voucher.justiq_payment_date = date(2020, 1, 5)
        self.assertEqual(line.spent_amount, 250.0)
        voucher.unlink()
        self.assertEqual((line.spent_amount, self.year.spent_amount), (0.0, 0.0))

    def test_forecast_is_added_up_in_pivots_as_on_each_line(self):
        for amount, code in ((33.33, "CM"), (77.77, "ASJ"), (0.05, "ASJ")):
            self._create_budget_line(self.year, 0.0, code=code, planned=100.0, cost_category_id=self.fees.id)
            self._pay(amount, code=code)
            self._pay(7.07, code=code, justiq_payment_date=False, justiq_voucher_date=date(2020, 5, 1))
        lines = self.year.budget_line_ids
        for day in ("2019-06-01", "2020-01-01", "2020-03-17", "2020-12-31", "2021-05-01"):
            with freeze_time(day):
                self.env.invalidate_all()
                for records in (lines, self.year):
                    ((added,),) = records._read_group([("id", "in", records.ids)], [], ["forecast_amount:sum"])
                    self.assertEqual(exact(added), sum(map(exact, records.mapped("forecast_amount"))), (day, records))
        for model in ("justiq.budget.line", "justiq.funding.year"):
            found = self.env[model].with_user(self.users["auditor"]).fields_get(["forecast_amount"], ["aggregator"])
            self.assertEqual(found["forecast_amount"]["aggregator"], "sum", "offered as a measure")

    def test_flat_rate_is_spent_as_its_base(self):
        self._create_flat_rate(22.0)
        self._create_budget_line(self.year, 600.0, code="CM", planned=1000.0, cost_category_id=self.staff.id)
        self._pay(333.33, category=self.staff)
        flat = self.year.budget_line_ids.filtered("flat_rate_id")
        self.assertEqual((flat.planned_amount, flat.spent_amount), (220.0, 73.33))
        self.assertEqual(self.year.spent_amount, 406.66)

    def test_flat_rate_is_rounded_once_in_plan_and_spending(self):
        self._create_flat_rate(22.0)
        for code in ("CM", "ASJ"):
            self._create_budget_line(self.year, 0.0, code=code, planned=10.02, cost_category_id=self.staff.id)
            self._pay(10.02, code=code, category=self.staff)
        flat = self.year.budget_line_ids.filtered("flat_rate_id").sorted("baustein_id")
        # 22 % of 20.04 is 4.41, not twice 2.20.
        self.assertEqual(sorted(flat.mapped("planned_amount")), [2.20, 2.21])
        self.assertEqual(flat.mapped("spent_amount"), flat.mapped("planned_amount"))
        self.assertEqual(self.year.spent_amount, self.year.planned_amount)

    def test_flat_rate_of_credit_notes_takes_off_what_it_gave(self):
        self._create_flat_rate(22.0)
        for code, amount in (("CM", 10.0), ("ASJ", -9.99)):
            self._create_budget_line(self.year, 0.0, code=code, planned=10.0, cost_category_id=self.staff.id)
            self._pay(amount, code=code, category=self.staff)
        flat = self.year.budget_line_ids.filtered("flat_rate_id")
        self.assertEqual(sorted(flat.mapped("spent_amount")), [-2.2, 2.2])

    def test_micro_project_knows_its_spent_esf_money(self):
        project = self._create_project()
        self._create_budget_line(self.year, 100.0, cost_category_id=self.fees.id, micro_project_id=project.id)
        self._create_voucher(
            account=self._project_account(project), justiq_amount=40.0, justiq_cost_category_id=self.fees.id
        )
        self.assertEqual((project.spent_amount, project.esf_spent), (40.0, 40.0))

    def test_voucher_without_a_line_counts_for_the_year(self):
        self._pay(100.0)
        self.assertEqual((self.year.spent_amount, self.year.esf_spent), (100.0, 60.0))

    def test_forecast_extrapolates_what_is_spent_and_adds_what_is_committed(self):
        self._pay(100.0)
        self._pay(30.0, justiq_payment_date=False, justiq_voucher_date=date(2020, 5, 1))
        for today, expected in (
            ("2019-12-31", 130.0),
            ("2020-07-01", 230.0),
            ("2020-12-31", 130.0),
            ("2021-06-01", 130.0),
        ):
            with self.subTest(today), freeze_time(today):
                self.year.invalidate_recordset(["forecast_amount"])
                # 1 July is day 183 of the 366 days of 2020.
                self.assertEqual(self.year.forecast_amount, expected)

    def test_forecast_of_a_line_is_its_part_of_that_of_the_year(self):
        values = {"code": "CM", "planned": 1000.0}
        paid = self._create_budget_line(self.year, 600.0, cost_category_id=self.fees.id, **values)
        open_ = self._create_budget_line(self.year, 600.0, cost_category_id=self.staff.id, **values)
        self._pay(100.0)
        self._pay(30.0, category=self.staff, justiq_payment_date=False, justiq_voucher_date=date(2020, 5, 1))
        with freeze_time("2020-07-01"):
            self.assertEqual((paid.forecast_amount, open_.forecast_amount), (200.0, 30.0))

    def test_team_lead_reads_figures_but_no_vouchers(self):
        line = self._create_budget_line(self.year, 600.0, code="CM", planned=1000.0, cost_category_id=self.fees.id)
        self._pay(250.0)
        self.env.flush_all()
        values = line.with_user(self.users["team_lead"]).read()[0]
        self.assertEqual(values["spent_amount"], 250.0)
        self.assertNotIn("voucher_ids", values)

    def test_nobody_enters_what_is_computed(self):
        line = self._create_budget_line(self.year, 600.0, code="CM", planned=1000.0, cost_category_id=self.fees.id)
        with self.assertRefused("computes"):
            line.with_user(self.users["finance"]).spent_amount = 1.0
        with self.assertRefused("computes"):
            self.year.with_user(self.users["finance"]).esf_group_spent = 0.0


@tagged("post_install", "-at_install")
class TestSpendingRules(BudgetCommon):
    """What is spent is held against the rules; a voucher is never refused, because the money is gone."""

    def _open(self, check):
        self.env.flush_all()
        return self.year.finding_ids.filtered(
            lambda finding: finding.state == "open" and finding.requirement_id.check == check
        )

    def test_s19_spent_exactly_at_the_limit_holds(self):
        self.grant.esf_rate = 100.0
        self._pay(50000.0, code="MP")
        self.assertEqual(self.year.esf_group_spent, 50000.0)
        self.assertFalse(self._open("esf_ceiling_spent"))

    def test_s19_spent_a_cent_over_the_limit_opens_a_finding(self):
        self.grant.esf_rate = 100.0
        self._pay(50000.0, code="MP")
        voucher = self._pay(0.01, code="MP")
        finding = self._open("esf_ceiling_spent")
        self.assertEqual((finding.requirement_id.code, finding.value), ("S19", 50000.01))
        voucher.justiq_payment_date = False
        self.assertFalse(self._open("esf_ceiling_spent"))

    def test_s20_spent_of_half_a_year_is_extrapolated(self):
        self.grant.esf_rate = 100.0
        self.year = self._year(2022)
        voucher = self._pay(25000.0, code="MP", justiq_payment_date=date(2022, 3, 1))
        self.assertFalse(self._open("esf_ceiling_spent"))
        voucher.justiq_amount = 25000.01
        self.assertTrue(self._open("esf_ceiling_spent"))

    def test_s22_without_group_baustein_nothing_binds(self):
        self.grant.esf_rate = 100.0
        self._pay(60000.0, code="CM")
        self.assertFalse(self._open("esf_ceiling_spent"))

    def test_line_spent_beyond_the_percentage_opens_a_finding(self):
        self._create_budget_line(self.year, 60.0, code="CM", planned=100.0, cost_category_id=self.fees.id)
        voucher = self._pay(120.0)
        self.assertFalse(self._open("overspent"))
        self.assertTrue(voucher.justiq_is_over_plan)
        self._pay(0.01)
        self.assertIn("120.01", self._open("overspent").message)


@tagged("post_install", "-at_install")
class TestBudgetProperties(BudgetCommon):
    """Totals are the sum of their parts at every level, to the cent, in plain Python over the same rows."""

    VOUCHERS = st.lists(
        st.tuples(
            st.sampled_from(["CM", "ASJ", "MP"]),
            st.integers(1, 10**7).map(lambda cents: Decimal(cents) / 100),
            st.integers(0, 10000).map(lambda share: Decimal(share) / 100),
            st.one_of(st.none(), st.dates(date(2019, 1, 1), date(2022, 6, 30))),
            st.sampled_from(["staff", "fees"]),
        ),
        min_size=1,
        max_size=8,
    )

    @settings(derandomize=True, deadline=None, database=None, max_examples=15)
    @given(VOUCHERS)
    def test_totals_equal_the_sum_of_the_vouchers(self, rows):
        with self.env.cr.savepoint() as savepoint:
            for year in self.grant.funding_year_ids:
                for code in ("CM", "ASJ", "MP"):
                    self._create_budget_line(year, 77.7, code=code, planned=333.33, cost_category_id=self.staff.id)
            spent, esf, committed = {}, {}, {}
            for code, amount, share, day, category in rows:
                self._pay(
                    float(amount),
                    code=code,
                    category=self.env.ref(f"justiq.cost_{category}"),
                    justiq_eligible_share=float(share),
                    justiq_payment_date=day or False,
                    justiq_voucher_date=day or date(2020, 2, 2),
                )
                eligible = (amount * share / 100).quantize(CENT, rounding=ROUND_HALF_UP)
                rate = Decimal("77.7") / Decimal("333.33") if category == "staff" else Decimal("0.6")
                key = day.year if day else 2020
                if day:
                    spent[key] = spent.get(key, 0) + eligible
                    esf[key] = esf.get(key, 0) + (eligible * rate).quantize(CENT, rounding=ROUND_HALF_UP)
                else:
                    committed[key] = committed.get(key, 0) + eligible
            self.env.flush_all()
            self.env.invalidate_all()
            for year in self.grant.funding_year_ids:
                number = year.date_start.year
                self.assertEqual(exact(year.spent_amount), spent.get(number, 0))
                self.assertEqual(exact(year.esf_spent), esf.get(number, 0))
                self.assertEqual(exact(year.committed_amount), committed.get(number, 0))
                lines = year.budget_line_ids
                homeless = year.voucher_ids.filtered(
                    lambda one: one.justiq_payment_date and not one.justiq_budget_line_id
                )
                self.assertEqual(
                    sum(exact(line.spent_amount) for line in lines)
                    + sum(exact(one.justiq_eligible_amount) for one in homeless),
                    exact(year.spent_amount),
                )
            savepoint.rollback()
        self.env.invalidate_all()

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import period
from .common import JustiqCommon
from .properties import Undo, examples

CENT = Decimal("0.01")
SOURCES = ("esf", "federal", "municipality_cash", "seconded_staff", "third_party")
DAYS = st.dates(date(2018, 7, 1), date(2022, 12, 31))
AMOUNTS = st.integers(1, 10**8).map(lambda cents: Decimal(cents) * CENT)


def _cents(numerator, denominator=1):
    return (Decimal(numerator) / denominator).quantize(CENT, rounding="ROUND_HALF_UP")


def _cut(total, marks):
    """The total cut at the marks, so that the parts add up to it."""
    edges = [0, *sorted(mark % (total + 1) for mark in marks), total]
    return [after - before for before, after in zip(edges, edges[1:], strict=False)]


@tagged("post_install", "-at_install")
class TestMoneyLimitsProperties(JustiqCommon):
    """Each limit on money lets exactly those plans, vouchers and dates pass that keep it, to the cent.

    S19 for planned money has a test of its own, in which several changes follow each other.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.year = cls._year(2020)
        cls.staff, cls.fees = (cls.env.ref(f"justiq.cost_{name}") for name in ("staff", "fees"))

    def _passes(self, change):
        """Whether the change is saved; it leaves nothing behind if it is not."""
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                change()
                self.env.flush_all()
        except (ValidationError, IntegrityError):
            self.env.invalidate_all()
            return False
        return True

    # ------------------------------------------------------------
    # Plan
    # ------------------------------------------------------------

    @examples(25)
    @given(
        st.lists(st.integers(0, 10000), min_size=4, max_size=4), st.sampled_from([10000, 10000, 9999, 10001, 0, 5000])
    )
    def test_shares_of_the_sources_are_one_hundred_percent_or_nothing(self, marks, total):
        shares = _cut(total, marks)
        values = {f"share_{source}": part / 100 for source, part in zip(SOURCES, shares, strict=True)}
        with self.assertRaises(Undo):
            self.assertEqual(self._passes(lambda: self.grant.write(values)), total in (0, 10000))
            raise Undo

    @examples(15)
    @given(
        st.lists(AMOUNTS, min_size=1, max_size=4),
        st.lists(st.integers(0, 10**8), max_size=3),
        st.sampled_from([0, 0, 0, 1, -1, 12345]),
    )
    def test_a_plan_is_approved_if_its_income_is_its_spending(self, costs, marks, cents):
        income = int(sum(costs) / CENT) + cents
        with self.assertRaises(Undo):
            for amount in costs:
                self._create_budget_line(
                    self.year, 0.0, code="CM", planned=float(amount), cost_category_id=self.staff.id
                )
            # S18 binds, too: enough ESF money for micro-projects, in both sums.
            self._create_budget_line(self.year, 5000.0)
            for part in _cut(max(income, 0) + 500000, marks):
                self._create_financing_line(self.year, "municipality_cash", float(part * CENT))
            balanced = int(sum(costs) / CENT) == max(income, 0)
            self.assertEqual(self._passes(lambda: self.year.write({"state": "approved"})), balanced)
            if balanced:
                self.assertEqual((self.year.plan_gap, self.year.income_amount), (0.0, self.year.planned_amount))
            raise Undo

    @examples(15)
    @given(DAYS, st.integers(0, 900), st.integers(-3, 3), st.lists(st.integers(0, 10**6), max_size=3))
    def test_s18_and_s20_hold_to_the_cent_for_any_period(self, start, length, cents, marks):
        end = date.fromordinal(start.toordinal() + length)
        limit = period.lowest_amount(Decimal("5000.00"), period.months_between(start, end))
        amount = max(int(limit / CENT) + cents, 0)
        with self.assertRaises(Undo):
            grant = self._create_grant(
                name="Any period",
                date_start=start,
                date_end=end,
                funding_year_ids=[Command.create({"date_start": start, "date_end": end})],
            )
            year = grant.funding_year_ids
            for part in _cut(amount, marks):
                self._create_budget_line(year, float(part * CENT))
            per_year = Fraction(amount, 100) * 12 / period.months_between(start, end)
            enough = _cents(per_year.numerator, per_year.denominator) >= 5000
            self.assertEqual(enough, amount * CENT >= limit)
            self.assertEqual(self._passes(lambda: year.write({"state": "approved"})), enough)
            raise Undo

    @examples(15)
    @given(AMOUNTS, st.integers(-2, 2), st.integers(0, 10000))
    def test_esf_money_of_a_line_stays_within_what_is_planned(self, planned, cents, basis_points):
        with self.assertRaises(Undo):
            for esf in (planned + cents * CENT, _cents(planned * basis_points, 10000)):
                values = {
                    "funding_year_id": self.year.id,
                    "baustein_id": self.bausteine["CM"].id,
                    "cost_category_id": self.staff.id,
                    "planned_amount": float(planned),
                    "esf_amount": float(esf),
                }
                within = 0 <= esf <= planned
                self.assertEqual(
                    self._passes(lambda values=values: self.env["justiq.budget.line"].create(values)), within
                )
            raise Undo

    # ------------------------------------------------------------
    # Vouchers
    # ------------------------------------------------------------

    @examples(20)
    @given(DAYS, DAYS)
    def test_a_payment_lies_in_the_period_of_the_grant(self, day, later):
        with self.assertRaises(Undo):
            voucher = self._create_voucher(justiq_payment_date=False)
            for paid in (day, later):
                inside = self.grant.date_start <= paid <= self.grant.date_end
                self.assertEqual(self._passes(lambda paid=paid: voucher.write({"justiq_payment_date": paid})), inside)
                year = self.grant.funding_year_ids.filtered(
                    lambda one, paid=paid: one.date_start <= paid <= one.date_end
                )
                if inside:
                    self.assertEqual(voucher.justiq_funding_year_id, year)
            raise Undo

    @examples(20)
    @given(AMOUNTS, st.integers(-500, 10500), st.booleans())
    def test_no_more_is_eligible_than_was_paid(self, amount, basis_points, is_credit_note):
        amount = -amount if is_credit_note else amount
        with self.assertRaises(Undo):
            voucher = self._create_voucher(justiq_amount=float(amount))
            values = {"justiq_eligible_share": basis_points / 100}
            self.assertEqual(self._passes(lambda: voucher.write(values)), 0 <= basis_points <= 10000)
            eligible, esf = map(_cents, map(str, (voucher.justiq_eligible_amount, voucher.justiq_esf_amount)))
            self.assertLessEqual(abs(esf), abs(eligible))
            self.assertLessEqual(abs(eligible), abs(amount))
            if 0 <= basis_points <= 10000:
                self.assertEqual(eligible, _cents(amount * basis_points, 10000))
            raise Undo

    @examples(20)
    @given(
        AMOUNTS,
        st.lists(AMOUNTS, max_size=3),
        st.sampled_from([None, None, -1, 0, 1]),
    )
    def test_what_is_spent_beyond_a_planned_line_is_never_silent(self, planned, paid, cents):
        """A hint from the first cent on, and a finding beyond the percentage of the rule (20 %)."""
        border = _cents(planned * 12, 10) + (cents or 0) * CENT
        paid = paid if cents is None else [border]
        with self.assertRaises(Undo):
            line = self._create_budget_line(
                self.year, 0.0, code="CM", planned=float(planned), cost_category_id=self.fees.id
            )
            vouchers = self.env["account.analytic.line"].union(
                *(self._create_voucher(justiq_amount=float(amount)) for amount in paid)
            )
            self.env.flush_all()
            spent = sum(paid, Decimal(0))
            self.assertEqual(_cents(str(line.left_amount)), planned - spent)
            self.assertEqual(any(voucher.justiq_is_over_plan for voucher in vouchers), spent > planned)
            found = self.year.finding_ids.filtered(
                lambda one: one.state == "open" and one.requirement_id.check == "overspent"
            )
            self.assertEqual(bool(found), spent * 10 > planned * 12)
            raise Undo

    @examples(15)
    @given(DAYS.filter(lambda day: date(2019, 1, 1) <= day <= date(2022, 6, 30)), st.integers(-2, 2))
    def test_s19_and_s20_for_what_is_spent_open_a_finding_to_the_cent(self, day, cents):
        with self.assertRaises(Undo):
            self.grant.esf_rate = 100.0
            year = self.grant.funding_year_ids.filtered(lambda one: one.date_start <= day <= one.date_end)
            limit = period.highest_amount(Decimal("50000.00"), period.months_between(year.date_start, year.date_end))
            amount = limit + cents * CENT
            account = self._account(self.bausteine["MP"])
            for part in (amount - 1, Decimal(1)):
                self._create_voucher(account, justiq_amount=float(part), justiq_payment_date=day)
            self.env.flush_all()
            found = year.finding_ids.filtered(
                lambda one: one.state == "open" and one.requirement_id.check == "esf_ceiling_spent"
            )
            self.assertEqual(bool(found), cents > 0)
            raise Undo

    @examples(4)
    @given(st.integers(0, 4), st.integers(0, 2))
    def test_s21_a_grant_closes_with_three_micro_projects_and_not_before(self, done, cancelled):
        with self.assertRaises(Undo):
            self.grant.state = "running"
            enrolment = self._enrol()
            for number in range(done):
                project = self._create_project("running", name=f"Project {number}")
                self._hold_session(project, self._participate(project, enrolment=enrolment))
                project.write({"state": "done", "achieved_value": "A square to sit on."})
            for number in range(cancelled):
                self._create_project("cancelled", name=f"Cancelled {number}")
            self.env.flush_all()
            # Other rules want a word of explanation; this one cannot be explained away.
            others = self.env["justiq.finding"].search([("grant_id", "=", self.grant.id), ("state", "=", "open")])
            others.filtered("is_justifiable").write({"justification": "Agreed with the funder."})
            self.assertEqual(self._passes(lambda: self.grant.write({"state": "closed"})), done >= 3)
            raise Undo

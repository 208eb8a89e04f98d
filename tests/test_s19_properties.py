from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2 import Error as DatabaseError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import period
from .common import JustiqCommon

LIMIT = Decimal("50000.00")
NUMBERS = st.integers(0, 5)
# Amounts around the limits of long and short years, and anything else.
AMOUNTS = st.one_of(
    st.sampled_from([0, 1, 416666, 2499999, 2500000, 2500001, 4999999, 5000000, 5000001]),
    st.integers(0, 6_000_000),
).map(lambda cents: cents / 100)
CODES = st.sampled_from(["MP", "MP", "MP", "CM"])
DAYS = st.dates(date(2019, 1, 1), date(2022, 6, 30))

OPERATIONS = st.one_of(
    st.tuples(st.just("add"), NUMBERS, CODES, AMOUNTS),
    st.tuples(st.just("add several"), NUMBERS, st.lists(AMOUNTS, min_size=2, max_size=3)),
    st.tuples(st.just("change"), NUMBERS, AMOUNTS),
    st.tuples(st.just("move"), NUMBERS, NUMBERS),
    st.tuples(st.just("baustein"), NUMBERS, CODES),
    st.tuples(st.just("copy"), NUMBERS),
    st.tuples(st.just("delete"), NUMBERS),
    st.tuples(st.just("border"), NUMBERS, DAYS),
    st.tuples(st.just("delete year"), NUMBERS),
    st.tuples(st.just("grant"), DAYS, DAYS),
)


def _exact(amount):
    """The cents that the database holds; Odoo reads them as a float."""
    return Decimal(str(amount))


class Undo(Exception):
    """Ends an example; what it did is rolled back."""


@tagged("post_install", "-at_install")
class TestS19Properties(JustiqCommon):
    """Random plans and dates never get past S19, and leave nothing behind when refused."""

    @settings(derandomize=True, deadline=None, database=None, max_examples=25)
    @given(st.lists(OPERATIONS, min_size=1, max_size=12))
    def test_s19_holds_after_any_sequence_of_changes(self, operations):
        with self.assertRaises(Undo):
            for operation in operations:
                self._perform(*operation)
                self._check_stored_years()
            raise Undo

    @settings(derandomize=True, deadline=None, database=None, max_examples=25)
    @given(DAYS, st.integers(0, 1200), st.integers(-3, 3))
    def test_s19_border_is_exact_to_the_cent_for_any_period(self, start, length, cents):
        end = start + timedelta(days=length)
        months = period.months_between(start, end)
        amount = period.highest_amount(LIMIT, months) + cents * period.CENT
        with self.assertRaises(Undo):
            # One year from the first to the last day, also across calendar years.
            grant = self._create_grant(
                name="Any period",
                date_start=start,
                date_end=end,
                funding_year_ids=[(0, 0, {"date_start": start, "date_end": end})],
            )
            year = grant.funding_year_ids
            self.assertEqual(len(year), 1)
            if cents > 0:
                with self.assertRefused("S19"):
                    self._create_budget_line(year, float(amount))
            elif amount >= 0:
                self._create_budget_line(year, float(amount))
                self.env.flush_all()
                self.assertEqual(Decimal(str(year.esf_group_left)), -cents * period.CENT)
            raise Undo

    # ------------------------------------------------------------
    # Operations
    # ------------------------------------------------------------

    def _perform(self, name, *arguments):
        """Do it, or be refused and have changed nothing."""
        before = self._stored()
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                getattr(self, f"_do_{name.replace(' ', '_')}")(*arguments)
                self.env.flush_all()
        except (UserError, DatabaseError):
            self.env.invalidate_all()
            self.assertEqual(self._stored(), before, "a refused change must leave nothing behind")

    def _pick(self, records, number):
        return records.sorted("id")[number % len(records)] if records else records

    def _pick_year(self, number):
        return self._pick(self.grant.funding_year_ids, number)

    def _pick_line(self, number):
        return self._pick(self.grant.funding_year_ids.budget_line_ids, number)

    def _do_add(self, number, code, amount):
        self._create_budget_line(self._pick_year(number), amount, code=code)

    def _do_add_several(self, number, amounts):
        year = self._pick_year(number)
        self.env["justiq.budget.line"].create(
            [
                {
                    "funding_year_id": year.id,
                    "baustein_id": self.bausteine["MP"].id,
                    "cost_category_id": self.category.id,
                    "planned_amount": amount,
                    "esf_amount": amount,
                }
                for amount in amounts
            ]
        )

    def _do_change(self, number, amount):
        self._pick_line(number).write({"planned_amount": amount, "esf_amount": amount})

    def _do_move(self, number, target):
        self._pick_line(number).funding_year_id = self._pick_year(target)

    def _do_baustein(self, number, code):
        self._pick_line(number).baustein_id = self.bausteine[code]

    def _do_copy(self, number):
        self._pick_line(number).copy()

    def _do_delete(self, number):
        self._pick_line(number).unlink()

    def _do_border(self, number, day):
        self._pick_year(number).date_end = day

    def _do_delete_year(self, number):
        self._pick_year(number).unlink()

    def _do_grant(self, first, last):
        self.grant.write({"date_start": min(first, last), "date_end": max(first, last)})

    # ------------------------------------------------------------
    # What has to hold, asked from the database
    # ------------------------------------------------------------

    def _stored(self):
        """Years and lines as the database holds them."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id, date_start, date_end, planned_amount, esf_amount, esf_group_amount"
            " FROM justiq_funding_year WHERE grant_id = %s ORDER BY date_start",
            (self.grant.id,),
        )
        years = self.env.cr.fetchall()
        self.env.cr.execute(
            "SELECT line.id, line.funding_year_id, baustein.kind, line.planned_amount, line.esf_amount"
            " FROM justiq_budget_line line JOIN justiq_baustein baustein ON baustein.id = line.baustein_id"
            " WHERE line.grant_id = %s ORDER BY line.id",
            (self.grant.id,),
        )
        return years, self.env.cr.fetchall()

    def _check_stored_years(self):
        years, lines = self._stored()
        expected = self.grant.date_start
        for year_id, start, end, *totals in years:
            self.assertEqual(start, expected, "no gap, no overlap")
            expected = end + timedelta(days=1)
            own = [(kind, _exact(planned), _exact(esf)) for _, year, kind, planned, esf in lines if year == year_id]
            group = sum(esf for kind, _, esf in own if kind == "group")
            sums = [sum(planned for _, planned, _ in own), sum(esf for _, _, esf in own), group]
            self.assertEqual([_exact(total or 0) for total in totals], sums)
            per_year = Fraction(group) * 12 / period.months_between(start, end)
            self.assertLessEqual(period.round_to_cent(per_year), LIMIT)
        self.assertEqual(expected, self.grant.date_end + timedelta(days=1), "up to the end of the grant")

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import period

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
LENGTHS = st.integers(0, 800).map(timedelta)
CENTS = st.integers(0, 20_000_000).map(lambda cents: Decimal(cents) / 100)
steady = settings(derandomize=True, deadline=None, database=None, max_examples=200)


@tagged("post_install", "-at_install")
class TestPeriod(BaseCase):
    """The exact arithmetic of S18-S20: months, extrapolation, limits, rounding."""

    def test_months_between(self):
        for start, end, months in (
            # whole months
            (date(2020, 1, 1), date(2020, 12, 31), 12),
            (date(2022, 1, 1), date(2022, 6, 30), 6),
            (date(2019, 7, 1), date(2020, 6, 30), 12),
            (date(2015, 1, 1), date(2018, 12, 31), 48),
            # the example of the guideline's rule: days by the days of their month
            (date(2020, 3, 15), date(2020, 12, 31), 9 + Fraction(17, 31)),
            # remaining days at the end, at both ends, and within one month
            (date(2020, 1, 1), date(2020, 4, 10), 3 + Fraction(10, 30)),
            (date(2020, 1, 16), date(2020, 3, 15), Fraction(16, 31) + 1 + Fraction(15, 31)),
            (date(2020, 5, 7), date(2020, 5, 7), Fraction(1, 31)),
            (date(2020, 5, 31), date(2020, 6, 1), Fraction(1, 31) + Fraction(1, 30)),
            # February, also of the leap years 2000 and 2020, not of 2100
            (date(2020, 2, 1), date(2020, 2, 29), 1),
            (date(2020, 2, 1), date(2020, 2, 28), Fraction(28, 29)),
            (date(2021, 2, 1), date(2021, 2, 28), 1),
            (date(2021, 2, 15), date(2021, 2, 28), Fraction(1, 2)),
            (date(2000, 2, 29), date(2000, 2, 29), Fraction(1, 29)),
            (date(2100, 2, 1), date(2100, 2, 14), Fraction(1, 2)),
            # nothing
            (date(2020, 1, 2), date(2020, 1, 1), 0),
        ):
            with self.subTest(start=start, end=end):
                self.assertEqual(period.months_between(start, end), months)

    @steady
    @given(DAYS, LENGTHS, LENGTHS)
    def test_months_of_adjoining_periods_add_up(self, start, first, second):
        border, end = start + first, start + first + second + timedelta(days=1)
        self.assertEqual(
            period.months_between(start, border) + period.months_between(border + timedelta(days=1), end),
            period.months_between(start, end),
        )

    @steady
    @given(DAYS, LENGTHS)
    def test_one_more_day_adds_one_part_of_its_month(self, start, length):
        day = start + length + timedelta(days=1)
        added = period.months_between(start, day) - period.months_between(start, day - timedelta(days=1))
        self.assertEqual(added, period.months_between(day, day))
        self.assertIn(added.denominator, (28, 29, 30, 31))

    def test_calendar_years_cuts_the_first_and_the_last(self):
        for start, end, years in (
            (date(2020, 1, 1), date(2020, 12, 31), [(date(2020, 1, 1), date(2020, 12, 31))]),
            (date(2020, 5, 5), date(2020, 5, 5), [(date(2020, 5, 5), date(2020, 5, 5))]),
            (
                date(2019, 10, 15),
                date(2021, 3, 31),
                [
                    (date(2019, 10, 15), date(2019, 12, 31)),
                    (date(2020, 1, 1), date(2020, 12, 31)),
                    (date(2021, 1, 1), date(2021, 3, 31)),
                ],
            ),
            (date(2020, 1, 2), date(2020, 1, 1), []),
        ):
            with self.subTest(start=start, end=end):
                self.assertEqual(list(period.calendar_years(start, end)), years)

    def test_round_to_cent_rounds_half_up(self):
        for amount, rounded in (
            (Fraction(1, 200), "0.01"),
            (Fraction(3, 200), "0.02"),
            (Fraction(1, 201), "0.00"),
            (Fraction(5000000) + Fraction(1, 200), "5000000.01"),
            (Fraction(50000), "50000.00"),
            (Fraction(2, 3), "0.67"),
            (Fraction(1, 3), "0.33"),
        ):
            with self.subTest(amount=amount):
                self.assertEqual(period.round_to_cent(amount), Decimal(rounded))

    def test_amount_per_full_year(self):
        for amount, start, end, per_year in (
            ("50000.00", date(2020, 1, 1), date(2020, 12, 31), "50000.00"),
            ("25000.00", date(2022, 1, 1), date(2022, 6, 30), "50000.00"),
            ("25000.01", date(2022, 1, 1), date(2022, 6, 30), "50000.02"),
            ("2499.99", date(2022, 1, 1), date(2022, 6, 30), "4999.98"),
            # 9 + 17/31 months
            ("39784.94", date(2020, 3, 15), date(2020, 12, 31), "49999.99"),
            ("0.00", date(2020, 1, 1), date(2020, 1, 1), "0.00"),
            # no period, no extrapolation
            ("1.00", date(2020, 1, 2), date(2020, 1, 1), "0.00"),
        ):
            with self.subTest(amount=amount, start=start, end=end):
                months = period.months_between(start, end)
                self.assertEqual(period.amount_per_full_year(Decimal(amount), months), Decimal(per_year))

    @steady
    @given(DAYS, LENGTHS, CENTS)
    def test_highest_amount_is_exactly_the_border_of_s19(self, start, length, limit):
        months = period.months_between(start, start + length)
        highest = period.highest_amount(limit, months)
        self.assertLessEqual(period.amount_per_full_year(highest, months), limit)
        self.assertGreater(period.amount_per_full_year(highest + period.CENT, months), limit)

    @steady
    @given(DAYS, LENGTHS, CENTS)
    def test_lowest_amount_is_exactly_the_border_of_s18(self, start, length, limit):
        months = period.months_between(start, start + length)
        lowest = period.lowest_amount(limit, months)
        self.assertGreaterEqual(period.amount_per_full_year(lowest, months), limit)
        if lowest:
            self.assertLess(period.amount_per_full_year(lowest - period.CENT, months), limit)

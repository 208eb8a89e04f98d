from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged

from ..tools import figures, money

CENTS = st.integers(-(10**9), 10**11).map(lambda cents: Decimal(cents) / 100)
WEIGHTS = st.lists(st.integers(0, 10**7).map(lambda cents: Decimal(cents) / 100), min_size=1, max_size=12)


@tagged("post_install", "-at_install")
class TestMoney(TransactionCase):
    """Amounts are rounded in one place, and rows add up to their total."""

    @settings(derandomize=True, deadline=None, database=None)
    @given(CENTS, WEIGHTS)
    def test_parts_add_up_to_the_total(self, total, weights):
        parts = money.distribute(total, weights)
        self.assertEqual(sum(parts), total)
        self.assertEqual(len(parts), len(weights))

    @settings(derandomize=True, deadline=None, database=None)
    @given(CENTS, WEIGHTS)
    def test_each_part_is_less_than_a_cent_from_its_exact_share(self, total, weights):
        whole = sum(weights)
        if not whole:
            return
        for part, weight in zip(money.distribute(total, weights), weights, strict=True):
            self.assertLess(abs(part - total * weight / whole), Decimal("0.0100000001"))

    @settings(derandomize=True, deadline=None, database=None)
    @given(st.lists(CENTS, max_size=12), st.integers(0, 10000))
    def test_percentages_add_up_to_the_percentage_of_the_sum(self, amounts, basis_points):
        rate = Decimal(basis_points) / 100
        parts = money.percents(amounts, rate)
        self.assertEqual(sum(parts), money.percent(sum(amounts), rate))
        for part, amount in zip(parts, amounts, strict=True):
            self.assertLess(abs(part - amount * rate / 100), Decimal("0.0100000001"))

    @settings(derandomize=True, deadline=None, database=None)
    @given(CENTS, st.integers(0, 10000))
    def test_a_percentage_and_its_rest_are_the_whole_to_the_cent(self, amount, basis_points):
        rate = Decimal(basis_points) / 100
        difference = money.percent(amount, rate) + money.percent(amount, 100 - rate) - amount
        self.assertLessEqual(abs(difference), Decimal("0.01"))

    def test_rounding_is_half_up_away_from_zero(self):
        self.assertEqual(money.percent(Decimal("0.01"), 50), Decimal("0.01"))
        self.assertEqual(money.percent(Decimal("-0.01"), 50), Decimal("-0.01"))
        self.assertEqual(money.exact(2.675), Decimal("2.68"))  # the float is 2.67499999…

    def test_percentages_of_a_report_are_rounded_as_money_is(self):
        self.assertEqual((figures.share(1, 800), figures.share(Decimal("-0.01"), 8)), ("0.13", "-0.13"))
        self.assertEqual((figures.share(0, 8), figures.share(8, 0)), ("0.00", None))

    def test_nothing_is_divided_by_nothing(self):
        self.assertEqual(money.part(100, 5, 0), 0)
        self.assertEqual(money.distribute(10, [0, 0]), [Decimal(10), Decimal(0)])

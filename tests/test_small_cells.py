from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.small_cells import suppress

THRESHOLD = 3
ROWS, COLUMNS = ("a", "b", "c"), ("female", "male")


def _table(numbers):
    """A table with totals of both directions, and the sums that a reader knows of."""
    cells = dict(zip(product(ROWS, COLUMNS), numbers, strict=True))
    for row in ROWS:
        cells[row, "total"] = sum(cells[row, column] for column in COLUMNS)
    for column in (*COLUMNS, "total"):
        cells["all", column] = sum(cells[row, column] for row in ROWS)
    sums = [((row, "total"), [(row, column) for column in COLUMNS]) for row in (*ROWS, "all")]
    sums += [(("all", column), [(row, column) for row in ROWS]) for column in (*COLUMNS, "total")]
    return cells, sums


def _possible_values(published, highest):
    """By trying out all tables: the values that each cell may have, for a reader who can reckon."""
    ranges = [[published[key]] if key in published else range(highest + 1) for key in product(ROWS, COLUMNS)]
    possible = {}
    for numbers in product(*ranges):
        cells, _sums = _table(numbers)
        if all(cells[key] == number for key, number in published.items()):
            for key, number in cells.items():
                possible.setdefault(key, set()).add(number)
    return possible


@tagged("post_install", "-at_install")
class TestSmallCells(BaseCase):
    """Small numbers are left out so that they cannot be computed from what is published."""

    def test_a_table_without_small_numbers_stays_whole(self):
        self.assertEqual(suppress(*_table([5, 4, 3, 9, 0, 7]), THRESHOLD), set())

    def test_a_small_number_takes_another_one_along(self):
        cells = {"female": 5, "male": 1, "other": 0, "total": 6}
        self.assertEqual(suppress(cells, [("total", ["female", "male", "other"])], THRESHOLD), {"male", "female"})

    def test_two_small_numbers_that_their_sum_would_tell_take_a_third_along(self):
        cells = {"female": 1, "male": 1, "other": 7, "total": 9}
        self.assertEqual(suppress(cells, [("total", ["female", "male", "other"])], THRESHOLD), set(cells) - {"total"})

    def test_a_part_of_nearly_everybody_is_left_out(self):
        """Nine of ten are pupils: the number would tell that one is not."""
        cells = {"all": 10, "pupils": 9, "others": 1}
        self.assertEqual(suppress(cells, [("all", ["pupils", "others"])], THRESHOLD, hidden=["others"]), {"pupils"})

    def test_zero_is_no_secret(self):
        cells = {"female": 0, "male": 8, "total": 8}
        self.assertEqual(suppress(cells, [("total", ["female", "male"])], THRESHOLD), set())

    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.integers(0, 4), min_size=6, max_size=6))
    def test_no_small_number_can_be_computed(self, numbers):
        cells, sums = _table(numbers)
        left_out = suppress(cells, sums, THRESHOLD)
        published = {key: number for key, number in cells.items() if key not in left_out}
        possible = _possible_values(published, highest=6)
        for key, number in cells.items():
            if 0 < number < THRESHOLD:
                self.assertGreater(len(possible[key]), 1, f"{key} of {cells} with {published}")

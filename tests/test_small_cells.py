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


def _is_narrowed(published, keys, highest=9):
    """By trying out all tables: whether a cell has fewer values than the threshold, "one or two" for example.

    For a reader who can reckon and knows the rules: a zero is never left out, so what is left out is at least one.
    """
    ranges = [[published[key]] if key in published else range(1, highest + 1) for key in product(ROWS, COLUMNS)]
    possible = {key: set() for key in keys}
    for numbers in product(*ranges):
        cells, _sums = _table(numbers)
        if all(cells[key] == published[key] if key in published else cells[key] for key in cells):
            for key, values in possible.items():
                values.add(cells[key])
            if all(len(values) >= THRESHOLD for values in possible.values()):
                return False
    return bool(keys)


def _small(cells):
    return {key for key, number in cells.items() if 0 < number < THRESHOLD}


def _is_told(cells, sums, left_out):
    """Whether the reader learns a small number: by itself, nearly, or what is left out of a total together."""
    published = {key: number for key, number in cells.items() if key not in left_out}
    rests = [
        sum(cells[part] for part in parts if part in left_out)
        for total, parts in sums
        if total in published and left_out & set(parts) & _small(cells)
    ]
    return _is_narrowed(published, _small(cells)) or any(rest < THRESHOLD for rest in rests)


@tagged("post_install", "-at_install")
class TestSmallCells(BaseCase):
    """Small numbers are left out so that they cannot be computed from what is published, and no more than needed."""

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

    def test_one_or_two_is_not_learned_either(self):
        """Three persons, one and two of a gender: with the total, a reader would know that both are small."""
        cells = {"female": 1, "male": 2, "other": 0, "total": 3, "all": 20, "rest": 17}
        sums = [("total", ["female", "male", "other"]), ("all", ["total", "rest"])]
        self.assertIn("total", suppress(cells, sums, THRESHOLD))

    def test_zero_is_no_secret(self):
        cells = {"female": 0, "male": 8, "total": 8}
        self.assertEqual(suppress(cells, [("total", ["female", "male"])], THRESHOLD), set())

    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.integers(0, 4), min_size=6, max_size=6))
    def test_no_small_number_can_be_computed(self, numbers):
        cells, sums = _table(numbers)
        left_out = suppress(cells, sums, THRESHOLD)
        self.assertFalse(_is_told(cells, sums, left_out), (cells, left_out))

    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.integers(0, 4), min_size=6, max_size=6))
    def test_nothing_is_left_out_for_nothing(self, numbers):
        """Whichever other cell were published again, it would tell a small number."""
        cells, sums = _table(numbers)
        left_out = suppress(cells, sums, THRESHOLD)
        for key in sorted(left_out - _small(cells)):
            self.assertTrue(_is_told(cells, sums, left_out - {key}), (key, cells, left_out))

    def test_who_knows_that_zeros_are_shown_computes_nothing_either(self):
        """One, one and four of six: without four, the reader would know that both others are at least one."""
        cells = {"female": 1, "male": 1, "other": 4, "total": 6, "all": 20, "rest": 14}
        sums = [("total", ["female", "male", "other"]), ("all", ["total", "rest"])]
        left_out = suppress(cells, sums, THRESHOLD)
        self.assertLess({"female", "male"}, left_out)
        self.assertNotIn("all", left_out)

    def test_a_large_table_is_quick_and_keeps_its_totals(self):
        """As many lines as a report has; no number of the last line is small, so all of them stay."""
        lines = {number: [(number * part) % 11 for part in (1, 3, 7)] for number in range(60)}
        cells, sums = {}, []
        for number, (female, male, other) in lines.items():
            cells |= {(number, "f"): female, (number, "m"): male, (number, "o"): other}
            cells[number, "total"] = female + male + other
            sums.append(((number, "total"), [(number, column) for column in "fmo"]))
        for column in ("f", "m", "o", "total"):
            cells["all", column] = sum(cells[number, column] for number in lines)
            sums.append((("all", column), [(number, column) for number in lines]))
        sums.append((("all", "total"), [("all", column) for column in "fmo"]))
        left_out = suppress(cells, sums, THRESHOLD)
        small = _small(cells)
        self.assertLess(small, left_out)
        self.assertLess(len(left_out), 2 * len(small))
        self.assertFalse([key for key in left_out if key[0] == "all"])

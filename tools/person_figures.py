"""Numbers of persons by line and column, as the statistics print them: added up, and protected where they are small."""

from .small_cells import suppress

LEFT_OUT = "•"
TOTAL = "total"


class PersonFigures:
    """Collects numbers, and gives them out once all are there.

    :param columns: the genders that share a column, by its key; a column with their total comes by itself
    :param threshold: the smallest number that is shown
    """

    def __init__(self, columns, threshold=1):
        self.columns = columns
        self.threshold = threshold
        self.cells = {}
        self.sums = []
        self.hidden = set()
        self.others = {}  # by line; what is no number of persons
        self._left_out = None

    def put(self, key, column, number):
        self.cells[key, column] = number

    def put_genders(self, key, by_gender):
        """A line by gender and in total."""
        for column, genders in self.columns.items():
            self.put(key, column, sum(by_gender.get(gender, 0) for gender in genders))
        self.put(key, TOTAL, sum(by_gender.values()))
        self.sums.append(((key, TOTAL), [(key, column) for column in self.columns]))

    def add_up(self, total, parts, columns=None):
        """Tell that lines add up to another one; what they leave is a number that a reader can compute."""
        for column in columns or (*self.columns, TOTAL):
            self.add_up_cells((total, column), [(part, column) for part in parts])

    def add_up_cells(self, total, parts):
        if self.cells[total] == sum(map(self.cells.get, parts)):
            self.sums.append((total, parts))
        else:
            self.contain(total, parts)

    def contain_lines(self, total, parts):
        """Tell that a line contains others, each person in one of them at most."""
        for column in (*self.columns, TOTAL):
            self.contain((total, column), [(part, column) for part in parts])

    def contain(self, total, parts):
        """Tell that a cell contains others, and maybe more; what they leave can be computed, if it is not nothing."""
        rest = ("rest", total, tuple(parts)), "rest"
        number = self.cells[total] - sum(map(self.cells.get, parts))
        # Less than nothing is left where the total does not contain them, whatever somebody has entered.
        if rest not in self.cells and number >= 0:
            self.cells[rest] = number
            self.hidden.add(rest)
            self.sums.append((total, [*parts, rest]))

    def hide(self, key):
        """A line that no table has, though a reader can compute with it."""
        self.hidden.update(cell for cell in self.cells if cell[0] == key)

    def number(self, key, column=TOTAL):
        """The number, or a sign in its place."""
        return LEFT_OUT if (key, column) in self._protected() else self.cells[key, column]

    def numbers(self, key):
        """The cells of a line."""
        return {column: self.number(key, column) for column in (*self.columns, TOTAL)}

    def _protected(self):
        if self._left_out is None:
            self._left_out = suppress(self.cells, self.sums, self.threshold, self.hidden)
        return self._left_out


def drawn(number):
    """The number as a chart takes it; None where it is left out."""
    return None if number == LEFT_OUT else number

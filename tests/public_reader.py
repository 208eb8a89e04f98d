"""A reader of public reports who reckons with everything that is printed, and with what the words mean."""

import random
from itertools import permutations

from odoo.fields import Domain

from ..tools.person_figures import LEFT_OUT
from ..tools.person_sets import _holds

MANY = 100  # more than there are
ROUNDS = 30  # of reckoning
SAMPLES = 800
AGES = [10, 13, 14, 15, 17, 18, 20, 21, 24, 25, 29, 30, 54, 55, 60]
# Where a new age group or an indicator on the age begins.
BORDERS = [0, 15, 18, 21, 25, 30, 55, 121]
GROUPS = {"00_14": (0, 15), "15_17": (15, 18), "18_20": (18, 21), "21_24": (21, 25), "25_over": (25, 121)}


class PublicReader:
    """Knows for each number, printed or not, how small and how large it can be, and narrows that down sum by sum.

    A sign stands for one at least, as a zero is printed.
    """

    def __init__(self, limit):
        self.limit = limit
        self.ranges = {}
        self.sums = []

    def see(self, key, number):
        found = (1, MANY) if number == LEFT_OUT else (number, number)
        known = self.ranges.setdefault(key, found)
        if known != found:
            raise AssertionError(f"{key} is printed in two ways")

    def think_of(self, key):
        self.ranges.setdefault(key, (0, MANY))

    def know(self, total, parts, exactly=True):
        if not parts or total not in self.ranges or any(part not in self.ranges for part in parts):
            return
        parts = list(parts)
        if not exactly:
            parts.append(("rest", total, *parts))
            self.think_of(parts[-1])
        self.sums.append((total, parts))

    def learn(self):
        """Persons of whom the reader knows that there are some, and fewer than the limit."""
        for _round in range(ROUNDS):
            if not sum(self._narrow(total, parts) for total, parts in self.sums):
                break
        return {key: found for key, found in self.ranges.items() if found[0] and found[1] < self.limit}

    def _narrow(self, total, parts):
        low, high = (sum(self.ranges[part][end] for part in parts) for end in (0, 1))
        changed = self._set(total, low, high)
        for part in parts:
            (least, most), (total_least, total_most) = self.ranges[part], self.ranges[total]
            changed |= self._set(part, total_least - (high - most), total_most - (low - least))
        return changed

    def _set(self, key, low, high):
        before = self.ranges[key]
        self.ranges[key] = max(before[0], low), min(before[1], high)
        return self.ranges[key] != before


class StatisticsReader(PublicReader):
    """What the tables of the statistics and of the narrative report say, table by table as they are printed."""

    def __init__(self, sections, limit):
        super().__init__(limit)
        self.tables = {table["key"]: table for section in sections for table in section["tables"]}
        self.columns = []
        for table in self.tables.values():
            counts = [column["key"] for column in table["columns"] if column["type"] == "integer"]
            if table["key"] in ("minimum", "finding_numbers"):  # no persons
                continue
            for row in table["rows"]:
                for column in counts:
                    if row["cells"].get(column) is not None and column != "target":
                        self.see((row["key"], column), row["cells"][column])
                genders = [column for column in counts if column not in ("total", "persons")]
                if "total" in row["cells"] and table["key"] != "money":
                    self.columns = [*genders, "total"]
                    self.know((row["key"], "total"), [(row["key"], gender) for gender in genders])
        self._add_up_tables()

    def rows(self, table, *without):
        rows = self.tables[table]["rows"] if table in self.tables else []
        return [row["key"] for row in rows if row["key"] not in without]

    def know_lines(self, total, parts, exactly=True):
        for column in self.columns:
            self.know((total, column), [(part, column) for part in parts], exactly)

    def _add_up_tables(self):
        self.know_lines("present", ["carried", "entered"])
        self.know_lines("entered", ["counted", "not_counted"])
        self.know_lines("not_counted", self.rows("counted", "counted", "not_counted"))
        self.know_lines("counted", self.rows("age", "counted"))
        self.know_lines("left_counted", self.rows("destination", "left_counted"))
        self.know_lines("left_counted", self.rows("improved", "left_counted"))
        self.know_lines("present", ["left"], exactly=False)
        self.know_lines("left", ["left_counted"], exactly=False)
        bausteine = self.rows("participations", "participations", "others")
        self.know_lines("participations", bausteine)
        for baustein in (*bausteine, "participations"):
            self.know((baustein, "total"), [(baustein, "persons")], exactly=False)
            self.know(("participations", "persons"), [(baustein, "persons")], exactly=baustein == "participations")
            self.know(("target", "reached"), [(f"reached_{baustein[9:]}", "reached")], exactly=False)
        self.know(("target", "reached"), [("counted", "total")], exactly=False)
        self.know(("target", "reached"), [("participations", "persons")], exactly=False)
        for column, total in (("entered", "counted"), ("left", "left_counted")):
            self.know((total, "total"), [(month, column) for month in self.rows("timeline")])
        projects = [(row, "participants") for row in self.rows("projects", "total")]
        self.know(("participations", "total"), projects, exactly=False)

    def know_ages(self, whole, conditions):
        """Each line on the age is the sum of the ages between its borders, whoever defined it."""
        spans = list(zip(BORDERS, BORDERS[1:], strict=False))
        for column in self.columns:
            for span in spans:
                self.think_of((span, column))
            self.know((whole, column), [(span, column) for span in spans])
            for key, is_in in conditions.items():
                self.know((key, column), [(span, column) for span in spans if is_in(span[1] - 1)])

    def know_conditions(self, whole, holds):
        """Of random people, whoever meets one condition meets another one, or never does."""
        everybody = frozenset(range(SAMPLES))
        known = {whole: everybody} | {key: people for key, people in holds.items() if people}
        for one, other in permutations(known, 2):
            if known[one] <= known[other]:
                self.know_lines(other, [one], exactly=False)
            elif one < other and not known[one] & known[other]:
                self.know_lines(whole, [one, other], exactly=False)


def random_people(env):
    """People who answer anything, as their answers by field."""
    chance, enrolments = random.Random(1), env["justiq.enrolment"]
    names = sorted(enrolments._answer_fields())
    answers = {name: [code for code, _label in enrolments._fields[name]._description_selection(env)] for name in names}
    return [
        {name: chance.choice([*options, False]) for name, options in answers.items()}
        | {"age_at_entry": chance.choice(AGES)}
        for _number in range(SAMPLES)
    ]


def who_meets(people, domain):
    """Numbers of the people who meet the domain."""
    parts = tuple(Domain(domain))
    return frozenset(number for number, person in enumerate(people) if _holds(parts, person))

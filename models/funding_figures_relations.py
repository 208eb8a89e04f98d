from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain

from ..tools.person_figures import TOTAL
from ..tools.person_sets import relations
from .case_enrolment import AGE_GROUP_ENDS
from .funding_figures_mixin import plain_domain

# Older than anybody who enters.
MOST_AGE = 120


class Line(NamedTuple):
    """A line of the statistics: which persons it counts."""

    key: str
    label: str
    domain: Domain
    part_of: str | None = None
    is_open: bool = True  # the persons may be shown under their reference
    style: str = ""
    criteria: Domain | None = None  # of those who are counted in the table, which ones


class FigureRelations(models.AbstractModel):
    """What a reader of a public report can compute: how the numbers of persons in all its tables hang together.

    Numbers are protected as one system, whatever table they stand in. That ages,
    answers and indicators contain or exclude one another follows from their
    conditions (`tools/person_sets.py`), so a new indicator is data here as well.
    """

    _name = "justiq.figures.relations"
    _inherit = ["justiq.figures.mixin"]
    _description = "Relations of Figures"

    @api.model
    def _bases(self, groups):
        """Lines on the answers of the same persons: key of the line with all of them, and those lines."""
        return {
            whole: [line for name in names for line in groups.get(name, []) if line.criteria is not None]
            for whole, names in {
                "counted": ("age", "output"),
                "left_counted": ("destination", "improved", "result"),
                "followed_up": ("follow_up",),
            }.items()
            if any(name in groups for name in names)
        }

    @api.model
    def _relations(self, lines, whole):
        conditions = tuple((line.key, _hashable(line.criteria)) for line in lines)
        names = {part[0] for _key, domain in conditions for part in domain if isinstance(part, tuple)}
        return relations(whole, conditions, tuple((name, self._values(name)) for name in sorted(names, key=str)))

    @api.model
    def _values(self, name):
        """All that may be entered."""
        if name == "age_at_entry":
            return tuple(range(MOST_AGE + 1))
        if not isinstance(name, str):
            return ()
        return (*self._labels("justiq.enrolment", name), False)

    @api.model
    def _age_criteria(self, group):
        """The ages of an age group, so that it is known what indicators on the age are made of."""
        ends = [0, *AGE_GROUP_ENDS.values(), MOST_AGE + 1]
        number = [*self._labels("justiq.enrolment", "age_group")].index(group)
        return Domain("age_at_entry", ">=", ends[number]) & Domain("age_at_entry", "<", ends[number + 1])

    @api.model
    def _unprinted_lines(self, groups):
        """Lines that no table has, with which a reader can compute, as ages between two age groups."""
        # Of those who are counted in the table itself.
        bases = {line.key: line.domain for group in groups.values() for line in group}
        return [
            Line(key, "", bases[whole] & Domain(name, "in", list(values)))
            for whole, lines in self._bases(groups).items()
            for key, (name, values) in self._relations(lines, whole).classes.items()
        ]

    @api.model
    def _relate_persons(self, book, groups):
        for line in self._unprinted_lines(groups):
            book.hide(line.key)
        book.add_up("present", ["carried", "entered"])
        book.add_up("entered", ["counted", "not_counted"])
        book.add_up("not_counted", [line.key for line in groups["counted"][:-2]])
        book.contain_lines("present", ["left"])
        book.contain_lines("left", ["left_counted"])
        for line in (*groups["reached"][:-1], *groups["counted"][-1:], *groups["left"]):
            book.contain_lines("reached", [line.key])
        for whole, lines in self._bases(groups).items():
            known = self._relations(lines, whole)
            for total, parts in known.exact:
                book.add_up(total, parts)
            for total, parts in known.contained:
                book.contain_lines(total, parts)
            for line in lines:
                if line.part_of:
                    book.contain_lines(line.part_of, [line.key])
        if "followed_up" in groups:
            book.contain_lines("reached", ["followed_up"])

    @api.model
    def _relate_participations(self, book, keys):
        """Persons and participations: who came back, who is in several Bausteine, who in none."""
        everybody, together = ("participations", "persons"), ("persons_of_bausteine", "persons")
        persons = [(key, "persons") for key in keys]
        for key in (*keys, "participations"):
            book.contain((key, TOTAL), [(key, "persons")])
        for one in persons:
            book.contain(everybody, [one])
        book.put(*together, sum(map(book.cells.get, persons)))
        book.hide("persons_of_bausteine")
        book.add_up_cells(together, persons)
        book.contain(together, [everybody])
        book.contain(("reached", TOTAL), [everybody])


def _hashable(domain):
    return tuple(
        part if isinstance(part, str) else (*part[:2], tuple(part[2]) if isinstance(part[2], list) else part[2])
        for part in plain_domain(domain)
    )

import operator

from odoo import api, models
from odoo.fields import Domain

from ..tools.person_figures import TOTAL
from .case_enrolment import AGE_GROUP_ENDS
from .micro_project import BOUND

OLDEST = 130
COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda age, ages: age in ages,
    "not in": lambda age, ages: age not in ages,
}


class ProtectionFigures(models.AbstractModel):
    """What a reader of a report for the public can reckon from one table to another.

    Small numbers are protected where the book knows which numbers add up to which. Within a table that is plain; here
    are the sums over several tables: ages as groups and as indicators, and participants by Baustein and micro-project.
    """

    _name = "justiq.figures.protection"
    _inherit = ["justiq.figures.mixin"]
    _description = "Protection of Small Numbers"

    # ------------------------------------------------------------
    # Ages
    # ------------------------------------------------------------

    @api.model
    def _relate_ages(self, report, book):
        """Tell how the indicators on age are made of the age groups, whole ones or parts of them."""
        indicators = report.grant_id.programme_id.indicator_set_id.indicator_ids
        groups = self._ages_of_groups()
        for indicator in indicators.filtered(lambda one: one.base == "output"):
            ages = self._ages(indicator)
            if not ages:
                continue
            inside = [f"age_group_{group}" for group, of_group in groups.items() if of_group <= ages]
            partly = [
                f"age_group_{group}" for group, of_group in groups.items() if of_group & ages and not of_group <= ages
            ]
            key = f"indicator_{indicator.code}"
            if inside:
                book.add_up(key, inside)
            if len(partly) == 1:
                # What the whole groups leave of the indicator lies in this one.
                rest = ("rest", key, tuple(inside)) if inside else key
                for column in (*book.columns, TOTAL):
                    if (rest, column) in book.cells:
                        book.part_of((partly[0], column), (rest, column))

    @api.model
    def _ages_of_groups(self):
        groups, start = {}, 0
        for group, end in [*AGE_GROUP_ENDS.items(), ("25_over", OLDEST)]:
            groups[group] = set(range(start, end))
            start = end
        return groups

    @api.model
    def _ages(self, indicator):
        """The ages that an indicator speaks of, where it speaks of nothing else."""
        domain = indicator._domain()
        conditions = list(domain.iter_conditions())
        is_on_age = all(one.field_expr == "age_at_entry" and one.operator in COMPARE for one in conditions)
        if not conditions or not is_on_age or {"|", "!"} & {part for part in list(domain) if isinstance(part, str)}:
            return set()
        return {age for age in range(OLDEST) if all(COMPARE[one.operator](age, one.value) for one in conditions)}

    # ------------------------------------------------------------
    # Micro-projects
    # ------------------------------------------------------------

    @api.model
    def _count_by_project(self, report, book):
        """Participations by micro-project, as the public may know them: of those who count, begun in the period."""
        # sudo: numbers by micro-project; no record is returned.
        participations = self.env["justiq.participation"].sudo()
        counted = self._begun(report) & Domain("enrolment_id.is_counted", "=", True)
        # The grant once more: by the state alone, PostgreSQL would look through the micro-projects of all grants.
        bound = Domain("grant_id", "=", report.grant_id.id) & Domain("state", "in", BOUND)
        counted &= Domain("micro_project_id", "any", bound)
        keys = []
        for project, number in participations._read_group(counted, ["micro_project_id"], ["__count"]):
            keys.append(f"project_{project.id}")
            book.put(keys[-1], TOTAL, number)
        if keys:
            book.add_up("participations", keys, [TOTAL])
            group = self._bausteine(report).filtered(lambda baustein: baustein.kind == "group")
            if len(group) == 1:
                book.add_up(f"baustein_{group.id}", keys, [TOTAL])

from collections import defaultdict

from odoo import models
from odoo.fields import Domain

NUMBERS = ("participations", "persons", "counted", "not_counted", "attended")
ATTENDED = Domain("attended_count", ">", 0)


class ReportPeopleMixin(models.AbstractModel):
    """Figures about participants, for reports that name nobody.

    They are counted in sudo by the database, also for roles such as finance that
    may not read participations: numbers by gender and age group of a whole
    micro-project or year leave, no record, name or reference does. The access
    to the printed record itself has been asked as the user before.
    """

    _name = "justiq.report.people.mixin"
    _description = "Figures about Participants"

    def _count_people(self, domain, groupby, attended=ATTENDED):
        """Numbers of persons and participations, by group.

        A person is an enrolment: who comes back or takes part in several
        micro-projects is one person within a group.

        :param domain: which participations
        :param attended: which of them have attended at least once
        :return: dictionary of numbers by tuple of group values
        """
        # sudo: numbers only, as the model says.
        participations = self.env["justiq.participation"].sudo()
        counts = defaultdict(lambda: dict.fromkeys(NUMBERS, 0))
        person = "enrolment_id:count_distinct"
        for *group, is_counted, number, persons in participations._read_group(
            domain, [*groupby, "enrolment_id.is_counted"], ["__count", person]
        ):
            numbers = counts[tuple(group)]
            numbers["participations"] += number
            numbers["persons"] += persons
            numbers["counted" if is_counted else "not_counted"] += persons
        for *group, persons in participations._read_group(Domain(domain) & attended, groupby, [person]):
            counts[tuple(group)]["attended"] = persons
        return counts

    def _people_table(self, counts):
        """A table from numbers by (gender, age group).

        A person has one gender and one age group, so that numbers add up.
        """
        return {
            "columns": [
                ("participations", self.env._("Participations")),
                ("persons", self.env._("Persons")),
                ("counted", self.env._("of these counted")),
                ("not_counted", self.env._("not counted")),
                ("attended", self.env._("attended at least once")),
            ],
            "blocks": [
                self._people_block(self.env._("Gender"), "gender", counts, 0),
                self._people_block(self.env._("Age on entry"), "age_group", counts, 1),
            ],
            "total": self._add_up(counts.values()),
        }

    def _people_block(self, title, field_name, counts, position):
        field = self.env["justiq.participation"]._fields[field_name]
        return {
            "title": title,
            "rows": [
                {"label": label}
                | self._add_up(numbers for group, numbers in counts.items() if group[position] == value)
                for value, label in field._description_selection(self.env)
            ],
        }

    def _add_up(self, numbers):
        rows = list(numbers)
        return {name: sum(row[name] for row in rows) for name in NUMBERS}

from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.person_figures import TOTAL, drawn
from .micro_project import BOUND

MONTHS_OF_A_YEAR = 12


class ParticipationFigures(models.AbstractModel):
    """Participations, low-threshold contacts, and the course over time."""

    _name = "justiq.figures.participations"
    _inherit = ["justiq.figures.relations"]
    _description = "Figures on Participations"

    # ------------------------------------------------------------
    # Participations
    # ------------------------------------------------------------

    @api.model
    def _begun(self, report):
        """Participations that began in the period."""
        return (
            Domain("grant_id", "=", report.grant_id.id)
            & Domain("date_start", ">=", fields.Date.to_string(report.date_start))
            & Domain("date_start", "<=", fields.Date.to_string(report.date_end))
        )

    @api.model
    def _bausteine(self, report):
        return report.grant_id.baustein_ids.sorted("number")

    @api.model
    def _count_participations(self, report, book):
        # sudo: numbers by Baustein and gender of a grant whose report the user reads; no record is returned.
        participations = self.env["justiq.participation"].sudo()
        begun, counts = self._begun(report), defaultdict(lambda: defaultdict(int))
        for baustein, gender, is_counted, number in participations._read_group(
            begun, ["baustein_id", "gender", "enrolment_id.is_counted"], ["__count"]
        ):
            counts[f"baustein_{baustein.id}" if is_counted else "others"][gender] += number
        counted = begun & Domain("enrolment_id.is_counted", "=", True)
        persons = {
            baustein.id: number
            for baustein, number in participations._read_group(
                counted, ["baustein_id"], ["enrolment_id:count_distinct"]
            )
        }
        [(all_persons,)] = participations._read_group(counted, [], ["enrolment_id:count_distinct"])
        keys = []
        for baustein in self._bausteine(report):
            key = f"baustein_{baustein.id}"
            book.put_genders(key, counts[key])
            book.put(key, "persons", persons.get(baustein.id, 0))
            book.contain((f"reached_{baustein.id}", TOTAL), [(key, "persons")])
            keys.append(key)
        whole = defaultdict(int)
        for key in keys:
            for gender, number in counts[key].items():
                whole[gender] += number
        book.put_genders("participations", whole)
        book.put("participations", "persons", all_persons)
        book.put_genders("others", counts["others"])
        if keys:
            book.add_up("participations", keys)
            self._relate_participations(book, keys)
        self._count_projects(report, book, counted)

    @api.model
    def _count_projects(self, report, book, counted):
        """The same participations by micro-project, for the public list of them."""
        participations = self.env["justiq.participation"].sudo()  # sudo: numbers by micro-project, as above
        # The grant once more: by the state alone, PostgreSQL would look through the micro-projects of all grants.
        bound = Domain("grant_id", "=", report.grant_id.id) & Domain("state", "in", BOUND)
        counted &= Domain("micro_project_id", "any", bound)
        numbers = participations._read_group(counted, ["micro_project_id"], ["__count"])
        for project, number in numbers:
            book.put(f"project_{project.id}", TOTAL, number)
        groups = self._bausteine(report).filtered(lambda baustein: baustein.kind == "group")
        whole = f"baustein_{groups.id}" if len(groups) == 1 else "participations"
        book.contain((whole, TOTAL), [(f"project_{project.id}", TOTAL) for project, _number in numbers])

    @api.model
    def _participations_table(self, report, book):
        columns = self._gender_columns(book, self.env._("Baustein"))
        rows = [
            self._participation_row(report, book, f"baustein_{baustein.id}", baustein.name, baustein=baustein)
            for baustein in self._bausteine(report)
        ]
        total = self._participation_row(
            report, book, "participations", self.env._("Participations of persons who count"), "total"
        )
        others = self._make_row(
            "others",
            {"label": self.env._("Of persons who do not count"), **book.numbers("others")},
            drill=self._begun_drill(report, [("enrolment_id.is_counted", "=", False)]),
            parts=self._gender_parts(book),
        )
        return self._make_table(
            "participations",
            self.env._("Participations begun in the period"),
            [*columns, self._make_column("persons", self.env._("Persons"), width=2)],
            [*rows, total, others],
            remark=self.env._(
                "Whoever comes back is the same person with a further participation, so both are counted apart."
            ),
        )

    @api.model
    def _participation_row(self, report, book, key, label, style="", baustein=None):
        domain = [("enrolment_id.is_counted", "=", True)]
        if baustein:
            domain.append(("baustein_id", "=", baustein.id))
        return self._make_row(
            key,
            {"label": label, **book.numbers(key), "persons": book.number(key, "persons")},
            style,
            self._begun_drill(report, domain),
            self._gender_parts(book),
            {"persons": self._persons_begun_drill(report, baustein)},
        )

    @api.model
    def _persons_begun_drill(self, report, baustein):
        if report.is_for_outside:
            return None
        begun = self._begun(report) & (Domain("baustein_id", "=", baustein.id) if baustein else Domain.TRUE)
        domain = self._counted_of(report) & Domain("participation_ids", "any", begun)
        return self._drill("justiq.enrolment", domain, "is_counted")

    @api.model
    def _begun_drill(self, report, domain):
        if report.is_for_outside:
            return None
        return self._drill("justiq.participation", self._begun(report) & Domain(domain), ["enrolment_id", "gender"])

    # ------------------------------------------------------------
    # Low-threshold contacts
    # ------------------------------------------------------------

    @api.model
    def _outreach_domain(self, report):
        return (
            Domain("grant_id", "=", report.grant_id.id)
            & Domain("date", ">=", fields.Date.to_string(report.date_start))
            & Domain("date", "<=", fields.Date.to_string(report.date_end))
        )

    @api.model
    def _count_outreach(self, report, book):
        # sudo: sums of the contacts, also for roles that read none of them.
        contacts = self.env["justiq.outreach.contact"].sudo()
        sums = {
            baustein.id: (number, heads, hours)
            for baustein, number, heads, hours in contacts._read_group(
                self._outreach_domain(report), ["baustein_id"], ["__count", "heads_counted:sum", "hours_counted:sum"]
            )
        }
        whole = [sum(values) for values in zip(*sums.values(), strict=True)] or [0, 0, 0]
        lines = {f"heads_{baustein}": values for baustein, values in sums.items()} | {"heads": whole}
        for key, (number, heads, hours) in lines.items():
            book.put(key, "contacts", number)
            book.put(key, "heads", heads)
            book.others[key] = hours  # hours tell of no person
        book.add_up("heads", [key for key in lines if key != "heads"], ["contacts", "heads"])

    @api.model
    def _outreach_table(self, report, book):
        names = {f"heads_{baustein.id}": baustein.name for baustein in self._bausteine(report)}
        columns = [
            self._make_column("label", self.env._("Baustein"), "text", width=9),
            self._make_column("contacts", self.env._("Contacts"), width=2),
            self._make_column("heads", self.env._("Heads"), width=2, sum="heads_counted"),
            self._make_column("hours", self.env._("Contact hours"), "hours", width=2, sum="hours_counted"),
        ]
        rows = [
            self._make_row(
                key,
                {
                    "label": names.get(key, self.env._("Total")),
                    "contacts": book.number(key, "contacts"),
                    "heads": book.number(key, "heads"),
                    "hours": f"{book.others[key]:.2f}",
                },
                "total" if key == "heads" else "",
                self._outreach_drill(report, key),
            )
            for key in [*(key for key in names if key in book.others), "heads"]
        ]
        return self._make_table(
            "outreach",
            self.env._("Low-threshold contacts"),
            columns,
            rows,
            remark=self.env._("Anonymous contacts and those under an alias: heads, not persons."),
        )

    @api.model
    def _outreach_drill(self, report, key):
        if report.is_for_outside:
            return None
        domain = self._outreach_domain(report)
        if key != "heads":
            domain &= Domain("baustein_id", "=", int(key.removeprefix("heads_")))
        return self._drill("justiq.outreach.contact", domain, ["heads_counted", "hours_counted"])

    # ------------------------------------------------------------
    # Over time
    # ------------------------------------------------------------

    @api.model
    def _count_timeline(self, report, book):
        """Entries and exits of persons who count by month, or by quarter if the period is longer than a year.

        :return: list of (key, label) in the order of time
        """
        step, width = self._step(report)
        first = report.date_start.replace(day=1)
        if step == "quarter":
            first = first.replace(month=(first.month - 1) // 3 * 3 + 1)
        pieces = []
        while first <= report.date_end:
            pieces.append(first)
            first += width
        entered, left = self._by_step(report, "date_entry", step), self._by_step(report, "date_exit", step)
        there = self._there_before(report)
        for piece in pieces:
            key = f"time_{piece}"
            book.put(key, "entered", entered.get(piece, 0))
            book.put(key, "left", left.get(piece, 0))
            there += entered.get(piece, 0) - left.get(piece, 0)
            book.others[key] = there
        for column, total in (("entered", "counted"), ("left", "left_counted")):
            # The same persons as in the table of persons, so a reader can add these up as well.
            book.add_up_cells((total, TOTAL), [(f"time_{piece}", column) for piece in pieces])
        pattern = "MMM yyyy" if step == "month" else "QQQ yyyy"
        return [(f"time_{piece}", format_date(self.env, piece, date_format=pattern)) for piece in pieces]

    @api.model
    def _counted_of(self, report):
        return Domain("grant_id", "=", report.grant_id.id) & Domain("is_counted", "=", True)

    @api.model
    def _by_step(self, report, name, step):
        domain = self._counted_of(report) & Domain(name, ">=", report.date_start) & Domain(name, "<=", report.date_end)
        # sudo: numbers by month of the whole grant, no record.
        groups = self.env["justiq.enrolment"].sudo()._read_group(domain, [f"{name}:{step}"], ["__count"])
        return dict(groups)

    @api.model
    def _there_before(self, report):
        """Persons who count and were there already before the period."""
        start = report.date_start
        domain = self._counted_of(report) & Domain("date_entry", "<", start)
        domain &= Domain("date_exit", "=", False) | Domain("date_exit", ">=", start)
        # sudo: one number of the whole grant.
        return self.env["justiq.enrolment"].sudo().search_count(domain)

    @api.model
    def _timeline_table(self, report, book, timeline):
        columns = [
            self._make_column("label", self.env._("Period"), "text", width=3),
            self._make_column("entered", self.env._("Entered"), width=2),
            self._make_column("left", self.env._("Have left"), width=2),
        ]
        if not report.is_for_outside:
            columns.append(self._make_column("there", self.env._("Supported at the end"), width=2))
        rows = [
            self._make_row(
                key,
                {
                    "label": label,
                    "entered": book.number(key, "entered"),
                    "left": book.number(key, "left"),
                    "there": book.others[key],
                },
                **self._timeline_drill(report, key),
            )
            for key, label in timeline
        ]
        if report.is_for_outside:  # those there are the sum of entries and exits, so they would tell of them
            for row in rows:
                row["cells"].pop("there")
        return self._make_table("timeline", self.env._("Persons who count, over time"), columns, rows)

    @api.model
    def _timeline_drill(self, report, key):
        """Who was there in this month, or quarter; of them who entered, who left and who stayed."""
        if report.is_for_outside:
            return {}
        first = fields.Date.to_date(key.removeprefix("time_"))
        last = first + self._step(report)[1] - relativedelta(days=1)
        start, end = (fields.Date.to_string(day) for day in (max(first, report.date_start), min(last, report.date_end)))
        stayed, left = Domain("date_exit", "=", False) | Domain("date_exit", ">", end), Domain("date_exit", "<=", end)
        there = Domain("date_entry", "<=", end) & (Domain("date_exit", "=", False) | Domain("date_exit", ">=", start))
        return {
            "drill": self._drill("justiq.enrolment", self._counted_of(report) & there, ["date_entry", "date_exit"]),
            "parts": {"entered": Domain("date_entry", ">=", start), "left": left, "there": stayed},
        }

    @api.model
    def _step(self, report):
        """By month, or by quarter if the period is longer than a year; and how long that is."""
        months = (report.date_end.year - report.date_start.year) * MONTHS_OF_A_YEAR
        months += report.date_end.month - report.date_start.month + 1
        step = "month" if months <= MONTHS_OF_A_YEAR else "quarter"
        return step, relativedelta(months=1 if step == "month" else 3)

    @api.model
    def _timeline_chart(self, report, book, timeline):
        series = [
            {
                "label": self.env._("Entered"),
                "values": [drawn(book.number(key, "entered")) for key, _label in timeline],
            },
            {"label": self.env._("Have left"), "values": [drawn(book.number(key, "left")) for key, _label in timeline]},
        ]
        if not report.is_for_outside:
            there = [book.others[key] for key, _label in timeline]
            series.insert(0, {"label": self.env._("Supported at the end"), "values": there})
        return {
            "key": "timeline",
            "title": self.env._("Persons who count, over time"),
            "kind": "lines",
            "categories": [label for _key, label in timeline],
            "series": series,
        }

    @api.model
    def _section_participations(self, report, book, timeline):
        return {
            "key": "participations",
            "title": self.env._("Participations, contacts and course"),
            "text": None,
            "tables": [
                self._participations_table(report, book),
                *([self._outreach_table(report, book)] if book.number("heads", "contacts") else []),
                self._timeline_table(report, book, timeline),
            ],
            "charts": [self._timeline_chart(report, book, timeline)],
        }

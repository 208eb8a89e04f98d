from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.person_figures import LEFT_OUT, TOTAL, PersonFigures, drawn
from .funding_figures_relations import Line

COUNTED = Domain("is_counted", "=", True)


class StatisticsFigures(models.AbstractModel):
    """The statistics of participants of a grant and a period (Teilnehmendenstatistik).

    Persons are enrolments, each once per grant. Entered are those whose entry lies
    in the period; the funder counts of them whoever counts today (rules.md,
    "Counting persons"), the others are shown apart with the reason. Everything on
    persons comes from one query, whatever the number of lines.

    In a report for the public, small numbers are left out, and so many others that
    none of them can be computed (`tools/small_cells.py`). Whoever goes over from one
    period to the next is left out there: the reports of two years would tell of who left.
    """

    _name = "justiq.figures.statistics"
    _inherit = ["justiq.figures.participations", "justiq.figures.list"]
    _description = "Statistics of Participants"

    @api.model
    def _sections(self, report):
        return self._sections_and_book(report)[0]

    @api.model
    def _sections_and_book(self, report):
        """The sections, and the book of their numbers, which knows what the public may learn."""
        groups, book = self._line_groups(report), self._book(report)
        self._count_persons(report, book, groups)
        self._count_participations(report, book)
        self._count_outreach(report, book)
        timeline = self._count_timeline(report, book)
        sections = [
            self._section_persons(report, book, groups),
            self._section_participations(report, book, timeline),
            self._section_indicators(report, book, groups),
            self._section_outcomes(report, book, groups),
        ]
        if not report.is_for_outside:
            sections.append(self._section_list(report))
        return [section for section in sections if section["tables"]], book

    # ------------------------------------------------------------
    # Lines
    # ------------------------------------------------------------

    @api.model
    def _line_groups(self, report):
        """The lines by table."""
        start, end = map(fields.Date.to_string, (report.date_start, report.date_end))
        entered = Domain("date_entry", ">=", start) & Domain("date_entry", "<=", end)
        left = Domain("date_exit", ">=", start) & Domain("date_exit", "<=", end)
        carried = Domain("date_entry", "<", start) & (
            Domain("date_exit", "=", False) | Domain("date_exit", ">=", start)
        )
        follow_up = Domain("follow_up_due_date", ">=", start) & Domain("follow_up_due_date", "<=", end)
        groups = {
            "reached": [
                *self._lines_reached(report, end),
                Line(
                    "reached",
                    self.env._("Persons, each once"),
                    COUNTED & Domain("date_entry", "<=", end),
                    style="total",
                ),
            ],
            "persons": [
                Line("carried", self.env._("Already there at the beginning"), carried),
                Line("entered", self.env._("Entered in the period"), entered),
                Line("present", self.env._("Supported in the period"), carried | entered, style="total"),
                Line("left", self.env._("of these left in the period"), left, "present"),
            ],
            "counted": [
                *self._lines_not_counted(entered),
                Line("not_counted", self.env._("Do not count"), entered & ~COUNTED, style="subtotal"),
                Line("counted", self.env._("Count for the funder"), entered & COUNTED, style="total"),
            ],
            "age": self._lines_of_selection("age_group", entered & COUNTED),
            "left": [Line("left_counted", self.env._("Left, and count"), left & COUNTED, "left")],
            "destination": self._lines_of_selection("exit_destination", left & COUNTED),
            "improved": self._lines_of_selection("exit_improved", left & COUNTED),
        }
        bases = {"output": entered & COUNTED, "result": left & COUNTED, "follow_up": follow_up & COUNTED}
        if report.grant_id.programme_id.follow_up_months:
            groups["followed_up"] = [Line("followed_up", self.env._("Follow-up due"), bases["follow_up"])]
        else:
            bases.pop("follow_up")
        for base, domain in bases.items():
            groups[base] = self._lines_of_indicators(report, base, domain)
        return groups

    @api.model
    def _lines_reached(self, report, end):
        """Persons who count by Baustein; of the grant only, as the Bausteine are those of the whole programme."""
        begun = Domain("grant_id", "=", report.grant_id.id) & Domain("date_start", "<=", end)
        return [
            Line(
                f"reached_{baustein.id}",
                baustein.name,
                COUNTED & Domain("participation_ids", "any", begun & Domain("baustein_id", "=", baustein.id)),
            )
            for baustein in self._bausteine(report)
        ]

    @api.model
    def _lines_not_counted(self, entered):
        return [
            Line(f"reason_{reason}", label, entered & Domain("not_counted_reason", "=", reason))
            for reason, label in self._labels("justiq.enrolment", "not_counted_reason").items()
        ]

    @api.model
    def _lines_of_selection(self, name, domain):
        def line(value, key, label):
            is_age = name == "age_group"
            criteria = Domain(name, "=", value) if not is_age else self._age_criteria(value) if value else None
            return Line(f"{name}_{key}", label, domain & Domain(name, "=", value), criteria=criteria)

        lines = [line(value, value, label) for value, label in self._labels("justiq.enrolment", name).items()]
        return [*lines, line(False, "missing", self.env._("Not entered"))]

    @api.model
    def _lines_of_indicators(self, report, base, domain):
        indicators = report.grant_id.programme_id.indicator_set_id.indicator_ids
        return [
            Line(
                f"indicator_{indicator.code}",
                f"{indicator.code} {indicator.name}",
                domain & indicator._domain(),
                f"indicator_{indicator.part_of_id.code}" if indicator.part_of_id else None,
                indicator._is_readable_under_reference(),
                criteria=indicator._domain(),
            )
            for indicator in indicators.filtered(lambda one: one.base == base)
        ]

    # ------------------------------------------------------------
    # Counting
    # ------------------------------------------------------------

    @api.model
    def _book(self, report):
        programme = report.grant_id.programme_id
        columns = {"female": ("female",), "male": ("male",)}
        if programme.indicator_set_id.has_non_binary:
            columns |= {"diverse": ("diverse",), "not_stated": ("not_stated", None)}
        else:
            columns["other"] = ("diverse", "not_stated", None)
        return PersonFigures(columns, programme.small_number if report.is_for_outside else 1)

    @api.model
    def _count_persons(self, report, book, groups):
        lines = [line for group in groups.values() for line in group]
        if report.is_for_outside:
            lines += self._unprinted_lines(groups)
        counts = self.env["justiq.enrolment"]._count_by_gender(
            [("grant_id", "=", report.grant_id.id)], {line.key: line.domain for line in lines}
        )
        for line in lines:
            book.put_genders(line.key, {gender: number for (key, gender), number in counts.items() if key == line.key})
        if report.is_for_outside:
            self._relate_persons(book, groups)
            if self._is_later(report):
                for line in (*groups["reached"], groups["persons"][0], groups["persons"][2]):
                    book.hide(line.key)

    @api.model
    def _is_later(self, report):
        """Whether others were there before, so that an earlier report tells of them."""
        return report.date_start > report.grant_id.date_start

    # ------------------------------------------------------------
    # Sections
    # ------------------------------------------------------------

    @api.model
    def _gender_columns(self, book, label=""):
        labels = self._labels("justiq.enrolment", "gender") | {
            "other": self.env._("Diverse, not stated"),
            "diverse": self.env._("Non-binary"),
        }
        return [
            self._make_column("label", label, "text", width=9),
            *(self._make_column(column, labels[column], width=2) for column in book.columns),
            self._make_column(TOTAL, self.env._("Total"), width=2),
        ]

    @api.model
    def _person_rows(self, report, book, lines, style=None):
        return [
            self._make_row(
                line.key,
                {"label": line.label, **book.numbers(line.key)},
                line.style if style is None else style,
                self._person_drill(report, line),
                self._gender_parts(book),
            )
            for line in lines
        ]

    @api.model
    def _gender_parts(self, book):
        """Which of the records of a row a column counts."""
        return {
            column: [("gender", "in", [gender or False for gender in genders])]
            for column, genders in book.columns.items()
        }

    @api.model
    def _person_drill(self, report, line):
        # Who has a disability or a foreign background is a number, and no list of persons.
        if not line.is_open or report.is_for_outside:
            return None
        domain = Domain("grant_id", "=", report.grant_id.id) & line.domain
        return self._drill("justiq.enrolment", domain, ["is_counted", "gender"])

    @api.model
    def _section_persons(self, report, book, groups):
        columns = self._gender_columns(book)
        total = [line._replace(style="total") for line in groups["counted"][-1:]]
        is_apart, persons = report.is_for_outside and self._is_later(report), groups["persons"]
        if is_apart:
            persons = [
                line._replace(label=self.env._("Left in the period")) if line.key == "left" else line
                for line in persons
                if line.key in ("entered", "left")
            ]
        return {
            "key": "persons",
            "title": self.env._("Persons"),
            "text": None,
            "tables": [
                *([] if is_apart else [self._target_table(report, book, groups["reached"])]),
                self._make_table(
                    "persons",
                    self.env._("Persons supported"),
                    columns,
                    self._person_rows(report, book, persons),
                    remark=self.env._("Each person once in the grant, however often she has left and come back.")
                    + self._protection_remark(report),
                ),
                self._make_table(
                    "counted",
                    self.env._("Who counts of those who entered in the period"),
                    columns,
                    self._person_rows(report, book, groups["counted"]),
                    remark=self.env._(
                        "Help is never refused to those who do not count; nothing of them is passed on to the funder."
                    ),
                ),
                self._make_table(
                    "age",
                    self.env._("Age on entry of those who count"),
                    columns,
                    self._person_rows(report, book, [*self._used(book, groups["age"]), *total]),
                ),
            ],
        }

    @api.model
    def _protection_remark(self, report):
        if not report.is_for_outside:
            return ""
        return " " + self.env._(
            "%(sign)s: smaller than %(limit)s, or left out so that nobody can compute such a number.",
            sign=LEFT_OUT,
            limit=report.grant_id.programme_id.small_number,
        )

    @api.model
    def _used(self, book, lines):
        """Without lines on what is not entered, where nothing is missing."""
        return [line for line in lines if not line.key.endswith("_missing") or book.number(line.key)]

    @api.model
    def _target_table(self, report, book, lines):
        """Planned and actual persons per Baustein, and of the grant as a whole."""
        grant, lines_of_plan = report.grant_id, self.env["justiq.grant.baustein"]
        targets = {line.baustein_id.id: line for line in grant.baustein_target_ids}
        rows = []
        for baustein, line in zip(self._bausteine(report), lines[:-1], strict=True):
            planned = targets.get(baustein.id, lines_of_plan)
            rows.append(self._target_row(report, book, line, planned, line.key))
        rows.append(self._target_row(report, book, lines[-1], grant, "target"))
        return self._make_table(
            "target",
            self.env._("Targets: persons planned and reached"),
            [
                self._make_column("label", self.env._("Baustein"), "text", width=9),
                self._make_column("target", self.env._("Target"), width=3, sum="target_persons"),
                self._make_column("reached", self.env._("Persons who count, until the end of the period"), width=6),
                self._make_column(
                    "percent", self.env._("Target reached"), "percent", width=4, of=["reached", "target"]
                ),
            ],
            rows,
            remark=self.env._(
                "In a Baustein each person counts once, however often she comes back. Somebody may be in several "
                "Bausteine, so their numbers do not add up to the persons of the grant."
            ),
        )

    @api.model
    def _target_row(self, report, book, line, planned, key):
        target, reached = planned.target_persons, book.number(line.key)
        is_known = target and reached != LEFT_OUT
        return self._make_row(
            key,
            {
                "label": line.label,
                "target": target or None,
                "reached": reached,
                "percent": f"{100 * reached / target:.2f}" if is_known else None,
            },
            line.style,
            self._person_drill(report, line),
            drills={"target": self._drill(planned._name, [("id", "in", planned.ids)], "target_persons")},
        )

    @api.model
    def _section_indicators(self, report, book, groups):
        indicator_set = report.grant_id.programme_id.indicator_set_id
        titles = (
            ("output", self.env._("Output indicators: those who entered"), groups["counted"][-1:]),
            ("result", self.env._("Result indicators: those who left"), groups["left"]),
            ("follow_up", self.env._("Result indicators at the follow-up"), groups.get("followed_up", [])),
        )
        return {
            "key": "indicators",
            "title": self.env._("Common indicators: %s", indicator_set.name) if indicator_set else "",
            "text": None,
            "tables": [
                self._make_table(
                    base,
                    f"{title} ({indicator_set.source})" if indicator_set.source else title,
                    self._gender_columns(book),
                    self._person_rows(report, book, groups[base], "") + self._person_rows(report, book, total, "total"),
                )
                for base, title, total in titles
                if groups.get(base)
            ],
        }

    @api.model
    def _section_outcomes(self, report, book, groups):
        total = [line._replace(style="total") for line in groups["left"]]
        destinations = self._used(book, groups["destination"])
        return {
            "key": "outcomes",
            "title": self.env._("Outcomes of those who left and count"),
            "text": None,
            "tables": [
                self._make_table(
                    name, title, self._gender_columns(book), self._person_rows(report, book, [*lines, *total])
                )
                for name, title, lines in (
                    ("destination", self.env._("Where they went"), destinations),
                    ("improved", self.env._("Situation improved"), self._used(book, groups["improved"])),
                )
            ],
            "charts": [
                {
                    "key": "destination",
                    "title": self.env._("Where they went"),
                    "kind": "bars",
                    "categories": [line.label for line in destinations],
                    "series": [
                        {
                            "label": self.env._("Persons"),
                            "values": [drawn(book.number(line.key)) for line in destinations],
                        }
                    ],
                }
            ],
        }

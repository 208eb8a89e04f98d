from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

TEAM = "justiq.group_team_lead,justiq.group_coordinator,justiq.group_auditor"


class FiguresMixin(models.AbstractModel):
    """Pieces of which the sections of a report to the funder are made; see `justiq.funder.report`.

    Called in sudo with a report that the user may read. Sections without `groups`
    contain sums, never a young person, nor a reference to one.
    """

    _name = "justiq.figures.mixin"
    _description = "Figures for the Funder"

    @api.model
    def _make_column(self, key, label, kind="integer", **values):
        return {"key": key, "label": label, "type": kind, **values}

    @api.model
    def _make_row(self, key, cells, style="", drill=None, parts=None, drills=None):
        """A row of figures.

        :param drill: where it leads to
        :param parts: domain by column, of cells that count a part of the records of the row; on fields that its drill
            names, so that freezing asks the database once per row
        :param drills: other ways by column, one or several, None for no way
        """
        row = {"key": str(key), "cells": cells, "style": style}
        if drill:
            row["drill"] = drill
            drills = {column: {"part": plain_domain(part)} for column, part in (parts or {}).items()} | (drills or {})
        return row | {"drills": drills} if drills else row

    @api.model
    def _make_table(self, key, title, columns, rows, **values):
        return {"key": key, "title": title, "columns": columns, "rows": rows, **values}

    @api.model
    def _drill(self, model, domain, field=None):
        return {"model": model, "domain": plain_domain(domain), "field": field}

    @api.model
    def _labels(self, model, name):
        """Labels of a selection, in its order."""
        return dict(self.env[model]._fields[name]._description_selection(self.env))

    @api.model
    def _date(self, day):
        return format_date(self.env, day) if day else ""

    # ------------------------------------------------------------
    # Period
    # ------------------------------------------------------------

    @api.model
    def _is_whole_grant(self, report):
        return report.date_start <= report.grant_id.date_start and report.date_end >= report.grant_id.date_end

    @api.model
    def _has_whole_years(self, report):
        years = report._report_years()
        return bool(years) and (years[0].date_start, years[-1].date_end) == (report.date_start, report.date_end)

    @api.model
    def _touching(self, report, first="date_start", last="date_end"):
        """What lasts in the period, be it for a day; also what has no days yet. Of the whole grant: everything."""
        if self._is_whole_grant(report):
            return Domain.TRUE
        start, end = map(fields.Date.to_string, (report.date_start, report.date_end))
        begun = Domain(first, "=", False) | Domain(first, "<=", end)
        return begun & (Domain(last, "=", False) | Domain(last, ">=", start))

    @api.model
    def _count_each(self, records, domain, conditions):
        """How many of the records of the domain meet each condition; one query, however many records there are.

        :param records: model, in sudo where the numbers are for everybody
        :param conditions: domain by key
        :return: number by key
        """
        records = records.with_context(active_test=False)
        counts = [
            SQL("COUNT(*) FILTER (WHERE %s)", records._search(Domain(condition)).where_clause or SQL("TRUE"))
            for condition in conditions.values()
        ]
        [numbers] = self.env.execute_query(records._search(Domain(domain)).select(*counts))
        return dict(zip(conditions, numbers, strict=True))


def plain_domain(domain):
    """The domain as JSON can hold it."""
    return [
        part if isinstance(part, str) else [part[0], part[1], _plain_value(part[2], part[1])]
        for part in list(Domain(domain))
    ]


def _plain_value(value, operator):
    if operator in ("any", "not any"):
        return plain_domain(value)
    if isinstance(value, (set, frozenset, list, tuple)) or type(value).__name__ == "OrderedSet":
        return sorted(value, key=str)
    return value if isinstance(value, (bool, int, float, str)) or value is None else str(value)

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

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
    def _make_row(self, key, cells, style="", drill=None):
        return {"key": str(key), "cells": cells, "style": style, **({"drill": drill} if drill else {})}

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


def plain_domain(domain):
    """The domain as JSON can hold it."""
    return [
        part if isinstance(part, str) else [part[0], part[1], _plain_value(part[2])] for part in list(Domain(domain))
    ]


def _plain_value(value):
    if isinstance(value, (set, frozenset, list, tuple)) or type(value).__name__ == "OrderedSet":
        return sorted(value, key=str)
    return value if isinstance(value, (bool, int, float, str)) or value is None else str(value)

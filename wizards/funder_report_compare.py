from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import figures

# Figures of different types stand in tables of their own, so that each column is of one type.
TYPES = ("money", "percent", "hours", "integer", "date", "text")


class FunderReportCompare(models.TransientModel):
    """What differs between a report and the figures of today, or another report of the same kind.

    Reads with the rights of the user: who may read the reports may compare them,
    as far as she may read them.
    """

    _name = "justiq.funder.report.compare"
    _description = "Compare Reports"

    report_id = fields.Many2one(comodel_name="justiq.funder.report", required=True, ondelete="cascade")
    kind = fields.Selection(related="report_id.kind", related_sudo=False)
    other_id = fields.Many2one(
        comodel_name="justiq.funder.report",
        string="Compare with",
        ondelete="cascade",
        domain="[('kind', '=', kind), ('id', '!=', report_id), ('grant_id', '=', grant_id)]",
        help="Leave it empty to compare with the figures of today.",
    )
    grant_id = fields.Many2one(related="report_id.grant_id", related_sudo=False)
    result = fields.Json(compute="_compute_result", export_string_translation=False)

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        (wizards.report_id | wizards.other_id).check_access("read")  # or their labels would tell of another provider
        return wizards

    @api.depends("report_id", "other_id")
    @api.depends_context("uid")
    def _compute_result(self):
        for wizard in self:
            wizard.result = wizard._result() if wizard.report_id else False

    @api.constrains("report_id", "other_id")
    def _check_same_kind(self):
        for wizard in self:
            if wizard.other_id and wizard.other_id.kind != wizard.report_id.kind:
                raise ValidationError(
                    self.env._("%s is of another kind. Choose a report of the same kind.", wizard.other_id.display_name)
                )

    def _result(self):
        """The differing figures, as sections that the screen shows like those of a report."""
        report, other = self.report_id._origin, self.other_id._origin
        if other and other.kind != report.kind:
            return False
        old = report._comparable_figures()
        new = other._comparable_figures() if other else report._figures_of_today()
        sections = {}
        for change in figures.changes(old, new):
            sections.setdefault(change["section"]["key"], (change["section"], []))[1].append(change)
        shown = [
            {"key": section["key"], "title": section["title"], "tables": self._tables(changes)}
            for section, changes in sections.values()
        ]
        return report._for_screen(shown) | {"empty": self.env._("No figure differs.")}

    def _tables(self, changes):
        by_type = {kind: [change for change in changes if change["column"]["type"] == kind] for kind in TYPES}
        return [self._table_of(kind, mine) for kind, mine in by_type.items() if mine]

    def _table_of(self, kind, changes):
        value = {"type": kind}
        columns = [
            {"key": "figure", "label": self.env._("Figure"), "type": "text"},
            {"key": "old", "label": self.env._("Before"), **value},
            {"key": "new", "label": self.env._("Now"), **value},
        ]
        if kind in figures.NUMBERS:
            columns.append({"key": "difference", "label": self.env._("Difference"), **value})
        columns.append({"key": "records", "label": self.env._("Changed records"), "type": "integer"})
        return {
            "key": kind,
            "title": ", ".join(dict.fromkeys(change["table"]["title"] for change in changes)),
            "columns": columns,
            "rows": [self._row(kind, change) for change in changes],
        }

    def _row(self, kind, change):
        old, new = figures.number(change["old"]), figures.number(change["new"])
        difference = None
        if kind in figures.NUMBERS:
            difference = str((new or 0) - (old or 0))
        drill, records = change["drill"], change["records"]
        return {
            "key": "/".join(change["path"]),
            "cells": {
                "figure": self._label(change),
                "old": change["old"],
                "new": change["new"],
                "difference": difference,
                "records": len(records) or None,
            },
            "drill": drill and records and {"model": drill["model"], "domain": [["id", "in", records]]},
        }

    def _label(self, change):
        """Names the row by its texts, then the column."""
        texts = [
            change["row"]["cells"].get(column["key"])
            for column in change["table"]["columns"]
            if column["type"] in ("text", "date")
        ]
        return " · ".join([*(str(text) for text in texts[:3] if text), change["column"]["label"]])

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..tools import figures

# Figures of different types stand in tables of their own, so that each column is of one type.
TYPES = ("money", "percent", "hours", "integer", "date", "text")
# How many texts and days of a row name it.
LABEL_PARTS = 5


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
    template_note = fields.Char(compute="_compute_result", string="Different Templates")

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        (wizards.report_id | wizards.other_id).check_access("read")  # or their labels would tell of another provider
        return wizards

    @api.depends("report_id", "other_id")
    @api.depends_context("uid")
    def _compute_result(self):
        for wizard in self:
            wizard.result = wizard.template_note = False
            if wizard.report_id and wizard.kind == (wizard.other_id or wizard.report_id).kind:
                old, new = wizard._compared()
                wizard.result = wizard._result(old, new)
                wizard.template_note = wizard._template_note(old, new)

    @api.constrains("report_id", "other_id")
    def _check_same_kind(self):
        for wizard in self:
            if wizard.other_id and wizard.other_id.kind != wizard.report_id.kind:
                raise ValidationError(
                    self.env._("%s is of another kind. Choose a report of the same kind.", wizard.other_id.display_name)
                )

    def _compared(self):
        """The figures of the report, and those that it is compared with."""
        report, other = self.report_id._origin, self.other_id._origin
        return report._comparable_figures(), (other._comparable_figures() if other else report._figures_of_today())

    def _templates(self):
        """With which template each of the two was made; an open report is made with that of today."""
        today = self.report_id._template_of_today()
        return tuple(report.template_version or today for report in (self.report_id, self.other_id))

    def _template_note(self, old, new):
        """What the reader has to know if the two were made with different templates."""
        before, after = self._templates()
        if before == after:
            return False
        note = self.env._(
            "Made with different templates (%(before)s and %(after)s): what they count or call differently shows as a "
            "difference, too.",
            before=before,
            after=after,
        )
        lone = figures.lone_columns(old, new)
        return f"{note} {self.env._('Not compared, as only one of them has it: %s.', lone)}" if lone else note

    def _result(self, old, new):
        """The differing figures, as sections that the screen shows like those of a report."""
        report = self.report_id._origin
        before, after = self._templates()
        changes = figures.changes(old, new, same_template=before == after)
        self._mark_deleted(changes)
        sections = {}
        for change in changes:
            sections.setdefault(change["section"]["key"], (change["section"], []))[1].append(change)
        shown = [
            {"key": section["key"], "title": section["title"], "tables": self._tables(changes)}
            for section, changes in sections.values()
        ]
        return report._for_screen(shown) | {"empty": self.env._("No figure differs.")}

    def _mark_deleted(self, changes):
        """Note of each change which of its records still exist, with one query per model."""
        ids = {}
        for change in changes:
            if change["records"]:
                ids.setdefault(change["drill"]["model"], set()).update(change["records"])
        # sudo: only whether a record exists, which the figure itself tells.
        existing = {model: set(self.env[model].sudo().browse(found).exists().ids) for model, found in ids.items()}
        for change in changes:
            change["existing"] = [
                record for record in change["records"] if record in existing[change["drill"]["model"]]
            ]

    def _tables(self, changes):
        by_type = {kind: [change for change in changes if change["column"]["type"] == kind] for kind in TYPES}
        return [self._table_of(kind, sorted(mine, key=self._is_total)) for kind, mine in by_type.items() if mine]

    def _is_total(self, change):
        return ("", "subtotal", "total").index(change["row"].get("style") or "")

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
            "title": " · ".join(
                [*dict.fromkeys(change["table"]["title"] for change in changes), self._type_label(kind)]
            ),
            "columns": columns,
            "rows": [self._row(kind, change) for change in changes],
        }

    @api.model
    def _type_label(self, kind):
        return {
            "money": self.env._("amounts"),
            "percent": self.env._("percentages"),
            "hours": self.env._("hours"),
            "integer": self.env._("counts"),
            "date": self.env._("days"),
            "text": self.env._("words"),
        }[kind]

    def _row(self, kind, change):
        old, new = figures.number(change["old"]), figures.number(change["new"])
        difference = None
        if kind in figures.NUMBERS:
            difference = str((new or 0) - (old or 0))
        drill, records, existing = change["drill"], change["records"], change["existing"]
        return {
            "key": "/".join(change["path"]),
            "cells": {
                "figure": self._label(change),
                "old": change["old"],
                "new": change["new"],
                "difference": difference,
                "records": len(records) or None,
            },
            "drill": drill
            and existing
            and {key: drill[key] for key in drill.keys() & {"model", "groups"}} | {"domain": [["id", "in", existing]]},
        }

    def _label(self, change):
        """Names the row by its texts and days, then the column; and says what has been deleted since."""
        cells = change["row"]["cells"]
        texts = [self._written(cells[column["key"]], column) for column in self._naming_columns(change)]
        gone = len(change["records"]) - len(change["existing"])
        deleted = [self.env._("%s deleted", gone)] if gone else []
        return " · ".join([*texts[:LABEL_PARTS], change["column"]["label"], *deleted])

    def _naming_columns(self, change):
        filled = (column for column in change["table"]["columns"] if change["row"]["cells"].get(column["key"]))
        return [column for column in filled if column["type"] in ("text", "date")]

    def _written(self, value, column):
        return format_date(self.env, value) if column["type"] == "date" else str(value)

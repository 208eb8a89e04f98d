import base64
import csv

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from ..tools import funder_list

_lt = LazyTranslate(__name__)

MAX_BYTES = 5 * 1024 * 1024
MAX_ERRORS = 10
COLUMNS = {
    "number": _lt("Number"),
    "code": _lt("Baustein"),
    "date_start": _lt("Entry"),
    "date_end": _lt("Exit"),
    "fill_entry": _lt("Entry data (%)"),
    "fill_exit": _lt("Exit data (%)"),
}


class ReconciliationImport(models.TransientModel):
    """Read the list of the funder's own case system and compare it (team lead).

    The file may hold names: they help to find the persons and are forgotten
    afterwards, as is the file.
    """

    _name = "justiq.reconciliation.import"
    _description = "Compare with the Funder's List"
    _transient_max_hours = 0.25  # a file that was refused may hold names

    grant_id = fields.Many2one(
        comodel_name="justiq.grant",
        required=True,
        default=lambda self: self.env["justiq.outreach.contact"]._default_grant_id(),
        ondelete="cascade",
    )
    content = fields.Binary(string="List (CSV)", attachment=False)
    file_name = fields.Char(store=False)

    def action_compare(self):
        """Compare, and open the differences.

        :raises UserError: naming line, column and value of what cannot be read
        """
        self.ensure_one()
        self.grant_id.check_access("read")
        rows = self._read_rows()
        self.content = False
        return {
            "type": "ir.actions.act_window",
            "res_model": "justiq.reconciliation",
            "res_id": self.env["justiq.reconciliation"]._compare(self.grant_id, rows).id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _read_rows(self):
        content = base64.b64decode(self.content or b"")
        if not content:
            raise UserError(self.env._("List: choose the file that you have saved from the funder's case system."))
        if len(content) > MAX_BYTES:
            raise UserError(
                self.env._(
                    "List: the file has %(found)s MB, at most %(limit)s MB are read. Save it grant by grant.",
                    found=round(len(content) / 1024 / 1024, 1),
                    limit=MAX_BYTES // 1024 // 1024,
                )
            )
        try:
            rows, errors = funder_list.read(content)
        except funder_list.MissingColumns as error:
            raise UserError(
                self.env._(
                    "List: the first line names no column for: %s. Headings such as “Nummer”, “Baustein”, "
                    "“Eintritt”, “Austritt” are understood.",
                    [str(self._column_label(column)) for column in error.columns],
                )
            ) from None
        except (UnicodeDecodeError, csv.Error):
            raise UserError(
                self.env._("List: this is no CSV file. In Excel, choose “Save as” and “CSV (delimited)”.")
            ) from None
        self._refuse(errors, rows)
        return rows

    def _refuse(self, errors, rows):
        texts = [
            self.env._(
                "Line %(line)s, %(column)s: “%(value)s” cannot be read.",
                line=error.line,
                column=self._column_label(error.column),
                value=error.value,
            )
            for error in errors[:MAX_ERRORS]
        ]
        numbers = [row.number for row in rows]
        twice = sorted({number for number in numbers if numbers.count(number) > 1})
        if twice:
            texts.append(self.env._("These numbers stand in the list more than once: %s.", twice[:MAX_ERRORS]))
        if texts:
            hint = self.env._(
                "Nothing has been compared. Dates are written as 31.12.2020, percentages from 0 to 100, "
                "numbers with letters, digits and the signs . / _ -. Correct the file and choose it again."
            )
            raise UserError("\n".join([*texts, hint]))

    @api.model
    def _column_label(self, column):
        return self.env._(COLUMNS[column])

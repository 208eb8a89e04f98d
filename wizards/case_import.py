from itertools import chain

from psycopg2 import DataError, IntegrityError

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .case_import_lookup import Lookup, RowRefused

ROWS_PER_BATCH = 100


class CaseImport(models.TransientModel):
    """Import of case files with an enrolment each from a CSV file.

    A row is a person: it comes in with its enrolment as a whole, or not at all. With the number of a file that is
    there, it adds the enrolment to this file, if name and birth date are its own. The good rows come in, the bad ones
    are listed with row, field, value and reason, and can be downloaded, corrected and imported again. The rows are
    created with the rights of the user and under all rules: a case worker is key worker of all she imports, a team
    lead imports for everybody. The work is done in batches that the browser asks for one by one, so that it shows
    how far it is. What was uploaded is gone with the dialog, within an hour.
    """

    _name = "justiq.case.import"
    _description = "Import Case Files"

    file = fields.Binary(string="CSV File", attachment=False)
    file_name = fields.Char()
    skip_existing = fields.Boolean(
        string="Refuse Persons Who Have a File",
        default=True,
        help="A row is refused if you can already open a case file with the same name and birth date.",
    )
    state = fields.Selection(
        selection=[("draft", "Draft"), ("running", "Running"), ("done", "Done")], default="draft", readonly=True
    )
    headings = fields.Json(readonly=True, export_string_translation=False)
    rows = fields.Json(readonly=True, export_string_translation=False)
    total = fields.Integer(readonly=True)
    position = fields.Integer(readonly=True)
    imported = fields.Integer(readonly=True)
    refused = fields.Integer(string="Refused Rows", readonly=True)
    ignored = fields.Char(string="Ignored Columns", readonly=True)
    problem_ids = fields.One2many(
        comodel_name="justiq.case.import.problem", inverse_name="import_id", string="Refused", readonly=True
    )

    # ------------------------------------------------------------
    # Reading the file
    # ------------------------------------------------------------

    def action_start(self):
        """Read the file and show the progress; the first batch is asked for by the browser.

        :raises UserError: the file cannot be read, or a column is missing
        """
        self.ensure_one()
        self.check_access("write")
        self.env["justiq.case.file"].check_access("create")
        self.env["justiq.enrolment"].check_access("create")
        (_number, headings), *rows = self._read_file()
        columns = self._columns(headings)
        # sudo: problems are written by the import only.
        self.problem_ids.sudo().unlink()
        self.write(
            {
                "state": "running",
                "headings": headings,
                "rows": rows,
                "total": len(rows),
                "position": 0,
                "imported": 0,
                "refused": 0,
                "ignored": ", ".join(text for index, text in enumerate(headings) if text and index not in columns),
                "file": False,
            }
        )
        return self._reopen()

    # ------------------------------------------------------------
    # Importing, batch by batch
    # ------------------------------------------------------------

    def process_batch(self):
        """Import the next rows.

        :return: how far the import is: position, total, imported, refused, done
        """
        self.ensure_one()
        self.check_access("write")
        if self.state == "running":
            self.lock_for_update(allow_referencing=True)
            rows = self._next_rows()
            imported, problems = self._import_rows(rows)
            # sudo: problems are written by the import only
            self.env["justiq.case.import.problem"].sudo().create(problems)
            position = self.position + len(rows)
            self.write(
                {
                    "position": position,
                    "imported": self.imported + imported,
                    "refused": self.refused + len(rows) - imported,
                    "state": "running" if position < self.total else "done",
                }
            )
            if self.state == "done":
                self._forget_imported_rows()
        names = ("position", "total", "imported", "refused")
        return {name: self[name] for name in names} | {"done": self.state == "done"}

    def _next_rows(self):
        """Only these are read, so that a batch costs the same in a large file as in a small one."""
        self.flush_recordset()
        path = f"$[{self.position} to {self.position + ROWS_PER_BATCH - 1}]"
        [(rows,)] = self.env.execute_query(
            SQL(
                "SELECT jsonb_path_query_array(rows, %s::jsonpath) FROM %s WHERE id = %s",
                path,
                SQL.identifier(self._table),
                self.id,
            )
        )
        return rows

    def _forget_imported_rows(self):
        numbers = set(self.problem_ids.mapped("row"))
        self.rows = [row for row in self.rows if row[0] in numbers]

    def _import_rows(self, rows):
        """Returns the number of imported rows, and the problems of the others."""
        columns = self._columns(self.headings)
        lookup = Lookup(self, columns, rows)
        good, problems = [], []
        for number, cells in rows:
            try:
                good.append((number, cells, *lookup.values(number, cells)))
            except RowRefused as refused:
                problems += self._problem_values(number, refused.problems)
        refused = self._import_together(good)
        for number, _cells, reason in refused:
            problems += self._problem_values(number, [("", "", reason)])
        return len(good) - len(refused), problems

    def _import_together(self, good):
        """Create them together; if that is refused, one by one, to see which. Returns the refused ones."""
        if not good:
            return []
        try:
            with self.env.cr.savepoint():
                self._create_files(good)
            return []
        except (UserError, IntegrityError, DataError) as error:
            self.env.invalidate_all(flush=False)
            if len(good) == 1:
                [(number, cells, *_values)] = good
                return [(number, cells, self._reason(error))]
        return list(chain.from_iterable(self._import_together([row]) for row in good))

    def _create_files(self, good):
        """Create the files that are not there yet, and the enrolments of all."""
        new = [case for _number, _cells, case, _enrolment in good if isinstance(case, dict)]
        created = iter(self.env["justiq.case.file"].with_context(tracking_disable=True).create(new))
        cases = [next(created) if isinstance(case, dict) else case for _number, _cells, case, _enrolment in good]
        self.env["justiq.enrolment"].create(
            [
                {**enrolment, "case_file_id": case.id}
                for case, (_number, _cells, _case, enrolment) in zip(cases, good, strict=True)
                if enrolment
            ]
        )
        self.env.flush_all()

    def _reason(self, error):
        if isinstance(error, AccessError):
            return self.env._("You may not open this case file. Ask your team lead to import it.")
        if isinstance(error, UserError):
            return str(error)
        for model in (self.env["justiq.case.file"], self.env["justiq.enrolment"]):
            rule = model._table_objects.get(error.diag.constraint_name)
            if rule:
                return rule.get_error_message(model, error.diag)
        return self.env._("The database refuses this row: %s", error.diag.message_primary)

    def _problem_values(self, number, problems):
        labels = self._labels()
        return [
            {"import_id": self.id, "row": number, "field": labels.get(name, ""), "value": value, "reason": reason}
            for name, value, reason in problems
        ]

    def action_again(self):
        """Start over with another file."""
        return self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_case_import_action")

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Case Files"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

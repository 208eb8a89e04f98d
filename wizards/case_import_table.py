import base64
import csv
import io

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.person_table import HEADINGS, MOST_BYTES, UnreadableTable, read_rows, safe_cell
from .case_import_lookup import REQUIRED

MOST_ROWS = 20000
EXAMPLE = ("", "Mia", "Muster", "17.05.2004", "weiblich", "63065", "Musterstadt")


class CaseImport(models.TransientModel):
    """The tables of the import: the one that is read, the template, and the refused rows to be corrected."""

    _inherit = "justiq.case.import"

    refused_file = fields.Binary(compute="_compute_refused_file")
    template_file = fields.Binary(compute="_compute_template_file")

    # ------------------------------------------------------------
    # Reading the file
    # ------------------------------------------------------------

    def _read_file(self):
        raw = base64.b64decode(self.with_context(bin_size=False).file or b"")
        if len(raw) > MOST_BYTES:
            raise UserError(
                self.env._(
                    "CSV file: %(size)s MB is too large, at most %(most)s MB are read. Split the table.",
                    size=len(raw) // 1024 // 1024,
                    most=MOST_BYTES // 1024 // 1024,
                )
            )
        try:
            rows = read_rows(raw)
        except UnreadableTable as error:
            raise UserError(
                {
                    "binary": self.env._("CSV file: this is no CSV. In Excel, save the table as “CSV (UTF-8)”."),
                    "empty": self.env._(
                        "CSV file: there are no rows. The first row holds the headings, as in the template; each "
                        "further row is a person."
                    ),
                }.get(
                    error.args[0], self.env._("CSV file: its rows cannot be told apart. Save the table again as CSV.")
                )
            ) from error
        if len(rows) > MOST_ROWS + 1:
            raise UserError(
                self.env._(
                    "CSV file: %(rows)s rows are too many, at most %(most)s are read at once. Split the table.",
                    rows=len(rows) - 1,
                    most=MOST_ROWS,
                )
            )
        return rows

    @api.model
    def _labels(self):
        """Labels of the columns in the user's language, by field."""
        case, enrolment = self.env["justiq.case.file"], self.env["justiq.enrolment"]
        places = {
            "key_worker": case._fields["key_worker_id"],
            "grant": enrolment._fields["grant_id"],
            "date_entry": enrolment._fields["date_entry"],
            "legal_basis_date": enrolment._fields["legal_basis_date"],
        }
        return {name: places.get(name, case._fields.get(name))._description_string(self.env) for name in HEADINGS}

    def _columns(self, headings):
        """Which column holds what: a dictionary of field by position.

        :raises UserError: a column is missing, or there twice
        """
        labels = self._labels()
        names = {heading: name for name, texts in HEADINGS.items() for heading in texts}
        names = {label.casefold(): name for name, label in labels.items()} | names
        columns = {}
        for index, heading in enumerate(headings):
            name = names.get(heading.casefold())
            if name in columns.values():
                raise UserError(self.env._("%s: there are two columns of this heading. Remove one.", labels[name]))
            if name:
                columns[index] = name
        missing = [labels[name] for name in REQUIRED if name not in columns.values()]
        if missing:
            raise UserError(
                self.env._(
                    "Columns missing: %(missing)s. The first row holds the headings; found were: %(found)s.",
                    missing=missing,
                    found=", ".join(heading for heading in headings if heading) or self.env._("none"),
                )
            )
        return columns

    # ------------------------------------------------------------
    # Files to download
    # ------------------------------------------------------------

    @api.depends("problem_ids", "rows", "headings")
    @api.depends_context("lang")
    def _compute_refused_file(self):
        for record in self:
            record.refused_file = record._as_csv(record._refused_table()) if record.problem_ids else False

    def _refused_table(self):
        reasons = {}
        for problem in self.problem_ids:
            where = f"{problem.field}: " if problem.field else ""
            reasons.setdefault(problem.row, []).append(f"{where}{problem.reason}")
        yield [self.env._("Row"), self.env._("Reason"), *self.headings]
        for number, cells in self.rows:
            if number in reasons:
                yield [number, " ".join(reasons[number]), *cells]

    @api.depends_context("lang", "uid")
    def _compute_template_file(self):
        grant = self.env["justiq.grant"].search([("state", "!=", "closed")], limit=1)
        example = [*EXAMPLE, self.env.user.name, grant.name or "", "15.01.2020", "15.01.2020"]
        if grant:
            example[-1] = example[-2] = grant.date_start.strftime("%d.%m.%Y")
        table = self._as_csv([list(self._labels().values()), example])
        for record in self:
            record.template_file = table

    @api.model
    def _as_csv(self, rows):
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows([safe_cell(cell) for cell in row] for row in rows)
        return base64.b64encode(text.getvalue().encode("utf-8-sig"))

    def action_download_template(self):
        """An empty table with the headings and an example, as Excel opens it."""
        return self._download("template_file", self.env._("case_files.csv"))

    def action_download_refused(self):
        """The refused rows with the reasons, to be corrected and imported again."""
        return self._download("refused_file", self.env._("refused_rows.csv"))

    def _download(self, name, file_name):
        self.ensure_one()
        self.check_access("read")
        url = f"/web/content/{self._name}/{self.id}/{name}/{file_name}?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

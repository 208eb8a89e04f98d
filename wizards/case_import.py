import base64
import csv
import io
from itertools import chain

from psycopg2 import DataError, IntegrityError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..tools.names import person_key
from ..tools.person_table import (
    HEADINGS,
    MOST_BYTES,
    UnreadableTable,
    parse_date,
    parse_gender,
    read_rows,
    safe_cell,
)

ROWS_PER_BATCH = 100
MOST_ROWS = 20000
REQUIRED = ("first_name", "last_name", "birth_date")
DATES = ("birth_date", "date_entry", "legal_basis_date")
EXAMPLE = ("", "Mia", "Muster", "17.05.2004", "weiblich", "63065", "Musterstadt")


class RowRefused(Exception):
    """Cells of a row that cannot be imported: `problems` is a list of field, value, reason."""

    def __init__(self, problems):
        super().__init__()
        self.problems = problems


class CaseImport(models.TransientModel):
    """Import of case files with an enrolment each from a CSV file.

    A row is a person: it comes in with its enrolment as a whole, or not at all. The good rows come in, the bad ones
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
    refused_file = fields.Binary(compute="_compute_refused_file")
    template_file = fields.Binary(compute="_compute_template_file")

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
        lookup = _Lookup(self, columns, rows)
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
        files = (
            self.env["justiq.case.file"]
            .with_context(tracking_disable=True)
            .create([case_values for _number, _cells, case_values, _enrolment in good])
        )
        self.env["justiq.enrolment"].create(
            [
                {**enrolment, "case_file_id": case.id}
                for case, (_number, _cells, _values, enrolment) in zip(files, good, strict=True)
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


class CaseImportProblem(models.TransientModel):
    """Why a row was refused."""

    _name = "justiq.case.import.problem"
    _description = "Refused Row"
    _order = "row, id"

    import_id = fields.Many2one(comodel_name="justiq.case.import", required=True, ondelete="cascade", index=True)
    row = fields.Integer(aggregator=None)
    field = fields.Char()
    value = fields.Char(string="Value Found")
    reason = fields.Text()


class _Lookup:
    """What the cells of a batch mean: each question is asked once for all rows."""

    def __init__(self, wizard, columns, rows):
        self.env = wizard.env
        self.columns = columns
        self.company = wizard.env.company
        self.is_lead = wizard.env.user.has_group("justiq.group_team_lead")
        self.employees = self._employees()
        self.grants = self._grants()
        self.files = self._files(rows) if wizard.skip_existing else {}
        self.seen = {} if wizard.skip_existing else None

    def _employees(self):
        """Employees of the provider by name and by e-mail."""
        found = {}
        # sudo: names and work e-mails of colleagues, compared only; who may be key worker is checked below.
        employees = self.env["hr.employee"].sudo().search([("company_id", "=", self.company.id)])
        for employee in employees:
            for text in {employee.name, employee.work_email, employee.user_id.login}:
                if text:
                    found.setdefault(text.strip().casefold(), set()).add(employee.id)
        return found

    def _grants(self):
        found = {}
        for grant in self.env["justiq.grant"].search([("company_id", "=", self.company.id)]):
            for text in {grant.name, grant.reference}:
                if text:
                    found.setdefault(text.strip().casefold(), set()).add(grant.id)
        return found

    def _files(self, rows):
        """References of the files that the user may open, by name and birth date."""
        texts = [self._texts(cells) for _number, cells in rows]
        keys = {person_key(text.get("first_name"), text.get("last_name")) for text in texts}
        files = self.env["justiq.case.file"].with_context(active_test=False)
        found = files.search([("company_id", "=", self.company.id), ("person_key", "in", list(keys))])
        return {(case.person_key, case.birth_date): case.reference for case in found}

    def _texts(self, cells):
        return {name: cells[index] if index < len(cells) else "" for index, name in self.columns.items()}

    def values(self, number, cells):
        """Values of the case file, and of the enrolment or none.

        :raises RowRefused: with all problems of the row, not just the first
        """
        texts = self._texts(cells)
        problems = [(name, "", self.env._("Is missing. Fill in the cell.")) for name in REQUIRED if not texts.get(name)]
        dates = {name: self._date(name, texts.get(name), problems) for name in DATES}
        case = {
            name: texts[name] for name in ("former_number", "first_name", "last_name", "zip", "city") if texts.get(name)
        }
        case |= {"birth_date": dates["birth_date"], "company_id": self.company.id}
        case["gender"] = self._gender(texts.get("gender", ""), problems)
        case["key_worker_id"] = self._key_worker(texts.get("key_worker", ""), problems)
        enrolment = self._enrolment(texts, dates, problems)
        if not problems:
            self._check_new_person(number, case, problems)
        if problems:
            raise RowRefused(problems)
        return case, enrolment

    def _date(self, name, text, problems):
        if not text:
            return False
        found = parse_date(text)
        if not found:
            reason = self.env._("Is no date. Write 31.12.2005 or 2005-12-31, with all four digits of the year.")
            problems.append((name, text, reason))
        return found

    def _gender(self, text, problems):
        gender = parse_gender(text)
        labels = dict(self.env["justiq.case.file"]._fields["gender"]._description_selection(self.env))
        if not gender:
            gender = next((key for key, label in labels.items() if label.casefold() == text.casefold()), None)
        if not gender:
            reason = self.env._("Is no gender known here. Choose one of: %s.", list(labels.values()))
            problems.append(("gender", text, reason))
        return gender

    def _key_worker(self, text, problems):
        if not text:
            employee_id = self.env.user.employee_id.id
            if not employee_id:
                problems.append(("key_worker", "", self.env._("Is missing, and you are no employee yourself.")))
            return employee_id
        found = self.employees.get(text.casefold(), set())
        own = set(self.env.user.employee_ids.ids)
        reason = None
        if not found:
            reason = self.env._("Is no employee of the provider. Write the name as in the staff list, or the e-mail.")
        elif len(found) > 1:
            reason = self.env._("Is the name of several employees. Write the e-mail instead.")
        elif not self.is_lead and not found <= own:
            reason = self.env._("Is somebody else. You import your own case files; the team lead imports for others.")
        if reason:
            problems.append(("key_worker", text, reason))
        return next(iter(found), False)

    def _enrolment(self, texts, dates, problems):
        text = texts.get("grant", "")
        if not text:
            for name in ("date_entry", "legal_basis_date"):
                if texts.get(name):
                    problems.append((name, texts[name], self.env._("Needs a grant. Fill in the column of the grant.")))
            return None
        found = self.grants.get(text.casefold(), set())
        if len(found) != 1:
            several = self.env._("Is the name of several grants. Write the reference instead.")
            none = self.env._("Is no grant of the provider. Write its name or its reference.")
            problems.append(("grant", text, several if found else none))
        if not texts.get("date_entry"):
            problems.append(("date_entry", "", self.env._("Is missing. Fill in the cell.")))
        values = {"grant_id": next(iter(found), False), "date_entry": dates["date_entry"]}
        return values | ({"legal_basis_date": dates["legal_basis_date"]} if dates["legal_basis_date"] else {})

    def _check_new_person(self, number, case, problems):
        if self.seen is None:
            return
        key = (person_key(case["first_name"], case["last_name"]), case["birth_date"])
        name = f"{case['last_name']}, {case['first_name']}"
        if key in self.files:
            reason = self.env._("This person already has the case file %s.", self.files[key])
            problems.append(("last_name", name, reason))
        elif key in self.seen:
            reason = self.env._("Row %s is the same person.", self.seen[key])
            problems.append(("last_name", name, reason))
        else:
            self.seen[key] = number

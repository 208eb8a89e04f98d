from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

# Ids are made of the source's id and the number of its select.
MOST_SELECTS = 64


class TimelineSelect(NamedTuple):
    """One sort of entries of the timeline: the records of a model, by one of their dates.

    :param number: of this select, for ever: ids contain it; below `MOST_SELECTS`
    :param kind: value of the field `kind`
    :param model: whose records these are
    :param columns: stored field of the model by field of the timeline; the `date` at least. Unless it says
        otherwise, the file is `case_file_id` and the author whoever created the record.
    :param detail: selection field whose label says more
    :param where: which of the records, beside those that have the date; the table's alias is `r`
    """

    number: int
    kind: str
    model: str
    columns: dict
    detail: str = ""
    where: SQL | None = None


class CaseTimeline(models.Model):
    """All that has happened in a case file, in the order of time.

    Read only, by whoever may read the file. It is a view of the records themselves, so that nothing is written
    twice. What some reader of the file may not see must not come into it: a select takes records that follow
    the access of the file, and of them no field that has groups of its own.

    Another room adds its records in a file of its own, `models/<room>_timeline.py`: it inherits this model, adds
    its kinds with `selection_add` and its selects in `_timeline_selects`.
    """

    _name = "justiq.case.timeline"
    _inherit = ["justiq.access.logged.mixin"]
    _description = "Timeline of a Case File"
    _auto = False
    _order = "date desc, id desc"

    # file and source
    case_file_id = fields.Many2one(comodel_name="justiq.case.file", readonly=True)
    res_model = fields.Char(string="Model", readonly=True)
    res_id = fields.Many2oneReference(string="Record ID", model_field="res_model", readonly=True)

    # what happened
    date = fields.Date(readonly=True)
    kind = fields.Selection(
        selection=[
            ("opened", "File opened"),
            ("note", "Contact"),
            ("entrusted", "Entrusted entry"),
            ("network", "Network contact"),
            ("entry", "Entry into the grant"),
            ("exit", "Exit from the grant"),
            ("start", "Participation begins"),
            ("end", "Participation ends"),
            ("appointment", "Appointment"),
            ("key_worker", "Key Worker"),
            ("closed", "File closed"),
            ("reopened", "File reopened"),
            ("consent", "Consent given"),
            ("withdrawn", "Consent withdrawn"),
            ("assessment", "Assessment"),
            ("goal", "Goal set"),
            ("result", "Result of a goal"),
            ("plan", "Plan agreed"),
            ("referral", "Referral"),
            ("referred", "Referral done"),
        ],
        readonly=True,
    )
    detail = fields.Char(readonly=True, export_string_translation=False)
    summary = fields.Char(compute="_compute_summary")
    text = fields.Text(readonly=True)
    minutes = fields.Integer(readonly=True)
    author_id = fields.Many2one(comodel_name="res.users", readonly=True)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Organisation", readonly=True)
    grant_id = fields.Many2one(comodel_name="justiq.grant", readonly=True)
    baustein_id = fields.Many2one(comodel_name="justiq.baustein", readonly=True)
    employee_id = fields.Many2one(comodel_name="hr.employee", string="Professional", readonly=True)

    # Fields whose labels make up the summary, beside the label of the detail.
    _summary_fields = ("baustein_id", "partner_id", "employee_id", "grant_id")

    # ------------------------------------------------------------
    # The view
    # ------------------------------------------------------------

    @api.model
    def _timeline_selects(self):
        """What the timeline consists of; other rooms add theirs.

        :return: list of `TimelineSelect`
        """
        participation = {"grant_id": "grant_id", "baustein_id": "baustein_id", "employee_id": "key_worker_id"}
        note = {name: name for name in ("date", "text", "minutes", "author_id", "partner_id", "baustein_id")}
        open_to_all = SQL("r.kind != 'network' AND r.is_entrusted IS NOT TRUE")
        # Of what was entrusted to one colleague the others see the date and who wrote it, nothing else.
        entrusted = {"date": "date", "author_id": "author_id"}
        return [
            TimelineSelect(1, "note", "justiq.case.note", note, detail="kind", where=open_to_all),
            TimelineSelect(2, "network", "justiq.case.note", note, where=SQL("r.kind = 'network'")),
            TimelineSelect(3, "entry", "justiq.enrolment", {"date": "date_entry", "grant_id": "grant_id"}),
            TimelineSelect(4, "exit", "justiq.enrolment", {"date": "date_exit", "grant_id": "grant_id"}),
            TimelineSelect(5, "start", "justiq.participation", {"date": "date_start", **participation}),
            TimelineSelect(6, "end", "justiq.participation", {"date": "date_end", **participation}),
            TimelineSelect(7, "opened", "justiq.case.file", {"date": "date_opened", "case_file_id": "id"}),
            TimelineSelect(8, "appointment", "calendar.event", {"date": "start", "author_id": "user_id"}),
            TimelineSelect(21, "entrusted", "justiq.case.note", entrusted, where=SQL("r.is_entrusted")),
            self._key_worker_select(),
            *self._closing_selects(),
            *self._consent_selects(),
            *self._plan_selects(),
        ]

    @api.model
    def _key_worker_select(self):
        change = {"date": "date_from", "text": "reason", "employee_id": "employee_id", "author_id": "changed_by_id"}
        # The first key worker comes with the file.
        handed_over = SQL("r.handover_id IS NOT NULL")
        return TimelineSelect(20, "key_worker", "justiq.case.key.worker", change, where=handed_over)

    @api.model
    def _closing_selects(self):
        closed = {"date": "date", "text": "note", "author_id": "closed_by_id"}
        reopened = {"date": "reopened_on", "text": "reopen_reason", "author_id": "reopened_by_id"}
        carried_out = SQL("r.state IN ('closed', 'reopened')")
        return [
            TimelineSelect(10, "closed", "justiq.case.closing", closed, detail="outcome", where=carried_out),
            TimelineSelect(11, "reopened", "justiq.case.closing", reopened),
        ]

    @api.model
    def _consent_selects(self):
        consent = {"partner_id": "partner_id", "grant_id": "grant_id"}
        withdrawn = {"date": "withdrawn_on", "author_id": "withdrawn_by_id", **consent}
        return [
            TimelineSelect(12, "consent", "justiq.consent", {"date": "date", **consent}, detail="purpose"),
            TimelineSelect(13, "withdrawn", "justiq.consent", withdrawn, detail="purpose"),
        ]

    @api.model
    def _plan_selects(self):
        assessment = {"date": "date", "text": "summary", "author_id": "author_id"}
        complete = SQL("r.state = 'complete'")
        referral = {"partner_id": "partner_id"}
        return [
            TimelineSelect(14, "assessment", "justiq.case.assessment", assessment, detail="occasion", where=complete),
            TimelineSelect(15, "goal", "justiq.case.goal", {"date": "date", "text": "name"}),
            TimelineSelect(16, "result", "justiq.case.goal", {"date": "result_date", "text": "name"}, detail="state"),
            TimelineSelect(17, "plan", "justiq.case.plan", {"date": "date", "text": "remark"}, detail="state"),
            TimelineSelect(18, "referral", "justiq.case.referral", {"date": "date", "text": "offer", **referral}),
            TimelineSelect(
                19, "referred", "justiq.case.referral", {"date": "done_date", "text": "outcome", **referral}
            ),
        ]

    @api.model
    def _full_columns(self, select):
        columns = {"case_file_id": "case_file_id", "author_id": "create_uid", **select.columns}
        return columns | {"detail": select.detail} if select.detail else columns

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(self._select_sql(select) for select in self._timeline_selects())

    @api.model
    def _select_sql(self, select):
        """The rows of one select. All selects have the same columns of the same types, so that PostgreSQL can
        look for the file in each table by its index."""
        source = self.env[select.model]
        columns = self._full_columns(select)

        def column(name):
            return SQL.identifier("r", name, to_flush=source._fields[name])

        fixed = {
            "id": SQL("r.id::bigint * %s + %s", MOST_SELECTS, select.number),
            "kind": SQL("%s", select.kind),
            "res_model": SQL("%s", select.model),
            "res_id": SQL("r.id"),
        }
        values = []
        for name, field in self._fields.items():
            if field.store:
                value = fixed.get(name) or (column(columns[name]) if name in columns else SQL("NULL"))
                sql_type = SQL("bigint") if name == "id" else SQL(field.column_type[1])  # pylint: disable=sql-injection
                values.append(SQL("(%s)::%s AS %s", value, sql_type, SQL.identifier(name)))
        return SQL(
            "SELECT %s FROM %s r WHERE %s IS NOT NULL AND %s IS NOT NULL AND %s",
            SQL(", ").join(values),
            SQL.identifier(source._table),
            column(columns["date"]),
            column(columns["case_file_id"]),
            select.where or SQL("TRUE"),
        )

    @api.model
    def _search(self, domain, *args, **kwargs):
        # The id of an entry has no index, the id of its source has.
        domain = Domain(domain).map_conditions(
            lambda leaf: (
                leaf & Domain("res_id", "in", self._source_ids(leaf.value))
                if leaf.field_expr == "id" and leaf.operator == "in"
                else leaf
            )
        )
        return super()._search(domain, *args, **kwargs)

    def exists(self):
        # sudo: whether there are such entries; the access to them is asked elsewhere.
        return self & self.sudo().search([("id", "in", self.ids)])

    @api.model
    def _source_ids(self, ids):
        return {id_ // MOST_SELECTS for id_ in ids if id_}

    def _add_to(self, access):
        # Who reads the timeline reads the file; a view has no rows of its own that the log could name.
        self.case_file_id._add_to(access)

    # ------------------------------------------------------------
    # Labels
    # ------------------------------------------------------------

    @api.depends("detail", "baustein_id", "partner_id", "employee_id", "grant_id")
    @api.depends_context("lang")
    def _compute_summary(self):
        details = {
            select.number: dict(self.env[select.model]._fields[select.detail]._description_selection(self.env))
            for select in self._timeline_selects()
            if select.detail
        }
        for entry in self:
            labels = details.get(entry.id % MOST_SELECTS, {})
            parts = [labels.get(entry.detail), *(entry[name].display_name for name in self._summary_fields)]
            entry.summary = " · ".join(part for part in parts if part)

    @api.depends("kind", "date")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for entry in self:
            entry.display_name = kinds.get(entry.kind, "")

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_open_source(self):
        """Open the record that the entry tells of."""
        self.ensure_one()
        if self.kind == "entrusted" and not self.env[self.res_model].browse(self.res_id).has_access("read"):
            raise UserError(
                self.env._(
                    "This entry was entrusted to %s (section 65 SGB VIII). Please ask there; only its author can "
                    "let you read it.",
                    self.author_id.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime


class CaseAccess(models.Model):
    """Access of a colleague to case files for a limited time.

    A substitution opens all files of an absent key worker, or a single file: one
    record, however many files that are. It begins and ends by itself, because the
    record rule of the case file compares the moments stored here with the clock.

    The team lead sets it up, prolongs it and ends it early. Case workers read what
    concerns them: the substitute, the absent one, and whoever may read the single
    file. The privacy officer reads all of the own companies. Nobody deletes it, and
    nothing of it changes after its end: it proves who could read what.
    """

    _name = "justiq.case.access"
    _inherit = ["justiq.computed.mixin"]
    _description = "Substitution"
    _order = "date_start desc, id desc"
    _rec_names_search = ["employee_id", "absent_id", "reference"]
    _check_company_auto = True

    # What never changes: another access is another record.
    _keys = ("kind", "employee_id", "absent_id", "case_file_id", "company_id")

    # who, to what
    kind = fields.Selection(
        selection=[("absence", "During an absence"), ("file", "Single file")],
        required=True,
        default="absence",
    )
    employee_id = fields.Many2one(
        comodel_name="hr.employee",
        string="Substitute",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    absent_id = fields.Many2one(
        comodel_name="hr.employee",
        string="Absent Key Worker",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        help="All files of this key worker are open to the substitute.",
    )
    case_file_id = fields.Many2one(
        comodel_name="justiq.case.file", ondelete="restrict", index="btree_not_null", check_company=True
    )
    # Stored, so that the privacy officer, who reads no case file, can search by it.
    reference = fields.Char(related="case_file_id.reference", string="Case File (Reference)", store=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        string="Provider",
        required=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
        index=True,
    )
    reason = fields.Char(required=True, help="Holiday, illness, a training course ... No diagnosis, please.")

    # when
    date_start = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_end = fields.Date(string="Until", required=True, help="The last day, inclusive.")
    ended_at = fields.Datetime(string="Ended Early", readonly=True, copy=False)
    opens_at = fields.Datetime(
        compute="_compute_moments", store=True, help="Beginning of the first day where the provider is."
    )
    closes_at = fields.Datetime(
        compute="_compute_moments", store=True, help="End of the last day, or the moment at which it was ended early."
    )
    state = fields.Selection(
        selection=[("coming", "Coming"), ("running", "Running"), ("over", "Over")],
        compute="_compute_state",
        search="_search_state",
    )

    _dates_in_order = models.Constraint(
        "CHECK (date_end >= date_start)", "The substitution must not end before it starts."
    )
    _limited_time = models.Constraint(
        "CHECK (date_end < date_start + 366)",
        "A substitution lasts a year at most. Hand the files over, or set up another one afterwards.",
    )
    _one_subject = models.Constraint(
        "CHECK ((absent_id IS NULL) != (case_file_id IS NULL))",
        "Name either the absent key worker or a single case file.",
    )
    _absence_of_somebody = models.Constraint(
        "CHECK ((kind = 'absence') = (absent_id IS NOT NULL))",
        "During an absence, name the absent key worker; for a single file, name the file.",
    )
    _for_somebody_else = models.Constraint("CHECK (absent_id != employee_id)", "Nobody substitutes herself.")
    _written_reason = models.Constraint("CHECK (reason ~ '[[:alnum:]]')", "Please state the reason.")
    _open_index = models.Index("(employee_id, closes_at)")

    @api.depends("date_start", "date_end", "ended_at", "company_id.partner_id.tz")
    def _compute_moments(self):
        for access in self:
            access.opens_at = access._midnight(access.date_start)
            end = access.date_end and access._midnight(access.date_end + timedelta(days=1))
            access.closes_at = min(end, access.ended_at) if end and access.ended_at else end

    def _midnight(self, day):
        """The moment at which a day begins where the provider is; the client's time zone does not count."""
        if not day:
            return False
        zone = pytz.timezone(self.company_id.partner_id.tz or "UTC")
        return zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)

    @api.depends("opens_at", "closes_at")
    def _compute_state(self):
        for access in self:
            access.state = access._state_now()

    def _state_now(self):
        now = fields.Datetime.now()
        if self.closes_at and self.closes_at <= now:
            return "over"
        return "running" if self.opens_at and self.opens_at <= now else "coming"

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        domains = {
            "coming": Domain("opens_at", ">", now) & Domain("closes_at", ">", now),
            "running": Domain("opens_at", "<=", now) & Domain("closes_at", ">", now),
            "over": Domain("closes_at", "<=", now),
        }
        return Domain.OR(domain for state, domain in domains.items() if state in value)

    @api.depends("employee_id.name", "absent_id.name", "reference")
    def _compute_display_name(self):
        for access in self:
            subject = access.absent_id.name or access.reference
            substitute = access.employee_id.name
            access.display_name = (
                self.env._("%(substitute)s for %(subject)s", substitute=substitute, subject=subject)
                if substitute and subject
                else substitute or subject
            )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        files = {vals["case_file_id"] for vals in vals_list if vals.get("case_file_id")}
        # A label must not tell the reference of a file of somebody else's.
        self.env["justiq.case.file"].browse(files).check_access("read")
        accesses = super().create([{**vals, "ended_at": False} for vals in vals_list])
        accesses._check_not_over()
        self.env["justiq.case.file"]._forget_access()
        return accesses

    def write(self, vals):
        self.check_access("write")
        self._check_changeable(vals)
        if "ended_at" in vals:
            vals = {**vals, "ended_at": fields.Datetime.now()}  # the server's clock, whatever the client says
        result = super().write(vals)
        if "date_end" in vals and "ended_at" not in vals:
            self._check_not_over()
        self.env["justiq.case.file"]._forget_access()
        return result

    def _check_changeable(self, vals):
        for access in self:
            if access._state_now() == "over":
                raise ValidationError(
                    self.env._(
                        "%(access)s ended on %(end)s and proves who could read the files; it does not change any "
                        "more. Set up another substitution.",
                        access=access.display_name,
                        end=access._moment_text(access.closes_at),
                    )
                )
            fixed = [name for name in self._keys if access._changes(name, vals)]
            if access._state_now() == "running" and access._changes("date_start", vals):
                fixed.append("date_start")
            if fixed:
                raise ValidationError(
                    self.env._(
                        "%(access)s: %(fields)s cannot be changed any more. End it, and set up another substitution.",
                        access=access.display_name,
                        fields=[self._fields[name]._description_string(self.env) for name in fixed],
                    )
                )

    def _changes(self, name, vals):
        if name not in vals:
            return False
        field = self._fields[name]
        return field.convert_to_cache(vals[name], self) != field.convert_to_cache(self[name], self)

    def _check_not_over(self):
        for access in self:
            if access._state_now() == "over":
                raise ValidationError(
                    self.env._(
                        "Until: %s lies in the past. Choose a day from today on; “End now” ends a substitution.",
                        format_date(self.env, access.date_end),
                    )
                )

    def _moment_text(self, moment):
        return format_datetime(self.env, moment, tz=self.company_id.partner_id.tz or "UTC", dt_format="short")

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_end(self):
        """End the access at once, before its last day."""
        self.write({"ended_at": fields.Datetime.now()})

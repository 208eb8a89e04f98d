from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.case_file import GENDERS

PERSON = ("first_name", "last_name", "birth_date", "gender", "zip", "city", "created_despite")


class OutreachConvert(models.TransientModel):
    """Open a case file for a young person known by an alias, and take the contacts along.

    Case workers do it for their aliases, team leads for those of their companies;
    everything is created with the rights of the user. The contacts under the
    alias become entries of the contact log, so that their hours count for the
    chosen Baustein, and leave the heads of low-threshold work.
    """

    _name = "justiq.outreach.convert"
    _inherit = ["justiq.case.dialog.mixin", "justiq.fixed.keys.mixin"]
    _description = "Open a Case File from an Alias"

    _fixed_keys = ("alias_id", "case_file_id")

    alias_id = fields.Many2one(comodel_name="justiq.outreach.alias", required=True, ondelete="cascade")
    grant_id = fields.Many2one(related="alias_id.grant_id")
    company_id = fields.Many2one(related="alias_id.company_id")
    contact_count = fields.Integer(related="alias_id.contact_count")
    hours = fields.Float(related="alias_id.hours")
    possible_baustein_ids = fields.Many2many(related="grant_id.baustein_ids", export_string_translation=False)

    # who it is
    case_file_id = fields.Many2one(
        comodel_name="justiq.case.file",
        string="Existing Case File",
        ondelete="cascade",
        domain="[('state', '=', 'open'), ('company_id', '=', company_id)]",
        help="Where the young person has a file already that you may write.",
    )
    first_name = fields.Char()
    last_name = fields.Char()
    birth_date = fields.Date()
    created_despite = fields.Text(string="Opened Although Similar Files Exist")
    gender = fields.Selection(selection=GENDERS, compute="_compute_gender", store=True, readonly=False, precompute=True)
    zip = fields.Char()
    city = fields.Char()

    # into which help
    baustein_id = fields.Many2one(
        comodel_name="justiq.baustein",
        compute="_compute_baustein_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', possible_baustein_ids), ('kind', '=', 'individual')]",
        help="For which the minutes of the contacts count from now on.",
    )
    date_start = fields.Date(
        string="Start",
        required=True,
        compute="_compute_date_start",
        store=True,
        readonly=False,
        precompute=True,
        help="Entry into the grant; age and consent are judged on that day.",
    )
    legal_basis_date = fields.Date(string="Consent or Information On")

    @api.depends("alias_id")
    def _compute_gender(self):
        for wizard in self:
            wizard.gender = wizard.alias_id.gender or "not_stated"

    @api.depends("alias_id")
    def _compute_baustein_id(self):
        """The Baustein of most of the contacts."""
        for wizard in self:
            groups = self.env["justiq.outreach.contact"]._read_group(
                [("alias_id", "=", wizard.alias_id.id)], ["baustein_id"], ["__count"], order="__count DESC", limit=1
            )
            wizard.baustein_id = groups[0][0] if groups else False

    @api.depends("alias_id")
    def _compute_date_start(self):
        for wizard in self:
            grant, day = wizard.grant_id, fields.Date.context_today(self)
            wizard.date_start = min(max(day, grant.date_start or day), grant.date_end or day)

    def action_convert(self):
        """Open the file, enrol the person, and write the contacts into the log.

        :raises AccessError: unless the user may change the alias and write the file
        :raises UserError: naming what is missing
        """
        self.ensure_one()
        self.alias_id._check_convertible()
        self._check_filled_in()
        case = self.case_file_id or self._create_case_file()
        participation = self._participate(self._enrol(case))
        self._write_log(case, participation)
        return {
            "type": "ir.actions.act_window",
            "res_model": "justiq.case.file",
            "res_id": case.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _check_filled_in(self):
        needed = ["baustein_id"] + ([] if self.case_file_id else ["first_name", "last_name", "birth_date"])
        missing = [self._fields[name]._description_string(self.env) for name in needed if not self[name]]
        if missing:
            raise UserError(self.env._("Still missing for the case file: %s. Please fill it in.", missing))
        self.case_file_id.check_access("write")

    def _create_case_file(self):
        return self.env["justiq.case.file"].create(
            {
                "company_id": self.company_id.id,
                "key_worker_id": self.alias_id.key_worker_id.id,
                **{name: self[name] for name in PERSON},
            }
        )

    def _enrol(self, case):
        keys = {"case_file_id": case.id, "grant_id": self.grant_id.id}
        enrolments = self.env["justiq.enrolment"]
        return enrolments.search([(name, "=", value) for name, value in keys.items()]) or enrolments.create(
            {**keys, "date_entry": self.date_start, "legal_basis_date": self.legal_basis_date}
        )

    def _participate(self, enrolment):
        """The running participation in the Baustein, or a new one."""
        running = enrolment.participation_ids.filtered(
            lambda participation: participation.baustein_id == self.baustein_id and not participation.date_end
        )
        return running or self.env["justiq.participation"].create(
            {
                "enrolment_id": enrolment.id,
                "baustein_id": self.baustein_id.id,
                "date_start": max(self.date_start, enrolment.date_entry),
            }
        )

    def _write_log(self, case, participation):
        contacts = self.alias_id.contact_ids.sorted("date")
        kinds = dict(contacts._fields["kind"]._description_selection(self.env))
        self.env["justiq.case.note"].create(
            [
                {
                    "case_file_id": case.id,
                    "participation_id": participation.id,
                    "outreach_contact_id": contact.id,
                    "date": contact.date,
                    "minutes": contact.minutes,
                    "kind": contact.kind,
                    "text": self.env._(
                        "Low-threshold contact under the alias “%(alias)s”, %(kind)s, %(worker)s. %(note)s",
                        alias=self.alias_id.name,
                        kind=kinds[contact.kind],
                        worker=contact.worker_id.name,
                        note=contact.note or "",
                    ).strip(),
                }
                for contact in contacts
            ]
        )

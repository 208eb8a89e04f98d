from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date


class CaseFile(models.Model):
    """Since when a file is open, and whether it has become silent: open, but no contact for too long.

    How long that is, each provider sets for itself. A new file without any contact counts from its opening.
    """

    _inherit = "justiq.case.file"

    date_opened = fields.Date(
        string="Opened On",
        required=True,
        default=fields.Date.context_today,
        copy=False,
        help="First contact, or the day on which the file was opened.",
    )
    is_silent = fields.Boolean(
        string="Silent",
        compute="_compute_is_silent",
        search="_search_is_silent",
        help="Open, and without a contact for longer than the provider has set.",
    )

    _silent_index = models.Index("(key_worker_id, last_contact_date) WHERE state = 'open'")

    @api.depends("state", "last_contact_date", "date_opened", "company_id.silent_days")
    def _compute_is_silent(self):
        for case in self:
            last = case.last_contact_date or case.date_opened
            case.is_silent = bool(case.state == "open" and last and last < case.company_id._silent_since())

    @api.model
    def _search_is_silent(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: the setting of a provider says nothing about its files.
        companies = self.env["res.company"].sudo().search([("silent_days", ">", 0)])
        silent = Domain.OR(
            Domain("company_id", "in", same.ids)
            & (
                Domain("last_contact_date", "<", since)
                | (Domain("last_contact_date", "=", False) & Domain("date_opened", "<", since))
            )
            for since, same in companies.grouped(lambda company: company._silent_since()).items()
        )
        silent &= Domain("state", "=", "open")
        return silent if True in value else ~silent

    @api.constrains("date_opened")
    def _check_date_opened(self):
        today = fields.Date.context_today(self)
        for case in self:
            if case.date_opened > today:
                raise ValidationError(
                    self.env._(
                        "Opened on: %s lies in the future. Enter the day on which the file was opened.",
                        format_date(self.env, case.date_opened),
                    )
                )

from odoo import api, fields, models
from odoo.fields import Domain


class CaseContact(models.Model):
    """Whether somebody around the case may be told something today (S33)."""

    _inherit = "justiq.case.contact"

    release = fields.Selection(
        selection=[("none", "Nothing"), ("valid", "Released"), ("expired", "Release expired")],
        string="Release Today",
        compute="_compute_release",
        search="_search_release",
        help="Released: the young person allows it, and the day until which it is allowed has not passed.",
    )

    @api.depends("may_be_told", "told_until")
    def _compute_release(self):
        today = fields.Date.context_today(self)
        for contact in self:
            if not contact.may_be_told:
                contact.release = "none"
            else:
                contact.release = "expired" if contact.told_until and contact.told_until < today else "valid"

    @api.model
    def _search_release(self, operator, value):
        if operator != "in":
            return NotImplemented
        told = Domain("may_be_told", "not in", [False, ""])
        expired = Domain("told_until", "<", fields.Date.context_today(self))
        domains = {"none": ~told, "valid": told & ~expired, "expired": told & expired}
        return Domain.OR(domains[state] for state in value if state in domains)

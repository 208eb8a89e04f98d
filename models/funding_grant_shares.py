from odoo import fields, models

from .funding_shares_mixin import NOTICE_FIELDS


class Grant(models.Model):
    """The shares of the grant notice as it is today; each funding year has its own."""

    _name = "justiq.grant"
    _inherit = ["justiq.grant", "justiq.shares.mixin"]

    esf_rate = fields.Float(compute="_compute_esf_rate", store=True, readonly=False)
    flat_rate_ids = fields.One2many(
        comodel_name="justiq.flat.rate",
        inverse_name="grant_id",
        groups="justiq.group_team_lead,justiq.group_coordinator,justiq.group_finance,justiq.group_auditor",
    )

    def write(self, vals):
        if vals.keys() & NOTICE_FIELDS:
            self._check_not_closed()  # years in draft would follow, after they were accounted for
        return super().write(vals)

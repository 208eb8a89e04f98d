from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """When a case file counts as silent, for the provider at work."""

    _inherit = "res.config.settings"

    silent_days = fields.Integer(related="company_id.silent_days", readonly=False)

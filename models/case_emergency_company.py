from odoo import fields, models

from .case_emergency import EMERGENCY_HOURS, MOST_EMERGENCY_HOURS


class ResCompany(models.Model):
    """For how many hours a case file stays open that was opened in an emergency."""

    _inherit = "res.company"

    emergency_hours = fields.Integer(
        string="Hours of an Emergency",
        default=EMERGENCY_HOURS,
        required=True,
        help="For so long a case file stays open to a case worker who has opened it in an emergency.",
    )

    _emergency_hours_in_range = models.Constraint(
        f"CHECK (emergency_hours BETWEEN 1 AND {MOST_EMERGENCY_HOURS})",
        "Hours of an emergency: between 1 and 72, which is three days.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    emergency_hours = fields.Integer(related="company_id.emergency_hours", readonly=False)

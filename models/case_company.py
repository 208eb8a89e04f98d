from dateutil.relativedelta import relativedelta

from odoo import fields, models

SILENT_DAYS = 28
MOST_SILENT_DAYS = 730


class ResCompany(models.Model):
    """After how many days without contact a case file of the provider is silent."""

    _inherit = "res.company"

    silent_days = fields.Integer(
        string="Days Without Contact",
        default=SILENT_DAYS,
        required=True,
        help="After so many days without contact an open case file shows as silent in “My Day”.",
    )

    _silent_days_in_range = models.Constraint(
        f"CHECK (silent_days BETWEEN 1 AND {MOST_SILENT_DAYS})",
        "Days without contact: between 1 and 730, which is two years.",
    )

    def _silent_since(self):
        """A file whose last contact lies before this day is silent."""
        self.ensure_one()
        return fields.Date.context_today(self) - relativedelta(days=self.silent_days)

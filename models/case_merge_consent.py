from odoo import api, models


class CaseMerge(models.Model):
    """The consents of a merged file move along, and with them the legal basis of its enrolments."""

    _inherit = "justiq.case.merge"

    @api.model
    def _united_values(self, kept, given_up):
        values = super()._united_values(kept, given_up)
        if kept._rests_on_consent():
            values.pop("legal_basis_date", None)
        return values

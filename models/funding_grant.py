from odoo import api, models


class Grant(models.Model):
    """Budget lines also hold a Baustein in the grant."""

    _inherit = "justiq.grant"

    @api.model
    def _uses_of_bausteine(self):
        return super()._uses_of_bausteine() | {"justiq.budget.line": "_check_same_grant"}

from odoo import api, models


class Baustein(models.Model):
    """A Baustein that grants use stays in their programme."""

    _inherit = "justiq.baustein"

    @api.constrains("programme_id")
    def _check_programme_of_grants(self):
        # sudo: grants of all providers are bound; nothing is returned.
        grants = self.env["justiq.grant"].sudo().with_context(active_test=False)
        grants.search([("baustein_ids", "in", self.ids)])._check_bausteine_of_programme()

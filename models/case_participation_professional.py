from odoo import models
from odoo.tools import LazyTranslate

from .programme_checked_mixin import requirement_check

_lt = LazyTranslate(__name__)


class Participation(models.Model):
    """Individual help is given by professionals with fitting training (S25-S28)."""

    _name = "justiq.participation"
    _inherit = ["justiq.participation", "justiq.professional.mixin", "justiq.checked.mixin"]

    _professional_field = "key_worker_id"

    def _individual_help(self):
        return self.filtered(lambda participation: participation.baustein_kind == "individual")

    def _name_of_help(self):
        return self.baustein_id.name

    @requirement_check(
        _lt("Professionals: valid certificate on the day of the assignment"),
        fields=["grant_id", "baustein_id", "key_worker_id", "date_start"],
        new_only=True,
    )
    def _requirement_certificate(self, rule):
        """S25-S28 of key workers in the individual Bausteine."""
        return self._individual_help()._lacking_certificate(rule, lambda record: record._name_of_help())

    @requirement_check(
        _lt("Professionals: preferred certificate on the day of the assignment"),
        fields=["grant_id", "baustein_id", "key_worker_id", "date_start"],
        new_only=True,
    )
    def _requirement_preferred_certificate(self, rule):
        """S25, the preferred training."""
        return self._requirement_certificate(rule)

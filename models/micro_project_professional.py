from odoo import models
from odoo.tools import LazyTranslate

from .micro_project import BOUND
from .programme_checked_mixin import requirement_check

_lt = LazyTranslate(__name__)


class MicroProject(models.Model):
    """Micro-projects are led by professionals with fitting training (S25-S28).

    Whoever helps besides the lead needs a role and a reason only (S35).
    """

    _name = "justiq.micro.project"
    _inherit = ["justiq.micro.project", "justiq.professional.mixin"]

    _professional_field = "lead_id"

    def _is_assigned(self):
        return self.state in BOUND

    @requirement_check(
        _lt("Professionals: valid certificate on the day of the assignment"),
        fields=["state", "grant_id", "lead_id", "date_start"],
        states=BOUND,
        ahead=["planned"],
        new_only=True,
    )
    def _requirement_certificate(self, rule):
        """S25-S28 of the lead; that there is one is S14."""
        led = self.filtered("lead_id")
        return led._lacking_certificate(rule, lambda project: project.name)

    @requirement_check(
        _lt("Professionals: preferred certificate on the day of the assignment"),
        fields=["state", "grant_id", "lead_id", "date_start"],
        states=BOUND,
        ahead=["planned"],
        new_only=True,
    )
    def _requirement_preferred_certificate(self, rule):
        """S25, the preferred training."""
        return self._requirement_certificate(rule)

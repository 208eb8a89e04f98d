from odoo import api, models

from .case_my_day import DueKind


class MyDay(models.AbstractModel):
    """Files opened in an emergency, for the team lead to review."""

    _inherit = "justiq.my.day"

    @api.model
    def _due_kinds(self, scope, today):
        kinds = super()._due_kinds(scope, today)
        if not self.env.user.has_group("justiq.group_team_lead"):
            return kinds
        to_review = DueKind(
            key="emergency",
            label=self.env._("Opened in an emergency, to review"),
            model="justiq.case.access",
            domain=self.env["justiq.case.access"]._to_review(),
            date="opened_at",
            detail="reason",
        )
        return [*kinds, to_review]

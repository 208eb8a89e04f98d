from odoo import api, models
from odoo.fields import Domain

from .case_my_day import DueKind


class MyDay(models.AbstractModel):
    """Closings that a key worker has proposed wait for the team lead: on her own day, too."""

    _inherit = "justiq.my.day"

    @api.model
    def _due_kinds(self, scope, today):
        kinds = super()._due_kinds(scope, today)
        if not self.env.user.has_group("justiq.group_team_lead"):
            return kinds
        return [
            *kinds,
            DueKind(
                key="closing",
                label=self.env._("Proposed closings"),
                model="justiq.case.closing",
                domain=Domain("state", "=", "proposed"),
                date="date",
                detail="note",
            ),
        ]

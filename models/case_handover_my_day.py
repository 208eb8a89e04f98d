from odoo import models
from odoo.fields import Domain

from .case_my_day import DueKind


class MyDay(models.AbstractModel):
    """Hand-overs that wait for an answer, for the team; whoever shall answer has an activity."""

    _inherit = "justiq.my.day"

    def _due_kinds(self, scope, today):
        kinds = super()._due_kinds(scope, today)
        if scope != "team":
            return kinds
        waiting = DueKind(
            key="handover",
            label=self.env._("Hand-overs without an answer"),
            model="justiq.case.handover",
            domain=Domain("state", "=", "proposed"),
            date="create_date",
            file="",
            detail="references",
        )
        return [*kinds, waiting]

from odoo import api, models
from odoo.fields import Domain

from .case_my_day import DueKind


class MyDay(models.AbstractModel):
    """Steps of child protection that are due, before everything else, and reviews of concluded records."""

    _inherit = "justiq.my.day"

    @api.model
    def _due_kinds(self, scope, today):
        steps = DueKind(
            key="protection_step",
            label=self.env._("Child protection: steps due"),
            model="justiq.child.protection.step",
            domain=self._in_scope(scope) & Domain("state", "=", "open") & Domain("due_date", "<=", today),
            date="due_date",
        )
        reviews = DueKind(
            key="protection_review",
            label=self.env._("Child protection: reviews due"),
            model="justiq.child.protection",
            domain=self._in_scope(scope)
            & Domain("state", "=", "concluded")
            & Domain("is_reviewed", "=", False)
            & Domain("next_review_date", "<=", today),
            date="next_review_date",
        )
        return [steps, reviews, *super()._due_kinds(scope, today)]

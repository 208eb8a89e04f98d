from odoo import api, models
from odoo.fields import Domain

from .case_my_day import DueKind


class MyDay(models.AbstractModel):
    """Due of assessments, goals, plans and referrals."""

    _inherit = "justiq.my.day"

    @api.model
    def _due_kinds(self, scope, today):
        of_files = self._in_scope(scope) & Domain("case_file_id.state", "=", "open")
        return [
            *super()._due_kinds(scope, today),
            DueKind(
                key="plan_review",
                label=self.env._("Plans to review"),
                model="justiq.case.plan",
                domain=of_files & Domain("is_current", "=", True) & Domain("next_review_date", "<=", today),
                date="next_review_date",
            ),
            DueKind(
                key="goal_review",
                label=self.env._("Goals to review"),
                model="justiq.case.goal",
                domain=of_files & Domain("state", "=", "open") & Domain("review_date", "<=", today),
                date="review_date",
            ),
            DueKind(
                key="measure",
                label=self.env._("Measures due"),
                model="justiq.case.measure",
                domain=of_files
                & Domain("goal_id.state", "=", "open")
                & Domain("is_done", "=", False)
                & Domain("due_date", "<=", today),
                date="due_date",
            ),
            DueKind(
                key="referral",
                label=self.env._("Referrals to follow up"),
                model="justiq.case.referral",
                domain=of_files
                & Domain("state", "in", ("offered", "accepted"))
                & Domain("follow_up_date", "<=", today),
                date="follow_up_date",
                detail="offer",
            ),
            DueKind(
                key="goal_needed",
                label=self.env._("Weak domains without a goal"),
                model="justiq.case.assessment.line",
                domain=of_files & Domain("needs_goal", "=", True),
                date="date",
                detail="remark",
            ),
            DueKind(
                key="assessment_draft",
                label=self.env._("Assessments in progress"),
                model="justiq.case.assessment",
                domain=of_files & Domain("state", "=", "draft"),
                date="date",
            ),
        ]

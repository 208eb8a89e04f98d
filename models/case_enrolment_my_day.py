from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain

from .case_enrolment import COMPLETE
from .case_my_day import DueKind

# Days before a follow-up in which it is spoken of.
FOLLOW_UP_DAYS = 14


class MyDay(models.AbstractModel):
    """Questionnaires that wait for their answers."""

    _inherit = "justiq.my.day"

    @api.model
    def _due_kinds(self, scope, today):
        mine = self._in_scope(scope)
        soon = today + relativedelta(days=FOLLOW_UP_DAYS)
        return [
            *map(self._without_reminders, super()._due_kinds(scope, today)),
            DueKind(
                key="exit_data",
                label=self.env._("Exit data to complete"),
                model="justiq.enrolment",
                domain=mine & Domain("exit_due_date", "!=", False) & Domain("exit_completeness", "<", COMPLETE),
                date="exit_due_date",
                detail="missing_exit_data",
            ),
            DueKind(
                key="entry_data",
                label=self.env._("Entry data to complete"),
                model="justiq.enrolment",
                domain=mine & Domain("entry_completeness", "<", COMPLETE) & Domain("case_file_id.state", "=", "open"),
                date="date_entry",
                detail="missing_entry_data",
            ),
            DueKind(
                key="follow_up",
                label=self.env._("Former participants to ask once more"),
                model="justiq.enrolment",
                domain=mine
                & Domain("follow_up_due_date", "<=", soon)
                & Domain("follow_up_completeness", "<", COMPLETE),
                date="follow_up_due_date",
            ),
        ]

    @api.model
    def _without_reminders(self, kind):
        """The reminders of what stands here anyway would show it twice."""
        if kind.model != "mail.activity" or not self._reads_files():
            return kind
        return kind._replace(domain=Domain(kind.domain) & Domain("enrolment_id", "=", False))

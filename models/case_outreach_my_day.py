from odoo import api, models
from odoo.fields import Domain

from .case_my_day import DueKind


class MyDay(models.AbstractModel):
    """Aliases whose contacts have reached the threshold for a case file (O11)."""

    _inherit = "justiq.my.day"

    @api.model
    def _due_kinds(self, scope, today):
        proposed = Domain("is_file_proposed", "=", True)
        return [
            *super()._due_kinds(scope, today),
            DueKind(
                key="case_file_proposed",
                label=self.env._("Aliases that may become a case file"),
                model="justiq.outreach.alias",
                domain=proposed if scope == "team" else proposed & Domain("key_worker_id.user_id", "=", self.env.uid),
                date="",
                file="",
                order="last_contact_date, id",
            ),
        ]

    @api.model
    def _prepare_item(self, kind, record, today):
        item = super()._prepare_item(kind, record, today)
        if kind.key == "case_file_proposed":
            item["detail"] = self.env._("Contacts: %s", record.contact_count)
        return item

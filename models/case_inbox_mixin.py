from odoo import models


class InboxMixin(models.AbstractModel):
    """Records about case files whose notifications stay within Odoo, in the inbox: nothing leaves by e-mail."""

    _name = "justiq.inbox.mixin"
    _inherit = ["mail.thread"]
    _description = "Notifies within Odoo Only"

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        return [recipient | {"notif": "inbox"} for recipient in recipients if recipient["uid"]]

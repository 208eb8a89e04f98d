from odoo import api, models


class MailMessage(models.Model):
    """The subject of a message about a case file shows to whoever may read the message.

    Labels are computed in sudo, and every employee can read the notifications of all: by their label they would tell
    subjects of messages and summaries of activities.
    """

    _inherit = "mail.message"

    @api.depends("subject")
    @api.depends_context("uid")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        # sudo: only where the message belongs; the access is asked as the user.
        about = self.filtered(lambda message: (message.sudo().model or "").startswith("justiq.") and message.id)
        for message in about - about.sudo(False)._filtered_access("read"):
            message.display_name = self.env._("Message")
        return result

from odoo import models


class MailActivity(models.Model):
    """Activities on a case file name its reference only: the name of the document is stored with the activity."""

    _inherit = "mail.activity"

    def _compute_res_name(self):
        result = super()._compute_res_name()
        for activity in self:
            if activity.res_model == "justiq.case.file" and activity.res_id:
                activity.res_name = self.env[activity.res_model].browse(activity.res_id).reference
        return result

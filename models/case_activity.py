from odoo import api, models
from odoo.exceptions import AccessError


class MailActivity(models.Model):
    """Activities on a case file name its reference only, and go to nobody who may not read it.

    The name of the document is stored with the activity.
    """

    _inherit = "mail.activity"

    def _compute_res_name(self):
        result = super()._compute_res_name()
        for activity in self:
            if activity.res_model == "justiq.case.file" and activity.res_id:
                activity.res_name = self.env[activity.res_model].browse(activity.res_id).reference
        return result

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities._check_assignees()
        return activities

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"user_id", "res_model_id", "res_id"}:
            self._check_assignees()
        return result

    def _check_assignees(self):
        """Only who may read a case file gets activities on it; what the server plans by itself goes to its key worker.

        :raises AccessError: naming the colleague
        """
        if self.env.su:
            return
        # sudo: who gets it, and where it belongs; the access is asked as the colleague.
        for activity in self.sudo().filtered(lambda one: one.user_id and one.res_model == "justiq.case.file"):
            case = self.env["justiq.case.file"].browse(activity.res_id)
            if not case._is_readable_by(activity.user_id):
                raise AccessError(
                    self.env._(
                        "%(colleague)s may not open %(file)s and cannot get an activity on it. Assign it to the key "
                        "worker, or open the file to her first.",
                        colleague=activity.user_id.name,
                        file=case.reference,
                    )
                )

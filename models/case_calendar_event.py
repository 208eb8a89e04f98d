from odoo import api, fields, models


class CalendarEvent(models.Model):
    """An appointment with a young person names the case file, whose label is the reference.

    Every employee can open the calendar of colleagues, so the title carries no name. Only case workers see the
    file behind it, and only whoever may read a file can plan appointments for it.
    """

    _inherit = "calendar.event"

    case_file_id = fields.Many2one(
        comodel_name="justiq.case.file",
        compute="_compute_case_file_id",
        store=True,
        readonly=False,
        ondelete="set null",
        index="btree_not_null",
        groups="justiq.group_case_worker",
    )

    @api.depends("res_model", "res_id")
    def _compute_case_file_id(self):
        for event in self:
            if event.res_model == "justiq.case.file" and event.res_id:
                # An appointment planned from an activity; the file may have been deleted since.
                event.case_file_id = self.env["justiq.case.file"].browse(event.res_id).exists()

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._check_case_file_readable()
        return events

    def write(self, vals):
        result = super().write(vals)
        if {"case_file_id", "res_id", "res_model_id"} & vals.keys():
            self._check_case_file_readable()
        return result

    def _check_case_file_readable(self):
        if not self.env.su:
            # sudo: the field is for case workers; the access is asked as the user.
            self.sudo().case_file_id.sudo(False).check_access("read")

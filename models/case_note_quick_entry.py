from odoo import api, models


class CaseNote(models.Model):
    """A new entry proposes the help that is running in the file, where there is just one."""

    _inherit = "justiq.case.note"

    @api.onchange("case_file_id")
    def _onchange_case_file_id(self):
        if not self.amends_id and self.participation_id.case_file_id != self.case_file_id:
            self.participation_id = self.case_file_id._running_help()

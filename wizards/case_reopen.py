from odoo import fields, models


class CaseReopen(models.TransientModel):
    """Open a closed case file again, giving the reason; the closing stays on record."""

    _name = "justiq.case.reopen"
    _inherit = ["justiq.case.dialog.mixin"]
    _description = "Reopen Case File"

    case_file_id = fields.Many2one(comodel_name="justiq.case.file", required=True, ondelete="cascade")
    reason = fields.Text(required=True, help="Why the help goes on.")

    def action_reopen(self):
        """Open the file with the rights of the user."""
        self.ensure_one()
        self.case_file_id._reopen(self.reason)
        return {"type": "ir.actions.act_window_close"}

from odoo import fields, models


class CaseLock(models.TransientModel):
    """Lock a case file for one person because of a conflict of interest; the team lead also for herself."""

    _name = "justiq.case.lock"
    _inherit = ["justiq.case.dialog.mixin"]
    _description = "Lock the Case File"

    case_file_id = fields.Many2one(comodel_name="justiq.case.file", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="case_file_id.company_id")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Lock For",
        required=True,
        ondelete="cascade",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="For this person the file looks like one of another team from now on, whatever her role.",
    )
    reason = fields.Char(required=True, help="Which conflict of interest, in a few words: “her nephew”.")

    def action_lock(self):
        """Set the lock, and leave the file where it is locked for the user herself."""
        self.ensure_one()
        case, denials = self.case_file_id, self.env["justiq.case.denial"]
        case.check_access("write")
        denials.check_access("create")
        values = {"case_file_id": case.id, "user_id": self.user_id.id, "reason": self.reason}
        # sudo: the rights have just been asked; whoever locks a file for herself could not read the lock.
        denials.sudo().create(values)
        if self.user_id == self.env.user:
            return {
                **self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_case_file_action"),
                "target": "main",
            }
        return {"type": "ir.actions.act_window_close"}

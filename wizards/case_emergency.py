from odoo import api, fields, models


class CaseEmergency(models.TransientModel):
    """Open the case file behind a hit of the search in an emergency.

    A hit is written by the server only and belongs to whoever searched; so nobody opens a file by guessing its id.
    """

    _name = "justiq.case.emergency"
    _description = "Open in an Emergency"

    hit_id = fields.Many2one(comodel_name="justiq.case.search.hit", required=True, ondelete="cascade")
    reference = fields.Char(compute="_compute_reference")
    hours = fields.Integer(compute="_compute_reference")
    reason = fields.Text(
        required=True, help="What the emergency is, and why nobody in charge can be reached. Is reviewed."
    )

    @api.depends("hit_id")
    def _compute_reference(self):
        for dialog in self:
            dialog.reference = dialog.hit_id.reference
            dialog.hours = self.env.company.emergency_hours

    def action_open(self):
        """Open the file for some hours, tell those in charge, and show it."""
        self.ensure_one()
        hit = self.hit_id
        hit.check_access("read")
        # sudo: the file is not open yet; all that may be asked before it is, is asked there.
        case = hit.sudo().case_file_id
        case._open_in_emergency(self.reason)
        return {
            "type": "ir.actions.act_window",
            "res_model": case._name,
            "res_id": case.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }


class CaseSearchHit(models.TransientModel):
    _inherit = "justiq.case.search.hit"

    def action_emergency(self):
        """Ask for the reason."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open in an Emergency"),
            "res_model": "justiq.case.emergency",
            "view_mode": "form",
            "target": "new",
            "context": {"default_hit_id": self.id},
        }


class CaseEmergencyReview(models.TransientModel):
    """Whether opening a file in an emergency was justified."""

    _name = "justiq.case.emergency.review"
    _description = "Review of an Emergency"

    access_id = fields.Many2one(comodel_name="justiq.case.access", required=True, ondelete="cascade")
    reason = fields.Char(related="access_id.reason", related_sudo=False, string="Reason Given")
    verdict = fields.Selection(
        selection=[("justified", "Justified"), ("not_justified", "Not justified")], required=True
    )
    review = fields.Text(string="Because", required=True, help="Whom you spoke to, and what follows from it.")

    @api.model_create_multi
    def create(self, vals_list):
        dialogs = super().create(vals_list)
        dialogs.access_id.check_access("read")  # or its label would tell of another provider
        return dialogs

    def action_review(self):
        self.ensure_one()
        self.access_id._review(self.verdict, self.review)
        return {"type": "ir.actions.act_window_close"}

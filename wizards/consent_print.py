from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ConsentPrint(models.TransientModel):
    """Choose the consent forms that a young person shall sign, and print them filled in.

    For whoever may read the file; a closed file takes no new consents, so
    nothing is printed for it.
    """

    _name = "justiq.consent.print"
    _inherit = ["justiq.case.dialog.mixin"]
    _description = "Print Consent Forms"

    case_file_id = fields.Many2one(comodel_name="justiq.case.file", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="case_file_id.company_id", related_sudo=False)
    grant_id = fields.Many2one(
        comodel_name="justiq.grant",
        required=True,
        compute="_compute_grant_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="cascade",
        domain="[('company_id', '=', company_id)]",
    )
    programme_id = fields.Many2one(related="grant_id.programme_id", related_sudo=False)
    form_ids = fields.Many2many(
        comodel_name="justiq.consent.form",
        string="Forms",
        compute="_compute_form_ids",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('programme_id', '=', programme_id)]",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Recipient",
        domain=[("commercial_partner_id.is_company", "=", True)],
        ondelete="cascade",
        help="Printed on the form for passing on; without one, a line is left to fill in by hand.",
    )
    has_recipient = fields.Boolean(compute="_compute_has_recipient")

    @api.depends("case_file_id")
    def _compute_grant_id(self):
        for wizard in self:
            latest = wizard.case_file_id.grant_id
            if not latest and wizard.company_id:
                latest = self.env["justiq.grant"].search(
                    [("company_id", "=", wizard.company_id.id), ("state", "=", "running")], limit=1
                )
            wizard.grant_id = latest

    @api.depends("grant_id")
    def _compute_form_ids(self):
        for wizard in self:
            forms = wizard.grant_id.programme_id.consent_form_ids.filtered(lambda form: form.purpose == "esf_data")
            wizard.form_ids = forms[:1]

    @api.depends("form_ids.purpose")
    def _compute_has_recipient(self):
        for wizard in self:
            wizard.has_recipient = "passing_on" in wizard.form_ids.mapped("purpose")

    def action_print(self):
        """Render the chosen forms."""
        self.ensure_one()
        if not self.form_ids:
            raise ValidationError(self.env._("Forms: choose at least one to print."))
        self.case_file_id._check_not_closed()
        action = self.env.ref("justiq.action_report_consent_form").report_action(self)
        return {**action, "close_on_report_download": True}

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class Cooperation(models.Model):
    """What was agreed with a partner, for a micro-project or the whole grant.

    Case worker, team lead and coordination keep the cooperations of their
    companies; the auditor reads them.
    """

    _name = "justiq.cooperation"
    _inherit = ["justiq.computed.mixin"]
    _description = "Cooperation"
    _order = "date desc, id desc"
    _rec_names_search = ["partner_id"]

    partner_id = fields.Many2one(comodel_name="res.partner", required=True, ondelete="restrict", index=True)
    kind = fields.Selection(
        selection=[
            ("area_programme", "Area-based programme"),
            ("municipal_office", "Municipal office"),
            ("civil_society", "Civil society"),
            ("transition_actor", "Actor of the transition to work"),
        ],
        required=True,
    )
    agreement = fields.Text(help="What was agreed, planned or done together.")
    date = fields.Date(default=fields.Date.context_today)
    micro_project_id = fields.Many2one(comodel_name="justiq.micro.project", ondelete="cascade", index="btree_not_null")
    grant_id = fields.Many2one(
        comodel_name="justiq.grant",
        compute="_compute_grant_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="grant_id.company_id", store=True, index=True)

    @api.depends("micro_project_id.grant_id")
    def _compute_grant_id(self):
        for cooperation in self:
            cooperation.grant_id = cooperation.micro_project_id.grant_id or cooperation.grant_id

    @api.constrains("micro_project_id", "grant_id")
    def _check_grant_of_micro_project(self):
        """A cooperation resolves findings of its micro-project, so nobody enters it from another provider's grant."""
        for cooperation in self:
            project = cooperation.micro_project_id
            if project and project.grant_id != cooperation.grant_id:
                raise ValidationError(
                    self.env._(
                        "Micro-project: %(project)s does not belong to the grant %(grant)s. Choose a micro-project of "
                        "this grant.",
                        project=project.name,
                        grant=cooperation.grant_id.name,
                    )
                )

    @api.depends("partner_id.name", "kind")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for cooperation in self:
            cooperation.display_name = f"{cooperation.partner_id.name or ''} ({labels.get(cooperation.kind, '')})"

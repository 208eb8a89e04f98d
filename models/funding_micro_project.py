from odoo import api, fields, models


class MicroProject(models.Model):
    """The money planned for a micro-project, in the provider's currency; its ESF money is without federal money."""

    _inherit = "justiq.micro.project"

    budget_line_ids = fields.One2many(
        comodel_name="justiq.budget.line",
        inverse_name="micro_project_id",
        groups="justiq.group_team_lead,justiq.group_coordinator,justiq.group_finance,justiq.group_auditor",
    )
    planned_amount = fields.Monetary(string="Planned Costs", compute="_compute_planned_amounts", store=True)
    esf_planned = fields.Monetary(
        string="Planned ESF Money",
        compute="_compute_planned_amounts",
        store=True,
        help="ESF money alone, as the limits are; without federal money.",
    )

    @api.depends("budget_line_ids.planned_amount", "budget_line_ids.esf_only_amount")
    def _compute_planned_amounts(self):
        sums = {
            project.id: amounts
            for project, *amounts in self.env["justiq.budget.line"]._read_group(
                [("micro_project_id", "in", self.ids)],
                ["micro_project_id"],
                ["planned_amount:sum", "esf_only_amount:sum"],
            )
        }
        for project in self:
            project.planned_amount, project.esf_planned = sums.get(project._origin.id, (0.0, 0.0))

    @api.constrains("grant_id")
    def _check_grant_of_children(self):
        self.budget_line_ids._check_same_grant()
        return super()._check_grant_of_children()

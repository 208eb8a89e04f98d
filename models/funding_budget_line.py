from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import money
from ..tools.lock import lock_against_change


class BudgetLine(models.Model):
    """Planned spending of a funding year, with the funder's share of it (ESF and federal money).

    Coordination and finance plan the budget of their companies; team lead and
    auditor read it. The plan of an approved year is fixed.
    """

    _name = "justiq.budget.line"
    _inherit = ["justiq.plan.line.mixin"]
    _description = "Budget Line"
    _order = "funding_year_id, baustein_id, micro_project_id, cost_category_id, id"

    baustein_id = fields.Many2one(
        comodel_name="justiq.baustein",
        required=True,
        ondelete="restrict",
        index=True,
    )
    baustein_kind = fields.Selection(related="baustein_id.kind", store=True)
    possible_baustein_ids = fields.Many2many(related="grant_id.baustein_ids", export_string_translation=False)
    micro_project_id = fields.Many2one(comodel_name="justiq.micro.project", ondelete="restrict", index="btree_not_null")
    cost_category_id = fields.Many2one(
        comodel_name="justiq.cost.category", required=True, ondelete="restrict", index=True
    )
    name = fields.Char(string="Description")
    esf_amount = fields.Monetary(
        string="Funder's Money",
        compute="_compute_esf_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="ESF money, with the federal money where the grant notice grants any. Proposed from the funding rate of "
        "the funding year.",
    )
    esf_only_amount = fields.Monetary(
        string="ESF without Federal Money",
        compute="_compute_esf_only_amount",
        store=True,
        precompute=True,
        help="What counts against the limits on ESF money for micro-projects.",
    )

    _planned_amount_not_negative = models.Constraint(
        "CHECK (planned_amount >= 0 AND planned_amount < 1000000000)",
        "The planned amount must lie between zero and one billion.",
    )
    _esf_amount_within_planned = models.Constraint(
        "CHECK (esf_amount >= 0 AND esf_amount <= planned_amount)",
        "The funder's money must be between zero and the planned amount.",
    )

    @api.depends("planned_amount")
    def _compute_esf_amount(self):
        # Not on the rate: a new rate must not rewrite a plan that was made.
        for line in self:
            line.esf_amount = float(money.percent(line.planned_amount, line.funding_year_id.esf_rate))

    @api.depends("esf_amount", "funding_year_id.share_esf", "funding_year_id.share_federal")
    def _compute_esf_only_amount(self):
        for line in self:
            line.esf_only_amount = float(line.funding_year_id._esf_part(line.esf_amount))

    @api.depends("baustein_id.name", "micro_project_id.name", "cost_category_id.name")
    def _compute_display_name(self):
        for line in self:
            parts = (line.micro_project_id or line.baustein_id, line.cost_category_id)
            line.display_name = " · ".join(part.name for part in parts if part.name)

    @api.constrains("baustein_id")
    def _check_kind_of_baustein_stays(self):
        """The kind decides whether the line counts against a limit (S18, S19)."""
        lock_against_change(self.baustein_id)

    @api.constrains("funding_year_id", "grant_id", "baustein_id", "micro_project_id")
    def _check_same_grant(self):
        for line in self:
            grant = line.grant_id
            if line.baustein_id not in grant.baustein_ids:
                raise ValidationError(
                    self.env._(
                        "Baustein: %(baustein)s is not part of the grant %(grant)s. Choose one of: %(possible)s.",
                        baustein=line.baustein_id.complete_name,
                        grant=grant.name,
                        possible=grant.baustein_ids.mapped("complete_name"),
                    )
                )
            project = line.micro_project_id
            if project and line.baustein_id.kind != "group":
                raise ValidationError(
                    self.env._(
                        "Micro-project: %(project)s cannot be planned under the Baustein "
                        "%(baustein)s. Choose a group Baustein or leave the "
                        "micro-project empty.",
                        project=project.name,
                        baustein=line.baustein_id.name,
                    )
                )
            if project and project.grant_id != grant:
                raise ValidationError(
                    self.env._(
                        "Micro-project: %(project)s belongs to the grant %(found)s, not "
                        "to %(grant)s. Choose a micro-project of this grant.",
                        project=project.name,
                        found=project.grant_id.name,
                        grant=grant.name,
                    )
                )

    @api.model
    def _plan_fields(self):
        return super()._plan_fields() | {
            "baustein_id",
            "micro_project_id",
            "cost_category_id",
            "esf_amount",
        }

    @api.model
    def get_import_templates(self):
        template = "/justiq/static/import_templates/budget_lines.csv"
        return [{"label": self.env._("Template for budget lines"), "template": template}]

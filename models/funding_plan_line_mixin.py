from odoo import api, fields, models


class PlanLineMixin(models.AbstractModel):
    """A line of the plan of a funding year, which is fixed once the year is approved.

    A model inherits it and names the fields that make up the plan
    (`_plan_fields`); everything else of a line may change after the approval.
    Amounts are in the currency of the provider.
    """

    _name = "justiq.plan.line.mixin"
    _inherit = ["justiq.computed.mixin", "justiq.import.mixin"]
    _description = "Line of an Approved Plan"

    funding_year_id = fields.Many2one(
        comodel_name="justiq.funding.year", required=True, ondelete="restrict", index=True
    )
    grant_id = fields.Many2one(related="funding_year_id.grant_id", store=True, index=True)
    company_id = fields.Many2one(related="funding_year_id.company_id", store=True, index=True)
    # Before the amounts are stored: without a currency they would keep fractions of a cent.
    currency_id = fields.Many2one(
        related="funding_year_id.grant_id.company_id.currency_id", store=True, precompute=True
    )
    planned_amount = fields.Monetary(required=True)

    @api.model
    def _plan_fields(self):
        """Names of the fields that an approval fixes."""
        return {"funding_year_id", "planned_amount"}

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # sudo: the state of the year decides, also for whoever may not read it.
        lines.sudo().funding_year_id._check_draft()
        return lines

    def write(self, vals):
        if not vals.keys() & self._plan_fields():
            return super().write(vals)
        # sudo: only the state is asked, also for whoever may not read the year.
        self.sudo().funding_year_id._check_draft()
        result = super().write(vals)
        # sudo: as above
        self.sudo().funding_year_id._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        # sudo: only the state is asked, also for whoever may not read the year.
        self.sudo().funding_year_id._check_draft()

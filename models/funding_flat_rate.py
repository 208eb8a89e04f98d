from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FlatRate(models.Model):
    """Costs that the funder pays as a percentage of other costs (flat rate).

    Rate and base stand in the grant notice; there is no default. The budget
    lines of a flat rate compute themselves, and it needs no vouchers. A change
    holds for the funding years in draft; approved plans keep what was approved.

    Coordination and finance enter the flat rates of their companies; team lead
    and auditor read them.
    """

    _name = "justiq.flat.rate"
    _description = "Flat Rate"
    _order = "grant_id, cost_category_id, id"
    _rec_name = "cost_category_id"

    grant_id = fields.Many2one(comodel_name="justiq.grant", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="grant_id.company_id", store=True, index=True)
    cost_category_id = fields.Many2one(
        comodel_name="justiq.cost.category",
        required=True,
        ondelete="restrict",
        help="Under which cost category the flat rate appears in the plan.",
    )
    rate = fields.Float(string="Rate (%)", digits=(5, 2), required=True, aggregator=None)
    base_category_ids = fields.Many2many(
        comodel_name="justiq.cost.category",
        relation="justiq_flat_rate_base_rel",
        string="Percentage of",
        help="The cost categories that the rate is applied to.",
    )

    _rate_percent = models.Constraint(
        "CHECK (rate > 0 AND rate <= 100)", "The rate is a percentage above 0, and 100 at most."
    )
    _category_unique = models.UniqueIndex(
        "(grant_id, cost_category_id)", "This grant already has a flat rate for this cost category."
    )

    @api.constrains("grant_id", "cost_category_id", "base_category_ids")
    def _check_base(self):
        for rate in self:
            derived = rate.grant_id.flat_rate_ids.cost_category_id
            if not rate.base_category_ids:
                raise ValidationError(
                    self.env._(
                        "%s: choose the cost categories that the flat rate is a percentage of.", rate.display_name
                    )
                )
            all_bases = rate.grant_id.flat_rate_ids.base_category_ids
            if derived & all_bases:
                raise ValidationError(
                    self.env._(
                        "%(rate)s: “%(category)s” is itself a flat rate and cannot be its base. "
                        "Choose costs that are proved by vouchers.",
                        rate=rate.display_name,
                        category=(derived & all_bases)[0].name,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        rates = super().create(vals_list)
        rates._derive_lines()
        return rates

    def write(self, vals):
        if "grant_id" in vals and any(rate.grant_id.id != vals["grant_id"] for rate in self):
            raise ValidationError(self.env._("A flat rate stays in its grant. Enter it anew in the other one."))
        result = super().write(vals)
        self._derive_lines()
        return result

    def unlink(self):
        self.check_access("unlink")
        # sudo: the derived lines go with their flat rate; they refuse where the year is approved.
        self.env["justiq.budget.line"].sudo().search([("flat_rate_id", "in", self.ids)])._remove_derived()
        return super().unlink()

    def _derive_lines(self):
        # sudo: the plan follows its flat rates, whoever may change those.
        grants = self.sudo().grant_id
        for grant in grants:
            grant._check_not_closed()
        years = grants.funding_year_ids.filtered(lambda year: year.state == "draft")
        years._check_no_lines_by_hand()
        years._derive_flat_rates()

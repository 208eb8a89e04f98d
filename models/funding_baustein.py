from odoo import api, fields, models
from odoo.exceptions import ValidationError


class Baustein(models.Model):
    """Which kinds of cost the funder pays for in a Baustein."""

    _inherit = "justiq.baustein"

    cost_category_ids = fields.Many2many(
        comodel_name="justiq.cost.category",
        string="Eligible Cost Categories",
        help="What money of this Baustein may be spent on. Empty: no limit.",
        groups="justiq.group_team_lead,justiq.group_coordinator,"
        "justiq.group_finance,justiq.group_auditor,justiq.group_manager",
    )

    def _check_category_eligible(self, category):
        """Refuse a cost category that the Baustein does not allow.

        :raises ValidationError: naming category, Baustein and what is possible
        """
        self.ensure_one()
        baustein = self.sudo()  # sudo: what the programme allows binds everybody; only names of the catalogue are told
        category = category.sudo()  # sudo: as above
        possible = baustein.cost_category_ids
        if category and possible and category not in possible:
            raise ValidationError(
                self.env._(
                    "Cost category: “%(category)s” is not eligible for the Baustein %(baustein)s. "
                    "Choose one of: %(possible)s.",
                    category=category.name,
                    baustein=baustein.complete_name,
                    possible=possible.mapped("name"),
                )
            )

    @api.constrains("cost_category_ids")
    def _check_categories_in_use(self):
        """What is planned already stays possible."""
        lines = self.env["justiq.budget.line"]._read_group(
            [("baustein_id", "in", self.ids), ("flat_rate_id", "=", False)], ["baustein_id", "cost_category_id"]
        )
        for baustein, category in lines:
            baustein._check_category_eligible(category)

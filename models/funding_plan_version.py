from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PlanVersion(models.Model):
    """The plan of a funding year as it was approved: number, date, who, why.

    The server keeps one at each approval that changes the plan. Nobody writes
    or deletes it; team lead, coordination, finance and auditor read it.
    """

    _name = "justiq.plan.version"
    _description = "Approved Plan"
    _order = "funding_year_id, number desc"

    funding_year_id = fields.Many2one(
        comodel_name="justiq.funding.year", required=True, ondelete="restrict", index=True
    )
    grant_id = fields.Many2one(related="funding_year_id.grant_id", store=True, index=True)
    company_id = fields.Many2one(related="funding_year_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="funding_year_id.currency_id")
    number = fields.Integer(string="Version", required=True, aggregator=None)
    approved_at = fields.Datetime(required=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Approved by", required=True, ondelete="restrict")
    reason = fields.Text(string="Reason of the Change")
    figures = fields.Json(required=True, export_string_translation=False)
    planned_amount = fields.Monetary(string="Planned Costs")
    income_amount = fields.Monetary(string="Planned Income")
    table = fields.Html(string="Finance Plan", compute="_compute_table", sanitize=False)

    _number_unique = models.UniqueIndex("(funding_year_id, number)", "This funding year already has this version.")

    @api.depends("funding_year_id.name", "number")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(year)s, version %(number)s", year=version.funding_year_id.name, number=version.number
            )

    @api.depends("figures")
    def _compute_table(self):
        for version in self:
            version.table = self.env["ir.qweb"]._render(
                "justiq.plan_version_table",
                {
                    "figures": version.figures or {},
                    "money": {"widget": "monetary", "display_currency": version.currency_id},
                    "percent": {"widget": "float", "precision": 2},
                    "planned": version.planned_amount,
                    "income": version.income_amount,
                    "sources": dict(
                        self.env["justiq.financing.line"]._fields["source"]._description_selection(self.env)
                    ),
                },
            )

    def _is_plan(self, figures):
        """Whether it is the same plan; versions of former times know nothing of shares."""
        names = self.figures.keys() - {"lines"}
        return {name: self.figures[name] for name in names} == {name: figures[name] for name in names}

    def write(self, vals):
        self.check_access("write")
        self._refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._refuse_change()

    def _refuse_change(self):
        raise ValidationError(
            self.env._("An approved plan stays as it was approved. Change the funding year; that makes a new version.")
        )

from odoo import api, fields, models

from .funding_shares_mixin import SHARE_FIELDS, SOURCES


class FinancingLine(models.Model):
    """Where the money of a funding year comes from: planned and received.

    Coordination and finance plan the income of their companies and enter what
    has come in; team lead and auditor read it. The plan of an approved year is
    fixed, what is received is not.
    """

    _name = "justiq.financing.line"
    _inherit = ["justiq.plan.line.mixin"]
    _description = "Financing Line"
    _order = "funding_year_id, sequence, id"

    source = fields.Selection(selection=SOURCES, required=True)
    sequence = fields.Integer(compute="_compute_sequence", store=True, precompute=True)
    name = fields.Char(string="Description", help="For example 80 % of a post, or which association gives the money.")
    received_amount = fields.Monetary(
        string="Received",
        aggregator="sum",
        help="For seconded staff: the value of the hours that were worked.",
    )
    outstanding_amount = fields.Monetary(string="Still to Come", compute="_compute_outstanding_amount")
    planned_percent = fields.Float(
        string="Share (%)", digits=(5, 2), compute="_compute_planned_percent", help="Of the planned income of the year."
    )
    granted_percent = fields.Float(
        string="By Notice (%)",
        digits=(5, 2),
        compute="_compute_planned_percent",
        help="Share of this source in this funding year, according to the grant notice.",
    )

    _planned_amount_not_negative = models.Constraint(
        "CHECK (planned_amount >= 0 AND planned_amount < 1000000000)",
        "The planned amount must lie between zero and one billion.",
    )
    _received_amount_not_negative = models.Constraint(
        "CHECK (received_amount >= 0 AND received_amount < 1000000000)",
        "The received amount must lie between zero and one billion.",
    )

    @api.depends("source")
    def _compute_sequence(self):
        order = [source for source, _label in SOURCES]
        for line in self:
            line.sequence = order.index(line.source) if line.source else len(order)

    @api.depends("planned_amount", "received_amount")
    def _compute_outstanding_amount(self):
        for line in self:
            line.outstanding_amount = line.planned_amount - line.received_amount

    @api.depends(
        "source",
        "planned_amount",
        "funding_year_id.income_amount",
        *(f"funding_year_id.{name}" for name in SHARE_FIELDS),
    )
    def _compute_planned_percent(self):
        for line in self:
            income = line.funding_year_id.income_amount
            line.planned_percent = 100.0 * line.planned_amount / income if income else 0.0
            line.granted_percent = line.funding_year_id[f"share_{line.source}"] if line.source else 0.0

    @api.depends("source", "name")
    def _compute_display_name(self):
        labels = dict(self._fields["source"]._description_selection(self.env))
        for line in self:
            line.display_name = " · ".join(part for part in (labels.get(line.source), line.name) if part)

    @api.model
    def _plan_fields(self):
        return super()._plan_fields() | {"source"}

    def write(self, vals):
        if "received_amount" in vals:
            # sudo: the state decides, also for whoever may not read the grant.
            self.sudo().grant_id._check_not_closed()
        return super().write(vals)

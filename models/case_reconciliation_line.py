from odoo import api, fields, models

KINDS = [
    ("number", "Number to copy"),
    ("missing_there", "Missing there"),
    ("missing_here", "Missing here"),
    ("different", "Different"),
    ("incomplete", "Incomplete there"),
    ("forbidden", "Must not be there"),
    ("held_back", "Rightly not there"),
]


class ReconciliationLine(models.Model):
    """One difference between here and the funder's own case system.

    Read by team lead, coordination and auditor, under the reference only; it
    comes and goes with its comparison, nobody writes it.
    """

    _name = "justiq.reconciliation.line"
    _inherit = ["justiq.computed.mixin"]
    _description = "Difference from the Funder's System"
    _order = "reconciliation_id, kind, reference, id"
    _rec_name = "detail"

    reconciliation_id = fields.Many2one(
        comodel_name="justiq.reconciliation", required=True, ondelete="cascade", index=True
    )
    grant_id = fields.Many2one(related="reconciliation_id.grant_id", store=True, index=True)
    company_id = fields.Many2one(related="reconciliation_id.company_id", store=True, index=True)
    kind = fields.Selection(selection=KINDS, required=True)
    detail = fields.Char(required=True)

    # here
    participation_id = fields.Many2one(comodel_name="justiq.participation", ondelete="cascade", index="btree_not_null")
    reference = fields.Char(related="participation_id.reference", store=True)
    baustein_id = fields.Many2one(related="participation_id.baustein_id", store=True)
    date_start = fields.Date(related="participation_id.date_start")
    date_end = fields.Date(related="participation_id.date_end")

    # there
    external_number = fields.Char(string="Number There")
    code_there = fields.Char(string="Baustein There")
    date_start_there = fields.Date(string="Entry There")
    date_end_there = fields.Date(string="Exit There")
    fill_entry = fields.Integer(string="Entry Data There (%)", aggregator=None)
    fill_exit = fields.Integer(string="Exit Data There (%)", aggregator=None)

    is_copied = fields.Boolean(compute="_compute_is_copied", store=True)

    @api.depends("participation_id.external_number")
    def _compute_is_copied(self):
        for line in self:
            number = line.participation_id.external_number
            line.is_copied = bool(number) and line.external_number == number

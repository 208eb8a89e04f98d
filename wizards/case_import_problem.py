from odoo import fields, models


class CaseImportProblem(models.TransientModel):
    """Why a row was refused."""

    _name = "justiq.case.import.problem"
    _description = "Refused Row"
    _order = "row, id"

    import_id = fields.Many2one(comodel_name="justiq.case.import", required=True, ondelete="cascade", index=True)
    row = fields.Integer(aggregator=None)
    field = fields.Char()
    value = fields.Char(string="Value Found")
    reason = fields.Text()

from odoo import fields, models


class CostCategory(models.Model):
    """What money is spent on: staff, fees, material ...

    Team lead, coordination, finance and auditor read; the programme
    administrator writes.
    """

    _name = "justiq.cost.category"
    _description = "Cost Category"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    description = fields.Text(translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex("(code) WHERE code IS NOT NULL", "Another cost category already has this code.")

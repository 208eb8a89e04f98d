from odoo import fields, models


class Funder(models.Model):
    """Who is named at the foot of a programme's papers, in this order, and for which time.

    A ministry may be reorganised while a programme runs: papers about a time name who was responsible at its end.

    Everybody with a JUSTiQ role reads; only the programme administrator writes.
    """

    _name = "justiq.programme.funder"
    _inherit = ["justiq.dated.mixin"]
    _description = "Funder Named on Reports"
    _order = "programme_id, sequence, id"

    programme_id = fields.Many2one(comodel_name="justiq.programme", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, help="Printed where there is no logo, and under a mere emblem.")
    logo = fields.Image(
        max_width=600, max_height=400, help="The file that the funder hands out; its width and height are kept."
    )

from odoo import fields, models


class Quartier(models.Model):
    """A disadvantaged area of a municipality (S10).

    Case worker, finance and auditor read; team lead and coordination create and
    change; only the programme administrator deletes.
    """

    _name = "justiq.quartier"
    _description = "Quartier"
    _order = "name, id"

    name = fields.Char(required=True)
    municipality_id = fields.Many2one(
        comodel_name="res.partner",
        ondelete="restrict",
        index="btree_not_null",
        domain=[("is_company", "=", True)],
    )
    description = fields.Text(help="Why the area is disadvantaged, and which other programmes work there.")
    active = fields.Boolean(default=True)

    _name_unique = models.UniqueIndex(
        "(name, COALESCE(municipality_id, 0))",
        "This municipality already has a Quartier with this name.",
    )

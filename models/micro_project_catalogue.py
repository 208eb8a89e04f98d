from odoo import fields, models


class MicroProjectCatalogue(models.AbstractModel):
    """What the catalogues of micro-projects have in common.

    Everybody with a JUSTiQ role but the privacy officer reads catalogues; only
    the programme administrator writes them. Entries in use are archived, not
    deleted.
    """

    _name = "justiq.micro.project.catalogue"
    _description = "Catalogue of Micro-Projects"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)


class MicroProjectPurpose(models.Model):
    """What a micro-project wants to achieve with the young people (S2, S3)."""

    _name = "justiq.micro.project.purpose"
    _inherit = "justiq.micro.project.catalogue"
    _description = "Purpose of Micro-Projects"


class MicroProjectCompetence(models.Model):
    """A social competence that a micro-project fosters (S5)."""

    _name = "justiq.micro.project.competence"
    _inherit = "justiq.micro.project.catalogue"
    _description = "Competence Fostered by Micro-Projects"


class MicroProjectValue(models.Model):
    """A kind of added value for the Quartier (S7-S9)."""

    _name = "justiq.micro.project.value"
    _inherit = "justiq.micro.project.catalogue"
    _description = "Added Value for the Quartier"

    area = fields.Selection(
        selection=[
            ("space", "Living environment and public space"),
            ("community", "Living together and integration"),
        ],
        required=True,
        default="community",
    )

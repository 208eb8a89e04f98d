from odoo import api, fields, models
from odoo.tools import SQL


class ParticipationReport(models.Model):
    """The figures by micro-project."""

    _inherit = "justiq.participation.report"
    _depends = {"justiq.participation": ["micro_project_id"]}

    micro_project_id = fields.Many2one(comodel_name="justiq.micro.project", readonly=True)

    @api.model
    def _select(self):
        return SQL("%s, participation.micro_project_id", super()._select())

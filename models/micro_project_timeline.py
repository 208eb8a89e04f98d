from odoo import api, fields, models
from odoo.tools import SQL

from .case_timeline import TimelineSelect


class CaseTimeline(models.Model):
    """Participations in micro-projects and their sessions in the timeline of the case file."""

    _inherit = "justiq.case.timeline"

    kind = fields.Selection(selection_add=[("attendance", "Session")])
    micro_project_id = fields.Many2one(comodel_name="justiq.micro.project", readonly=True)

    _summary_fields = ("baustein_id", "micro_project_id", "partner_id", "employee_id", "grant_id")

    @api.model
    def _timeline_selects(self):
        selects = [
            select._replace(columns={**select.columns, "micro_project_id": "micro_project_id"})
            if select.model == "justiq.participation"
            else select
            for select in super()._timeline_selects()
        ]
        columns = {"date": "session_date", "micro_project_id": "micro_project_id"}
        called = SQL("r.state IS NOT NULL")
        return [
            *selects,
            TimelineSelect(9, "attendance", "justiq.attendance", columns, detail="state", where=called),
        ]

    @api.depends("micro_project_id")
    def _compute_summary(self):
        return super()._compute_summary()

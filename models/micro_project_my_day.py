from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .case_my_day import DueKind
from .case_my_day_agenda import SHOWN_A_DAY
from .micro_project_session import LONGEST_DAYS


class MyDay(models.AbstractModel):
    """Sessions of today, those whose roster is unfinished, and findings about micro-projects."""

    _inherit = "justiq.my.day"

    @api.model
    def _due_kinds(self, scope, today):
        return [
            *super()._due_kinds(scope, today),
            DueKind(
                key="roster",
                label=self.env._("Sessions without attendance"),
                model="justiq.session",
                domain=self._projects_in_scope(scope)
                & Domain("state", "=", "planned")
                & Domain("date_end", "<", fields.Datetime.now())
                & Domain("micro_project_id.state", "!=", "cancelled"),
                date="date_end",
                file="",
                detail="place",
            ),
            DueKind(
                key="finding",
                label=self.env._("Micro-projects with open findings"),
                model="justiq.micro.project",
                domain=self._projects_in_scope(scope, "") & Domain("finding_ids.state", "=", "open"),
                date="",
                file="",
            ),
        ]

    @api.model
    def _prepare_item(self, kind, record, today):
        item = super()._prepare_item(kind, record, today)
        if kind.key == "finding":
            item["detail"] = self.env._("Open findings: %s", record.open_finding_count)
        return item

    @api.model
    def _projects_in_scope(self, scope, path="micro_project_id"):
        """Domain that narrows records to the micro-projects which the user leads or staffs."""
        if scope == "team":
            return Domain.TRUE
        own = Domain("lead_id.user_id", "=", self.env.uid) | Domain("staff_ids.employee_id.user_id", "=", self.env.uid)
        return Domain(path, "any", own) if path else own

    @api.model
    def _get_agenda(self, scope, start, end):
        if not self.env["justiq.session"].has_access("read"):
            return super()._get_agenda(scope, start, end)
        domain = self._projects_in_scope(scope) & Domain("micro_project_id.state", "!=", "cancelled")
        # None of those that go on has begun earlier: so PostgreSQL need not look through all that there ever were.
        domain &= Domain("date_start", ">", start - timedelta(days=LONGEST_DAYS))
        sessions = self.env["justiq.session"].search(
            domain & Domain("date_start", "<", end) & Domain("date_end", ">", start),
            limit=SHOWN_A_DAY,
            order="date_start, id",
        )
        return [*super()._get_agenda(scope, start, end), *map(self._prepare_session, sessions)]

    @api.model
    def _prepare_session(self, session):
        return {
            "model": session._name,
            "id": session.id,
            "title": session.micro_project_id.name,
            "start": fields.Datetime.to_string(session.date_start),
            "end": fields.Datetime.to_string(session.date_end),
            "allday": False,
            "place": session.place or "",
            "state": session.state,
            "case": False,
        }

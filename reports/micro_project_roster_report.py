from odoo import fields, models
from odoo.tools import format_date
from odoo.tools.misc import split_every

COLUMNS = 5
SPARE_LINES = 3


class RosterReport(models.AbstractModel):
    """The sign-in sheet of a micro-project: one column for each coming session.

    Printed by case workers and team leads. It lists everybody who takes part,
    with the name where the user may know it, else under the reference.
    """

    _name = "report.justiq.report_roster"
    _inherit = "justiq.report.mixin"
    _description = "Sign-In Sheet of a Micro-Project"

    _printed_model = "justiq.micro.project"

    def _contents(self, projects):
        sessions = (
            self.env["justiq.session"]
            .search(
                [("micro_project_id", "in", projects.ids), ("state", "=", "planned")],
                order="date_start, id",
            )
            .grouped("micro_project_id")
        )
        rosters = self._rosters(projects)
        return {
            project.id: {
                **self._head(project),
                "lists": [self._list(columns, rosters[project.id]) for columns in self._columns(sessions.get(project))],
            }
            for project in projects
        }

    def _head(self, project, facts=()):
        return {
            "title": project.name,
            "overview": [*facts, *self._facts(project, ("quartier_id", "lead_id"))],
            "spare_lines": range(SPARE_LINES),
        }

    def _columns(self, sessions):
        """Sessions in portions that fit a page; without any, columns to fill in."""
        if not sessions:
            return [[{"day": False, "title": "", "time": ""}] * COLUMNS]
        columns = [
            {
                "day": self._local_date(session.date_start),
                "title": self._date(session),
                "time": self._time(session.date_start),
            }
            for session in sessions
        ]
        return [list(part) for part in split_every(COLUMNS, columns)]

    def _date(self, session):
        return format_date(self.env, self._local_date(session.date_start))

    def _rosters(self, projects):
        """The participations of the projects, by project id and in order of names."""
        # sudo: a sign-in sheet lists everybody; `participant_name` shows the name
        # only to whom it may be shown, also in sudo.
        participations = self.env["justiq.participation"].sudo().search([("micro_project_id", "in", projects.ids)])
        participations.sudo(False)._record_access("print", self._description)
        participations = participations.grouped("micro_project_id")
        # sudo: as above
        return {project.id: participations.get(project.sudo(), ()) for project in projects}

    def _list(self, columns, participations):
        days = [column["day"] or fields.Date.context_today(self) for column in columns]
        rows = [
            {
                "name": participation.participant_name,
                "is_reference": participation.participant_name == participation.reference,
                "expected": expected,
            }
            for participation in participations
            if any(expected := [self._is_expected(participation, day) for day in days])
        ]
        return {
            "columns": columns,
            "rows": sorted(rows, key=lambda row: row["name"].casefold()),
        }

    def _is_expected(self, participation, day):
        """As the roster of a session has it: takes part on the day."""
        start, end = participation.date_start, participation.date_end
        return start <= day and (not end or end >= day)


class SessionRosterReport(models.AbstractModel):
    """The sign-in sheet of a single session, with more room to sign."""

    _name = "report.justiq.report_roster_session"
    _inherit = "report.justiq.report_roster"
    _description = "Sign-In Sheet of a Session"

    _printed_model = "justiq.session"

    def _contents(self, sessions):
        rosters = self._rosters(sessions.micro_project_id)
        return {
            session.id: {
                **self._head(session.micro_project_id, self._session_facts(session)),
                "lists": [
                    self._list(
                        [
                            {
                                "day": self._local_date(session.date_start),
                                "title": self.env._("Signature"),
                                "time": "",
                            }
                        ],
                        rosters[session.micro_project_id.id],
                    )
                ],
            }
            for session in sessions
        }

    def _session_facts(self, session):
        when = self.env._(
            "%(date)s, %(start)s to %(end)s",
            date=self._date(session),
            start=self._time(session.date_start),
            end=self._time(session.date_end),
        )
        return [
            {"label": self.env._("Session"), "text": when},
            *self._facts(session, ("place", "topic")),
        ]

from collections import defaultdict

from odoo import models
from odoo.tools import format_date, formatLang

FACTS = {
    "purpose": ("purpose_ids", "competence_ids", "peer_exchange"),
    "value": ("value_ids", "planned_value", "achieved_value"),
    "idea": ("idea_origin", "involvement_who", "involvement_when", "involvement_how"),
}
DECLARATIONS = (
    "declares_no_qualification",
    "declares_no_employment",
    "declares_no_other_code",
)


class MicroProjectReport(models.AbstractModel):
    """The documentation of micro-projects for the funder.

    Printed by everybody who reads micro-projects. It names no young person.
    Staff, cooperations, sessions and budget lines stand in it only where the
    user may read them; a section that is left out says so.
    """

    _name = "report.justiq.report_micro_project"
    _inherit = ["justiq.report.mixin", "justiq.report.people.mixin"]
    _description = "Micro-Project Documentation"

    _printed_model = "justiq.micro.project"

    def _contents(self, projects):
        people = self._people(projects)
        attendance = self._attendance(projects)
        findings = self._findings(projects)
        details = {
            "staff": self._readable("justiq.micro.project.staff", projects, "id"),
            "cooperations": self._readable("justiq.cooperation", projects, "date, id"),
            "sessions": self._readable("justiq.session", projects, "date_start, id"),
            "budget": self._readable("justiq.budget.line", projects, None),
        }
        rows = {
            "staff": self._staff_row,
            "cooperations": self._cooperation_row,
            "sessions": self._session_row,
            "budget": self._budget_row,
        }
        return {
            project.id: {
                "title": project.name,
                "description": project.description,
                "overview": self._overview(project),
                **{name: self._facts(project, names) for name, names in FACTS.items()},
                "declarations": self._declarations(project),
                **{
                    name: None if by_project is None else [rows[name](record) for record in by_project.get(project, ())]
                    for name, by_project in details.items()
                },
                "figures": self._figures(project, attendance[project.id]),
                "people": people[project.id],
                "planned_amount": project.planned_amount,
                "esf_planned": project.esf_planned,
                "findings": findings[project.id],
            }
            for project in projects
        }

    def _readable(self, model, projects, order):
        """The records of the projects by project; None where they are closed."""
        if not self.env[model].has_access("read"):
            return None
        records = self.env[model].search([("micro_project_id", "in", projects.ids)], order=order)
        return records.grouped("micro_project_id")

    # ------------------------------------------------------------
    # Description
    # ------------------------------------------------------------

    def _overview(self, project):
        return [
            *self._facts(project, ("state", "kind_id", "quartier_id")),
            {"label": self.env._("Duration"), "text": self._duration(project)},
            *self._facts(project, ("lead_id", "planned_participants")),
        ]

    def _duration(self, project):
        if not (project.date_start or project.date_end):
            return ""
        period = self._period(project.date_start, project.date_end)
        if not project.duration_months:
            return period
        return self.env._(
            "%(period)s (%(months)s months)",
            period=period,
            months=formatLang(self.env, project.duration_months, digits=1),
        )

    def _declarations(self, project):
        return [
            {
                "label": project._fields[name]._description_string(self.env),
                "text": self.env._("declared") if project[name] else "",
            }
            for name in DECLARATIONS
        ]

    def _staff_row(self, staff):
        # sudo: the name of who stands in the list that the user may read.
        person = staff.sudo().employee_id or staff.sudo().partner_id
        return {"name": person.name, "role": staff.role, "reason": staff.reason}

    def _cooperation_row(self, cooperation):
        return {
            "name": cooperation.partner_id.display_name,
            "kind": self._label(cooperation, "kind"),
            "agreement": cooperation.agreement,
            "date": format_date(self.env, cooperation.date),
        }

    # ------------------------------------------------------------
    # Sessions and participants
    # ------------------------------------------------------------

    def _session_row(self, session):
        return {
            "date": format_date(self.env, self._local_date(session.date_start)),
            "time": self.env._(
                "%(start)s to %(end)s",
                start=self._time(session.date_start),
                end=self._time(session.date_end),
            ),
            "place": session.place,
            "topic": session.topic,
            "state": session.state,
            "state_label": self._label(session, "state"),
            "reason": session.not_held_reason,
            "present": session.present_count,
            "guests": session.guest_count,
        }

    def _people(self, projects):
        """The table of participants by project."""
        counts = self._count_people(
            [("micro_project_id", "in", projects.ids)],
            ["micro_project_id", "gender", "age_group"],
        )
        by_project = defaultdict(dict)
        for (project, *group), numbers in counts.items():
            by_project[project.id][tuple(group)] = numbers
        return {project.id: self._people_table(by_project[project.id]) for project in projects}

    def _attendance(self, projects):
        """Number and hours of attendances by project and state."""
        figures = {project.id: {} for project in projects}
        # sudo: sums over a whole micro-project say nothing about anybody, and its
        # readers see most of them in the form already.
        attendances = self.env["justiq.attendance"].sudo()
        for project, state, number, hours in attendances._read_group(
            [("micro_project_id", "in", projects.ids)],
            ["micro_project_id", "state"],
            ["__count", "hours:sum"],
        ):
            figures[project.id][state] = (number, hours)
        return figures

    def _figures(self, project, attendance):
        present, hours = attendance.get("present", (0, 0.0))
        held = project.session_held_count
        whole, tenths = {"digits": 0}, {"digits": 1}
        return [
            {"label": label, "text": formatLang(self.env, number, **digits)}
            for label, number, digits in (
                (self.env._("Sessions planned and held"), project.session_count, whole),
                (self.env._("Sessions that took place"), held, whole),
                (self.env._("Attendances"), present, whole),
                (
                    self.env._("Attendances per session that took place"),
                    project.attendance_count / held if held else 0.0,
                    tenths,
                ),
                (self.env._("Hours of attendance"), hours, tenths),
                (self.env._("Excused"), attendance.get("excused", (0, 0))[0], whole),
                (self.env._("Absent"), attendance.get("absent", (0, 0))[0], whole),
                (self.env._("Guests (anonymous)"), project.guest_count, whole),
            )
        ]

    # ------------------------------------------------------------
    # Money
    # ------------------------------------------------------------

    def _budget_row(self, line):
        return {
            "year": line.funding_year_id.label,
            "category": line.cost_category_id.name,
            "name": line.name,
            "planned": line.planned_amount,
            "esf": line.esf_only_amount,
        }

from odoo import api, models

from ..tools import money
from ..tools.person_figures import TOTAL
from .micro_project import BOUND

# What the list of the micro-projects shows, and so what may have changed it.
PROJECT_FIGURES = ["state", "participant_count", "session_held_count", "esf_planned"]


class ProjectFigures(models.AbstractModel):
    """The micro-projects of a grant: list, contents, how many there have to be, and the limits of their ESF money."""

    _name = "justiq.figures.projects"
    _inherit = ["justiq.figures.mixin"]
    _description = "Figures on Micro-Projects"

    @api.model
    def _project_tables(self, report, book):
        if not report.grant_id.has_group_baustein:
            return []
        projects = self._projects(report)
        return [
            self._project_list(report, projects, book),
            self._project_contents(projects),
            self._minimum_table(report),
            self._limits_table(report),
        ]

    @api.model
    def _projects(self, report):
        """Micro-projects approved or later whose dates touch the period."""
        # sudo: the micro-projects of the grant stand in its report.
        projects = self.env["justiq.micro.project"].sudo().with_context(active_test=False)
        return projects.search(
            [
                ("grant_id", "=", report.grant_id.id),
                ("state", "in", BOUND),
                ("date_start", "<=", report.date_end),
                "|",
                ("date_end", "=", False),
                ("date_end", ">=", report.date_start),
            ],
            order="date_start, name, id",
        )

    @api.model
    def _going_on(self, report):
        """Micro-projects that last longer than the period, or are planned for later."""
        # sudo: names of the micro-projects of the grant, as in its report.
        projects = self.env["justiq.micro.project"].sudo()
        return projects.search(
            [
                ("grant_id", "=", report.grant_id.id),
                ("state", "in", ("planned", "approved", "running")),
                "|",
                ("date_end", "=", False),
                ("date_end", ">", report.date_end),
            ],
            order="date_start, name, id",
        )

    @api.model
    def _project_list(self, report, projects, book):
        states = self._labels("justiq.micro.project", "state")
        rows = [
            self._make_row(
                f"project_{project.id}",
                {
                    "name": project.name,
                    "quartier": project.quartier_id.name,
                    "period": f"{self._date(project.date_start)} –\u00a0{self._date(project.date_end)}",
                    "state": states[project.state],
                    "participants": self._participants(report, project, book),
                    "sessions": project.session_held_count,
                    "esf": str(money.exact(project.esf_planned)),
                },
                drill=self._drill("justiq.micro.project", [("id", "=", project.id)], PROJECT_FIGURES),
            )
            for project in projects
        ]
        drill = self._drill("justiq.micro.project", [("id", "in", projects.ids)], PROJECT_FIGURES)
        total = {
            "name": self.env._("Total"),
            "sessions": sum(projects.mapped("session_held_count")),
            "esf": str(sum(money.exact(project.esf_planned) for project in projects)),
        }
        return self._make_table(
            "projects",
            self.env._("Micro-projects"),
            [
                self._make_column("name", self.env._("Micro-project"), "text", width=16),
                self._make_column("quartier", self.env._("Quartier"), "text", width=10),
                self._make_column("period", self.env._("Period"), "text", width=10),
                self._make_column("state", self.env._("State"), "text", width=11),
                self._make_column("participants", self._participants_label(report), width=9, sum="participant_count"),
                self._make_column("sessions", self.env._("Sessions held"), width=10, sum="session_held_count"),
                self._make_column("esf", self.env._("Planned ESF money"), "money", width=8, sum="esf_planned"),
            ],
            [*rows, self._make_row("total", total, "total", drill)] if rows else [],
        )

    @api.model
    def _participants(self, report, project, book):
        """All participants; for the public those who count, so that nobody can reckon the others from two tables."""
        if not report.is_for_outside:
            return project.participant_count
        key = f"project_{project.id}"
        return book.number(key) if (key, TOTAL) in book.cells else 0

    @api.model
    def _participants_label(self, report):
        if report.is_for_outside:
            return self.env._("Participants who count, begun in the period")
        return self.env._("Participants")

    @api.model
    def _project_contents(self, projects):
        origins = self._labels("justiq.micro.project", "idea_origin")

        def involved(project):
            return " · ".join(
                filter(None, (origins.get(project.idea_origin), project.involvement_who, project.involvement_how))
            )

        def partners(project):
            return ", ".join(dict.fromkeys(project.cooperation_ids.partner_id.mapped("name")))

        return self._make_table(
            "project_contents",
            self.env._("Purpose, value for the Quartier, participation, cooperation"),
            [
                self._make_column("name", self.env._("Micro-project"), "text", width=11),
                self._make_column("purpose", self.env._("Purpose"), "text", width=8),
                self._make_column("value", self.env._("Added value"), "text", width=10),
                self._make_column("involved", self.env._("Idea and planning by young people"), "text", width=11),
                self._make_column("cooperation", self.env._("Cooperation"), "text", width=11),
            ],
            [
                self._make_row(
                    f"project_{project.id}",
                    {
                        "name": project.name,
                        "purpose": ", ".join(project.purpose_ids.mapped("name")),
                        "value": project.achieved_value or project.planned_value or "",
                        "involved": involved(project),
                        "cooperation": partners(project),
                    },
                    drill=self._drill(
                        "justiq.micro.project",
                        [("id", "=", project.id)],
                        ["purpose_ids", "planned_value", "achieved_value", "involvement_how", "cooperation_ids"],
                    ),
                )
                for project in projects
            ],
            wordy=True,
        )

    @api.model
    def _minimum_table(self, report):
        grant = report.grant_id
        rule = grant.programme_id.requirement_ids.filtered(
            lambda one: one.check == "micro_project_count" and one.enforcement != "off"
        )[:1]
        return self._make_table(
            "minimum",
            self.env._("Number of micro-projects in the whole funding period"),
            [
                self._make_column("required", self.env._("Required"), sum="value_count"),
                self._make_column("counted", self.env._("Carried out")),
                self._make_column("all", self.env._("All, whatever their state")),
            ],
            [
                self._make_row(
                    "minimum",
                    {
                        "required": rule.value_count,
                        "counted": grant.micro_project_counted,
                        "all": grant.micro_project_count,
                    },
                    drill=self._drill("justiq.micro.project", [("grant_id", "=", grant.id)], "is_counted"),
                    parts={"counted": [("is_counted", "=", True)]},
                    drills={"required": self._drill("justiq.requirement", [("id", "in", rule.ids)], "value_count")},
                )
            ],
            remark=self.env._("Carried out: done, with a session that took place and an attendance."),
        )

    @api.model
    def _limits_table(self, report):
        """ESF money for micro-projects against the limits, per funding year (S18 to S20)."""
        names = ("esf_group_amount", "esf_group_per_full_year", "esf_group_spent", "esf_group_min", "esf_group_max")
        fields_of_year = self.env["justiq.funding.year"]._fields
        return self._make_table(
            "limits",
            self.env._("ESF money for micro-projects per funding year"),
            [
                self._make_column("year", self.env._("Year"), "text", width=2),
                self._make_column("months", self.env._("Months"), "hours", width=2, sum="month_count"),
                *(
                    self._make_column(
                        name, fields_of_year[name]._description_string(self.env), "money", width=3, sum=name
                    )
                    for name in names
                ),
            ],
            [
                self._make_row(
                    f"year_{year.id}",
                    {
                        "year": year.label,
                        "months": f"{year.month_count:.2f}",
                        **{name: str(money.exact(year[name])) for name in names},
                    },
                    drill=self._drill("justiq.funding.year", [("id", "=", year.id)], ["month_count", *names]),
                )
                for year in report._report_years()
            ],
            remark=self.env._("The limits are those of the programme, for a year of this length.")
            + ("" if self._has_whole_years(report) else " " + self._whole_years_remark(report)),
        )

    @api.model
    def _whole_years_remark(self, report):
        return self.env._(
            "They bind whole funding years, so the amounts are those of the whole years %(years)s.",
            years=", ".join(report._report_years().mapped("label")),
        )

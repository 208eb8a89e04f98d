from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..tools import money
from ..tools.person_figures import LEFT_OUT
from .micro_project import BOUND


class NarrativeFigures(models.AbstractModel):
    """The sections of the Sachbericht: a text of the provider each, and the figures that bear it out.

    Persons are those of the statistics, micro-projects those of the rules, staff
    that of the report on professionals; nothing is counted twice in two ways.
    """

    _name = "justiq.figures.narrative"
    _inherit = ["justiq.figures.audit"]
    _description = "Figures of the Narrative Report"

    @api.model
    def _sections(self, report):
        people = {
            table["key"]: (table, section)
            for section in self.env["justiq.figures.statistics"]._sections(report)
            for table in section["tables"]
        }

        def tables(*keys):
            return [people[key][0] for key in keys if key in people]

        def charts(key):
            return people[key][1].get("charts", []) if key in people else []

        money_table, money_chart = self._money_by_baustein(report)
        contents = {
            "project": ([self._project_table(report)], []),
            "results": (tables("target", "persons", "participations"), charts("timeline")),
            "target_group": (
                tables("counted", "age", "output", "result", "follow_up", "destination", "improved"),
                charts("destination"),
            ),
            "bausteine": ([self._intensity_table(report), *tables("outreach")], []),
            "micro_projects": (self._project_tables(report), []),
            "staff": (self._staff_tables(report), []),
            "cooperation": ([self._cooperation_table(report)], []),
            "necessity": ([money_table], [money_chart] if money_chart else []),
            "deviations": (self._findings_tables(report), []),
            "publicity": ([], []),
            "aims": ([], []),
            "outlook": ([], []),
        }
        titles = report._text_titles()
        return [
            {
                "key": key,
                "title": f"{number}. {titles[key]}",
                "text": f"text_{key}",
                "tables": [table for table in found if table["rows"] or table.get("remark")],
                "charts": drawn,
            }
            for number, (key, (found, drawn)) in enumerate(contents.items(), 1)
        ]

    # ------------------------------------------------------------
    # Project and Bausteine
    # ------------------------------------------------------------

    @api.model
    def _project_table(self, report):
        grant = report.grant_id
        facts = {
            "municipality": (self.env._("Municipality"), grant.municipality_id.name),
            "provider": (self.env._("Provider"), grant.company_id.name),
            "grant": (self.env._("Grant"), grant.name),
            "reference": (self.env._("Funding reference"), grant.reference),
            "programme": (self.env._("Programme"), grant.programme_id.name),
            "period": (self.env._("Grant period"), f"{self._date(grant.date_start)} – {self._date(grant.date_end)}"),
            "quartiere": (self.env._("Quartiere"), ", ".join(grant.quartier_ids.mapped("name"))),
            "bausteine": (self.env._("Bausteine"), ", ".join(grant.baustein_ids.sorted("number").mapped("name"))),
        }
        return self._make_table(
            "project",
            self.env._("Project data"),
            [self._make_column("label", "", "text", width=3), self._make_column("text", "", "text", width=8)],
            [self._make_row(key, {"label": label, "text": text or ""}) for key, (label, text) in facts.items()],
        )

    @api.model
    def _intensity_table(self, report):
        """Contacts and hours with the young people by Baustein (S30): by the day on which they took place."""
        numbers = self._intensity(report)
        hours = self._hours_by_baustein(report)
        rows = [
            self._make_row(
                f"baustein_{baustein.id}",
                {
                    "label": baustein.name,
                    "contacts": numbers.get(baustein.id, 0),
                    "hours": f"{hours.get(baustein.id, 0):.2f}",
                },
            )
            for baustein in report.grant_id.baustein_ids.sorted("number")
        ]
        total = {"contacts": sum(row["cells"]["contacts"] for row in rows), "hours": f"{sum(hours.values()):.2f}"}
        rows.append(self._make_row("total", {"label": self.env._("Total"), **total}, "total"))
        return self._make_table(
            "intensity",
            self.env._("Intensity of the support"),
            [
                self._make_column("label", self.env._("Baustein"), "text", width=8),
                self._make_column("contacts", self.env._("Contacts, sessions"), width=3),
                self._make_column("hours", self.env._("Hours"), "hours", width=3),
            ],
            rows,
            remark=self.env._(
                "Individual help: entries of the contact log and their hours. Micro-projects: sessions that took place."
            ),
        )

    @api.model
    def _intensity(self, report):
        """Entries of the contact log and sessions held in the period, by Baustein."""
        hours = self.env["justiq.staff.hours"]
        hours._flush_work()
        rows = self.env.execute_query(
            SQL(
                "SELECT baustein_id, COUNT(*) FROM (%s) work WHERE grant_id = %s AND day BETWEEN %s AND %s"
                " GROUP BY baustein_id",
                hours._work(),
                report.grant_id.id,
                report.date_start,
                report.date_end,
            )
        )
        return dict(rows)

    @api.model
    def _hours_by_baustein(self, report):
        sums = defaultdict(float)
        for (_employee, baustein), hours in self._staff_hours(report).items():
            sums[baustein] += hours
        return sums

    @api.model
    def _staff_hours(self, report):
        return self.env["justiq.staff.hours"]._sum_up(report.grant_id, report.date_start, report.date_end)

    # ------------------------------------------------------------
    # Micro-projects
    # ------------------------------------------------------------

    @api.model
    def _project_tables(self, report):
        if not report.grant_id.has_group_baustein:
            return []
        projects = self._projects(report)
        return [
            self._project_list(report, projects),
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
    def _project_list(self, report, projects):
        least = report.grant_id.programme_id.small_number if report.is_for_outside else 1
        states = self._labels("justiq.micro.project", "state")
        rows = [
            self._make_row(
                f"project_{project.id}",
                {
                    "name": project.name,
                    "quartier": project.quartier_id.name,
                    "period": f"{self._date(project.date_start)} – {self._date(project.date_end)}",
                    "state": states[project.state],
                    "participants": LEFT_OUT if 0 < project.participant_count < least else project.participant_count,
                    "sessions": project.session_held_count,
                    "esf": str(money.exact(project.esf_planned)),
                },
                drill=self._drill("justiq.micro.project", [("id", "=", project.id)], ["state", "participant_count"]),
            )
            for project in projects
        ]
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
                self._make_column("participants", self.env._("Participants"), width=9),
                self._make_column("sessions", self.env._("Sessions held"), width=10),
                self._make_column("esf", self.env._("Planned ESF money"), "money", width=8),
            ],
            [*rows, self._make_row("total", total, "total")] if rows else [],
        )

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
                    drill=self._drill("justiq.micro.project", [("id", "=", project.id)]),
                )
                for project in projects
            ],
        )

    @api.model
    def _minimum_table(self, report):
        grant = report.grant_id
        rule = grant.programme_id.requirement_ids.filtered(
            lambda one: one.check == "micro_project_count" and one.enforcement != "off"
        )[:1]
        counted = [("grant_id", "=", grant.id), ("is_counted", "=", True)]
        return self._make_table(
            "minimum",
            self.env._("Number of micro-projects in the whole funding period"),
            [
                self._make_column("required", self.env._("Required")),
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
                    drill=self._drill("justiq.micro.project", counted, "is_counted"),
                )
            ],
            remark=self.env._("Carried out: done, with a session that took place and an attendance."),
        )

    # ------------------------------------------------------------
    # Staff and cooperation
    # ------------------------------------------------------------

    @api.model
    def _staff_tables(self, report):
        hours = self._staff_hours(report)
        by_person = defaultdict(float)
        for (employee, _baustein), number in hours.items():
            by_person[employee] += number
        professionals = self._professionals(report)
        professionals |= professionals.browse(by_person)
        return [self._professionals_table(report, professionals.sorted("name"), by_person), self._others_table(report)]

    @api.model
    def _professionals_table(self, report, professionals, hours):
        staff = self.env["report.justiq.report_staff"]
        return self._make_table(
            "professionals",
            self.env._("Professionals"),
            [
                self._make_column("name", self.env._("Professional"), "text", width=5),
                self._make_column("job", self.env._("Job"), "text", width=4),
                self._make_column("certificates", self.env._("Training and competences"), "text", width=10),
                self._make_column("hours", self.env._("Hours"), "hours", width=3),
            ],
            [
                self._make_row(
                    f"employee_{professional.id}",
                    {
                        "name": professional.name,
                        "job": professional.job_title or "",
                        # The same certificates, with the same validity, as in the report on professionals.
                        "certificates": "; ".join(
                            f"{one['name']} ({one['validity']})" for one in staff._certificates(professional, report)
                        ),
                        "hours": f"{hours.get(professional.id, 0):.2f}",
                    },
                )
                for professional in professionals
            ],
        )

    @api.model
    def _others_table(self, report):
        """People of other professions in micro-projects, with role and reason (S35)."""
        projects = self._projects(report)
        return self._make_table(
            "others",
            self.env._("Further people in micro-projects"),
            [
                self._make_column("name", self.env._("Micro-project"), "text", width=5),
                self._make_column("role", self.env._("Role"), "text", width=4),
                self._make_column("reason", self.env._("Reason"), "text", width=10),
            ],
            [
                self._make_row(f"staff_{one.id}", {"name": project.name, "role": one.role, "reason": one.reason})
                for project in projects
                for one in project.staff_ids
            ],
        )

    @api.model
    def _cooperation_table(self, report):
        kinds = self._labels("justiq.cooperation", "kind")
        # sudo: partners and agreements of the grant, which its report tells of.
        cooperations = self.env["justiq.cooperation"].sudo()
        found = cooperations.search(
            [("grant_id", "=", report.grant_id.id), "|", ("date", "=", False), ("date", "<=", report.date_end)],
            order="kind, date, id",
        )
        return self._make_table(
            "cooperation",
            self.env._("Cooperation"),
            [
                self._make_column("kind", self.env._("Kind"), "text", width=11),
                self._make_column("partner", self.env._("Partner"), "text", width=12),
                self._make_column("agreement", self.env._("What was agreed"), "text", width=12),
                self._make_column("project", self.env._("Micro-project"), "text", width=11),
                self._make_column("date", self.env._("Date"), "date", width=7),
            ],
            [
                self._make_row(
                    f"cooperation_{one.id}",
                    {
                        "kind": kinds[one.kind],
                        "partner": one.partner_id.name,
                        "agreement": one.agreement or "",
                        "project": one.micro_project_id.name or "",
                        "date": one.date and one.date.isoformat(),
                    },
                )
                for one in found
            ],
        )

    # ------------------------------------------------------------
    # Money
    # ------------------------------------------------------------

    @api.model
    def _money_by_baustein(self, report):
        """What was spent per Baustein and funding year, flat rates included; table and chart of the same figures."""
        years, bausteine = report._report_years(), report.grant_id.baustein_ids.sorted("number")
        spent = self._spent(years)
        cells = {
            baustein: {f"year_{year.id}": str(spent[year.id, baustein.id]) for year in years} for baustein in bausteine
        }
        columns = [
            self._make_column("label", self.env._("Baustein"), "text", width=6),
            *(self._make_column(f"year_{year.id}", year.label, "money", width=4) for year in years),
            self._make_column("total", self.env._("Total"), "money", width=4),
        ]
        rows = [
            self._make_row(
                f"baustein_{baustein.id}",
                {
                    "label": baustein.name,
                    **by_year,
                    "total": str(sum(spent[year.id, baustein.id] for year in years)),
                },
            )
            for baustein, by_year in cells.items()
        ]
        total = {f"year_{year.id}": str(sum(spent[year.id, one.id] for one in bausteine)) for year in years}
        total |= {
            "label": self.env._("Total"),
            "total": str(sum(spent[year.id, one.id] for year in years for one in bausteine)),
        }
        title = self.env._("Money spent per Baustein and funding year")
        table = self._make_table(
            "money",
            title,
            columns,
            [*rows, self._make_row("total", total, "total")],
            remark=self.env._(
                "Eligible amounts of the vouchers paid in the funding years, and the flat rates that follow."
            ),
        )
        chart = {
            "key": "money",
            "title": title,
            "kind": "stacked",
            "categories": years.mapped("label"),
            "series": [
                {"label": baustein.name, "values": list(by_year.values())} for baustein, by_year in cells.items()
            ],
        }
        return table, chart if any(spent.values()) else None

    @api.model
    def _spent(self, years):
        """Amounts by (funding year, Baustein)."""
        spent = defaultdict(lambda: money.exact(0))
        # sudo: sums per Baustein, also for the team lead, who reads no vouchers.
        vouchers = self.env["account.analytic.line"].sudo()
        paid = [("justiq_funding_year_id", "in", years.ids), ("justiq_payment_date", "!=", False)]
        for year, baustein, amount in vouchers._read_group(
            paid, ["justiq_funding_year_id", "justiq_baustein_id"], ["justiq_eligible_amount:sum"]
        ):
            spent[year.id, baustein.id] += money.exact(amount)
        flat = [("funding_year_id", "in", years.ids), ("flat_rate_id", "!=", False)]
        lines = self.env["justiq.budget.line"].sudo()  # sudo: as above
        for year, baustein, amount in lines._read_group(flat, ["funding_year_id", "baustein_id"], ["spent_amount:sum"]):
            spent[year.id, baustein.id] += money.exact(amount)
        return spent

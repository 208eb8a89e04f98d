from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, formatLang

from ..tools import figures
from ..tools.person_figures import LEFT_OUT
from ..tools.small_cells import suppress


class WorkFigures(models.AbstractModel):
    """The work with young people and who does it: intensity by Baustein (S30), professionals, cooperation."""

    _name = "justiq.figures.work"
    _inherit = ["justiq.figures.mixin"]
    _description = "Figures on the Work"

    # ------------------------------------------------------------
    # Intensity
    # ------------------------------------------------------------

    @api.model
    def _intensity_table(self, report):
        """Contacts, contact hours and person-hours by Baustein (S30), by the day on which they took place."""
        intensity = self._intensity(report)
        bausteine = report.grant_id.baustein_ids.sorted("number")
        table = self._make_table(
            "intensity",
            self.env._("Intensity of the support"),
            [
                self._make_column("label", self.env._("Baustein"), "text", width=7),
                self._make_column("contacts", self.env._("Contacts, sessions"), width=3, sum="contacts"),
                self._make_column("hours", self.env._("Contact hours"), "hours", width=3, sum="hours"),
                self._make_column("person_hours", self.env._("Person-hours"), "hours", width=3, sum="hours"),
            ],
            [
                *(
                    self._intensity_row(
                        report,
                        f"baustein_{baustein.id}",
                        baustein.name,
                        intensity.get(baustein.id),
                        bausteine=baustein,
                    )
                    for baustein in bausteine
                ),
                self._intensity_row(
                    report, "total", self.env._("Total"), self._intensity_total(intensity), "total", bausteine
                ),
            ],
            remark=self.env._(
                "Contact hours: each entry of the contact log, and each session of a micro-project, once. "
                "Person-hours: the same hours for each young person who was there."
            ),
        )
        return self._public_intensity(report, table) if report.is_for_outside else table

    @api.model
    def _public_intensity(self, report, table):
        """Without the person-hours: divided by the hours of a session, they tell how many were there.

        A small number of contacts is one of persons, at most.
        """
        numbers = {row["key"]: row["cells"]["contacts"] for row in table["rows"]}
        parts = [key for key in numbers if key != "total"]
        left_out = suppress(numbers, [("total", parts)], report.grant_id.programme_id.small_number)
        for row in table["rows"]:
            row["cells"].pop("person_hours")
            if row["key"] in left_out:
                row["cells"]["contacts"] = LEFT_OUT
        table["columns"] = [column for column in table["columns"] if column["key"] != "person_hours"]
        return table | {"remark": self.env._("Contact hours: each contact and each session once.")}

    @api.model
    def _intensity_row(self, report, key, label, sums, style="", bausteine=()):
        contacts, hours, person_hours = sums or (0, 0, 0)
        return self._make_row(
            key,
            {
                "label": label,
                "contacts": contacts,
                "hours": figures.amount(hours),
                "person_hours": figures.amount(person_hours),
            },
            style,
            self._work_drill(report, [] if style else [("baustein_id", "in", bausteine.ids)]),
            drills={"person_hours": self._person_hours_drills(report, bausteine)},
        )

    @api.model
    def _person_hours_drills(self, report, bausteine):
        """The hours of individual help, which has one person, and of each attendance of a group."""
        groups = bausteine.filtered(lambda baustein: baustein.kind == "group")
        ways = []
        if bausteine - groups:
            ways.append(self._work_drill(report, [("baustein_id", "in", (bausteine - groups).ids)]))
        if groups and not report.is_for_outside:
            attended = (
                Domain("participation_id.grant_id", "=", report.grant_id.id)
                & Domain("participation_id.baustein_id", "in", groups.ids)
                & Domain("state", "=", "present")
                & Domain("session_date", ">=", report.date_start)
                & Domain("session_date", "<=", report.date_end)
            )
            ways.append(self._drill("justiq.attendance", attended, ["hours"]))
        return ways

    @api.model
    def _work_drill(self, report, domain=()):
        """Hours of the professionals by month, for whoever may see them: no young person, no single day."""
        months = [
            ("grant_id", "=", report.grant_id.id),
            ("month", ">=", report.date_start.replace(day=1).isoformat()),
            ("month", "<=", report.date_end.isoformat()),
        ]
        return self._drill("justiq.staff.hours", [*months, *domain], ["hours", "contacts"])

    @api.model
    def _intensity_total(self, intensity):
        return tuple(map(sum, zip(*intensity.values(), strict=True))) or (0, 0, 0)

    @api.model
    def _intensity_text(self, report):
        """The same figures in a line, for the auditor."""
        contacts, hours, person_hours = self._intensity_total(self._intensity(report))
        return self.env._(
            "%(contacts)s contacts and sessions with %(hours)s contact hours; %(person_hours)s person-hours",
            contacts=formatLang(self.env, contacts, digits=0),
            hours=formatLang(self.env, float(hours), digits=2),
            person_hours=formatLang(self.env, float(person_hours), digits=2),
        )

    @api.model
    def _intensity(self, report):
        """Contacts and sessions held in the period, their hours, and the hours of each person, by Baustein id."""
        work = self.env["justiq.staff.hours"]
        work._flush_work()
        self.env["justiq.attendance"].flush_model()
        # Individual help has one person; of a session, whoever was present has its hours. Rounded here, once, so that
        # the printed rows add up to the printed total.
        rows = self.env.execute_query(
            SQL(
                """
                WITH work AS (
                    SELECT baustein_id, minutes::numeric AS minutes FROM (%(work)s) work
                     WHERE grant_id = %(grant)s AND day BETWEEN %(start)s AND %(end)s
                ), attended AS (
                    SELECT help.baustein_id, ROUND(SUM(attendance.hours::numeric), 2) AS hours
                      FROM justiq_attendance attendance
                      JOIN justiq_participation help ON help.id = attendance.participation_id
                     WHERE help.grant_id = %(grant)s AND attendance.state = 'present'
                       AND attendance.session_date BETWEEN %(start)s AND %(end)s
                  GROUP BY help.baustein_id
                )
                SELECT baustein.id, COALESCE(done.number, 0), COALESCE(done.hours, 0),
                       COALESCE(CASE WHEN baustein.kind = 'group' THEN attended.hours ELSE done.hours END, 0)
                  FROM justiq_baustein baustein
             LEFT JOIN (
                       SELECT baustein_id, COUNT(*) AS number, ROUND(SUM(minutes) / 60, 2) AS hours
                         FROM work GROUP BY baustein_id
                   ) done ON done.baustein_id = baustein.id
             LEFT JOIN attended ON attended.baustein_id = baustein.id
                 WHERE done.number IS NOT NULL OR attended.hours IS NOT NULL
                """,
                work=work._work(),
                grant=report.grant_id.id,
                start=report.date_start,
                end=report.date_end,
            )
        )
        return {baustein: tuple(sums) for baustein, *sums in rows}

    @api.model
    def _professionals(self, report):
        return self.env["report.justiq.report_staff"]._professionals(
            report.grant_id, report.date_start, report.date_end
        )

    @api.model
    def _staff_hours(self, report):
        return self.env["justiq.staff.hours"]._sum_up(report.grant_id, report.date_start, report.date_end)

    # ------------------------------------------------------------
    # Staff and cooperation
    # ------------------------------------------------------------

    @api.model
    def _staff_tables(self, report):
        by_person = defaultdict(float)
        for (employee, _baustein), number in self._staff_hours(report).items():
            by_person[employee] += number
        professionals = self._all_professionals(report)
        return [self._professionals_table(report, professionals, by_person), self._others_table(report)]

    @api.model
    def _all_professionals(self, report):
        """Those who were assigned in the period, and those who worked in it, by name."""
        professionals = self._professionals(report)
        worked = {employee for employee, _baustein in self._staff_hours(report)}
        return (professionals | professionals.browse(worked)).sorted("name")

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
                self._make_column("hours", self.env._("Contact hours"), "hours", width=3, sum="hours"),
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
                    drill=self._work_drill(report, [("employee_id", "=", professional.id)]),
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
                self._make_row(
                    f"staff_{one.id}",
                    {"name": project.name, "role": one.role, "reason": one.reason},
                    drill=self._drill("justiq.micro.project.staff", [("id", "=", one.id)], ["role", "reason"]),
                )
                for project in projects
                for one in project.staff_ids
            ],
        )

    @api.model
    def _cooperation_domain(self, report):
        """Agreed on before the end of the period; an agreement stays one later on."""
        agreed = Domain("date", "=", False) | Domain("date", "<=", fields.Date.to_string(report.date_end))
        return Domain("grant_id", "=", report.grant_id.id) & agreed

    @api.model
    def _cooperation_table(self, report):
        kinds = self._labels("justiq.cooperation", "kind")
        # sudo: partners and agreements of the grant, which its report tells of.
        cooperations = self.env["justiq.cooperation"].sudo()
        found = cooperations.search(self._cooperation_domain(report), order="kind, date, id")
        return self._make_table(
            "cooperation",
            self.env._("Cooperation"),
            [
                self._make_column("kind", self.env._("Kind"), "text", width=9),
                self._make_column("partner", self.env._("Partner"), "text", width=11),
                self._make_column("agreement", self.env._("What was agreed"), "text", width=19),
                self._make_column("project", self.env._("Micro-project"), "text", width=9),
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
                    drill=self._drill("justiq.cooperation", [("id", "=", one.id)], ["kind", "agreement", "date"]),
                )
                for one in found
            ],
            dense=True,  # else long words of the other columns leave no room for what was agreed
        )

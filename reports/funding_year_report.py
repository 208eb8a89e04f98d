from collections import Counter
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL, formatLang

UNFINISHED = ("idea", "planned", "approved", "running")


class FundingYearReport(models.AbstractModel):
    """The micro-projects of a grant in one funding year, in figures.

    Printed by everybody who reads funding years. It contains counts only, no
    reference and no name of a young person. What belongs to the year:

    - a micro-project whose dates, a budget line or a session lie in it;
    - a participation in one of these with an attended session in the year, or,
      unless the micro-project was cancelled, whose dates touch the year.

    Each figure of a year comes from one query, however much there is to count.
    """

    _name = "report.justiq.report_funding_year"
    _inherit = ["justiq.report.mixin", "justiq.report.people.mixin"]
    _description = "Micro-Projects in the Funding Year"

    _printed_model = "justiq.funding.year"

    def _contents(self, years):
        return {year.id: self._content(year) for year in years}

    def _content(self, year):
        # sudo: figures of the grant of this year, which the user may read. They
        # are sums over micro-projects of the same company and name nobody; roles
        # that may not read sessions, participations or budget lines get no record.
        year, reader = year.sudo(), year
        projects = self._projects(year)
        participations = self._participations(year, projects)
        attended = self._attended(year)
        return {
            "title": self.env._("Micro-projects in the funding year %s", year.label),
            "period": self._period(year.date_start, year.date_end),
            "months": formatLang(self.env, year.month_count, digits=0 if year.month_count % 1 == 0 else 2),
            "state_label": self._label(year, "state"),
            "projects": self._project_table(year, projects, participations, attended),
            "esf": self._esf(year),
            "minimum": self._minimum(year, projects),
            "people": self._people_table(self._count_people(participations, ["gender", "age_group"], attended)),
            "led_over": self._led_over(year),
            "origins": self._origins(projects),
            "findings": self._findings_of_year(reader, projects),
        }

    # ------------------------------------------------------------
    # What belongs to the year
    # ------------------------------------------------------------

    def _projects(self, year):
        start, end = year.date_start, year.date_end
        # A micro-project with one date only is taken as lasting that day.
        dates = (
            Domain("date_start", "<=", end) & Domain("date_end", ">=", start)
            | Domain("date_end", "=", False) & self._between("date_start", start, end)
            | Domain("date_start", "=", False) & self._between("date_end", start, end)
        )
        # sudo: micro-projects of the year that is printed, whose reading has been checked.
        projects = self.env["justiq.micro.project"].sudo().with_context(active_test=False)
        of_grant = Domain("grant_id", "=", year.grant_id.id)
        return projects.search(
            of_grant
            & (
                dates
                | Domain("budget_line_ids.funding_year_id", "=", year.id)
                # Its grant once more: beside other conditions, PostgreSQL gathers the sessions by this alone.
                | Domain("session_ids", "any", self._moments(year) & of_grant)
            ),
            order="date_start, name, id",
        )

    def _between(self, field_name, start, end):
        return Domain(field_name, ">=", start) & Domain(field_name, "<=", end)

    def _moments(self, year):
        """The sessions within the year, by the clock of the provider."""
        zone = ZoneInfo(self.env.context["tz"])
        start, end = (
            datetime.combine(day, time.min, zone).astimezone(timezone.utc).replace(tzinfo=None)
            for day in (year.date_start, year.date_end + timedelta(days=1))
        )
        return Domain("date_start", ">=", start) & Domain("date_start", "<", end)

    def _attended(self, year):
        """The participations with an attended session within the year."""
        return Domain(
            "attendance_ids",
            "any",
            Domain("state", "=", "present") & self._between("session_date", year.date_start, year.date_end),
        )

    def _participations(self, year, projects):
        """The participations that belong to the year, as a domain."""
        going_on = projects.filtered(lambda project: project.state != "cancelled")
        ended_before = going_on.filtered(lambda project: project.date_end and project.date_end < year.date_start)
        # Without an end of its own, a participation ends with its micro-project.
        touches = (
            Domain("micro_project_id", "in", going_on.ids)
            & Domain("date_start", "<=", year.date_end)
            & (
                Domain("date_end", ">=", year.date_start)
                | Domain("date_end", "=", False) & Domain("micro_project_id", "not in", ended_before.ids)
            )
        )
        return Domain("micro_project_id", "in", projects.ids) & (touches | self._attended(year))

    # ------------------------------------------------------------
    # Micro-projects
    # ------------------------------------------------------------

    def _project_table(self, year, projects, participations, attended):
        sessions = self._session_figures(year, projects)
        people = self._count_people(participations, ["micro_project_id"], attended)
        esf = self._money_by_project(year)
        rows = [
            {
                "group": self._progress(project),
                "name": project.name,
                "quartier": project.quartier_id.name,
                "state": self._label(project, "state"),
                "sessions": sessions.get(project.id, {}),
                "people": people[(project,)],
                "esf": esf.get(project.id, 0.0),
            }
            for project in projects
        ]
        return {
            "groups": [
                {
                    "title": title,
                    "rows": [row for row in rows if row["group"] == group],
                }
                for group, title in self._progress_labels()
                if any(row["group"] == group for row in rows)
            ],
            "sessions": sum((Counter(row["sessions"]) for row in rows), Counter()),
            "unassigned": esf.get(False, 0.0),
            "esf": year.esf_group_amount,
        }

    def _progress(self, project):
        if project.is_counted:
            return "counted"
        if project.state in UNFINISHED:
            return "unfinished"
        return project.state

    def _progress_labels(self):
        return [
            ("counted", self.env._("Carried out")),
            ("done", self.env._("Done, but without an attended session")),
            ("unfinished", self.env._("Not finished")),
            ("cancelled", self.env._("Cancelled")),
        ]

    def _session_figures(self, year, projects):
        """Sessions, and guests and attendances of those held, by project."""
        figures = {}
        # sudo: numbers of the printed year, of nobody in particular.
        sessions = self.env["justiq.session"].sudo()
        for project, state, number, guests in sessions._read_group(
            Domain("micro_project_id", "in", projects.ids) & self._moments(year),
            ["micro_project_id", "state"],
            ["__count", "guest_count:sum"],
        ):
            numbers = figures.setdefault(project.id, Counter())
            numbers["all"] += number
            if state == "held":
                numbers.update(held=number, guests=guests)
        return figures

    def _money_by_project(self, year):
        """Planned ESF money of the group Bausteine; without a project under False."""
        # sudo: sums of the printed year.
        lines = self.env["justiq.budget.line"].sudo()
        sums = lines._read_group(
            [("funding_year_id", "=", year.id), ("baustein_kind", "=", "group")],
            ["micro_project_id"],
            ["esf_only_amount:sum"],
        )
        return {project.id: amount for project, amount in sums}

    # ------------------------------------------------------------
    # Limits and goals of the programme
    # ------------------------------------------------------------

    def _rule(self, year, check):
        """The rule of the programme with a check, unless switched off."""
        return year.grant_id.programme_id.requirement_ids.filtered(
            lambda rule: rule.check == check and rule.enforcement != "off"
        )[:1]

    def _esf(self, year):
        floor = self._rule(year, "esf_floor")
        ceiling = self._rule(year, "esf_ceiling")
        compare = year.currency_id.compare_amounts
        planned = year.esf_group_amount
        is_below = bool(floor) and compare(planned, year.esf_group_min) < 0
        is_above = bool(ceiling) and compare(planned, year.esf_group_max) > 0
        return {
            "has_limits": year.has_esf_limits,
            "planned": planned,
            "per_full_year": year.esf_group_per_full_year,
            "rows": [
                {
                    "label": label,
                    "code": rule.code,
                    "full_year": full_year,
                    "this_year": this_year,
                }
                for label, rule, full_year, this_year in (
                    (self.env._("At least"), floor, floor.value_min, year.esf_group_min),
                    (self.env._("At most"), ceiling, ceiling.value_max, year.esf_group_max),
                )
                if rule
            ],
            "left": year.esf_group_left if ceiling else None,
            "usage": year.esf_group_usage if ceiling else None,
            "bar": min(year.esf_group_usage, 100.0),
            "mark": 100.0 * year.esf_group_min / year.esf_group_max
            if floor and ceiling and year.esf_group_max
            else None,
            "is_below": is_below,
            "is_above": is_above,
        }

    def _minimum(self, year, projects):
        """Micro-projects towards the required number, in the year and in the grant."""
        grant, rule = year.grant_id, self._rule(year, "micro_project_count")
        in_year = Counter(self._progress(project) for project in projects)
        in_grant = Counter()
        # sudo: numbers of the printed grant.
        every = self.env["justiq.micro.project"].sudo().with_context(active_test=False)
        for state, is_counted, number in every._read_group(
            [("grant_id", "=", grant.id)], ["state", "is_counted"], ["__count"]
        ):
            group = "unfinished" if state in UNFINISHED else state
            in_grant["counted" if is_counted else group] += number
        required = rule.value_count if grant.has_group_baustein else 0
        return {
            "rows": [
                {"label": label, "year": in_year[group], "grant": in_grant[group]}
                for group, label in self._progress_labels()
            ],
            "year": in_year.total(),
            "grant": in_grant.total(),
            "code": rule.code,
            "required": required,
            "missing": max(required - in_grant["counted"], 0),
        }

    def _origins(self, projects):
        """Who had the ideas, as numbers and shares."""
        counts = Counter(project.idea_origin for project in projects)
        field = projects._fields["idea_origin"]
        labels = field._description_selection(self.env)
        return [
            {
                "label": label,
                "number": counts[value],
                "share": 100.0 * counts[value] / len(projects) if projects else 0.0,
            }
            for value, label in [*labels, (False, self.env._("Not stated"))]
            if value or counts[value]
        ]

    def _led_over(self, year):
        """Who went on into the Baustein that the micro-projects lead to.

        Of the persons who attended in the year: those who entered that Baustein
        of the same grant later than on the first day they ever attended.
        """
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH attendee AS (
                    SELECT participation.enrolment_id,
                           baustein.leads_to_id AS baustein_id,
                           MIN(participation.first_attended_date) AS first_day
                      FROM justiq_participation participation
                      JOIN justiq_baustein baustein
                        ON baustein.id = participation.baustein_id
                     WHERE participation.grant_id = %(grant)s
                       AND participation.first_attended_date IS NOT NULL
                       AND baustein.leads_to_id IS NOT NULL
                  GROUP BY participation.enrolment_id, baustein.leads_to_id
                    HAVING BOOL_OR(EXISTS (
                               SELECT
                                 FROM justiq_attendance attendance
                                WHERE attendance.participation_id = participation.id
                                  AND attendance.state = 'present'
                                  AND attendance.session_date
                                      BETWEEN %(start)s AND %(end)s
                           ))
                ), entry AS (
                    SELECT attendee.enrolment_id,
                           attendee.baustein_id,
                           BOOL_OR(later.id IS NOT NULL) AS went_on,
                           BOOL_OR(later.date_start BETWEEN %(start)s AND %(end)s)
                               AS went_on_in_year
                      FROM attendee
                 LEFT JOIN justiq_participation later
                        ON later.enrolment_id = attendee.enrolment_id
                       AND later.baustein_id = attendee.baustein_id
                       AND later.date_start > attendee.first_day
                  GROUP BY attendee.enrolment_id, attendee.baustein_id
                )
                SELECT entry.baustein_id,
                       COUNT(*) AS attended,
                       COUNT(*) FILTER (WHERE went_on) AS went_on,
                       COUNT(*) FILTER (WHERE went_on_in_year) AS went_on_in_year,
                       COUNT(*) FILTER (WHERE went_on AND enrolment.is_counted)
                           AS counted
                  FROM entry
                  JOIN justiq_enrolment enrolment ON enrolment.id = entry.enrolment_id
              GROUP BY entry.baustein_id
                """,
                grant=year.grant_id.id,
                start=year.date_start,
                end=year.date_end,
            )
        )
        numbers = {row["baustein_id"]: row for row in rows}
        none = dict.fromkeys(("attended", "went_on", "went_on_in_year", "counted"), 0)
        return [
            {"baustein": baustein.name, **none, **numbers.get(baustein.id, {})}
            for baustein in year.grant_id.baustein_ids.leads_to_id
        ]

    # ------------------------------------------------------------
    # Findings
    # ------------------------------------------------------------

    def _findings_of_year(self, year, projects):
        """Findings about the grant, the year and its micro-projects, as the user."""
        sources = (year.grant_id, year, projects.sudo(False))
        return [
            {"about": record.display_name, **row}
            for records in sources
            for record, rows in zip(records, self._findings(records).values(), strict=True)
            for row in rows
        ]

from collections import Counter

from odoo import api, models
from odoo.tools import formatLang

from .micro_project import BOUND, PLANNING


class EvidenceFigures(models.AbstractModel):
    """What bears out that a rule is met: numbers of the grant, each with the way to its records."""

    _name = "justiq.figures.evidence"
    _inherit = ["justiq.figures.findings", "justiq.figures.work"]
    _description = "Evidence for the Rules"

    @api.model
    def _evidence_key(self, rule):
        return (rule.code, rule.check) if rule.check in ("duration", "esf_ceiling_spent", "overspent") else rule.code

    @api.model
    def _evidence(self, report):
        """Text and drill by code of the rule; a rule of another programme without an entry just has none."""
        return {
            **self._evidence_of_projects(report),
            **self._evidence_of_grant(report),
            **self._evidence_of_cases(report),
        }

    # ------------------------------------------------------------
    # Micro-projects
    # ------------------------------------------------------------

    @api.model
    def _grant_projects(self, report):
        """Micro-projects of the grant, planned or approved, whatever the period: those that findings are about."""
        # sudo: numbers of the micro-projects of this grant, from one pass over them.
        projects = self.env["justiq.micro.project"].sudo().with_context(active_test=False)
        return projects.search([("grant_id", "=", report.grant_id.id), ("state", "in", PLANNING)])

    @api.model
    def _evidence_of_projects(self, report):
        records = self._grant_projects(report)
        bound = records.filtered(lambda project: project.state in BOUND)
        done = bound.filtered(lambda project: project.state == "done")
        achieved = sum(bool((project.achieved_value or "").strip()) for project in done)
        shares = {
            code: self._share_of_projects(report, records, code, condition, text)
            for code, (condition, text) in self._project_conditions().items()
        }
        kinds = self._cooperation_kinds(report)
        drill = shares["S3"][1]
        return {
            **shares,
            "S2": ("; ".join(filter(None, (shares["S3"][0], self._went_on_text(report)))), drill),
            "S7": (
                self.env._(
                    "%(planned)s; achieved in %(number)s of %(whole)s that are done",
                    planned=shares["S7"][0],
                    number=achieved,
                    whole=len(done),
                ),
                drill,
            ),
            "S11": (
                self.env._("%s cooperations with civil society", kinds["civil_society"]),
                self._drill(
                    "justiq.cooperation",
                    [("grant_id", "=", report.grant_id.id), ("kind", "=", "civil_society")],
                    "date",
                ),
            ),
            ("S15", "duration"): (
                self.env._(
                    "Longest duration: %s months",
                    formatLang(self.env, max(bound.mapped("duration_months"), default=0), digits=1),
                ),
                self._project_drill(bound, "duration_months"),
            ),
            "S35": (
                self.env._("%s further people in micro-projects", sum(len(project.staff_ids) for project in bound)),
                self._project_drill(bound, "staff_ids"),
            ),
        }

    @api.model
    def _project_conditions(self):
        """What is counted by code, and in which words; a rule that is checked counts what its check says."""
        return {
            "S3": (lambda project: project.purpose_ids, self.env._("purpose chosen")),
            "S4": (lambda project: project.planned_participants > 1, self.env._("a group")),
            "S5": (lambda project: project.competence_ids, self.env._("competences chosen")),
            "S6": (lambda project: project.peer_exchange, self.env._("exchange among peers described")),
            "S7": (lambda project: project.value_ids and project.planned_value, self.env._("value planned")),
            "S8": (self._has_area("space"), self.env._("public space")),
            "S9": (self._has_area("community"), self.env._("living together")),
            "S10": (lambda project: project.quartier_id, self.env._("Quartier of the grant")),
            "S12": (lambda project: project.involvement_how, self.env._("planned with young people")),
            "S13": (
                lambda project: project.idea_origin in ("young_people", "together"),
                self.env._("idea of young people, or together with them"),
            ),
            "S14": (lambda project: project.lead_id, self.env._("responsible professional named")),
            "S15": (lambda project: project.declares_no_qualification, self.env._("declared")),
            "S16": (lambda project: project.declares_no_employment, self.env._("declared")),
            "S17": (lambda project: project.declares_no_other_code, self.env._("declared")),
            "S23": (lambda project: project.has_area_programme, self.env._("with an area-based programme")),
            "S24": (lambda project: project.has_municipal_office, self.env._("with a municipal office")),
        }

    @api.model
    def _has_area(self, area):
        return lambda project: area in project.value_ids.mapped("area")

    @api.model
    def _share_of_projects(self, report, records, code, condition, text):
        """How many approved micro-projects meet the rule; those in preparation apart, where the rule finds one of them.

        By the check of the rule where it has one, so that the number is that of the findings.
        """
        checks = records._requirement_checks()
        # S7 is more than its text counts: the achieved value has a number of its own.
        rule = report.grant_id.programme_id.requirement_ids.filtered(
            lambda one: one.code == code and code != "S7" and one.check in checks and one.check != "duration"
        )[:1]
        if rule:
            lacking = records.browse(project.id for project in records._deviations(rule, checks[rule.check].states))
        else:
            lacking = records.filtered(lambda project: not condition(project))
        bound = records.filtered(lambda project: project.state in BOUND)
        parts = [
            self.env._(
                "%(number)s of %(whole)s micro-projects: %(text)s",
                number=len(bound - lacking),
                whole=len(bound),
                text=text,
            )
        ]
        ahead = records - bound
        if rule and ahead & lacking:
            parts.append(
                self.env._("in preparation: %(number)s of %(whole)s", number=len(ahead - lacking), whole=len(ahead))
            )
            bound = records
        return "; ".join(parts), self._project_drill(bound, "state")

    @api.model
    def _project_drill(self, projects, name):
        return self._drill("justiq.micro.project", [("id", "in", projects.ids)], name)

    @api.model
    def _went_on_text(self, report):
        """Who went on into the Baustein that the micro-projects lead over to (S2)."""
        return "; ".join(
            self.env._(
                "%(number)s of %(whole)s persons who attended went on to %(baustein)s",
                number=row["went_on"],
                whole=row["attended"],
                baustein=row["baustein"],
            )
            for row in self.env["report.justiq.report_funding_year"]._led_over(report)
            if row["attended"]
        )

    @api.model
    def _cooperation_kinds(self, report):
        # sudo: numbers by kind.
        cooperations = self.env["justiq.cooperation"].sudo()
        return Counter(dict(cooperations._read_group([("grant_id", "=", report.grant_id.id)], ["kind"], ["__count"])))

    # ------------------------------------------------------------
    # Grant
    # ------------------------------------------------------------

    @api.model
    def _evidence_of_grant(self, report):
        grant = report.grant_id
        years = report._report_years()
        year_drill = self._drill("justiq.funding.year", [("id", "in", years.ids)], ["esf_group_amount"])

        def by_year(text):
            return "; ".join(f"{year.label}: {text(year)}" for year in years)

        def money_of(year, name):
            return formatLang(self.env, year[name], currency_obj=grant.company_id.currency_id)

        planned = by_year(lambda year: money_of(year, "esf_group_amount"))
        spent = by_year(lambda year: money_of(year, "esf_group_spent"))
        of_grant = self._drill("justiq.grant", [("id", "=", grant.id)], "baustein_ids")
        group = grant.baustein_ids.filtered(lambda baustein: baustein.kind == "group")
        return {
            "S1": (", ".join(grant.baustein_ids.sorted("number").mapped("code")), of_grant),
            "S18": (self.env._("planned: %s", planned), year_drill),
            "S19": (self.env._("planned: %s", planned), year_drill),
            ("S19", "esf_ceiling_spent"): (self.env._("spent: %s", spent), year_drill),
            "S20": (
                by_year(lambda year: self.env._("%s months", formatLang(self.env, year.month_count, digits=2))),
                year_drill,
            ),
            "S21": (
                self.env._(
                    "%(number)s carried out, of %(whole)s",
                    number=grant.micro_project_counted,
                    whole=grant.micro_project_count,
                ),
                self._drill(
                    "justiq.micro.project", [("grant_id", "=", grant.id), ("is_counted", "=", True)], "is_counted"
                ),
            ),
            "S22": (
                group.mapped("name") and ", ".join(group.mapped("name")) or self.env._("no group Baustein"),
                of_grant,
            ),
            ("P20", "overspent"): (
                by_year(
                    lambda year: self.env._(
                        "%(spent)s of %(planned)s spent",
                        spent=money_of(year, "spent_amount"),
                        planned=money_of(year, "planned_amount"),
                    )
                ),
                year_drill,
            ),
            "P20": (by_year(lambda year: money_of(year, "planned_amount")), year_drill),
        }

    # ------------------------------------------------------------
    # Cases
    # ------------------------------------------------------------

    @api.model
    def _evidence_of_cases(self, report):
        """Numbers of the work with young people; only who may read a file comes to it."""
        numbers = self._case_numbers(report)
        professionals = self._professionals(report)
        certified = self.env._("%s professionals; see the report on professionals", len(professionals))
        staff = self._drill("hr.employee", [("id", "in", professionals.ids)])
        participations = self._drill("justiq.participation", [("grant_id", "=", report.grant_id.id)], "baustein_id")
        return {
            **dict.fromkeys(("S25", "S26", "S27", "S28"), (certified, staff)),
            "S29": (
                self.env._(
                    "%(files)s case files with one key worker at any moment; %(changes)s changes with date",
                    files=numbers["files"],
                    changes=numbers["changes"],
                ),
                self._file_drill(report, "key_worker_id"),
            ),
            "S30": (self._intensity_text(report), self._work_drill(report)),
            "S31": (
                self.env._("%s case files closed", numbers["closed"]),
                self._file_drill(report, "state", [("state", "=", "closed")]),
            ),
            "S32": (self.env._("a section of its own in each case file"), self._file_drill(report, "state")),
            "S33": (
                self.env._("%s persons around the cases", numbers["persons"]),
                self._file_drill(report, "person_count"),
            ),
            "S34": (
                self.env._("%s network contacts", numbers["network"]),
                self._file_drill(report, "network_contact_count"),
            ),
            "S36": (
                self.env._(
                    "%(participations)s participations, each with a case file", participations=numbers["participations"]
                ),
                participations,
            ),
        }

    @api.model
    def _file_drill(self, report, name, domain=()):
        return self._drill("justiq.case.file", [("enrolment_ids.grant_id", "=", report.grant_id.id), *domain], name)

    @api.model
    def _case_numbers(self, report):
        # sudo: sums over all case files of the grant; nothing of a single one.
        files = self.env["justiq.case.file"].sudo()
        every_participation = self.env["justiq.participation"].sudo()  # sudo: as above
        key_workers = self.env["justiq.case.key.worker"].sudo()  # sudo: as above
        [(number, persons, network)] = files._read_group(
            [("enrolment_ids.grant_id", "=", report.grant_id.id)],
            [],
            ["__count", "person_count:sum", "network_contact_count:sum"],
        )
        closed = files.search_count([("enrolment_ids.grant_id", "=", report.grant_id.id), ("state", "=", "closed")])
        participations = every_participation.search_count([("grant_id", "=", report.grant_id.id)])
        assignments = key_workers.search_count([("case_file_id.enrolment_ids.grant_id", "=", report.grant_id.id)])
        return {
            "files": number,
            "persons": persons,
            "network": network,
            "closed": closed,
            "participations": participations,
            "changes": max(assignments - number, 0),
        }

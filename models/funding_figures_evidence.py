from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, formatLang

from .micro_project import BOUND

NOTHING = [False, ""]
COUNTED_BY_TEXT = ("S7",)  # the achieved value has a number of its own, so the rule is more than its text
WITHOUT_FINDINGS = ("duration",)  # is told as the longest duration


class EvidenceFigures(models.AbstractModel):
    """What bears out that a rule is met: numbers of the grant, each with the way to its records.

    Each number is counted by the database, in as many queries for one micro-project or case file as for thousands. What
    has days is that of the period; limits and the number of micro-projects are those of whole funding years and of the
    whole grant, as the rules have it.
    """

    _name = "justiq.figures.evidence"
    _inherit = ["justiq.figures.findings", "justiq.figures.work", "justiq.figures.network"]
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
    def _evidence_of_projects(self, report):
        everything = self._projects_of_period(report)
        bound = everything & Domain("state", "in", BOUND)
        done = Domain("state", "=", "done")
        met = {code: condition for code, (condition, _text) in self._project_conditions().items()}
        rules = self._rules_with_findings(report, met)
        met |= {code: ~self._has_finding(rule) for code, rule in rules.items()}
        is_bound = Domain("state", "in", BOUND)
        # sudo: numbers of the micro-projects of this grant.
        projects = self.env["justiq.micro.project"].sudo()
        numbers = self._count_each(
            projects,
            everything,
            {
                "all": Domain.TRUE,
                "bound": is_bound,
                "done": done,
                "achieved": done & Domain("achieved_value", "not in", NOTHING),
                **{("all", code): condition for code, condition in met.items()},
                **{("bound", code): is_bound & condition for code, condition in met.items()},
            },
        )
        shares = {
            code: self._share_of_projects(numbers, code, text, code in rules, everything, bound)
            for code, (_condition, text) in self._project_conditions().items()
        }
        drill = shares["S3"][1]
        return {
            **shares,
            "S2": ("; ".join(filter(None, (shares["S3"][0], self._went_on_text(report)))), drill),
            "S7": (
                self.env._(
                    "%(planned)s; achieved in %(number)s of %(whole)s that are done",
                    planned=shares["S7"][0],
                    number=numbers["achieved"],
                    whole=numbers["done"],
                ),
                drill,
            ),
            "S11": self._civil_society(report),
            ("S15", "duration"): self._longest_duration(bound),
            "S35": self._further_people(bound),
        }

    @api.model
    def _project_conditions(self):
        """What is counted by code, and in which words; a rule that leaves findings counts what its check says."""
        exchange, value = (Domain(name, "not in", NOTHING) for name in ("peer_exchange", "planned_value"))
        involved = Domain.AND(Domain(f"involvement_{name}", "not in", NOTHING) for name in ("who", "when", "how"))
        return {
            "S3": (Domain("purpose_ids", "!=", False), self.env._("purpose chosen")),
            "S4": (Domain("planned_participants", ">", 1), self.env._("a group")),
            "S5": (Domain("competence_ids", "!=", False), self.env._("competences chosen")),
            "S6": (exchange, self.env._("exchange among peers described")),
            "S7": (Domain("value_ids", "!=", False) & value, self.env._("value planned")),
            "S8": (Domain("value_ids.area", "=", "space"), self.env._("public space")),
            "S9": (Domain("value_ids.area", "=", "community"), self.env._("living together")),
            "S10": (Domain("quartier_id", "!=", False), self.env._("Quartier of the grant")),
            "S12": (involved, self.env._("planned with young people")),
            "S13": (
                Domain("idea_origin", "in", ("young_people", "together")),
                self.env._("idea of young people, or together with them"),
            ),
            "S14": (Domain("lead_id", "!=", False), self.env._("responsible professional named")),
            "S15": (Domain("declares_no_qualification", "=", True), self.env._("declared")),
            "S16": (Domain("declares_no_employment", "=", True), self.env._("declared")),
            "S17": (Domain("declares_no_other_code", "=", True), self.env._("declared")),
            "S23": (self._has_cooperation("area_programme"), self.env._("with an area-based programme")),
            "S24": (self._has_cooperation("municipal_office"), self.env._("with a municipal office")),
        }

    @api.model
    def _has_cooperation(self, kind):
        return Domain("cooperation_ids.kind", "=", kind)

    @api.model
    def _rules_with_findings(self, report, codes):
        """Rules by code whose deviations are findings, so that the number is that of the findings."""
        checks = self.env["justiq.micro.project"]._requirement_checks()
        rules = report.grant_id.programme_id.requirement_ids.filtered(
            lambda rule: (
                rule.enforcement == "warn"
                and rule.check in checks
                and rule.check not in WITHOUT_FINDINGS
                and rule.code in codes
                and rule.code not in COUNTED_BY_TEXT
            )
        )
        return {rule.code: rule for rule in rules}

    @api.model
    def _has_finding(self, rule):
        # sudo: which micro-projects deviate, counted only.
        findings = self.env["justiq.finding"].sudo()
        live = self._live_findings() & Domain("requirement_id", "=", rule.id)
        about_projects = live & Domain("res_model", "=", "justiq.micro.project")
        return Domain("id", "in", findings._search(about_projects).subselect("res_id"))

    @api.model
    def _share_of_projects(self, numbers, code, text, has_findings, everything, bound):
        """How many approved micro-projects meet the rule; those in preparation apart, where one of them does not."""
        parts = [
            self.env._(
                "%(number)s of %(whole)s micro-projects: %(text)s",
                number=numbers["bound", code],
                whole=numbers["bound"],
                text=text,
            )
        ]
        ahead, ahead_met = numbers["all"] - numbers["bound"], numbers["all", code] - numbers["bound", code]
        if has_findings and ahead_met < ahead:
            parts.append(self.env._("in preparation: %(number)s of %(whole)s", number=ahead_met, whole=ahead))
            bound = everything
        return "; ".join(parts), self._project_drill(bound, "state")

    @api.model
    def _project_drill(self, domain, name):
        return self._drill("justiq.micro.project", domain, name)

    @api.model
    def _longest_duration(self, bound):
        # sudo: one number of the micro-projects of this grant.
        projects = self.env["justiq.micro.project"].sudo().with_context(active_test=False)
        [(longest,)] = projects._read_group(bound, [], ["duration_months:max"])
        text = self.env._("Longest duration: %s months", formatLang(self.env, longest or 0, digits=1))
        return text, self._project_drill(bound, "duration_months")

    @api.model
    def _further_people(self, bound):
        # sudo: as above.
        staff = self.env["justiq.micro.project.staff"].sudo().with_context(active_test=False)
        number = staff.search_count([("micro_project_id", "any", bound)])
        return self.env._("%s further people in micro-projects", number), self._project_drill(bound, "staff_ids")

    @api.model
    def _civil_society(self, report):
        domain = self._cooperation_domain(report) & Domain("kind", "=", "civil_society")
        # sudo: one number of the grant.
        number = self.env["justiq.cooperation"].sudo().search_count(domain)
        return (
            self.env._("%s cooperations with civil society", number),
            self._drill("justiq.cooperation", domain, "date"),
        )

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
                self._file_drill(report, "state", self._closed_domain(report)),
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
                self._drill("justiq.participation", self._participations_of_period(report), "baustein_id"),
            ),
        }

    @api.model
    def _file_domain(self, report):
        """Case files of whoever was in the grant in the period."""
        enrolled = Domain("grant_id", "=", report.grant_id.id) & self._touching(report, "date_entry", "date_exit")
        return Domain("enrolment_ids", "any", enrolled)

    @api.model
    def _closed_domain(self, report):
        closed = Domain("state", "=", "closed")
        if self._is_whole_grant(report):
            return closed
        start, end = map(fields.Date.to_string, (report.date_start, report.date_end))
        return closed & Domain("closing_date", ">=", start) & Domain("closing_date", "<=", end)

    @api.model
    def _participations_of_period(self, report):
        return Domain("grant_id", "=", report.grant_id.id) & self._touching(report)

    @api.model
    def _file_drill(self, report, name, domain=Domain.TRUE):
        return self._drill("justiq.case.file", self._file_domain(report) & domain, name)

    @api.model
    def _case_numbers(self, report):
        # sudo: sums over the case files of the grant; nothing of a single one.
        files = self.env["justiq.case.file"].sudo()
        participations = self.env["justiq.participation"].sudo()  # sudo: as above
        notes = self.env["justiq.case.note"].sudo()  # sudo: as above
        domain = self._file_domain(report)
        [(number, persons)] = files._read_group(domain, [], ["__count", "person_count:sum"])
        return {
            "files": number,
            "persons": persons or 0,
            "network": notes.search_count(self._network_domain(report)),
            "closed": files.search_count(domain & self._closed_domain(report)),
            "participations": participations.search_count(self._participations_of_period(report)),
            "changes": self._key_worker_changes(report, files._search(domain)),
        }

    @api.model
    def _key_worker_changes(self, report, files):
        """How often another professional took over one of the files, in the period; the first one is no change."""
        self.env["justiq.case.key.worker"].flush_model()
        start, end = report.date_start, report.date_end + relativedelta(days=1)
        if self._is_whole_grant(report):
            start, end = date.min, date.max
        [(number,)] = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(*)
                  FROM justiq_case_key_worker later
                 WHERE later.case_file_id IN %(files)s
                   AND later.date_from >= %(start)s AND later.date_from < %(end)s
                   AND EXISTS (
                           SELECT FROM justiq_case_key_worker earlier
                            WHERE earlier.case_file_id = later.case_file_id
                              AND (earlier.date_from, earlier.id) < (later.date_from, later.id)
                       )
                """,
                files=files.subselect(),
                start=start,
                end=end,
            )
        )
        return number

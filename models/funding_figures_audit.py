from collections import Counter, defaultdict

from odoo import api, models
from odoo.tools import formatLang

from ..tools import money
from .micro_project import BOUND

# Rules that speak of micro-projects and their money: without a group Baustein they bind nobody (S22).
OF_GROUP = {f"S{number}" for number in (*range(1, 25), 35)} - {"S22"}


class AuditFigures(models.AbstractModel):
    """The rules of the programme with their state in a grant, as the auditor's checklist (Pruefbericht).

    State of a rule: met, finding open, justified (all findings of it), off, not
    applicable (S22), checked at saving (the data model itself holds it) or
    documented. Evidence are numbers, each from the database, with a way to the
    records where the reader may open them.
    """

    _name = "justiq.figures.audit"
    _inherit = ["justiq.figures.findings"]
    _description = "Audit of the Rules"

    @api.model
    def _sections(self, report):
        sections = [
            {
                "key": "rules",
                "title": self.env._("Rules of the programme"),
                "text": None,
                "tables": [self._rules_table(report)],
            },
            {
                "key": "limits",
                "title": self.env._("ESF money for micro-projects"),
                "text": None,
                "tables": [self._limits_table(report)] if report.grant_id.has_group_baustein else [],
            },
            {
                "key": "findings",
                "title": self.env._("Findings and justifications"),
                "text": None,
                "tables": self._findings_tables(report),
            },
        ]
        return [section for section in sections if section["tables"]]

    # ------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------

    @api.model
    def _rules_table(self, report):
        # sudo: states and numbers of findings only, those about case files too.
        findings = self.env["justiq.finding"].sudo()
        counts = defaultdict(Counter)
        for rule, state, number in findings._read_group(
            [("grant_id", "=", report.grant_id.id), ("state", "in", ("open", "justified"))],
            ["requirement_id", "state"],
            ["__count"],
        ):
            counts[rule][state] = number
        rules = report.grant_id.programme_id.requirement_ids.sorted(_by_code)
        labels = self._labels("justiq.requirement", "enforcement")
        evidence = self._evidence(report)
        return self._make_table(
            "rules",
            self.env._("State and evidence"),
            [
                self._make_column("tick", self.env._("Ticked"), "text", width=2, compare=False),
                self._make_column("code", self.env._("Rule"), "text", width=2),
                self._make_column("name", "", "text", width=9),
                self._make_column("strength", self.env._("Strength"), "text", width=4),
                self._make_column("state", self.env._("State"), "text", width=4),
                self._make_column("evidence", self.env._("Evidence"), "text", width=10),
                self._make_column("findings", self.env._("Findings"), "text", width=4),
            ],
            [
                self._make_row(
                    f"rule_{rule.code}_{rule.check or ''}",
                    {
                        "tick": "",
                        "code": rule.code,
                        "name": rule.name,
                        "strength": labels[rule.enforcement],
                        "state": self._state_label(self._rule_state(report, rule, counts[rule])),
                        "evidence": evidence.get(self._evidence_key(rule), ("", None))[0],
                        "findings": self._findings_text(counts[rule]),
                    },
                    drill=evidence.get(self._evidence_key(rule), ("", None))[1],
                )
                for rule in rules
            ],
            remark=self.env._(
                "Checked at saving: the server refuses whatever breaks the rule, so nothing can deviate. "
                "The first column is for the hand of whoever audits."
            ),
        )

    @api.model
    def _rule_state(self, report, rule, counts):
        if rule.enforcement == "off":
            return "off"
        if rule.code in OF_GROUP and not report.grant_id.has_group_baustein:
            return "not_applicable"
        if counts["open"]:
            return "open"
        if counts["justified"]:
            return "justified"
        if rule.enforcement == "document":
            return "documented"
        return "met" if rule.check else "at_saving"

    @api.model
    def _state_label(self, state):
        return {
            "met": self.env._("met"),
            "open": self.env._("finding open"),
            "justified": self.env._("justified"),
            "off": self.env._("off"),
            "not_applicable": self.env._("not applicable"),
            "at_saving": self.env._("checked at saving"),
            "documented": self.env._("documented"),
        }[state]

    @api.model
    def _findings_text(self, counts):
        parts = []
        if counts["open"]:
            parts.append(self.env._("%s open", counts["open"]))
        if counts["justified"]:
            parts.append(self.env._("%s justified", counts["justified"]))
        return ", ".join(parts)

    # ------------------------------------------------------------
    # Evidence
    # ------------------------------------------------------------

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

    @api.model
    def _evidence_of_projects(self, report):
        projects = [("grant_id", "=", report.grant_id.id), ("state", "in", BOUND)]
        # sudo: numbers of the micro-projects of this grant, from one pass over them.
        records = self.env["justiq.micro.project"].sudo().with_context(active_test=False).search(projects)
        whole = len(records)
        drill = self._drill("justiq.micro.project", projects, "state")

        def share(condition, text):
            return self.env._(
                "%(number)s of %(whole)s micro-projects: %(text)s",
                number=sum(map(bool, map(condition, records))),
                whole=whole,
                text=text,
            ), drill

        def areas(area):
            return lambda project: area in project.value_ids.mapped("area")

        kinds = self._cooperation_kinds(report)
        done = records.filtered(lambda project: project.state == "done")
        achieved = sum(bool((project.achieved_value or "").strip()) for project in done)
        planned = share(lambda project: project.value_ids and project.planned_value, self.env._("value planned"))[0]
        led_over = self.env["report.justiq.report_funding_year"]._led_over(report)
        purposes = share(lambda project: project.purpose_ids, self.env._("purpose chosen"))
        went_on = "; ".join(
            self.env._(
                "%(number)s of %(whole)s persons who attended went on to %(baustein)s",
                number=row["went_on"],
                whole=row["attended"],
                baustein=row["baustein"],
            )
            for row in led_over
            if row["attended"]
        )
        return {
            "S2": ("; ".join(filter(None, (purposes[0], went_on))), drill),
            "S3": purposes,
            "S4": share(
                lambda project: max(project.participant_count, project.planned_participants) > 1, self.env._("a group")
            ),
            "S5": share(lambda project: project.competence_ids, self.env._("competences chosen")),
            "S6": share(lambda project: project.peer_exchange, self.env._("exchange among peers described")),
            "S7": (
                self.env._(
                    "%(planned)s; achieved in %(number)s of %(whole)s that are done",
                    planned=planned,
                    number=achieved,
                    whole=len(done),
                ),
                drill,
            ),
            "S8": share(areas("space"), self.env._("public space")),
            "S9": share(areas("community"), self.env._("living together")),
            "S10": share(lambda project: project.quartier_id, self.env._("Quartier of the grant")),
            "S11": (self.env._("%s cooperations with civil society", kinds["civil_society"]), None),
            "S12": share(lambda project: project.involvement_how, self.env._("planned with young people")),
            "S13": share(
                lambda project: project.idea_origin in ("young_people", "together"),
                self.env._("idea of young people, or together with them"),
            ),
            "S14": share(lambda project: project.lead_id, self.env._("responsible professional named")),
            "S15": share(lambda project: project.declares_no_qualification, self.env._("declared")),
            ("S15", "duration"): (
                self.env._(
                    "Longest duration: %s months",
                    formatLang(self.env, max(records.mapped("duration_months"), default=0), digits=1),
                ),
                drill,
            ),
            "S16": share(lambda project: project.declares_no_employment, self.env._("declared")),
            "S17": share(lambda project: project.declares_no_other_code, self.env._("declared")),
            "S23": share(lambda project: project.has_area_programme, self.env._("with an area-based programme")),
            "S24": share(lambda project: project.has_municipal_office, self.env._("with a municipal office")),
            "S35": (
                self.env._("%s further people in micro-projects", sum(len(project.staff_ids) for project in records)),
                drill,
            ),
        }

    @api.model
    def _cooperation_kinds(self, report):
        # sudo: numbers by kind.
        cooperations = self.env["justiq.cooperation"].sudo()
        return Counter(dict(cooperations._read_group([("grant_id", "=", report.grant_id.id)], ["kind"], ["__count"])))

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
        group = grant.baustein_ids.filtered(lambda baustein: baustein.kind == "group")
        return {
            "S1": (", ".join(grant.baustein_ids.sorted("number").mapped("code")), None),
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
            "S22": (group.mapped("name") and ", ".join(group.mapped("name")) or self.env._("no group Baustein"), None),
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

    @api.model
    def _evidence_of_cases(self, report):
        """Numbers of the work with young people; no way leads to a file."""
        numbers = self._case_numbers(report)
        professionals = len(self._professionals(report))
        certified = self.env._("%s professionals; see the report on professionals", professionals)
        return {
            **dict.fromkeys(("S25", "S26", "S27", "S28"), (certified, None)),
            "S29": (
                self.env._(
                    "%(files)s case files with one key worker at any moment; %(changes)s changes with date",
                    files=numbers["files"],
                    changes=numbers["changes"],
                ),
                None,
            ),
            "S30": (
                self.env._(
                    "%(hours)s hours, %(contacts)s contacts",
                    hours=formatLang(self.env, numbers["hours"], digits=1),
                    contacts=numbers["contacts"],
                ),
                None,
            ),
            "S31": (self.env._("%s case files closed", numbers["closed"]), None),
            "S32": (self.env._("a section of its own in each case file"), None),
            "S33": (self.env._("%s persons around the cases", numbers["persons"]), None),
            "S34": (self.env._("%s network contacts", numbers["network"]), None),
            "S36": (
                self.env._(
                    "%(participations)s participations, each with a case file", participations=numbers["participations"]
                ),
                None,
            ),
        }

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
        [(participations, contacts, hours)] = every_participation._read_group(
            [("grant_id", "=", report.grant_id.id)], [], ["__count", "contact_count:sum", "hours:sum"]
        )
        assignments = key_workers.search_count([("case_file_id.enrolment_ids.grant_id", "=", report.grant_id.id)])
        return {
            "files": number,
            "persons": persons,
            "network": network,
            "closed": closed,
            "participations": participations,
            "contacts": contacts,
            "hours": hours,
            "changes": max(assignments - number, 0),
        }

    @api.model
    def _professionals(self, report):
        return self.env["report.justiq.report_staff"]._professionals(
            report.grant_id, report.date_start, report.date_end
        )

    # ------------------------------------------------------------
    # Limits
    # ------------------------------------------------------------

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
                self._make_column("months", self.env._("Months"), "hours", width=2),
                *(
                    self._make_column(name, fields_of_year[name]._description_string(self.env), "money", width=3)
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
                    drill=self._drill(
                        "justiq.funding.year", [("id", "=", year.id)], ["esf_group_amount", "esf_group_spent"]
                    ),
                )
                for year in report._report_years()
            ],
            remark=self.env._("The limits are those of the programme, for a year of this length."),
        )


def _by_code(rule):
    letters = rule.code.rstrip("0123456789")
    digits = rule.code[len(letters) :]
    return letters != "S", letters, int(digits or 0), rule.sequence, rule.id

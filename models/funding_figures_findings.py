from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from .micro_project import BOUND, PLANNING

# Findings about professionals say nothing of a young person, also where the record is one of a case file.
ABOUT_PROFESSIONALS = ("certificate", "preferred_certificate")
LIVE = ("open", "justified")
# Who reads findings about case files, of those that read reports.
FILE_READERS = "justiq.group_team_lead"


class FindingFigures(models.AbstractModel):
    """The deviations of a grant from the rules, for reports to the funder.

    What is found about single case files is a number here, by rule and state:
    text and justification stay with those who read the file.
    """

    _name = "justiq.figures.findings"
    _inherit = ["justiq.figures.mixin"]
    _description = "Figures on Findings"

    # ------------------------------------------------------------
    # Which ones
    # ------------------------------------------------------------

    @api.model
    def _live_findings(self):
        return Domain("state", "in", LIVE)

    @api.model
    def _findings_domain(self, report):
        """Open and justified findings of the grant; of a part of it, those about what lasts in that time.

        A finding has no day of its own: it stands as long as its cause.
        """
        domain = self._live_findings() & Domain("grant_id", "=", report.grant_id.id)
        if self._is_whole_grant(report):
            return domain
        for name, condition in self._records_of_period(report).items():
            # sudo: which records last in the period, for the findings about them only.
            records = self.env[name].sudo().with_context(active_test=False)
            domain &= Domain("res_model", "!=", name) | self._about(records, condition)
        return domain

    @api.model
    def _records_of_period(self, report):
        """Domain by model that findings are about and that has days; the grant itself always belongs to it."""
        of_grant = Domain("grant_id", "=", report.grant_id.id)
        return {
            "justiq.funding.year": of_grant & self._touching(report),
            "justiq.micro.project": self._projects_of_period(report),
            "justiq.participation": of_grant & self._touching(report),
            "justiq.case.file": Domain(
                "enrolment_ids", "any", of_grant & self._touching(report, "date_entry", "date_exit")
            ),
        }

    @api.model
    def _projects_of_period(self, report):
        """Micro-projects of the period, planned or approved: findings show from the planning on."""
        return Domain("grant_id", "=", report.grant_id.id) & Domain("state", "in", PLANNING) & self._touching(report)

    @api.model
    def _about(self, records, domain):
        """Findings about the records of the domain."""
        return Domain("res_model", "=", records._name) & Domain("res_id", "in", records._search(domain))

    @api.model
    def _about_planned(self, report):
        """Findings about micro-projects that show already, though the rules bind from the approval on."""
        # sudo: which findings are about them.
        projects = self.env["justiq.micro.project"].sudo().with_context(active_test=False)
        planned = self._projects_of_period(report) & Domain("state", "not in", BOUND)
        return Domain("state", "=", "open") & self._about(projects, planned)

    @api.model
    def _printed_findings(self):
        """Those that a report may print: what is found about single case files is a number."""
        return Domain("case_file_id", "=", False) | Domain("requirement_id.check", "in", ABOUT_PROFESSIONALS)

    # ------------------------------------------------------------
    # Tables
    # ------------------------------------------------------------

    @api.model
    def _state_labels(self):
        return self._labels("justiq.finding", "state")

    @api.model
    def _findings_tables(self, report):
        if report.is_for_outside:
            # Text and justification tell of single professionals and deviations, and are signed by name.
            return [self._numbers_table(report, "finding_numbers", self._printed_findings())]
        tables = [self._findings_table(report), self._file_findings_table(report)]
        return [table for table in tables if table["rows"] or table["key"] == "findings"]

    @api.model
    def _findings_table(self, report):
        # sudo: rule, text and justification of the grant's findings, which the report is made for.
        model = self.env["justiq.finding"].sudo()
        domain = self._findings_domain(report) & self._printed_findings()
        findings = model.search(domain).sorted(lambda one: (one.requirement_id.sequence, one.id))
        ahead = model.search(domain & self._about_planned(report))
        states, rows = self._state_labels(), {}

        def state_of(finding):
            return self.env._("Open before the approval") if finding in ahead else states[finding.state]

        for finding in findings:
            # Many files with the same professional say the same: one line.
            key = (finding.requirement_id.id, finding.message, finding.justification or "")
            rows.setdefault(key, finding)
        return self._make_table(
            "findings",
            self.env._("Findings and justifications"),
            [
                self._make_column("code", self.env._("Rule"), "text", width=2),
                self._make_column("message", self.env._("Finding"), "text", width=8),
                self._make_column("state", self.env._("State"), "text", width=3),
                self._make_column("justification", self.env._("Justification"), "text", width=8),
            ],
            [
                self._make_row(
                    f"finding_{finding.id}",
                    {
                        "code": finding.requirement_id.code,
                        "message": finding.message,
                        "state": state_of(finding),
                        "justification": self._justification(finding),
                    },
                    drill=None
                    if finding.case_file_id
                    else self._drill("justiq.finding", [("id", "=", finding.id)], "state"),
                )
                for finding in rows.values()
            ],
            remark=self._findings_remark(report, rows),
            loose=True,  # rows of long texts: kept together, they would leave half a page empty
        )

    @api.model
    def _findings_remark(self, report, rows):
        if not rows:
            return self.env._("No deviation from the rules of the programme is open or was justified.")
        if self._is_whole_grant(report):
            return ""
        return self.env._("Findings about what lasts in the period, and about the grant as a whole.")

    @api.model
    def _justification(self, finding):
        if finding.state != "justified":
            return ""
        day = self._date(fields.Datetime.context_timestamp(self, finding.justified_at).date())
        # Who has signed the justification is part of it.
        return f"{finding.justification} ({finding.justified_by_id.name}, {day})"

    @api.model
    def _file_findings_table(self, report):
        table = self._numbers_table(report, "file_findings", ~self._printed_findings())
        return table | {
            "title": self.env._("Findings about case files"),
            "remark": self.env._("Text and justification of each stand in the case file."),
        }

    @api.model
    def _numbers_table(self, report, key, which):
        """Numbers of findings by rule and state."""
        # sudo: numbers by rule and state.
        findings = self.env["justiq.finding"].sudo()
        domain = self._findings_domain(report) & which
        numbers = defaultdict(Counter)
        for rule, state, number in findings._read_group(domain, ["requirement_id", "state"], ["__count"]):
            numbers[rule][state] = number
        states = self._state_labels()
        return self._make_table(
            key,
            self.env._("Findings by rule"),
            [
                self._make_column("code", self.env._("Rule"), "text", width=2),
                self._make_column("name", "", "text", width=12),
                *(self._make_column(state, states[state], "integer", width=3) for state in LIVE),
            ],
            [
                self._make_row(
                    f"rule_{rule.id}",
                    {"code": rule.code, "name": rule.name, **{state: counts[state] for state in LIVE}},
                    drill=self._file_findings_drill(report, rule) if key == "file_findings" else None,
                    parts={state: [("state", "=", state)] for state in LIVE},
                )
                for rule, counts in sorted(numbers.items(), key=lambda item: (item[0].sequence, item[0].id))
            ],
            remark="" if numbers else self._findings_remark(report, numbers),
        )

    @api.model
    def _file_findings_drill(self, report, rule):
        drill = self._drill("justiq.finding", self._file_findings_domain(report, rule), "state")
        return drill | {"groups": FILE_READERS}

    @api.model
    def _file_findings_domain(self, report, rule):
        """The findings of a rule as the web client can ask for them."""
        of_rule = Domain("requirement_id", "=", rule.id) & Domain("case_file_id", "!=", False)
        if self._is_whole_grant(report):
            return of_rule & self._live_findings() & Domain("grant_id", "=", report.grant_id.id)
        # sudo: ids only; who opens them sees those that she may read.
        findings = self.env["justiq.finding"].sudo()
        return Domain("id", "in", findings.search(of_rule & self._findings_domain(report)).ids)

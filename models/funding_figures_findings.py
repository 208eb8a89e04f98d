from collections import Counter, defaultdict

from odoo import api, fields, models

from .micro_project import BOUND, PLANNING

# Findings about professionals say nothing of a young person, also where the record is one of a case file.
ABOUT_PROFESSIONALS = ("certificate", "preferred_certificate")
LIVE = ("open", "justified")


class FindingFigures(models.AbstractModel):
    """The deviations of a grant from the rules, for reports to the funder.

    What is found about single case files is a number here, by rule and state:
    text and justification stay with those who read the file.
    """

    _name = "justiq.figures.findings"
    _inherit = ["justiq.figures.mixin"]
    _description = "Figures on Findings"

    @api.model
    def _findings(self, report):
        """Findings of the grant: those that a report may print, and those about single case files."""
        # sudo: rule, text and justification of the grant's findings, which the report is made for; those about
        # case files leave as numbers only.
        findings = self.env["justiq.finding"].sudo()
        found = findings.search([("grant_id", "=", report.grant_id.id), ("state", "in", LIVE)])
        found = found.sorted(lambda one: (one.requirement_id.sequence, one.id))
        printed = found.filtered(lambda one: not one.case_file_id or one.requirement_id.check in ABOUT_PROFESSIONALS)
        return printed, found - printed

    @api.model
    def _planned_projects(self, report):
        """Micro-projects whose findings show already, though the rules bind from the approval on."""
        # sudo: findings about them are told apart; only numbers and what the finding says are shown.
        projects = self.env["justiq.micro.project"].sudo().with_context(active_test=False)
        planned = [state for state in PLANNING if state not in BOUND]
        return projects.search([("grant_id", "=", report.grant_id.id), ("state", "in", planned)])

    @api.model
    def _state_labels(self):
        return self._labels("justiq.finding", "state")

    @api.model
    def _findings_tables(self, report):
        printed, of_files = self._findings(report)
        tables = [self._findings_table(printed, self._planned_projects(report))]
        if of_files and not report.is_for_outside:
            tables.append(self._file_findings_table(report, of_files))
        return tables

    @api.model
    def _findings_table(self, findings, planned):
        states, rows = self._state_labels(), {}
        ahead = {(planned._name, project.id) for project in planned}

        def state_of(finding):
            is_ahead = finding.state == "open" and (finding.res_model, finding.res_id) in ahead
            return self.env._("Open before the approval") if is_ahead else states[finding.state]

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
            remark="" if rows else self.env._("No deviation from the rules of the programme is open or was justified."),
        )

    @api.model
    def _justification(self, finding):
        if finding.state != "justified":
            return ""
        day = self._date(fields.Datetime.context_timestamp(self, finding.justified_at).date())
        # Who has signed the justification is part of it.
        return f"{finding.justification} ({finding.justified_by_id.name}, {day})"

    @api.model
    def _file_findings_table(self, report, findings):
        numbers = defaultdict(Counter)
        for finding in findings:
            numbers[finding.requirement_id][finding.state] += 1
        states = self._state_labels()
        return self._make_table(
            "file_findings",
            self.env._("Findings about case files"),
            [
                self._make_column("code", self.env._("Rule"), "text", width=2),
                self._make_column("name", "", "text", width=12),
                *(self._make_column(state, states[state], "integer", width=3) for state in LIVE),
            ],
            [
                self._make_row(
                    f"rule_{rule.id}",
                    {"code": rule.code, "name": rule.name, **{state: counts[state] for state in LIVE}},
                    drill=self._drill(
                        "justiq.finding",
                        [
                            ("grant_id", "=", report.grant_id.id),
                            ("requirement_id", "=", rule.id),
                            ("state", "in", LIVE),
                            ("case_file_id", "!=", False),
                        ],
                        "state",
                    ),
                )
                for rule, counts in numbers.items()
            ],
            remark=self.env._("Text and justification of each stand in the case file."),
        )

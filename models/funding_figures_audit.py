from collections import Counter, defaultdict

from odoo import api, models

# Rules that speak of micro-projects and their money: without a group Baustein they bind nobody (S22).
OF_GROUP = {f"S{number}" for number in (*range(1, 25), 35)} - {"S22"}


class AuditFigures(models.AbstractModel):
    """The rules of the programme with their state in a grant, as the auditor's checklist (Pruefbericht).

    State of a rule: met, finding open, open before an approval (of planned
    micro-projects only), justified (all findings of it), off, not applicable
    (S22), checked at saving (the data model itself holds it) or documented.
    Evidence are numbers, each from the database, with a way to the records where
    the reader may open them.
    """

    _name = "justiq.figures.audit"
    _inherit = ["justiq.figures.evidence", "justiq.figures.projects"]
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
        counts = self._finding_counts(report)
        rules = report.grant_id.programme_id.requirement_ids.sorted(_by_code)
        labels = self._labels("justiq.requirement", "enforcement")
        evidence = self._evidence(report)
        return self._make_table(
            "rules",
            self.env._("State and evidence"),
            [
                self._make_column("tick", self.env._("Ticked"), "text", width=2, compare=False),
                self._make_column("code", self.env._("Rule"), "text", width=2),
                self._make_column("name", self.env._("What it asks for"), "text", width=9),
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
                "Open before an approval: whatever is approved meets the rule or was justified; a planned "
                "micro-project does not yet, and is not approved before that. "
                "The first column is for the hand of whoever audits."
            )
            + self._period_remark(report),
        )

    @api.model
    def _period_remark(self, report):
        if self._is_whole_grant(report):
            return ""
        return " " + self.env._(
            "Evidence and findings are those of the period where the records have days; Bausteine and the number of "
            "micro-projects are those of the whole grant, limits and budgets those of whole funding years."
        )

    @api.model
    def _finding_counts(self, report):
        """Open and justified findings by rule; `preparing` are the open ones about what is not approved yet."""
        # sudo: states and numbers of findings only, those about case files too.
        findings = self.env["justiq.finding"].sudo()
        domain = self._findings_domain(report)
        counts = defaultdict(Counter)
        for rule, state, number in findings._read_group(domain, ["requirement_id", "state"], ["__count"]):
            counts[rule][state] = number
        for rule, number in findings._read_group(domain & self._about_planned(report), ["requirement_id"], ["__count"]):
            counts[rule]["preparing"] = number
            counts[rule]["open"] -= number
        return counts

    @api.model
    def _rule_state(self, report, rule, counts):
        if rule.enforcement == "off":
            return "off"
        if rule.code in OF_GROUP and not report.grant_id.has_group_baustein:
            return "not_applicable"
        if counts["open"]:
            return "open"
        if counts["preparing"]:
            return "preparing"
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
            "preparing": self.env._("open before an approval"),
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
        if counts["preparing"]:
            parts.append(self.env._("%s open in preparation", counts["preparing"]))
        if counts["justified"]:
            parts.append(self.env._("%s justified", counts["justified"]))
        return ", ".join(parts)


def _by_code(rule):
    letters = rule.code.rstrip("0123456789")
    digits = rule.code[len(letters) :]
    return letters != "S", letters, int(digits or 0), rule.sequence, rule.id

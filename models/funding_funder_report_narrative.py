from odoo import api, fields, models
from odoo.tools import formatLang

from ..tools.person_figures import LEFT_OUT

PARTS = (
    "project",
    "results",
    "target_group",
    "bausteine",
    "micro_projects",
    "staff",
    "cooperation",
    "necessity",
    "deviations",
    "publicity",
    "aims",
    "outlook",
)


class FunderReport(models.Model):
    """The narrative report (Sachbericht): texts of the provider, each with the figures that bear it out.

    The texts are kept with the report and frozen with it. At the start they are
    proposed from the data, where the data can tell anything; whoever may write the
    report writes them.
    """

    _inherit = "justiq.funder.report"

    kind = fields.Selection(
        selection_add=[("narrative", "Narrative Report"), ("financial",)], ondelete={"narrative": "cascade"}
    )
    text_project = fields.Text(string="The Project", copy=False)
    text_results = fields.Text(
        string="Use of the Grant and Results", copy=False, help="What was planned, what was reached, and why."
    )
    text_target_group = fields.Text(
        string="Target Group and Outcomes",
        copy=False,
        help="Whom the offers have reached, in which situations, and what has become of those who left.",
    )
    text_bausteine = fields.Text(
        string="Work in the Bausteine", copy=False, help="What was done in each Baustein, and how intensively."
    )
    text_micro_projects = fields.Text(
        string="Micro-Projects", copy=False, help="Purpose, value for the Quartier, participation, cooperation."
    )
    text_staff = fields.Text(string="Staff and Qualifications", copy=False)
    text_cooperation = fields.Text(string="Cooperation and Network", copy=False)
    text_necessity = fields.Text(
        string="Necessity, Fitness and Main Costs",
        copy=False,
        help="Why the work was necessary and adequate; the main items of the figures explained.",
    )
    text_deviations = fields.Text(string="Deviations and Reasons", copy=False)
    text_publicity = fields.Text(
        string="Publicity", copy=False, help="Measures that named the funders, with their proof."
    )
    text_aims = fields.Text(
        string="Cross-Cutting Aims", copy=False, help="Equality, anti-discrimination, sustainability."
    )
    text_outlook = fields.Text(string="Outlook", copy=False)

    def _figures_narrative(self):
        return self.env["justiq.figures.narrative"]._sections(self)

    @api.model
    def _text_titles(self):
        return {part: self._fields[f"text_{part}"]._description_string(self.env) for part in PARTS}

    # ------------------------------------------------------------
    # Proposals
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        reports = super().create(vals_list)
        reports.filtered(lambda report: report.kind == "narrative").action_propose_texts()
        return reports

    def action_propose_texts(self):
        """Fill the empty texts from the data, in the language of the provider; what is written stays."""
        self.check_access("write")
        self._check_not_frozen()
        for report in self:
            proposals = report._in_provider_language()._proposed_texts()
            report.write({name: text for name, text in proposals.items() if text and not report[name]})
        return True

    def _proposed_texts(self):
        """Sentences on what the figures say. Small numbers of persons are not put into words."""
        # sudo: totals, as in the figures of the report.
        grant, report = self.sudo().grant_id, self.sudo()
        sections = {section["key"]: section for section in report._figures()}
        rows = {
            (table["key"], row["key"]): row["cells"]
            for section in sections.values()
            for table in section["tables"]
            for row in table["rows"]
        }
        return {
            "text_project": self.env._(
                "%(provider)s carries out the project “%(grant)s” in the programme %(programme)s, in the Quartiere: "
                "%(quartiere)s.",
                provider=grant.company_id.name,
                grant=grant.name,
                programme=grant.programme_id.name,
                quartiere=", ".join(grant.quartier_ids.mapped("name")) or "–",
            ),
            "text_results": self._proposed_results(rows),
            "text_target_group": self._proposed_outcomes(rows),
            "text_bausteine": self.env._(
                "In the period, the professionals supported young people in %(contacts)s contacts and sessions, with "
                "%(hours)s contact hours.",
                contacts=rows["intensity", "total"]["contacts"],
                hours=formatLang(self.env, float(rows["intensity", "total"]["hours"]), digits=1),
            ),
            "text_micro_projects": self._proposed_micro_projects(sections),
            "text_deviations": self._proposed_deviations(sections),
            "text_publicity": grant.programme_id.funding_note,
        }

    def _small_number(self):
        # sudo: a limit of the programme.
        return self.sudo().grant_id.programme_id.small_number

    def _is_small(self, number):
        return number == LEFT_OUT or number < self._small_number()

    def _proposed_results(self, rows):
        present, target = rows["persons", "present"]["total"], rows["target", "target"]
        if self._is_small(present) or self._is_small(target["reached"]):
            return ""
        sentences = [
            self.env._(
                "In the period, %(present)s young people were supported. Until its end, %(reached)s persons count for "
                "the funder.",
                present=present,
                reached=target["reached"],
            )
        ]
        if target["percent"]:
            sentences.append(
                self.env._(
                    "With a target of %(target)s persons, %(percent)s %% of it are reached.",
                    target=target["target"],
                    percent=formatLang(self.env, float(target["percent"]), digits=1),
                )
            )
        return " ".join(sentences)

    def _proposed_outcomes(self, rows):
        left = rows["destination", "left_counted"]["total"]
        good = [
            rows.get(("destination", f"exit_destination_{name}"), {}).get("total", 0)
            for name in ("school", "pre_vocational", "training", "work", "higher_education", "voluntary_service")
        ]
        if self._is_small(left) or LEFT_OUT in good or self._is_small(sum(good)):
            return ""
        return self.env._(
            "Of %(left)s persons who left, %(good)s went on to school, training, work or the like.",
            left=left,
            good=sum(good),
        )

    def _proposed_micro_projects(self, sections):
        table = next((one for one in sections["micro_projects"]["tables"] if one["key"] == "projects"), None)
        names = [row["cells"]["name"] for row in table["rows"] if not row["style"]] if table else []
        return names and self.env._("Micro-projects in the period: %s.", ", ".join(names))

    def _proposed_deviations(self, sections):
        findings = [
            row for table in sections["deviations"]["tables"] if table["key"] == "findings" for row in table["rows"]
        ]
        if not findings:
            return self.env._("There were no deviations from the rules of the programme.")
        return self.env._("The table names the deviations from the rules of the programme, with their reasons.")

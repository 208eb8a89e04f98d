from odoo import api, fields, models

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

    The texts are kept with the report and frozen with it. They are proposed from the
    data (see `funding_funder_report_proposals.py`); whoever may write the report
    writes them.
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

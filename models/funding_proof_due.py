from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class Grant(models.Model):
    """Until when the funder wants the proof of use, as the grant notice says."""

    _inherit = "justiq.grant"

    interim_proof_months = fields.Integer(
        string="Interim Proof (Months)",
        default=4,
        help="How many months after the end of a funding year its proof of use is due; see the grant notice.",
    )
    final_proof_months = fields.Integer(
        string="Final Proof (Months)",
        default=6,
        help="How many months after the end of the grant the last proof of use is due; see the grant notice.",
    )

    _proof_months_plausible = models.Constraint(
        "CHECK (interim_proof_months BETWEEN 0 AND 36 AND final_proof_months BETWEEN 0 AND 36)",
        "The proof of use is due 0 to 36 months after the end.",
    )


class FundingYear(models.Model):
    """When the proof of use of a funding year is due, and whether it is done."""

    _inherit = "justiq.funding.year"

    proof_due_date = fields.Date(
        string="Proof of Use Due",
        compute="_compute_proof_due_date",
        store=True,
        help="By the months of the grant after the end of the year, or of the grant for its last year.",
    )
    is_proved = fields.Boolean(
        string="Proved",
        compute="_compute_is_proved",
        search="_search_is_proved",
        help="A frozen proof of use in figures covers the whole funding year, "
        "or the final one of the grant was handed in.",
    )

    @api.depends("date_end", "grant_id.date_end", "grant_id.interim_proof_months", "grant_id.final_proof_months")
    def _compute_proof_due_date(self):
        for year in self:
            grant, end = year.grant_id, year.date_end
            months = grant.final_proof_months if end == grant.date_end else grant.interim_proof_months
            year.proof_due_date = end and end + relativedelta(months=months)

    @api.depends("date_start", "date_end", "grant_id.proof_of_use_date")
    def _compute_is_proved(self):
        proved = self._proved_ids()
        for year in self:
            year.is_proved = year._origin.id in proved

    def _search_is_proved(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self.browse()._proved_ids())

    def _proved_ids(self):
        """Ids of the funding years, of these or of all, that a frozen proof, or the final one of the grant, covers."""
        self.flush_model(["grant_id", "date_start", "date_end"])
        self.env["justiq.grant"].flush_model(["proof_of_use_date"])
        self.env["justiq.funder.report"].flush_model(["kind", "state", "grant_id", "date_start", "date_end"])
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT year.id
                     FROM justiq_funding_year year
                     JOIN justiq_grant g ON g.id = year.grant_id
                     LEFT JOIN justiq_funder_report report ON report.grant_id = year.grant_id
                      AND report.kind = 'financial' AND report.state = 'frozen'
                      AND report.date_start <= year.date_start AND report.date_end >= year.date_end
                    WHERE (report.id IS NOT NULL OR g.proof_of_use_date IS NOT NULL) AND %s""",
                SQL("year.id IN %s", tuple(self._origin.ids)) if self._origin.ids else SQL("TRUE"),
            )
        )
        return {year_id for (year_id,) in rows}

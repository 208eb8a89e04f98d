from odoo import models
from odoo.tools import SQL

from .funding_spending import PAID

KEY = ("justiq_budget_line_id", "justiq_baustein_id", "justiq_micro_project_id", "justiq_cost_category_id")


class PlanVersion(models.Model):
    """What a new version of the plan makes of vouchers that are paid already.

    Their ESF money follows the plan. Some of it may have been called or accounted for,
    so the chatter of the year says how many there are, and their sum before and after.
    """

    _inherit = "justiq.plan.version"

    def _tell_of_paid_vouchers(self):
        for version in self:
            year = version.funding_year_id
            former = year.plan_version_ids.filtered(lambda one, version=version: one.number == version.number - 1)
            count, before, after = former._compare_paid_vouchers()
            if count:
                year.message_post(
                    body=self.env._(
                        "Version %(number)s of the plan changes the ESF money of %(count)s paid vouchers from "
                        "%(before)s to %(after)s, with the federal money that the funder adds to it. Check the calls "
                        "for funds and the reports that they are part of.",
                        number=version.number,
                        count=count,
                        before=year._money(before),
                        after=year._money(after),
                    )
                )

    def _compare_paid_vouchers(self):
        """Paid vouchers whose ESF money is another than by this version, in one query however many there are.

        :return: their number, their sum by this version, their sum today; 0 where the version does not tell its lines
        """
        terms = self and "lines" in self.figures and self._former_terms()
        if not terms:
            return 0, 0, 0
        vouchers = self.env["account.analytic.line"]
        vouchers.flush_model([*KEY, "justiq_eligible_amount", "justiq_esf_amount", "justiq_payment_date"])
        key = SQL(", ").join(SQL("COALESCE(%s, 0)", SQL.identifier(name)) for name in KEY)
        [(count, before, after)] = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(*), COALESCE(SUM(before), 0), COALESCE(SUM(now), 0)
                  FROM (
                    SELECT justiq_esf_amount AS now, ROUND(justiq_eligible_amount * part / whole, 2) AS before
                      FROM account_analytic_line
                      JOIN (VALUES %s) AS terms (of_line, of_baustein, of_project, of_category, part, whole)
                        ON (%s) = (of_line, of_baustein, of_project, of_category)
                     WHERE justiq_funding_year_id = %s AND justiq_payment_date IS NOT NULL
                  ) AS paid
                 WHERE before <> now
                """,
                SQL(", ").join(SQL("(%s, %s, %s, %s, %s::numeric, %s::numeric)", *term) for term in terms),
                key,
                self.funding_year_id.id,
            )
        )
        return count, before, after

    def _former_terms(self):
        """By what this version cut the ESF money out of the vouchers that are paid today.

        A voucher whose line has gone since had the one of its micro-project, or of its
        Baustein; without any, the rate of the year.

        :return: list of (line, Baustein, micro-project, category, part, whole), ids or 0
        """
        rate = self.figures.get("esf_rate", self.funding_year_id.esf_rate)
        by_line, by_key = {}, {}
        for row, (line, baustein, project) in zip(self.figures["spending"], self.figures["lines"], strict=True):
            if float(row["planned"]) and not row["is_flat_rate"]:
                by_line[line] = row["esf"], row["planned"]
                by_key.setdefault((baustein, project or 0, row["category_id"]), by_line[line])
        terms = []
        for records in self.env["account.analytic.line"]._read_group(
            [("justiq_funding_year_id", "=", self.funding_year_id.id), *PAID], KEY
        ):
            line, baustein, project, category = (record.id or 0 for record in records)
            found = (
                by_line.get(line)
                or by_key.get((baustein, project, category))
                or by_key.get((baustein, 0, category))
                or (rate, 100)
            )
            terms.append((line, baustein, project, category, *found))
        return terms

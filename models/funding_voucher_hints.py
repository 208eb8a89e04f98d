from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .funding_voucher import READERS


class Voucher(models.Model):
    """What finance should look at again: nothing of it stops a voucher, which accounting may have made."""

    _inherit = "account.analytic.line"

    justiq_is_double = fields.Boolean(
        string="Possibly Double",
        compute="_compute_justiq_is_double",
        search="_search_justiq_is_double",
        groups=READERS,
        help="Another voucher of the provider has the same number, payee and amount.",
    )
    justiq_is_over_plan = fields.Boolean(
        string="Over the Plan",
        compute="_compute_justiq_is_over_plan",
        search="_search_justiq_is_over_plan",
        groups=READERS,
        help="More was spent on the budget line than is planned.",
    )
    justiq_hint = fields.Char(string="Please Check", compute="_compute_justiq_hint", groups=READERS)

    _justiq_number_idx = models.Index(
        "(lower(justiq_voucher_number)) WHERE justiq_grant_id IS NOT NULL AND justiq_voucher_number IS NOT NULL"
    )

    def _compute_justiq_is_double(self):
        numbers = {number.lower() for number in self.mapped("justiq_voucher_number") if number}
        doubles = set(self._doubles(numbers))
        for line in self:
            line.justiq_is_double = line._origin.id in doubles

    def _search_justiq_is_double(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self._doubles())

    @api.model
    def _doubles(self, numbers=None):
        """Ids of vouchers with number, payee and amount of another one of the same provider.

        A voucher whose costs several grants share, each its part of it, is none, and neither are equal lines or parts
        of one bill or entry of the accounting.

        :param numbers: voucher numbers in lower case; None: all
        """
        if numbers is not None and not numbers:
            return []
        self.flush_model(
            [
                "justiq_grant_id",
                "justiq_voucher_number",
                "justiq_payee",
                "amount",
                "company_id",
                "justiq_eligible_share",
            ]
        )
        rows = self.env.execute_query(
            SQL(
                """SELECT unnest(array_agg(id)) FROM account_analytic_line
                    WHERE justiq_grant_id IS NOT NULL AND justiq_voucher_number IS NOT NULL AND %s
                 GROUP BY company_id, lower(justiq_voucher_number), lower(justiq_payee), amount
                   HAVING count(DISTINCT %s) > 1
                      AND (count(*) > count(DISTINCT justiq_grant_id) OR sum(justiq_eligible_share) > 100)""",
                SQL("TRUE") if numbers is None else SQL("lower(justiq_voucher_number) IN %s", tuple(numbers)),
                self._paper(),
            )
        )
        return [line_id for (line_id,) in rows]

    @api.model
    def _paper(self):
        """What tells papers apart: a bill or entry of the accounting may make many vouchers, by hand there is one."""
        if "move_line_id" not in self._fields:
            return SQL("id")
        self.flush_model(["move_line_id"])
        move = SQL("(SELECT move_id FROM account_move_line item WHERE item.id = account_analytic_line.move_line_id)")
        return SQL("COALESCE(-%s, account_analytic_line.id)", move)

    def _compute_justiq_is_over_plan(self):
        for line in self:
            line.justiq_is_over_plan = line.justiq_budget_line_id.left_amount < 0

    def _search_justiq_is_over_plan(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("justiq_budget_line_id.left_amount", "<", 0)

    @api.depends(
        "justiq_state", "justiq_reason", "justiq_cost_category_id", "justiq_payment_date", "justiq_voucher_number"
    )
    def _compute_justiq_hint(self):
        for line in self:
            line.justiq_hint = " ".join(line._hints()) if line.justiq_grant_id else False

    def _hints(self):
        """Sentences for finance."""
        if self.justiq_names_person:
            yield self.env._("The reason looks like the name of a participant; please describe it without.")
        if self.justiq_is_double:
            yield self.env._("The same number, payee and amount are there already.")
        if self.justiq_is_over_plan:
            yield self.env._("The budget line is spent beyond its plan.")
        if not self.justiq_cost_category_id:
            yield self.env._("The cost category is missing.")
        elif not self.justiq_budget_line_id:
            yield self.env._("No budget line of the funding year fits.")

import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.names import person_key
from .funding_voucher import READERS

WORD = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]+)*")


class Voucher(models.Model):
    """What finance should look at again: nothing of it stops a voucher, which accounting may have made."""

    _inherit = "account.analytic.line"

    justiq_is_double = fields.Boolean(
        string="Possibly Double",
        compute="_compute_justiq_is_double",
        search="_search_justiq_is_double",
        groups=READERS,
        help="Another voucher of the grant has the same number, payee and amount.",
    )
    justiq_names_person = fields.Boolean(
        string="Looks Like a Name",
        compute="_compute_justiq_names_person",
        store=True,
        groups=READERS,
        help="The reason contains what looks like the name of a participant.",
    )
    justiq_is_over_plan = fields.Boolean(
        string="Over the Plan",
        compute="_compute_justiq_is_over_plan",
        search="_search_justiq_is_over_plan",
        groups=READERS,
        help="More was spent on the budget line than is planned.",
    )
    justiq_hint = fields.Char(string="Please Check", compute="_compute_justiq_hint", groups=READERS)

    def _compute_justiq_is_double(self):
        doubles = set(self._doubles(self.justiq_grant_id.ids))
        for line in self:
            line.justiq_is_double = line._origin.id in doubles

    def _search_justiq_is_double(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self._doubles())

    @api.model
    def _doubles(self, grant_ids=None):
        """Ids of vouchers with number, payee and amount of another one of the same grant."""
        if grant_ids is not None and not grant_ids:
            return []
        self.flush_model(["justiq_grant_id", "justiq_voucher_number", "justiq_payee", "amount"])
        rows = self.env.execute_query(
            SQL(
                """SELECT unnest(array_agg(id)) FROM account_analytic_line
                    WHERE justiq_grant_id IS NOT NULL AND justiq_voucher_number IS NOT NULL AND %s
                 GROUP BY justiq_grant_id, lower(justiq_voucher_number), lower(justiq_payee), amount
                   HAVING count(*) > 1""",
                SQL("TRUE") if grant_ids is None else SQL("justiq_grant_id IN %s", tuple(grant_ids)),
            )
        )
        return [line_id for (line_id,) in rows]

    @api.depends("justiq_reason", "justiq_grant_id")
    def _compute_justiq_names_person(self):
        """Full names only; the answer is yes or no, and says nothing of whose file it may be."""
        keys = {line: line._person_keys() for line in self}
        known = self._known_person_keys(set().union(*keys.values()))
        for line in self:
            line.justiq_names_person = any((line.company_id.id, key) in known for key in keys[line])

    def _known_person_keys(self, keys):
        """Those of the keys that belong to a case file, by company."""
        if not keys:
            return set()
        # sudo: finance reads no case files; all it learns is that the words look like somebody's name.
        files = self.env["justiq.case.file"].sudo().with_context(active_test=False)
        groups = files._read_group(
            [("person_key", "in", sorted(keys)), ("company_id", "in", self.company_id.ids)],
            ["company_id", "person_key"],
        )
        return {(company.id, key) for company, key in groups}

    def _person_keys(self):
        """Keys of two words that follow each other, as a first and a last name would."""
        words = WORD.findall(self.justiq_reason or "") if self.justiq_grant_id else []
        return {person_key(first, last) for first, last in zip(words, words[1:], strict=False)}

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
        if self.justiq_state == "incomplete":
            yield self.env._("The cost category is missing.")
        elif not self.justiq_budget_line_id:
            yield self.env._("No budget line of the funding year fits.")

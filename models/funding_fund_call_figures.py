from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import money
from .funding_shares_mixin import FUNDER_SOURCES

# What a flat rate goes by, and the days that make a voucher due, the first of them that it has.
KEY = ("justiq_funding_year_id", "justiq_baustein_id", "justiq_cost_category_id")
DUE = ("justiq_payment_date", "justiq_due_date", "justiq_voucher_date", "date")


class FundCall(models.Model):
    """How the figures of calls for funds are computed: by days, in as many queries for one call as for many."""

    _inherit = "justiq.fund.call"

    def _due_domain(self):
        """Vouchers paid in the period, and unpaid ones that are due by its end."""
        paid = Domain("justiq_payment_date", ">=", self.date_start) & Domain("justiq_payment_date", "<=", self.date_end)
        dated = Domain("justiq_due_date", "<=", self.date_end)
        undated = Domain("justiq_due_date", "=", False) & (
            Domain("justiq_voucher_date", "<=", self.date_end)
            | Domain("justiq_voucher_date", "=", False) & Domain("date", "<=", self.date_end)
        )
        unpaid = Domain("justiq_payment_date", "=", False) & (dated | undated)
        return Domain("justiq_grant_id", "=", self.grant_id.id) & (paid | unpaid)

    def _current_figures(self):
        """The figures of today, as text to the cent, by call; in as many queries for one call as for many."""
        complete = self.filtered(lambda call: call.grant_id and call.date_start and call.date_end)
        spending, others, own = complete._spending(), complete._money_of_other_calls(), complete._own_money()
        return {
            call: call._figures_of(*spending[call], *others[call]) | call._co_financing(spending[call][0], *own[call])
            if call in complete
            else {}
            for call in self
        }

    def _spending(self):
        """What was paid before each call and what falls due in it, by call.

        :return: dictionary of pairs (before, due), each a dictionary with `costs`
            (eligible amounts of vouchers), `esf` (ESF money of them) and
            `flat_costs`, `flat_esf` (the flat rates that follow from them)
        """
        sums = self._voucher_sums()
        result = {}
        for index, call in enumerate(self):
            # sudo: years of the grant of the call, which the user reads.
            years = call.sudo().grant_id.funding_year_ids._origin
            before, due = {}, {}
            for position, name in enumerate(("costs", "esf")):
                paid, coming = (
                    {key: amounts[position] for key, amounts in sums[index, what].items()} for what in ("before", "due")
                )
                both = {key: paid.get(key, 0) + coming.get(key, 0) for key in paid.keys() | coming.keys()}
                before[name], due[name] = sum(paid.values()), sum(coming.values())
                # As the difference of two rounded amounts, so that the calls of a year add up to its flat rate.
                before[f"flat_{name}"] = sum(years._flat_amounts(paid).values())
                due[f"flat_{name}"] = sum(years._flat_amounts(both).values()) - before[f"flat_{name}"]
            result[call] = before, due
        return result

    def _voucher_sums(self):
        """(eligible, ESF money) by position of the call and "before" or "due", then by key of `_flat_amounts`."""
        result = defaultdict(dict)
        if not self:
            return result
        # sudo: sums over vouchers of the grant of each call, which the user reads; no voucher is returned.
        vouchers = self.env["account.analytic.line"].sudo()
        vouchers.flush_model([*KEY, *DUE, "justiq_grant_id", "justiq_eligible_amount", "justiq_esf_amount"])
        rows = self.env.execute_query(
            SQL(
                """
                -- What `_due_domain` says, and what was paid before, of all calls in one go.
                SELECT call.position, COALESCE(justiq_payment_date < call.date_start, FALSE), %(key)s,
                       COALESCE(SUM(justiq_eligible_amount), 0), COALESCE(SUM(justiq_esf_amount), 0)
                  FROM unnest(%(grants)s::int[], %(starts)s::date[], %(ends)s::date[])
                       WITH ORDINALITY AS call (grant_id, date_start, date_end, position)
                  JOIN account_analytic_line
                    ON justiq_grant_id = call.grant_id
                   AND COALESCE(justiq_payment_date, justiq_due_date, justiq_voucher_date, date) <= call.date_end
              GROUP BY 1, 2, %(key)s
                """,
                key=SQL(", ").join(map(SQL.identifier, KEY)),
                grants=[call.grant_id._origin.id or None for call in self],
                starts=[call.date_start for call in self],
                ends=[call.date_end for call in self],
            )
        )
        for position, is_before, *found, costs, esf in rows:
            amounts = money.exact(costs), money.exact(esf)
            result[position - 1, "before" if is_before else "due"][tuple(found)] = amounts
        return result

    def _money_of_other_calls(self):
        """What was received and what is requested on the other calls of the grant, by call."""
        # sudo: sums over the calls of a grant of which the user reads one.
        others = self.sudo().search([("grant_id", "in", self.grant_id.ids)]).grouped(lambda call: call.grant_id.id)
        result = {}
        for call in self:
            calls = others.get(call.grant_id.id, self.browse()) - call._origin
            received = calls.filtered(lambda other: other.state == "received").mapped("received_amount")
            requested = calls.filtered(lambda other: other.state == "sent").mapped("called_amount")
            result[call] = sum(map(money.exact, received)), sum(map(money.exact, requested))
        return result

    def _own_money(self):
        """Planned and received money of all other sources, in the years that have begun, by call."""
        # sudo: sums over the plan of the grant of each call, which the user reads.
        lines = self.env["justiq.financing.line"].sudo()
        rows = lines._read_group(
            [("grant_id", "in", self.grant_id.ids), ("source", "not in", FUNDER_SOURCES)],
            ["funding_year_id"],
            ["planned_amount:sum", "received_amount:sum"],
        )
        by_grant = defaultdict(list)
        for year, *amounts in rows:
            by_grant[year.grant_id.id].append((year.date_start, list(map(money.exact, amounts))))
        result = {}
        for call in self:
            begun = [amounts for first_day, amounts in by_grant[call.grant_id.id] if first_day <= call.date_start]
            result[call] = [sum(amounts) for amounts in zip(*begun, strict=True)] or [0, 0]
        return result

    def _co_financing(self, before, planned, received):
        """The proof that the provider's own sources bear their part of what was spent."""
        spent = before["costs"] + before["flat_costs"]
        figures = {
            "spent_amount": spent,
            "own_spent_amount": spent - before["esf"] - before["flat_esf"],
            "own_planned_amount": planned,
            "own_received_amount": received,
        }
        return {name: str(money.exact(value)) for name, value in figures.items()}

    def _figures_of(self, before, due, received, requested):
        self.ensure_one()
        # sudo: rate of the funding year of this call, which the user reads.
        grant = self.grant_id.sudo()
        extra_esf = money.percent(self.extra_amount, (grant._year_of_money(self.date_start) or grant).esf_rate)
        spent = before["esf"] + before["flat_esf"]
        in_hand = received + requested - spent
        figures = {
            "due_amount": due["costs"],
            "due_esf_amount": due["esf"],
            "flat_esf_amount": due["flat_esf"],
            "extra_esf_amount": extra_esf,
            "spent_esf_amount": spent,
            "received_before": received,
            "requested_before": requested,
            "in_hand_amount": in_hand,
            "amount": max(due["esf"] + due["flat_esf"] + extra_esf - in_hand, Decimal(0)),
        }
        return {name: str(money.exact(value)) for name, value in figures.items()}

    def _current_voucher_rows(self):
        """The payments due, as plain values."""
        # sudo: of the grant of this call; kept in a field that only they read who read vouchers.
        vouchers = self.env["account.analytic.line"].sudo().search(self._due_domain())
        rows = [
            {
                "date": fields.Date.to_string(line.justiq_payment_date or line.justiq_due_date or line.date),
                "number": line.justiq_voucher_number or "",
                "payee": line.justiq_payee or "",
                "reason": line.justiq_reason or "",
                "eligible": str(money.exact(line.justiq_eligible_amount)),
                "esf": str(money.exact(line.justiq_esf_amount)),
            }
            for line in vouchers
        ]
        return sorted(rows, key=lambda row: (row["date"], row["number"]))

from odoo import models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools import figures, money
from .funding_figures_mixin import plain_domain
from .funding_funder_report_financial import SPENT, ZERO
from .funding_funder_report_vouchers import AMOUNTS, MODEL

INCOMPLETE = [("justiq_cost_category_id", "=", False)]
OFF_THE_PLAN = [("justiq_cost_category_id", "!=", False), ("justiq_budget_line_id", "=", False)]


class FunderReport(models.Model):
    """How the proof of use hangs together with the books: what is not in it, and why.

    One side are the books: what analytic items charge to the accounts of the
    grant, whatever this module has made of them. The other side is the list of
    vouchers. Everything that explains the difference has a row of its own; what is
    left is a mistake, and has to be found before the report is frozen.
    """

    _inherit = "justiq.funder.report"

    def _reconciliation_tables(self, spending):
        return [
            self._books_table(),
            self._spent_table(spending),
            self._received_table(),
            self._calls_table(spending),
        ]

    # ------------------------------------------------------------
    # From the books to the list of vouchers
    # ------------------------------------------------------------

    def _books_table(self):
        rows, expected, behind = [], ZERO, self._voucher_drill()
        for key, name, amount, drill in self._steps_from_the_books():
            if amount or key == "books":
                rows.append(self._amount_row(key, name, amount, drill=drill))
                expected += amount
        listed = self._voucher_sums(self._voucher_domain(), *SPENT[:1])[0]
        return self._amounts_table(
            "vouchers",
            self.env._("From the books to the list of vouchers"),
            [
                *rows,
                self._amount_row(
                    "expected", self.env._("To be expected in the list"), expected, style="subtotal", drill=behind
                ),
                self._amount_row(
                    "listed", self.env._("Eligible amounts of the vouchers in the list"), listed, drill=behind
                ),
                self._amount_row(
                    "difference",
                    self.env._("Difference"),
                    expected - listed,
                    style="total",
                    drill=self._plain_behind(
                        self._charged_domain() & Domain("justiq_grant_id", "!=", self.grant_id.id)
                    ),
                ),
                *self._information_rows(),
            ],
        )

    def _steps_from_the_books(self):
        """(key, name, amount to add, records behind it) of each step from the books to the list of vouchers."""
        end = format_date(self.env, self.date_end)
        charged, until = self._charged_domain(), Domain("date", "<=", self.date_end)
        grant, listed = Domain("justiq_grant_id", "=", self.grant_id.id), Domain(self._voucher_domain())
        unpaid = Domain("justiq_payment_date", "=", False) | Domain("justiq_payment_date", ">", self.date_end)
        before = grant & until & Domain("justiq_payment_date", "<", self.date_start)
        amounts = {
            "books": (-self._voucher_sums(charged & until, "amount:sum")[0], charged & until, "amount"),
            "later": (self._voucher_sums(listed & ~until, "justiq_amount:sum")[0], listed & ~until, AMOUNTS[0]),
            "before": (-self._voucher_sums(before, "justiq_amount:sum")[0], before, AMOUNTS[0]),
            "unpaid": (
                -self._voucher_sums(grant & until & unpaid, "justiq_amount:sum")[0],
                grant & until & unpaid,
                AMOUNTS[0],
            ),
        }
        paid, eligible = self._voucher_sums(listed, "justiq_amount:sum", "justiq_eligible_amount:sum")
        partly = listed & Domain("justiq_eligible_share", "<", 100)
        amounts["rejected"] = (eligible - paid, partly, list(AMOUNTS[:2]))
        names = {
            "books": self.env._("Charged to the accounts of the grant until %s", end),
            "later": self.env._("Booked later, but paid in the period"),
            "before": self.env._("Paid before the period"),
            "unpaid": self.env._("Not paid by %s", end),
            "rejected": self.env._("Not eligible, of what was paid in the period"),
        }
        for key, name in names.items():
            amount, domain, field = amounts[key]
            yield key, name, amount, self._plain_behind(domain, field)

    def _plain_behind(self, domain, field="amount"):
        return {"model": MODEL, "domain": plain_domain(domain), "field": field}

    def _charged_accounts(self):
        accounts = self.env["account.analytic.account"].with_context(active_test=False)
        return accounts.search([("justiq_grant_id", "=", self.grant_id.id)])

    def _charged_domain(self):
        """Analytic items on the accounts of the grant, whatever the fields of this module say of them."""
        by_plan = self._charged_accounts().grouped("plan_id")
        return Domain.OR(Domain(plan._column_name(), "in", accounts.ids) for plan, accounts in by_plan.items())

    def _information_rows(self):
        """What explains the steps and is none of them."""
        return self._draft_bill_rows()

    def _draft_bill_rows(self):
        """What accounting has charged to the grant on bills that are not posted yet; no row where there is nothing."""
        if "move_line_id" not in self.env[MODEL]._fields:
            return []
        ids = self._charged_accounts().ids
        lines = self.env["account.move.line"].search_fetch(
            [("parent_state", "=", "draft"), ("date", "<=", self.date_end), ("analytic_distribution", "in", ids)],
            ["balance", "analytic_distribution"],
        )
        if not lines:
            return []
        amount = sum((money.percent(line.balance, self._share_charged(line, set(ids))) for line in lines), ZERO)
        return [
            self._amount_row(
                "drafts",
                self.env._("For information: bills of the accounting that are not posted yet"),
                amount,
                drill=self._behind(lines, [("id", "in", lines.ids)], "balance"),
            )
        ]

    def _share_charged(self, line, account_ids):
        """Percentage of a journal item that its distribution charges to the accounts."""
        return sum(
            share
            for key, share in (line.analytic_distribution or {}).items()
            if account_ids & {int(part) for part in key.split(",")}
        )

    def _voucher_sums(self, domain, *aggregates):
        (sums,) = self.env[MODEL]._read_group(domain, [], aggregates)
        return [money.exact(amount) for amount in sums]

    # ------------------------------------------------------------
    # From the list of vouchers to the proof
    # ------------------------------------------------------------

    def _spent_totals(self, spending):
        """Spent by vouchers, spent by flat rates, ESF money of both."""
        costs, flat = spending["costs"].values(), spending["flat"].values()
        return (
            sum((sums[1] for sums in costs), ZERO),
            sum((sums[1] for sums in flat), ZERO),
            sum((sums[2] for sums in costs), ZERO) + sum((sums[2] for sums in flat), ZERO),
        )

    def _spent_table(self, spending):
        vouchers, flat, _esf = self._spent_totals(spending)
        rates = self._rates_of(spending)
        rows = [
            self._amount_row(
                "listed",
                self.env._("Eligible amounts of the vouchers in the list"),
                vouchers,
                drill=self._voucher_drill(),
            ),
            self._amount_row(
                "flat",
                self.env._("Flat rates, which need no vouchers"),
                flat,
                drill=self._voucher_drill([self._of_bases(spending)]),
                drills=self._with_flat_rates(rates, "amount"),
            ),
            self._amount_row(
                "spent",
                self.env._("Spending of this proof"),
                vouchers + flat,
                style="total",
                drill=self._voucher_drill(),
                drills=self._with_flat_rates(rates, "amount"),
            ),
        ]
        for key, name, domain in (
            ("incomplete", self.env._("of it without a cost category: to complete"), INCOMPLETE),
            ("off_plan", self.env._("of it without a line of the plan"), OFF_THE_PLAN),
        ):
            amount = self._voucher_sums([*self._voucher_domain(), *domain], *SPENT[:1])[0]
            if amount:
                rows.append(self._amount_row(key, name, amount, drill=self._voucher_drill(domain)))
        return self._amounts_table("spent", self.env._("From the list of vouchers to this proof"), rows)

    # ------------------------------------------------------------
    # Calls for funds
    # ------------------------------------------------------------

    def _calls_table(self, spending):
        _vouchers, _flat, esf = self._spent_totals(spending)
        calls = self._received_calls()
        received = sum(map(money.exact, calls.mapped("received_amount")), ZERO)
        years = self._report_years()
        granted = sum(
            (
                money.exact(amount)
                for (amount,) in self.env["justiq.budget.line"]._read_group(
                    [("funding_year_id", "in", years.ids)], [], ["esf_amount:sum"]
                )
            ),
            ZERO,
        )
        behind_received = self._behind_calls(calls)
        planned = self._plan_drill(field="esf_amount")
        rates, spent = self._rates_of(spending), self._voucher_drill(names=["justiq_esf_amount"])
        return self._amounts_table(
            "calls",
            self.env._("Calls for funds against %s spent", self._esf_label()),
            [
                self._amount_row(
                    "received",
                    self.env._("Received on calls for funds"),
                    received,
                    drill=behind_received,
                ),
                self._amount_row(
                    "spent",
                    self.env._("%s spent", self._esf_label()),
                    esf,
                    drill=spent,
                    drills=self._with_flat_rates(rates, "amount"),
                ),
                self._amount_row(
                    "remaining",
                    self.env._("Remaining: to carry over or to pay back")
                    if received >= esf
                    else self.env._("Advanced by the provider, still to be called"),
                    received - esf,
                    style="subtotal",
                    drill=behind_received,
                    drills=self._with_flat_rates(rates, "amount", first=[behind_received, spent]),
                ),
                self._amount_row("granted", self.env._("%s planned", self._esf_label()), granted, drill=planned),
                self._amount_row(
                    "unused",
                    self.env._("%s not used", self._esf_label()),
                    granted - esf,
                    style="total",
                    drill=planned,
                    drills=self._with_flat_rates(rates, "amount", first=[planned, spent]),
                ),
            ],
            remark=self._plan_remark(),
        )

    # ------------------------------------------------------------
    # Tables of amounts
    # ------------------------------------------------------------

    def _amounts_table(self, key, title, rows, remark=None):
        return {
            "key": key,
            "title": title,
            "remark": remark,
            "columns": [
                {"key": "name", "label": self.env._("Figure"), "type": "text", "width": 75},
                {"key": "amount", "label": self.env._("Amount"), "type": "money", "width": 25},
            ],
            "rows": rows,
        }

    def _amount_row(self, key, name, amount, style="", drill=None, drills=None):
        row = {"key": key, "style": style, "cells": {"name": name, "amount": figures.amount(amount)}}
        return row | ({"drill": drill} if drill else {}) | ({"drills": drills} if drills else {})

from decimal import Decimal

from odoo import fields, models

from ..tools import figures, money
from .funding_financing_line import SOURCES
from .funding_funder_report_vouchers import MODEL

SPENT = ["justiq_eligible_amount:sum", "justiq_esf_amount:sum"]
ZERO = Decimal(0)


class FunderReport(models.Model):
    """The proof of use in figures (zahlenmäßiger Nachweis): the plan against what was received and spent.

    Planned are the funding years that the period touches, as a whole. Spent are
    the eligible amounts of the vouchers that were paid in the period, as in the
    list of vouchers, and the flat rates that follow from them. All sums come from
    the database, in the same number of queries however many vouchers there are.
    """

    _inherit = "justiq.funder.report"

    kind = fields.Selection(
        selection_add=[("financial", "Proof of Use in Figures"), ("vouchers",)], ondelete={"financial": "cascade"}
    )

    def _figures_financial(self):
        spending = self._spending()
        return [
            {"key": "income", "title": self.env._("Income"), "tables": [self._income_table()]},
            {
                "key": "spending",
                "title": self.env._("Spending"),
                "tables": [self._spending_table(spending), *self._flat_rate_tables(spending)],
                "charts": self._spending_charts(spending),
            },
            {
                "key": "reconciliation",
                "title": self.env._("Reconciliation"),
                "tables": [self._reconciliation_table(spending), self._calls_table(spending)],
            },
        ]

    # ------------------------------------------------------------
    # Income
    # ------------------------------------------------------------

    def _income_table(self):
        years = self._report_years()
        lines = self.env["justiq.financing.line"]
        domain = [("funding_year_id", "in", years.ids)]
        sums = {
            source: (money.exact(planned), money.exact(received))
            for source, planned, received in lines._read_group(
                domain, ["source"], ["planned_amount:sum", "received_amount:sum"]
            )
        }
        labels = dict(lines._fields["source"]._description_selection(self.env))
        rows = [
            self._plan_row(
                source,
                labels[source],
                *sums[source],
                drill=self._behind(lines, [*domain, ("source", "=", source)], ["planned_amount", "received_amount"]),
            )
            for source, _label in SOURCES
            if source in sums
        ]
        return {
            "key": "sources",
            "title": self.env._("Income by source"),
            "columns": self._plan_columns(self.env._("Source"), self.env._("Received")),
            "rows": [
                *rows,
                self._plan_row(
                    "total",
                    self.env._("Total"),
                    *map(sum, zip(*sums.values(), strict=True) if sums else ((ZERO,), (ZERO,))),
                    style="total",
                    drill=self._behind(lines, domain, ["planned_amount", "received_amount"]),
                ),
            ],
        }

    # ------------------------------------------------------------
    # Vouchers, calls
    # ------------------------------------------------------------

    def _amounts_table(self, key, title, rows):
        return {
            "key": key,
            "title": title,
            "columns": [
                {"key": "name", "label": self.env._("Figure"), "type": "text", "width": 75},
                {"key": "amount", "label": self.env._("Amount"), "type": "money", "width": 25},
            ],
            "rows": rows,
        }

    def _amount_row(self, key, name, amount, style="", drill=None):
        row = {"key": key, "style": style, "cells": {"name": name, "amount": figures.amount(amount)}}
        return row | {"drill": drill} if drill else row

    def _spent_totals(self, spending):
        """Spent by vouchers, spent by flat rates, ESF money of both."""
        costs, flat = spending["costs"].values(), spending["flat"].values()
        return (
            sum((sums[1] for sums in costs), ZERO),
            sum((sums[1] for sums in flat), ZERO),
            sum((sums[2] for sums in costs), ZERO) + sum((sums[2] for sums in flat), ZERO),
        )

    def _reconciliation_table(self, spending):
        ((listed,),) = self.env[MODEL]._read_group(self._voucher_domain(), [], SPENT[:1])
        vouchers, flat, _esf = self._spent_totals(spending)
        listed = money.exact(listed)
        return self._amounts_table(
            "vouchers",
            self.env._("Reconciliation to the list of vouchers"),
            [
                self._amount_row(
                    "listed",
                    self.env._("Eligible amounts of the list of vouchers"),
                    listed,
                    drill=self._voucher_drill(),
                ),
                self._amount_row("flat", self.env._("Flat rates, which need no vouchers"), flat),
                self._amount_row("spent", self.env._("Spending of this proof"), vouchers + flat, style="subtotal"),
                self._amount_row(
                    "difference", self.env._("Difference"), listed + flat - vouchers - flat, style="total"
                ),
            ],
        )

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
        behind_received = self._behind(calls, [("id", "in", calls.ids)], "received_amount")
        planned = self._plan_drill(field="esf_amount")
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
                self._amount_row("spent", self.env._("%s spent", self._esf_label()), esf, drill=self._voucher_drill()),
                self._amount_row(
                    "remaining",
                    self.env._("Remaining: to carry over or to pay back")
                    if received >= esf
                    else self.env._("Advanced by the provider, still to be called"),
                    received - esf,
                    style="subtotal",
                    drill=behind_received,
                ),
                self._amount_row("granted", self.env._("%s planned", self._esf_label()), granted, drill=planned),
                self._amount_row(
                    "unused",
                    self.env._("%s not used", self._esf_label()),
                    granted - esf,
                    style="total",
                    drill=planned,
                ),
            ],
        )

    # ------------------------------------------------------------
    # Rows of plan and deviation
    # ------------------------------------------------------------

    def _plan_columns(self, name, actual):
        return [
            {"key": "name", "label": name, "type": "text", "width": 37},
            {"key": "planned", "label": self.env._("Planned"), "type": "money", "width": 24},
            {"key": "actual", "label": actual, "type": "money", "width": 23},
            {"key": "deviation", "label": self.env._("Deviation"), "type": "money", "width": 26},
            {"key": "percent", "label": self.env._("Deviation %"), "type": "percent", "width": 20},
        ]

    def _plan_row(self, key, name, planned, actual, esf=None, style="", drill=None, drills=None, **texts):
        cells = {
            **texts,
            "name": name,
            "planned": figures.amount(planned),
            "actual": figures.amount(actual),
            "deviation": figures.amount(actual - planned),
            "percent": figures.share(actual - planned, planned),
        }
        if esf is not None:
            cells["esf"] = figures.amount(esf)
        row = {"key": key, "style": style, "cells": cells, "drill": drill}
        return row | {"drills": drills} if drills else row

    def _behind(self, model, domain, field=None):
        """Where a row clicks through to; `field` as in the model's docstring."""
        return {"model": model._name, "domain": [list(part) for part in domain], "field": field}

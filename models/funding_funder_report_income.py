from decimal import Decimal

from odoo import fields, models
from odoo.tools import format_date

from ..tools import figures, money
from .funding_shares_mixin import SOURCES

ZERO = Decimal(0)


class FunderReport(models.Model):
    """Income in the reports to the funder: what came in the period.

    Money belongs to a funding year: that of a call by its day, a receipt by its
    line of the plan. It counts on its day, or, where it came before or after its
    year, on the first or last day of that: a last payment after the end of the
    grant is income of its last year. What was entered without a day is the sum of
    a whole funding year; it cannot be cut to a period, and a remark says so.
    """

    _inherit = "justiq.funder.report"

    # ------------------------------------------------------------
    # What counts in the period
    # ------------------------------------------------------------

    def _counts_in_period(self, day, year):
        """Whether money of a funding year that came on this day counts in the period."""
        return bool(year) and self.date_start <= year._day_within(day) <= self.date_end

    def _received_calls(self):
        """Calls for funds whose money counts in the period."""
        calls = self.env["justiq.fund.call"].search(
            [("grant_id", "=", self.grant_id.id), ("state", "=", "received")], order="received_on, id"
        )
        return calls.filtered(
            lambda call: self._counts_in_period(call.received_on, self.grant_id._year_of_money(call.received_on))
        )

    def _receipts(self):
        """Receipts from other sources that count in the period."""
        receipts = self._report_years().financing_line_ids.filtered(lambda line: not line.is_fed_by_calls).receipt_ids
        return receipts.filtered(
            lambda receipt: self._counts_in_period(receipt.date, receipt.financing_line_id.funding_year_id)
        )

    def _undated_lines(self):
        """Lines of the plan whose received amount was entered without a day."""
        return self._report_years().financing_line_ids.filtered(
            lambda line: line.received_amount and not line.is_fed_by_calls and not line.has_receipts
        )

    def _received_by_line(self):
        """What counts in the period, by line of the financing plan, exact.

        Of several lines of the funder, each has its part of the calls as it is fed by
        them: cut into periods, the parts of each line add up to those of the year.
        """
        received = {line: money.exact(line.received_amount) for line in self._undated_lines()}
        for receipt in self._receipts():
            line = receipt.financing_line_id
            received[line] = received.get(line, ZERO) + money.exact(receipt.amount)
        for year, calls in self.grant_id._calls_by_year().items():
            if year in self._report_years():
                until_end, before = (
                    year._parts_of_calls(
                        calls.filtered(lambda call, day=day, year=year: year._day_within(call.received_on) < day)
                    )
                    for day in (fields.Date.add(self.date_end, days=1), self.date_start)
                )
                received |= {line: amount - before[line] for line, amount in until_end.items()}
        return received

    def _undated_remark(self):
        if not self._undated_lines():
            return None
        return self.env._("Amounts that were entered without a day are the sum of a whole funding year.")

    # ------------------------------------------------------------
    # Proof of use: by source
    # ------------------------------------------------------------

    def _income_table(self):
        lines, received = self._report_years().financing_line_ids, self._received_by_line()
        labels = dict(lines._fields["source"]._description_selection(self.env))
        by_source = lines.grouped("source")
        rows = [
            self._income_row(source, labels[source], by_source[source], received)
            for source, _label in SOURCES
            if source in by_source
        ]
        return {
            "key": "sources",
            "title": self.env._("Income by source"),
            "remark": self._income_remark(),
            "columns": self._plan_columns(self.env._("Source"), self.env._("Received")),
            "rows": [*rows, self._income_row("total", self.env._("Total"), lines, received, style="total")],
        }

    def _income_row(self, key, name, lines, received, style=""):
        domain = [("funding_year_id", "in", self._report_years().ids)]
        if not style:
            domain.append(("source", "=", key))
        return self._plan_row(
            key,
            name,
            sum(map(money.exact, lines.mapped("planned_amount")), ZERO),
            sum((received.get(line, ZERO) for line in lines), ZERO),
            style=style,
            drill=self._behind(lines, domain, ["planned_amount", "received_amount"]),
            drills={"actual": self._behind_received(lines)},
        )

    def _income_remark(self):
        whole_years = self._plan_remark()
        return whole_years and " ".join(filter(None, (whole_years, self._undated_remark())))

    def _behind_received(self, lines):
        """What lines of the plan have received in the period: calls, receipts, and what has no day."""
        calls = self._received_calls() if any(line.is_fed_by_calls for line in lines) else None
        receipts, undated = self._receipts() & lines.receipt_ids, self._undated_lines() & lines
        return self._behind_each(calls, (receipts, "amount"), (undated, "received_amount"))

    def _behind_each(self, calls, *others):
        """A way to each of several kinds of records, of those that there are."""
        ways = [self._behind_calls(calls)] if calls else []
        return ways + [
            self._behind(records, [("id", "in", records.ids)], field) for records, field in others if records
        ]

    # ------------------------------------------------------------
    # Proof of use: reconciliation
    # ------------------------------------------------------------

    def _received_table(self):
        """The income of the plan against what has come: on calls for funds, and from the other sources."""
        calls, received = self._received_calls(), self._received_by_line()
        lines = self._report_years().financing_line_ids
        others = lines.filtered(lambda line: not line.is_fed_by_calls)
        called = sum(map(money.exact, calls.mapped("received_amount")), ZERO)
        other = sum((received.get(line, ZERO) for line in others), ZERO)
        proved = sum(received.values(), ZERO)
        planned = self._behind(lines, [("id", "in", lines.ids)], "received_amount")
        behind_others = self._behind_received(others)
        everything = self._behind_each(calls) + behind_others
        rows = [
            ("calls", self.env._("Received on calls for funds"), called, "", self._behind_each(calls)),
            ("others", self.env._("Received from the other sources"), other, "", behind_others),
            ("proved", self.env._("Income of this proof"), proved, "subtotal", everything),
            (
                "difference",
                self.env._("Difference: money without a line of the financing plan"),
                called + other - proved,
                "total",
                everything,
            ),
        ]
        return self._amounts_table(
            "income",
            self.env._("From the income received to this proof"),
            [
                self._amount_row(key, name, amount, style, planned, {"amount": ways})
                for key, name, amount, style, ways in rows
            ],
        )

    def _behind_calls(self, calls):
        return self._behind(calls, [("id", "in", calls.ids)], "received_amount")

    # ------------------------------------------------------------
    # List of vouchers: day by day
    # ------------------------------------------------------------

    def _income_list(self):
        undated = self._undated_lines()
        dated = [self._call_row(call) for call in self._received_calls()]
        dated += [self._receipt_row(receipt) for receipt in self._receipts()]
        rows = [
            *sorted(dated, key=lambda row: row["cells"]["date"]),
            *(self._listed_row(line, "received_amount", payer="", **self._source_cells(line)) for line in undated),
        ]
        for number, row in enumerate(rows, start=1):
            row["cells"]["no"] = number
        total = sum((Decimal(row["cells"]["amount"]) for row in rows), ZERO)
        ways = {
            "amount": self._behind_each(
                self._received_calls(), (self._receipts(), "amount"), (undated, "received_amount")
            )
        }
        return {
            "key": "received",
            "title": self.env._("Received"),
            "carry": True,
            "remark": self._undated_remark(),
            "columns": [
                {"key": "no", "label": self.env._("No."), "type": "integer", "width": 5, "compare": False},
                {"key": "date", "label": self.env._("Received on"), "type": "date", "width": 12},
                {"key": "payer", "label": self.env._("Payer"), "type": "text", "width": 22},
                {"key": "source", "label": self.env._("Source"), "type": "text", "width": 22},
                {"key": "reason", "label": self.env._("Reason"), "type": "text", "width": 30},
                {"key": "amount", "label": self.env._("Amount"), "type": "money", "width": 18},
            ],
            "rows": [*rows, self._total_row({"amount": figures.amount(total)}, label="source") | {"drills": ways}],
        }

    def _call_row(self, call):
        return self._listed_row(
            call,
            "received_amount",
            date=fields.Date.to_string(call.received_on),
            payer=self.env._("Funder"),
            source=self.env._("Call for funds"),
            reason=self.env._(
                "Payments due %(start)s to %(end)s",
                start=format_date(self.env, call.date_start),
                end=format_date(self.env, call.date_end),
            ),
        )

    def _receipt_row(self, receipt):
        cells = self._source_cells(receipt.financing_line_id, receipt.name)
        cells["date"] = fields.Date.to_string(receipt.date)
        return self._listed_row(receipt, "amount", payer=receipt.payer, **cells)

    def _source_cells(self, line, *reasons):
        labels = dict(line._fields["source"]._description_selection(self.env))
        reason = " · ".join(filter(None, (*reasons, line.name, line.funding_year_id.label)))
        return {"date": None, "source": labels[line.source], "reason": reason}

    def _listed_row(self, record, name, **cells):
        return {
            "key": f"{record._name}-{record.id}",
            "cells": {**cells, "amount": figures.amount(record[name])},
            "drill": {"model": record._name, "domain": [["id", "=", record.id]], "field": name},
        }

from decimal import Decimal

from odoo import models

from ..tools import figures


class FundCallReport(models.AbstractModel):
    """A call for funds on paper: its figures, and the payments behind them.

    Printed by coordination, finance and auditor. Reasons and payees are those of
    the list of vouchers; no file of a young person is read.
    """

    _name = "report.justiq.report_fund_call"
    _inherit = ["justiq.report.mixin", "justiq.report.tables.mixin"]
    _description = "Call for Funds on Paper"

    _printed_model = "justiq.fund.call"

    def _contents(self, calls):
        return {call.id: self._content(call) for call in calls}

    def _content(self, call):
        names = [
            "due_esf_amount",
            "flat_esf_amount",
            "extra_esf_amount",
            "received_before",
            "requested_before",
            "spent_esf_amount",
            "in_hand_amount",
        ]
        rows = call.voucher_rows if call.figures else call._current_voucher_rows()
        return {
            "title": self.env._("Call for funds"),
            "period": self._period(call.date_start, call.date_end),
            "state_label": self._label(call, "state"),
            "currency": call.currency_id.name,
            "rows": [
                {"label": call._fields[name]._description_string(self.env), "amount": call[name]} for name in names
            ],
            "amount": call.amount,
            "co_financing": [
                {"label": call._fields[name]._description_string(self.env), "amount": call[name]}
                for name in ("spent_amount", "own_spent_amount", "own_planned_amount", "own_received_amount")
            ],
            "extra": call.extra_amount,
            "extra_note": call.extra_note,
            "payments": rows and self._printed_table(self._payments_table(rows), self._formatter(), landscape=False),
        }

    def _payments_table(self, rows):
        """The payments behind the call, as the tables of the reports to the funder."""
        sums = {name: figures.amount(sum(Decimal(row[name]) for row in rows)) for name in ("eligible", "esf")}
        texts = {
            "date": (self.env._("Date"), "date", 16),
            "number": (self.env._("Voucher"), "text", 20),
            "payee": (self.env._("Payee"), "text", 36),
            "reason": (self.env._("Reason"), "text", 44),
            "eligible": (self.env._("Eligible"), "money", 22),
            "esf": (self.env._("Funder's money"), "money", 22),
        }
        return {
            "title": self.env._("Payments due"),
            "carry": True,
            "columns": [
                {"key": key, "label": label, "type": kind, "width": width}
                for key, (label, kind, width) in texts.items()
            ],
            "rows": [
                *({"key": number, "cells": row} for number, row in enumerate(rows)),
                {"key": "total", "style": "total", "cells": {"reason": self.env._("Total"), **sums}},
            ],
        }

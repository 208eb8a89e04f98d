from decimal import Decimal

from odoo import models
from odoo.tools import format_date


class FundCallReport(models.AbstractModel):
    """A call for funds on paper: its figures, and the payments behind them.

    Printed by coordination, finance and auditor. Reasons and payees are those of
    the list of vouchers; no file of a young person is read.
    """

    _name = "report.justiq.report_fund_call"
    _inherit = ["justiq.report.mixin"]
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
            "vouchers": [
                {
                    **row,
                    "date": format_date(self.env, row["date"]),
                    "eligible": float(row["eligible"]),
                    "esf": float(row["esf"]),
                }
                for row in rows
            ],
            "eligible": float(sum(Decimal(row["eligible"]) for row in rows)),
            "esf": float(sum(Decimal(row["esf"]) for row in rows)),
        }

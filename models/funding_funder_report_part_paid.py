from odoo import fields, models
from odoo.fields import Domain

from ..tools import figures, money
from .funding_figures_mixin import plain_domain
from .funding_funder_report_financial import ZERO
from .funding_funder_report_vouchers import MODEL
from .funding_voucher_books import PAYABLE


class FunderReport(models.Model):
    """Bills that were paid in part: a voucher is proved when all of it is paid; until then the money is found here."""

    _inherit = "justiq.funder.report"

    def _information_rows(self):
        return [*super()._information_rows(), *self._part_paid_rows()]

    def _part_paid_rows(self):
        vouchers = self.env[MODEL].search(self._unpaid_bills_domain())
        parts = {voucher: part for voucher, part in self._paid_parts(vouchers).items() if part}
        if not parts:
            return []
        domain = Domain("id", "in", [voucher.id for voucher in parts])
        row = self._amount_row(
            "part_paid",
            self.env._("For information: paid in part in the period, not proved yet"),
            sum(parts.values()),
            drill={"model": MODEL, "domain": plain_domain(domain), "field": None},
        )
        return [row | {"records": {str(voucher.id): figures.amount(part) for voucher, part in parts.items()}}]

    def _unpaid_bills_domain(self):
        if "move_line_id" not in self.env[MODEL]._fields:
            return Domain.FALSE
        unpaid = Domain("justiq_payment_date", "=", False) | Domain("justiq_payment_date", ">", self.date_end)
        return unpaid & Domain(
            [
                ("justiq_grant_id", "=", self.grant_id.id),
                ("move_line_id.parent_state", "=", "posted"),
                ("date", "<=", self.date_end),
            ]
        )

    def _paid_parts(self, vouchers):
        """What was paid of each voucher in the period: its part of what was paid of its bill."""
        if not vouchers:
            return {}
        # sudo: of the bills only what was paid, for whoever reads their vouchers.
        vouchers = vouchers.sudo()
        paid = self._paid_of_bills(vouchers.move_line_id.move_id)
        return {
            voucher: money.part(voucher.justiq_amount, paid[bill], abs(bill.amount_total))
            for voucher in vouchers
            if (bill := voucher.move_line_id.move_id)
        }

    def _paid_of_bills(self, bills):
        """What was paid in the period, by bill, in the currency of the bill."""
        paid = dict.fromkeys(bills, ZERO)
        for bill, other in (("credit", "debit"), ("debit", "credit")):
            groups = bills.env["account.partial.reconcile"]._read_group(
                [
                    (f"{bill}_move_id.move_id", "in", bills.ids),
                    (f"{bill}_move_id.account_id.account_type", "=", PAYABLE),
                    (f"{other}_move_id.date", ">=", fields.Date.to_string(self.date_start)),
                    (f"{other}_move_id.date", "<=", fields.Date.to_string(self.date_end)),
                    # What Odoo books for a changed exchange rate is no payment.
                    (f"{other}_move_id.move_id.exchange_diff_partial_ids", "=", False),
                ],
                [f"{bill}_move_id"],
                [f"{bill}_amount_currency:sum"],
            )
            for item, amount in groups:
                paid[item.move_id] += money.exact(amount)
        return paid

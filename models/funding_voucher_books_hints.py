from odoo import models
from odoo.tools import formatLang

from .funding_voucher_books import PAYABLE


class Voucher(models.Model):
    """Where the bill in the accounting and what its voucher proves differ, so that finance looks at both."""

    _inherit = "account.analytic.line"

    def _hints(self):
        yield from super()._hints()
        # sudo: amounts of the bill, for whoever may read its voucher.
        line = self.sudo()
        bill = line._justiq_bill()
        if not bill:
            return

        def money(amount):
            return formatLang(self.env, amount, currency_obj=bill.company_currency_id)

        difference = line._justiq_exchange_difference(bill)
        if difference:
            booked = abs(bill.amount_total_signed)
            yield self.env._(
                "The bill was booked with %(booked)s and paid with %(paid)s, because the exchange rate had changed: "
                "only what was paid can be proved.",
                booked=money(booked),
                paid=money(booked - difference),
            )
        tax = line._justiq_tax_left_out(bill)
        if tax:
            yield self.env._(
                "%s of tax on this bill are not charged to the grant. That is right where input tax is deducted; "
                "elsewhere the accounting ticks “Include in Analytic Cost” at the tax.",
                money(tax),
            )

    def _justiq_exchange_difference(self, bill):
        """How much less than booked was paid for a bill in foreign currency, in that of the company; negative: more."""
        if bill.currency_id == bill.company_currency_id:
            return 0.0
        terms = bill.line_ids.filtered(lambda item: item.account_type == PAYABLE)
        moves = (terms.matched_debit_ids | terms.matched_credit_ids).exchange_move_id
        gain = sum(moves.line_ids.filtered(lambda item: item.account_type == PAYABLE).mapped("balance"))
        return bill.company_currency_id.round(-gain if bill.move_type == "in_refund" else gain)

    def _justiq_tax_left_out(self, bill):
        """Tax of the whole bill, of the kinds that the voucher's line has, that nothing is charged with."""
        taxes = self.move_line_id.tax_ids.flatten_taxes_hierarchy()
        left_out = bill.line_ids.filtered(lambda item: item.tax_line_id in taxes and not item.analytic_distribution)
        return bill.company_currency_id.round(abs(sum(left_out.mapped("balance"))))

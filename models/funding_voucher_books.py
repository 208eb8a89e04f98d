from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from .funding_voucher import READERS

PAID = ("in_payment", "paid")
PAYABLE = "liability_payable"
CASH = ("asset_cash", "liability_credit_card")
# What the accounting knows of a bill (module `account`), from the journal item of the voucher.
BILL = (
    "move_line_id.move_id.date",
    "move_line_id.move_id.ref",
    "move_line_id.move_id.name",
    "move_line_id.move_id.invoice_date",
    "move_line_id.move_id.invoice_date_due",
)
PAYMENT = (
    "move_line_id.move_id.date",
    "move_line_id.move_id.payment_state",
    "move_line_id.move_id.matched_payment_ids.date",
    "move_line_id.move_id.matched_payment_ids.state",
    "move_line_id.move_id.line_ids.matched_debit_ids.exchange_move_id",
    "move_line_id.move_id.line_ids.matched_credit_ids.exchange_move_id",
)


def _of_books(names):
    """Dependencies that are there only where Odoo's accounting is installed, which this module does without."""
    return lambda self: ("justiq_grant_id", *(names if "move_line_id" in self._fields else ()))


class Voucher(models.Model):
    """What a bill or entry of Odoo's accounting says of its voucher, so that finance need not enter it again.

    Number, date and due date are proposed and may be corrected. The payment date
    follows the payment: it comes and goes with it. What finance enters herself, for
    a bill that is paid elsewhere, stays until the accounting knows better.
    """

    _inherit = "account.analytic.line"

    justiq_voucher_number = fields.Char(compute="_compute_justiq_bill", store=True, readonly=False)
    justiq_voucher_date = fields.Date(compute="_compute_justiq_bill", store=True, readonly=False)
    justiq_due_date = fields.Date(compute="_compute_justiq_bill", store=True, readonly=False)
    justiq_payment_date = fields.Date(compute="_compute_justiq_payment", store=True, readonly=False)
    justiq_is_payment_booked = fields.Boolean(
        string="Payment from the Accounting", compute="_compute_justiq_payment", store=True, groups=READERS
    )

    @api.depends(_of_books(BILL))
    def _compute_justiq_bill(self):
        for line in self:
            for name, value in line._justiq_proposal().items():
                line[name] = line[name] or value

    @api.depends(_of_books(PAYMENT))
    def _compute_justiq_payment(self):
        for line in self:
            grant = line.justiq_grant_id
            day = line._justiq_booked_payment()
            # A payment outside the period is not refused in the accounting: it just is none of the grant.
            if grant.state == "closed" or (day and not grant.date_start <= day <= grant.date_end):
                continue
            if day or line.justiq_is_payment_booked:
                line.justiq_payment_date = day
                line.justiq_is_payment_booked = bool(day)

    def _justiq_proposal(self):
        """What the accounting says of number and dates, by field; nothing for a voucher that does not come from it."""
        bill, entry = self._justiq_bill(), self._justiq_entry()
        if bill:
            return self._tidied(
                {
                    "justiq_voucher_number": bill.ref or bill.name,
                    "justiq_voucher_date": bill.invoice_date,
                    "justiq_due_date": bill.invoice_date_due,
                }
            )
        if entry:
            return self._tidied({"justiq_voucher_number": entry.ref or entry.name, "justiq_voucher_date": entry.date})
        return {}

    def _justiq_move(self):
        self.ensure_one()
        return self.move_line_id.move_id if "move_line_id" in self._fields and self.justiq_grant_id else None

    def _justiq_bill(self):
        """The bill or credit note of the provider's accounting that the voucher comes from, if any."""
        move = self._justiq_move()
        return move if move and move.is_purchase_document(include_receipts=True) else None

    def _justiq_entry(self):
        """The journal entry without a bill that the voucher comes from, such as one of the cash book, if any."""
        move = self._justiq_move()
        return move if move and move.move_type == "entry" else None

    def _justiq_booked_payment(self):
        """The day on which the bill was paid in full, or on which cash was paid without a bill; or False."""
        bill, entry = self._justiq_bill(), self._justiq_entry()
        if entry and any(kind in CASH for kind in entry.line_ids.mapped("account_type")):
            return entry.date
        if not bill or bill.payment_state not in PAID:
            return False
        # What Odoo books for a changed exchange rate, at the end of the month, is no payment.
        terms = bill.line_ids.filtered(lambda line: line.account_type == PAYABLE)
        counterparts = terms.matched_debit_ids.debit_move_id | terms.matched_credit_ids.credit_move_id
        payments = counterparts.filtered(lambda line: not line.move_id.exchange_diff_partial_ids)
        return max([*payments.mapped("date"), *bill.matched_payment_ids.mapped("date")], default=False)

    def _hints(self):
        yield from super()._hints()
        # sudo: of the bill only the day, for whoever may read the voucher.
        day = self.sudo()._justiq_booked_payment()
        if day and not self.justiq_payment_date:
            yield self.env._(
                "Paid on %s in the accounting, outside the period of the grant.", format_date(self.env, day)
            )

    def write(self, vals):
        if "justiq_payment_date" in vals:
            self._check_payment_not_booked(vals["justiq_payment_date"])
        return super().write(vals)

    def _check_payment_not_booked(self, day):
        """Refuse another day than that of the payment in the accounting.

        :raises ValidationError: naming the voucher and both ways out
        """
        day = fields.Date.to_date(day) or False
        # sudo: how the payment came; who may write the voucher is asked by `write`.
        booked = self.sudo().filtered(lambda line: line.justiq_is_payment_booked and line.justiq_payment_date != day)
        if booked:
            raise ValidationError(
                self.env._(
                    "Payment date: “%s” is paid in the accounting, which knows the day. Correct the payment there.",
                    booked[0].justiq_reason or booked[0].name,
                )
            )

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import money
from .funding_shares_mixin import FUNDER_SOURCES


class FinancingReceipt(models.Model):
    """A single amount that came from a source other than a call for funds: when, and from whom.

    The list of vouchers names income as the funder wants it: day, payer, single
    amount. Money of the funder that comes on calls has its day there. For seconded
    staff, the day is that of the statement of the hours worked.

    Coordination and finance enter the receipts of their companies; team lead and
    auditor read them. Nothing changes in a closed grant.
    """

    _name = "justiq.financing.receipt"
    _inherit = ["justiq.computed.mixin", "justiq.import.mixin"]
    _description = "Receipt"
    _order = "date, id"

    financing_line_id = fields.Many2one(
        comodel_name="justiq.financing.line", required=True, ondelete="restrict", index=True
    )
    grant_id = fields.Many2one(related="financing_line_id.grant_id", store=True, index=True)
    company_id = fields.Many2one(related="financing_line_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="financing_line_id.currency_id", store=True, precompute=True)
    date = fields.Date(string="Received on", required=True, default=fields.Date.context_today)
    payer = fields.Char(required=True, help="Who has paid, or has seconded the staff.")
    amount = fields.Monetary(required=True, help="Negative for what was paid back.")
    name = fields.Char(string="Description")

    _amount_plausible = models.Constraint(
        "CHECK (amount <> 0 AND abs(amount) < 1000000000)",
        "A receipt needs an amount that is not zero and below one billion.",
    )

    @api.depends("payer", "date")
    def _compute_display_name(self):
        for receipt in self:
            receipt.display_name = f"{receipt.payer or ''}, {fields.Date.to_string(receipt.date) or ''}"

    @api.constrains("date")
    def _check_date(self):
        self.financing_line_id.check_access("read")  # the message tells of its grant
        for receipt in self:
            # sudo: the first day of the grant, also for whoever may not read it.
            receipt.sudo().grant_id._check_day_of_income(receipt.date)

    @api.model_create_multi
    def create(self, vals_list):
        receipts = super().create(vals_list)
        # Of the stored line: it may also come as a default of the context, that is, from the client.
        receipts.financing_line_id._check_takes_receipts(new=receipts)
        # sudo: the sum follows its receipts, whoever may write them.
        receipts.sudo().financing_line_id._sum_receipts()
        return receipts

    def write(self, vals):
        # sudo: as above.
        lines = self.sudo().financing_line_id
        lines.grant_id._check_takes_money()
        if "financing_line_id" in vals:
            self.env["justiq.financing.line"].browse(vals["financing_line_id"])._check_takes_receipts()
        result = super().write(vals)
        # sudo: as above.
        (lines | self.sudo().financing_line_id)._sum_receipts()
        return result

    def unlink(self):
        # sudo: as above.
        lines = self.sudo().financing_line_id
        lines.grant_id._check_takes_money()
        result = super().unlink()
        lines._sum_receipts()
        return result


class FinancingLine(models.Model):
    """What is received is the sum of its receipts, as soon as there are any."""

    _inherit = "justiq.financing.line"

    receipt_ids = fields.One2many(comodel_name="justiq.financing.receipt", inverse_name="financing_line_id", copy=False)
    has_receipts = fields.Boolean(compute="_compute_has_receipts")

    @api.depends("receipt_ids")
    def _compute_has_receipts(self):
        for line in self:
            line.has_receipts = bool(line.receipt_ids)

    def write(self, vals):
        if "received_amount" in vals and any(line.receipt_ids for line in self):
            raise ValidationError(
                self.env._(
                    "Received: it is the sum of the receipts of this line. Enter another receipt, or correct one."
                )
            )
        if vals.get("source"):
            # Receipts of others are no money of the funder, and keep their source.
            self.filtered(lambda line: line.source != vals["source"])._check_no_receipts()
        return super().write(vals)

    def _check_takes_receipts(self, new=None):
        """Refuse receipts where the money is told in another way.

        :param new: receipts that were just created, and that the sum does not hold yet
        :raises AccessError: where the user may not read the line, of which the message would tell
        :raises ValidationError: naming the line and the way out
        """
        self.check_access("read")
        # sudo: the state of the grant, also for whoever may not read it.
        lines = self.sudo()
        lines.grant_id._check_takes_money()
        for line in lines:
            if line.source in FUNDER_SOURCES:
                raise ValidationError(
                    self.env._(
                        "%s: the money of the funder comes from the calls for funds. Enter there when it was received.",
                        line.display_name,
                    )
                )
            if money.exact(line.received_amount) and not line.receipt_ids - (new or line.receipt_ids.browse()):
                raise ValidationError(
                    self.env._(
                        "%(line)s: %(amount)s is entered without a day. Set “Received” to 0 and enter each receipt "
                        "with its day, so that nothing counts twice.",
                        line=line.display_name,
                        amount=line.funding_year_id._money(line.received_amount),
                    )
                )

    def _sum_receipts(self):
        sums = dict(
            self.env["justiq.financing.receipt"]._read_group(
                [("financing_line_id", "in", self.ids)], ["financing_line_id"], ["amount:sum"]
            )
        )
        for line in self.filtered(lambda line: not line.is_fed_by_calls):
            line._receive(float(money.exact(sums.get(line))))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_received(self):
        self._check_no_receipts()

    def _check_no_receipts(self):
        # sudo: only whether there are any.
        for line in self.sudo():
            if line.receipt_ids:
                raise ValidationError(
                    self.env._("%s has receipts. Move them to another line, or delete them first.", line.display_name)
                )

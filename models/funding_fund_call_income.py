from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import money
from .funding_grant_shares import FUNDER_SOURCES
from .funding_year_plan import READERS


class Grant(models.Model):
    """What has come on calls for funds is the received income of the sources that the funder pays."""

    _inherit = "justiq.grant"

    fund_call_ids = fields.One2many(
        comodel_name="justiq.fund.call", inverse_name="grant_id", copy=False, groups=READERS
    )

    def _feed_received(self):
        """Bring the received amounts of ESF and federal money up to what has come on calls.

        Each call belongs to the funding year of its money (`_year_of_money`); of
        several lines, each gets its part of the planned money, to the cent.
        """
        for grant in self:
            for year, calls in grant._calls_by_year().items():
                received = sum(map(money.exact, calls.mapped("received_amount")), Decimal(0))
                lines = year.financing_line_ids.filtered(lambda line: line.source in FUNDER_SOURCES)
                for line, part in zip(lines, money.distribute(received, lines.mapped("planned_amount")), strict=True):
                    if money.exact(line.received_amount) != part:
                        line._check_no_receipts()  # of a time before calls: they would be overwritten
                        line._receive(float(part))

    def _year_of_money(self, day):
        """The funding year that money of the funder belongs to, by the day on which it came.

        Before and after the grant, as a last payment is, it is the first or last one.
        """
        years = self.funding_year_ids.sorted("date_start")
        started = years.filtered(lambda year: year.date_start <= day)
        return (started or years[:1])[-1:]

    def _calls_by_year(self):
        """The calls of the grant whose money has come, by the funding year that it belongs to."""
        self.ensure_one()
        years = self.funding_year_ids.sorted("date_start")
        calls = self.env["justiq.fund.call"].search([("grant_id", "=", self.id), ("state", "=", "received")])
        by_year = dict.fromkeys(years, calls.browse())
        for call in calls:
            by_year[self._year_of_money(call.received_on)] |= call
        return by_year


class FundCall(models.Model):
    _inherit = "justiq.fund.call"

    def write(self, vals):
        # sudo: the income follows the call, whoever may write it.
        calls = self.sudo()
        received = calls.filtered(lambda call: call.state == "received")
        result = super().write(vals)
        if vals.keys() & {"state", "received_amount", "received_on"}:
            # Sending alone brings no money, so what was entered without a call stays until then.
            (received | calls.filtered(lambda call: call.state == "received")).grant_id._feed_received()
        return result


class FinancingLine(models.Model):
    """Received money of the funder comes from the calls for funds, as soon as there are any."""

    _inherit = "justiq.financing.line"

    is_fed_by_calls = fields.Boolean(
        string="From Calls for Funds",
        compute="_compute_is_fed_by_calls",
        help="What is received comes from the calls for funds and is not entered here.",
    )

    @api.depends("source", "grant_id.fund_call_ids.state")
    def _compute_is_fed_by_calls(self):
        # sudo: only whether money has come on a call.
        calls = self.env["justiq.fund.call"].sudo()
        groups = calls._read_group([("grant_id", "in", self.grant_id.ids), ("state", "=", "received")], ["grant_id"])
        fed = {grant.id for (grant,) in groups}
        for line in self:
            line.is_fed_by_calls = line.source in FUNDER_SOURCES and line.grant_id.id in fed

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._follow_calls()
        return lines

    def write(self, vals):
        if "received_amount" in vals and any(line.is_fed_by_calls for line in self):
            raise ValidationError(
                self.env._(
                    "Received: the money of the funder comes from the calls for funds. Enter there what was received."
                )
            )
        left = self.filtered("is_fed_by_calls") if vals.get("source") else self.browse()
        result = super().write(vals)
        if vals.keys() & {"planned_amount", "source"}:
            # Money of the funder does not become that of somebody else.
            left.filtered(lambda line: line.source not in FUNDER_SOURCES)._receive(0.0)
            self._follow_calls()
            # sudo: as below.
            left.sudo().grant_id._feed_received()
        return result

    def unlink(self):
        # sudo: as below.
        grants = self.filtered("is_fed_by_calls").sudo().grant_id
        result = super().unlink()
        grants._feed_received()
        return result

    def _follow_calls(self):
        # sudo: as above.
        self.sudo().filtered("is_fed_by_calls").grant_id._feed_received()

    def _receive(self, amount):
        return super().write({"received_amount": amount})  # pylint: disable=super-method-mismatch

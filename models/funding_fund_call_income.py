from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import money
from .funding_shares_mixin import FUNDER_SOURCES
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
                for line, part in year._parts_of_calls(calls).items():
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
        calls = self.env["justiq.fund.call"].search([("grant_id", "=", self.id), ("state", "=", "received")])
        of_year = calls.grouped(lambda call: self._year_of_money(call.received_on))
        return {year: of_year.get(year, calls.browse()) for year in self.funding_year_ids.sorted("date_start")}

    def _funder_lines(self):
        return self.funding_year_ids.financing_line_ids.filtered(lambda line: line.source in FUNDER_SOURCES)

    def _fed_by_calls(self):
        """The grants to which money has come on a call."""
        # sudo: only whether there are any.
        calls = self.env["justiq.fund.call"].sudo()
        groups = calls._read_group([("grant_id", "in", self.ids), ("state", "=", "received")], ["grant_id"])
        return self.browse(grant.id for (grant,) in groups)


class FundingYear(models.Model):
    """The money of a call belongs to the year of its day, wherever the borders of the years are drawn."""

    _inherit = "justiq.funding.year"

    @api.model_create_multi
    def create(self, vals_list):
        years = super().create(vals_list)
        # sudo: the income follows the calls, whoever draws the borders.
        years.sudo().grant_id._fed_by_calls()._feed_received()
        return years

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"date_start", "date_end"}:
            # sudo: as above.
            self.sudo().grant_id._fed_by_calls()._feed_received()
        return result

    def unlink(self):
        # sudo: as above.
        grants = self.sudo().grant_id
        result = super().unlink()
        grants._fed_by_calls()._feed_received()
        return result

    def _day_within(self, day):
        """The day itself, or the first or last one of the year where it lies before or after it."""
        return min(max(day, self.date_start), self.date_end)

    def _parts_of_calls(self, calls):
        """The money of calls cut into the year's lines of the funder by what they plan, to the cent.

        :return: dictionary {financing line: exact amount}
        """
        received = sum(map(money.exact, calls.mapped("received_amount")), Decimal(0))
        lines = self.financing_line_ids.filtered(lambda line: line.source in FUNDER_SOURCES)
        return dict(zip(lines, money.distribute(received, lines.mapped("planned_amount")), strict=True))


class FundCall(models.Model):
    _inherit = "justiq.fund.call"

    def write(self, vals):
        # sudo: the income follows the call, whoever may write it.
        calls = self.sudo()
        received, fed = calls.filtered(lambda call: call.state == "received"), calls.grant_id._fed_by_calls()
        result = super().write(vals)
        if vals.keys() & {"state", "received_amount", "received_on"}:
            grants = (received | calls.filtered(lambda call: call.state == "received")).grant_id
            # Sending alone brings no money; the first that comes may overwrite nothing.
            (grants - fed)._funder_lines()._check_received_nothing()
            grants._feed_received()
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
        fed = self.grant_id._fed_by_calls()
        for line in self:
            line.is_fed_by_calls = line.source in FUNDER_SOURCES and line.grant_id in fed

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered("is_fed_by_calls")._check_received_nothing()
        lines._follow_calls()
        return lines

    def write(self, vals):
        if "received_amount" in vals and any(line.is_fed_by_calls for line in self):
            raise ValidationError(
                self.env._(
                    "Received: the money of the funder comes from the calls for funds. Enter there what was received."
                )
            )
        moving = bool(vals.keys() & {"source", "funding_year_id"})
        left = self.filtered("is_fed_by_calls") if moving else self.browse()
        # sudo: as below.
        left_grants = left.sudo().grant_id
        result = super().write(vals)
        if moving or "planned_amount" in vals:
            # Money of the funder does not become that of somebody else.
            left.filtered(lambda line: not line.is_fed_by_calls)._receive(0.0)
            if moving:
                (self - left).filtered("is_fed_by_calls")._check_received_nothing()
            self._follow_calls()
            left_grants._feed_received()
        return result

    def unlink(self):
        # sudo: as below.
        grants = self.filtered("is_fed_by_calls").sudo().grant_id
        result = super().unlink()
        grants._feed_received()
        return result

    def _check_received_nothing(self):
        """What was entered by hand must not be lost where the calls begin to feed a line.

        :raises ValidationError: naming the line, its amount and the way out
        """
        self._check_no_receipts()
        for line in self:
            if money.exact(line.received_amount):
                raise ValidationError(
                    self.env._(
                        "%(line)s, %(year)s: %(amount)s is entered as received without a call for funds, which the "
                        "money of the calls would overwrite. Set “Received” to 0 and enter that money at the call "
                        "that it came on, so that nothing is lost and nothing counts twice.",
                        line=line.display_name,
                        year=line.funding_year_id.name,
                        amount=line.funding_year_id._money(line.received_amount),
                    )
                )

    def _follow_calls(self):
        # sudo: as above.
        self.sudo().filtered("is_fed_by_calls").grant_id._feed_received()

    def _receive(self, amount):
        return super().write({"received_amount": amount})  # pylint: disable=super-method-mismatch

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..tools import money
from .funding_shares_mixin import FUNDERS_MONEY
from .funding_voucher import READERS

FIGURES = (
    "due_amount",
    "due_esf_amount",
    "flat_esf_amount",
    "extra_esf_amount",
    "spent_esf_amount",
    "received_before",
    "requested_before",
    "in_hand_amount",
    "amount",
    "spent_amount",
    "own_spent_amount",
    "own_planned_amount",
    "own_received_amount",
)
# What a call rests on; it stays as it was sent.
FIXED = {"grant_id", "date_start", "date_end", "extra_amount", "extra_note"}
NOT_SENT = {"figures": False, "voucher_rows": False, "called_amount": 0.0, "sent_on": False}
NOT_RECEIVED = {"received_amount": 0.0, "received_on": False}


class FundCall(models.Model):
    """A call for funds (Mittelabruf): what falls due soon, minus what is in hand.

    Call amount = funder's money (ESF and federal) for the payments due in the period,
    the flat rates on them and further payments, minus what is in hand; never below
    zero. In hand = received and requested so far, minus the funder's money in
    everything paid before the period, flat rates included. A flat rate arises with the payments that it is a
    percentage of. A draft shows the figures of today; a call that was sent keeps
    its own.

    The figures are for the funder's portal; nothing is transmitted. Coordination
    and finance write the calls of their companies, team lead and auditor read.
    """

    _name = "justiq.fund.call"
    _inherit = ["mail.thread", "justiq.transition.mixin", "justiq.computed.mixin"]
    _description = "Call for Funds"
    _order = "date_start desc, id desc"

    _initial_states = ("draft",)
    _transitions = {
        ("draft", "sent"): "justiq.group_coordinator,justiq.group_finance",
        ("sent", "draft"): "justiq.group_coordinator,justiq.group_finance",
        ("sent", "received"): "justiq.group_coordinator,justiq.group_finance",
        ("received", "sent"): "justiq.group_coordinator,justiq.group_finance",
    }

    grant_id = fields.Many2one(
        comodel_name="justiq.grant", required=True, ondelete="restrict", index=True, tracking=True
    )
    company_id = fields.Many2one(related="grant_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="grant_id.company_id.currency_id", store=True, precompute=True)
    state = fields.Selection(
        selection=[("draft", "Draft"), ("sent", "Sent"), ("received", "Received")],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    date_start = fields.Date(string="Due from", required=True, default=fields.Date.context_today, copy=False)
    date_end = fields.Date(
        string="Due until",
        compute="_compute_date_end",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        copy=False,
        help="Proposed from the number of days of the grant.",
    )
    extra_amount = fields.Monetary(
        string="Further Payments", copy=False, help="Due in the period without a voucher yet, for example wages."
    )
    extra_note = fields.Char(string="Which Ones", copy=False)
    sent_on = fields.Date(readonly=True, copy=False)
    called_amount = fields.Monetary(string="Called", readonly=True, copy=False)
    received_amount = fields.Monetary(string="Received", copy=False, tracking=True)
    received_on = fields.Date(copy=False)
    figures = fields.Json(readonly=True, copy=False, export_string_translation=False)
    # Payees are among them, so only who reads vouchers reads them.
    voucher_rows = fields.Json(readonly=True, copy=False, export_string_translation=False, groups=READERS)

    # figures: of today in a draft, else those that were sent
    due_amount = fields.Monetary(string="Payments Due", compute="_compute_figures")
    due_esf_amount = fields.Monetary(
        string="Funder's Money for Payments Due", compute="_compute_figures", help=FUNDERS_MONEY
    )
    flat_esf_amount = fields.Monetary(string="Funder's Money for Flat Rates on Them", compute="_compute_figures")
    extra_esf_amount = fields.Monetary(string="Funder's Money for Further Payments", compute="_compute_figures")
    spent_esf_amount = fields.Monetary(
        string="Funder's Money Spent Before", compute="_compute_figures", help="Flat rates included."
    )
    received_before = fields.Monetary(string="Received so Far", compute="_compute_figures")
    requested_before = fields.Monetary(string="Requested, Not Received Yet", compute="_compute_figures")
    in_hand_amount = fields.Monetary(
        string="In Hand", compute="_compute_figures", help="Received and requested, minus spent; may be negative."
    )
    amount = fields.Monetary(string="Call Amount", compute="_compute_figures")

    # co-financing: what the provider's own sources have paid and given until the period
    spent_amount = fields.Monetary(
        string="Spent Before, from All Sources", compute="_compute_figures", help="Flat rates included."
    )
    own_spent_amount = fields.Monetary(
        string="Of It from Own Sources",
        compute="_compute_figures",
        help="What was spent before the period and is no money of the funder.",
    )
    own_planned_amount = fields.Monetary(
        string="Own Sources: Planned",
        compute="_compute_figures",
        help="Municipality, seconded staff and third parties, in the funding years that have begun.",
    )
    own_received_amount = fields.Monetary(string="Own Sources: Received", compute="_compute_figures")

    _dates_in_order = models.Constraint("CHECK (date_end >= date_start)", "The period must not end before it starts.")
    _amounts_not_negative = models.Constraint(
        "CHECK (COALESCE(extra_amount, 0) BETWEEN 0 AND 999999999 "
        "AND COALESCE(received_amount, 0) BETWEEN 0 AND 999999999)",
        "Further payments and the received amount must lie between zero and one billion.",
    )

    @api.depends("grant_id.name", "date_start")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for call in self:
            call.display_name = call.grant_id.name and self.env._(
                "%(grant)s, call of %(date)s", grant=call.grant_id.name, date=format_date(self.env, call.date_start)
            )

    @api.depends("grant_id", "date_start")
    def _compute_date_end(self):
        for call in self:
            days = call.grant_id.fund_call_days or 42
            call.date_end = call.date_start and call.date_start + timedelta(days=days - 1)

    @api.depends("state", "grant_id", "date_start", "date_end", "extra_amount", "figures")
    def _compute_figures(self):
        current = self.filtered(lambda call: not call.figures)._current_figures()
        for call in self:
            figures = call.figures or current[call]
            for name in FIGURES:
                call[name] = float(figures.get(name, 0))

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_not_frozen({name for vals in vals_list for name in vals})
        calls = super().create(vals_list)
        calls._check_grant_not_closed()
        calls._check_received()
        return calls

    def write(self, vals):
        self._check_not_frozen(vals)
        self._check_grant_not_closed()
        if FIXED & vals.keys():
            self._check_draft()
        moved = self.filtered(lambda call: call.state != vals["state"]) if "state" in vals else self[:0]
        result = super().write(vals)
        self._check_grant_not_closed()
        for call in moved:
            call._follow_state()
        self._check_received()
        return result

    def _check_grant_not_closed(self):
        # sudo: the state decides, also for whoever may not read the grant.
        self.sudo().grant_id._check_takes_money()

    def _check_received(self):
        """Money comes on calls that were sent, on a day of which its funding year is known.

        :raises ValidationError: naming the call, and the day that would be possible
        """
        for call in self:
            if call.state == "draft" and call.received_amount:
                raise ValidationError(self.env._("Nothing is received on a call that was not sent yet."))
            if call.state == "received" and not call.received_on:
                raise ValidationError(
                    self.env._("Received on: %s was received, so it needs its day. Enter it.", call.display_name)
                )
            # sudo: the first day of the grant, also for whoever may not read it.
            call.sudo().grant_id._check_day_of_income(call.received_on)

    def _check_not_frozen(self, names):
        kept = {"figures", "voucher_rows", "called_amount", "sent_on"} & set(names)
        if kept:
            raise ValidationError(
                self.env._("%s: the server keeps this when the call is sent, nobody can enter it.", sorted(kept))
            )

    def _check_draft(self):
        for call in self:
            if call.state != "draft":
                raise ValidationError(
                    self.env._("%s was sent and stays as it was sent. Take it back to draft first.", call.display_name)
                )

    def _follow_state(self):
        """Keep the figures when the call is sent; forget them when it is taken back.

        :raises ValidationError: where nothing is to be called or was received
        """
        if self.state == "draft":
            self._keep(NOT_SENT | NOT_RECEIVED)
        elif self.state == "sent" and not self.figures:
            figures = self._current_figures()[self]
            if not money.exact(figures["amount"]):
                raise ValidationError(
                    self.env._("%s: no more falls due than is in hand, so nothing can be called.", self.display_name)
                )
            today = fields.Date.context_today(self)
            self._keep(
                {
                    "figures": figures,
                    "voucher_rows": self._current_voucher_rows(),
                    "called_amount": float(figures["amount"]),
                    "sent_on": today,
                }
            )
        elif self.state == "sent":
            self._keep(NOT_RECEIVED)
        elif self.state == "received":
            self._keep(
                {
                    "received_amount": self.received_amount or self.called_amount,
                    "received_on": self.received_on or fields.Date.context_today(self),
                }
            )

    def _keep(self, values):
        """Write what only the server writes."""
        # sudo: not every role that moves a call reads the payees of its vouchers.
        return super(FundCall, self.sudo()).write(values)  # pylint: disable=super-method-mismatch

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self._check_grant_not_closed()
        self._check_draft()

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_send(self):
        self.write({"state": "sent"})

    def action_receive(self):
        self.write({"state": "received"})

    def action_draft(self):
        self.write({"state": "draft"})

    def action_not_received(self):
        self.write({"state": "sent"})

    def action_view_vouchers(self):
        self.ensure_one()
        return self.env["account.analytic.line"]._action_vouchers(self.display_name, list(self._due_domain()))


class Grant(models.Model):
    """How far ahead the funder pays."""

    _inherit = "justiq.grant"

    fund_call_days = fields.Integer(
        string="Call for Funds: Days Ahead",
        default=42,
        help="Within how many days the called money has to be spent, as the grant notice says; often six weeks.",
    )

    _fund_call_days_plausible = models.Constraint(
        "CHECK (fund_call_days BETWEEN 1 AND 366)", "Money can be called for 1 to 366 days ahead."
    )

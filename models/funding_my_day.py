from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import formatLang

from .case_my_day import DueKind

# Days ahead in which a payment or a call is spoken of, and a proof of use.
DAYS_AHEAD = 14
DAYS_AHEAD_OF_PROOF = 42
# Days after which money that was called should have come.
DAYS_TO_COME = 14
SHOWN_BUDGETS = 8
MODELS_OF_MONEY = ("justiq.funding.year", "justiq.grant")


class MyDay(models.AbstractModel):
    """What is due in the books, for finance: vouchers, calls for funds, the plan, proofs of use, findings."""

    _inherit = "justiq.my.day"

    @api.model
    def _keeps_books(self):
        return self.env.user.has_group("justiq.group_finance")

    @api.model
    def _has_day(self):
        return super()._has_day() or self._keeps_books()

    @api.model
    def _prepare_day(self, scope, today):
        day = super()._prepare_day(scope, today)
        return day | {"budgets": self._get_budgets(today)} if self._keeps_books() else day

    @api.model
    def _due_kinds(self, scope, today):
        kinds = super()._due_kinds(scope, today)
        if not self._keeps_books():
            return kinds
        soon = today + relativedelta(days=DAYS_AHEAD)
        of_books = [*self._voucher_kinds(soon), *self._call_kinds(today, soon), *self._plan_kinds(today)]
        return [*kinds, *(kind._replace(file="", of_files=False, listed=True) for kind in of_books)]

    @api.model
    def _plan_kinds(self, today):
        return [
            DueKind(
                key="budget_exceeded",
                label=self.env._("Budget lines over the plan"),
                model="justiq.budget.line",
                domain=Domain("left_amount", "<", 0) & Domain("grant_id.state", "=", "running"),
                date="",
                order="left_amount, id",
            ),
            DueKind(
                key="proof_due",
                label=self.env._("Proofs of use that are due"),
                model="justiq.funding.year",
                domain=Domain("proof_due_date", "<=", today + relativedelta(days=DAYS_AHEAD_OF_PROOF))
                & Domain("grant_id.state", "=", "running")
                & (Domain("planned_amount", ">", 0) | Domain("spent_amount", "!=", 0))
                & Domain("is_proved", "=", False),
                date="proof_due_date",
            ),
            DueKind(
                key="finding_of_money",
                label=self.env._("Open findings about plan and spending"),
                model="justiq.finding",
                domain=Domain("state", "=", "open")
                & Domain("res_model", "in", ["justiq.funding.year", "justiq.grant"]),
                date="",
                detail="message",
            ),
        ]

    @api.model
    def _voucher_kinds(self, soon):
        vouchers = {"model": "account.analytic.line", "title": "justiq_reason", "detail": "justiq_payee"}
        vouchers["action"] = "justiq.justiq_voucher_action"
        open_grant = Domain("justiq_grant_id.state", "!=", "closed")
        due = Domain("justiq_due_date", "=", False) | Domain("justiq_due_date", "<=", soon)
        return [
            DueKind(
                key="voucher_incomplete",
                label=self.env._("Vouchers without a cost category"),
                domain=open_grant & Domain("justiq_state", "=", "incomplete"),
                date="justiq_voucher_date",
                **vouchers,
            ),
            DueKind(
                key="voucher_unpaid",
                label=self.env._("Vouchers to pay"),
                domain=open_grant & Domain("justiq_state", "=", "committed") & due,
                date="justiq_due_date",
                **vouchers,
            ),
        ]

    @api.model
    def _call_kinds(self, today, soon):
        return [
            DueKind(
                key="fund_call_to_send",
                label=self.env._("Calls for funds to send"),
                model="justiq.fund.call",
                domain=Domain("state", "=", "draft") & Domain("date_start", "<=", soon),
                date="date_start",
            ),
            DueKind(
                key="fund_call_awaited",
                label=self.env._("Called money that has not come"),
                model="justiq.fund.call",
                domain=Domain("state", "=", "sent") & Domain("sent_on", "<=", today - relativedelta(days=DAYS_TO_COME)),
                date="sent_on",
            ),
            DueKind(
                key="fund_call_missing",
                label=self.env._("Grants whose last call for funds has run out"),
                model="justiq.grant",
                domain=Domain("state", "=", "running")
                & self._runs_on(today)
                & Domain("fund_call_ids", "!=", False)
                & Domain("fund_call_ids", "not any", [("date_end", ">=", today)]),
                date="",
            ),
        ]

    @api.model
    def _runs_on(self, day):
        return Domain("date_start", "<=", day) & Domain("date_end", ">=", day)

    @api.model
    def _prepare_item(self, kind, record, today):
        item = super()._prepare_item(kind, record, today)
        if kind.key == "budget_exceeded":
            over = formatLang(self.env, -record.left_amount, currency_obj=record.currency_id)
            item["detail"] = self.env._(
                "%(year)s: %(amount)s over the plan", year=record.funding_year_id.name, amount=over
            )
        elif kind.key == "finding_of_money":
            item["title"] = " · ".join(filter(None, (record.requirement_id.code, record.res_name)))
        return item

    # ------------------------------------------------------------
    # Budgets of today
    # ------------------------------------------------------------

    @api.model
    def _get_budgets(self, today):
        """Where the funding years of today stand, those with least left of their plan first."""
        domain = (
            Domain("grant_id.state", "=", "running")
            & Domain("date_start", "<=", today)
            & Domain("date_end", ">=", today)
        )
        years = self.env["justiq.funding.year"].search(domain, limit=SHOWN_BUDGETS, order="left_amount, id")
        return {
            "model": years._name,
            "domain": list(domain),
            "items": [self._prepare_budget(year) for year in years],
        }

    @api.model
    def _prepare_budget(self, year):
        def money(amount):
            return formatLang(self.env, amount, currency_obj=year.currency_id)

        return {
            "id": year.id,
            "name": year.name,
            "usage": round(year.usage, 1),
            "left": self.env._("%s left", money(year.left_amount)),
            "detail": self.env._(
                "Planned %(planned)s, spent %(spent)s, not paid yet %(committed)s; forecast %(forecast)s",
                planned=money(year.planned_amount),
                spent=money(year.spent_amount),
                committed=money(year.committed_amount),
                forecast=money(year.forecast_amount),
            ),
        }

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, LazyTranslate

from ..tools import money, period
from .funding_shares_mixin import FUNDERS_MONEY
from .funding_voucher import READERS
from .programme_checked_mixin import Deviation, requirement_check

_lt = LazyTranslate(__name__)

PAID = [("justiq_payment_date", "!=", False)]
UNPAID = [("justiq_payment_date", "=", False)]
SUMS = ["justiq_eligible_amount:sum", "justiq_esf_amount:sum"]
ESF_ONLY = "justiq_esf_only_amount:sum"
VOUCHER_FIELDS = (
    "justiq_eligible_amount",
    "justiq_esf_amount",
    "justiq_payment_date",
    "justiq_budget_line_id",
    "justiq_baustein_id",
    "justiq_cost_category_id",
)


class BudgetLine(models.Model):
    """What was spent of a budget line; a flat rate is spent as its base is."""

    _inherit = "justiq.budget.line"

    voucher_ids = fields.One2many(
        comodel_name="account.analytic.line", inverse_name="justiq_budget_line_id", groups=READERS
    )
    committed_amount = fields.Monetary(
        string="Committed", compute="_compute_spent", store=True, help="Vouchers that are not paid yet."
    )
    spent_amount = fields.Monetary(
        string="Spent", compute="_compute_spent", store=True, help="Eligible amounts of the vouchers that are paid."
    )
    esf_spent = fields.Monetary(string="Funder's Money Spent", compute="_compute_spent", store=True, help=FUNDERS_MONEY)
    left_amount = fields.Monetary(string="Left", compute="_compute_left", store=True)
    usage = fields.Float(string="Used (%)", compute="_compute_usage", help="Spent and committed, of what is planned.")
    forecast_amount = fields.Monetary(
        string="Forecast",
        compute="_compute_forecast",
        help="Spent so far, extrapolated to the whole year by the days that have passed, plus what is committed.",
    )

    # Also on the other lines of the year: a flat rate is rounded for all of them together.
    @api.depends(
        "flat_rate_id.rate",
        "flat_rate_id.base_category_ids",
        "baustein_id",
        "funding_year_id.budget_line_ids.flat_rate_id",
        "funding_year_id.budget_line_ids.baustein_id",
        *(f"funding_year_id.voucher_ids.{name}" for name in VOUCHER_FIELDS),
    )
    def _compute_spent(self):
        by_line, flat = self._sums_by_line(), self._flat_sums()
        for line in self:
            sums = (parts[line._origin] for parts in flat) if line.flat_rate_id else by_line[line._origin.id]
            line.spent_amount, line.esf_spent, line.committed_amount = (float(amount) for amount in sums)

    def _sums_by_line(self):
        """(spent, ESF money of it, committed) by id of the budget line."""
        vouchers = self.env["account.analytic.line"]
        domain = [("justiq_budget_line_id", "in", self.ids)]
        spent = {line.id: sums for line, *sums in vouchers._read_group(domain + PAID, ["justiq_budget_line_id"], SUMS)}
        committed = {
            line.id: amount
            for line, amount in vouchers._read_group(domain + UNPAID, ["justiq_budget_line_id"], SUMS[:1])
        }
        return defaultdict(
            lambda: (0.0, 0.0, 0.0),
            {key: (*spent.get(key, (0.0, 0.0)), committed.get(key, 0.0)) for key in spent.keys() | committed.keys()},
        )

    def _flat_sums(self):
        """The same of derived lines, as three dictionaries by line."""
        lines = self._origin.filtered("flat_rate_id")
        parts = lines.funding_year_id._flat_sums()
        return [
            {line: of.get((line.funding_year_id, line.flat_rate_id, line.baustein_id), 0) for line in lines}
            for of in parts
        ]

    @api.depends("planned_amount", "spent_amount", "committed_amount")
    def _compute_left(self):
        for line in self:
            line.left_amount = line.planned_amount - line.spent_amount - line.committed_amount

    @api.depends("planned_amount", "left_amount")
    def _compute_usage(self):
        for line in self:
            used = line.planned_amount - line.left_amount
            line.usage = 100.0 * used / line.planned_amount if line.planned_amount else 100.0 * bool(used)

    @api.depends("spent_amount", "committed_amount", "funding_year_id.date_start", "funding_year_id.date_end")
    def _compute_forecast(self):
        for line in self:
            line.forecast_amount = line.funding_year_id._forecast(line.spent_amount, line.committed_amount)

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "forecast_amount":
            return super()._field_to_sql(alias, field_expr, query)
        year = self._field_to_sql(alias, "funding_year_id", query)
        return SQL(
            "(SELECT %s FROM justiq_funding_year forecast_year WHERE forecast_year.id = %s)",
            self.env["justiq.funding.year"]._forecast_sql("forecast_year", alias),
            year,
        )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # sudo: vouchers find their line, whoever plans it.
        lines.sudo().funding_year_id._find_budget_lines()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"funding_year_id", "baustein_id", "micro_project_id", "cost_category_id"}:
            # sudo: as above
            self.sudo().funding_year_id._find_budget_lines()
        return result

    def action_view_vouchers(self):
        self.ensure_one()
        return self.env["account.analytic.line"]._action_vouchers(
            self.display_name, [("justiq_budget_line_id", "=", self.id)]
        )


class FundingYear(models.Model):
    """What was spent in a funding year, and where it will end.

    Forecast to the end of the year: what is spent so far, extrapolated by the
    days that have passed (spent * days of the year / days passed), plus what is
    committed. After the end, and before the start, spent plus committed.
    """

    _inherit = "justiq.funding.year"

    voucher_ids = fields.One2many(
        comodel_name="account.analytic.line", inverse_name="justiq_funding_year_id", groups=READERS
    )
    committed_amount = fields.Monetary(string="Committed", compute="_compute_spent", store=True)
    spent_amount = fields.Monetary(string="Spent", compute="_compute_spent", store=True)
    esf_spent = fields.Monetary(string="Funder's Money Spent", compute="_compute_spent", store=True, help=FUNDERS_MONEY)
    esf_group_spent = fields.Monetary(
        string="ESF Money Spent on Micro-Projects",
        compute="_compute_spent",
        store=True,
        help="ESF money alone, as the limits are; without federal money.",
    )
    left_amount = fields.Monetary(string="Left to Spend", compute="_compute_left", store=True)
    usage = fields.Float(string="Used (%)", compute="_compute_usage", help="Spent and committed, of what is planned.")
    forecast_amount = fields.Monetary(
        string="Forecast",
        compute="_compute_forecast",
        help="Spent so far, extrapolated to the whole year by the days that have passed, plus what is committed.",
    )
    greatest_overspending = fields.Float(
        string="Greatest Excess (%)",
        digits=(16, 2),
        compute="_compute_greatest_overspending",
        store=True,
        aggregator=None,
        help="By how much the budget line that is exceeded most is exceeded.",
    )

    @api.depends(
        "budget_line_ids.spent_amount",
        "budget_line_ids.esf_spent",
        "budget_line_ids.committed_amount",
        "share_esf",
        "share_federal",
        "grant_id.flat_rate_ids.rate",
        "grant_id.flat_rate_ids.base_category_ids",
        *(f"voucher_ids.{name}" for name in (*VOUCHER_FIELDS, "justiq_esf_only_amount")),
    )
    def _compute_spent(self):
        vouchers = self.env["account.analytic.line"]
        domain = [("justiq_funding_year_id", "in", self.ids)]
        groups = ["justiq_funding_year_id", "justiq_baustein_id"]
        sums = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
        for year, baustein, spent, esf, esf_only in vouchers._read_group(domain + PAID, groups, [*SUMS, ESF_ONLY]):
            sums[year.id][0] += spent
            sums[year.id][1] += esf
            sums[year.id][2] += esf_only if baustein.kind == "group" else 0.0
        for year, committed in vouchers._read_group(domain + UNPAID, groups[:1], SUMS[:1]):
            sums[year.id][3] += committed
        flat_sums = self._origin._flat_sums()
        for year in self:
            spent, esf, esf_group, committed = map(money.exact, sums[year._origin.id])
            flat_spent, flat_esf, flat_committed = (
                [(baustein, amount) for (of_year, _rate, baustein), amount in parts.items() if of_year == year._origin]
                for parts in flat_sums
            )
            year.spent_amount = float(spent + sum(amount for _baustein, amount in flat_spent))
            year.esf_spent = float(esf + sum(amount for _baustein, amount in flat_esf))
            esf_group += sum(year._esf_part(amount) for baustein, amount in flat_esf if baustein.kind == "group")
            year.esf_group_spent = float(esf_group)
            year.committed_amount = float(committed + sum(amount for _baustein, amount in flat_committed))

    def _flat_sums(self):
        """(spent, ESF money of it, committed) of the flat rates, as three dictionaries; see `_flat_amounts`."""
        vouchers, bases = self.env["account.analytic.line"], ({}, {}, {})
        groups = ["justiq_funding_year_id", "justiq_baustein_id", "justiq_cost_category_id"]
        # sudo: whether the grant of a year has flat rates at all.
        years = self.filtered(lambda year: year.sudo().grant_id.flat_rate_ids)
        domain = [("justiq_funding_year_id", "in", years.ids)]
        for paid, sums, found in ((PAID, SUMS, bases[:2]), (UNPAID, SUMS[:1], bases[2:])) if years else ():
            for year, baustein, category, *amounts in vouchers._read_group(domain + paid, groups, sums):
                for base, amount in zip(found, amounts, strict=True):
                    base[year.id, baustein.id, category.id] = money.exact(amount)
        return [years._flat_amounts(base) for base in bases]

    @api.depends("planned_amount", "spent_amount", "committed_amount")
    def _compute_left(self):
        for year in self:
            year.left_amount = year.planned_amount - year.spent_amount - year.committed_amount

    @api.depends("planned_amount", "left_amount")
    def _compute_usage(self):
        for year in self:
            used = year.planned_amount - year.left_amount
            year.usage = 100.0 * used / year.planned_amount if year.planned_amount else 100.0 * bool(used)

    @api.depends("spent_amount", "committed_amount", "date_start", "date_end")
    def _compute_forecast(self):
        for year in self:
            year.forecast_amount = year._forecast(year.spent_amount, year.committed_amount)

    def _forecast(self, spent, committed):
        """Where it will end, of the whole year or of a part of its costs; see the docstring of the model."""
        today, spent = fields.Date.context_today(self), money.exact(spent)
        if self.date_start and self.date_end and self.date_start <= today < self.date_end:
            days = (self.date_end - self.date_start).days + 1
            spent = money.part(spent, days, (today - self.date_start).days + 1)
        return float(spent + money.exact(committed))

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "forecast_amount":
            return super()._field_to_sql(alias, field_expr, query)
        return self._forecast_sql(alias, alias)

    def _forecast_sql(self, year, costs):
        """The same in the database, so that pivots and graphs can add it up.

        :param year: alias of the table of the year
        :param costs: alias of the table with what is spent and committed, of the year or of its lines
        """
        self._check_field_access(self._fields["forecast_amount"], "read")
        return SQL(
            """
            CASE WHEN %(start)s <= %(today)s AND %(today)s < %(end)s
                 THEN ROUND(%(spent)s * (%(end)s - %(start)s + 1) / (%(today)s - %(start)s + 1), 2)
                 ELSE %(spent)s
             END + %(committed)s
            """,
            today=SQL("%s::date", fields.Date.context_today(self)),
            start=SQL.identifier(year, "date_start"),
            end=SQL.identifier(year, "date_end"),
            spent=SQL("COALESCE(%s, 0)", SQL.identifier(costs, "spent_amount")),
            committed=SQL("COALESCE(%s, 0)", SQL.identifier(costs, "committed_amount")),
        )

    @api.depends("budget_line_ids.planned_amount", "budget_line_ids.spent_amount")
    def _compute_greatest_overspending(self):
        for year in self:
            year.greatest_overspending = max((excess for _line, excess in year._overspent()), default=0.0)

    def _overspent(self):
        """The budget lines on which more is spent than planned, with the percentage."""
        # sudo: figures of the plan of a year that the user reads.
        lines = self.sudo().budget_line_ids
        amounts = [(line, money.exact(line.spent_amount), money.exact(line.planned_amount)) for line in lines]
        return [
            (line, float(100 * (spent - planned) / planned) if planned else 100.0)
            for line, spent, planned in amounts
            if spent > planned
        ]

    def _find_budget_lines(self):
        """Look again for the budget line of vouchers that have none."""
        # sudo: they get their line, whoever plans it; no voucher is returned.
        vouchers = self.env["account.analytic.line"].sudo()
        homeless = vouchers.search([("justiq_funding_year_id", "in", self.ids), ("justiq_budget_line_id", "=", False)])
        self.env.add_to_compute(vouchers._fields["justiq_budget_line_id"], homeless)

    # ------------------------------------------------------------
    # Rules of the guideline
    # ------------------------------------------------------------

    @requirement_check(
        _lt("Funding year: most ESF money spent on micro-projects"),
        fields=["date_start", "date_end", "grant_id", "esf_group_spent"],
    )
    def _requirement_esf_ceiling_spent(self, rule):
        """S19 for what vouchers have spent, where the group Baustein is part of the grant (S22)."""
        limit, deviations = money.exact(rule.value_max), {}
        for year in self:
            spent = money.exact(year.esf_group_spent)
            compared = period.amount_per_full_year(spent, year._months()) if rule.per_full_year else spent
            if year.grant_id.has_group_baustein and compared > limit:
                message = self.env._(
                    "%(year)s: %(spent)s ESF money was spent on micro-projects, which is %(compared)s per full "
                    "funding year; at most %(limit)s is allowed. Charge vouchers to other money, or justify it.",
                    year=year.name,
                    spent=year._money(spent),
                    compared=year._money(compared),
                    limit=year._money(limit),
                )
                deviations[year] = Deviation(message, float(spent))
        return deviations

    @requirement_check(
        _lt("Funding year: more spent on a budget line than planned"),
        fields=["grant_id", "greatest_overspending"],
    )
    def _requirement_overspent(self, rule):
        """More is spent on a budget line than planned, by more than the percentage of the rule."""
        deviations = {}
        for year in self:
            lines = [(line, excess) for line, excess in year._overspent() if excess > rule.value_max]
            if lines:
                rows = "; ".join(
                    self.env._(
                        "%(line)s: %(spent)s of %(planned)s",
                        line=line.display_name,
                        spent=year._money(line.spent_amount),
                        planned=year._money(line.planned_amount),
                    )
                    for line, _excess in lines
                )
                message = self.env._(
                    "%(year)s: more was spent than planned, beyond %(limit)s %%: %(rows)s. Change the plan, or justify "
                    "what saved it elsewhere.",
                    year=year.name,
                    limit=f"{rule.value_max:g}",
                    rows=rows,
                )
                deviations[year] = Deviation(message, round(max(excess for _line, excess in lines), 2))
        return deviations

    def action_view_vouchers(self):
        self.ensure_one()
        return self.env["account.analytic.line"]._action_vouchers(self.name, [("justiq_funding_year_id", "=", self.id)])


class MicroProject(models.Model):
    """What was spent on a micro-project, in the provider's currency; its ESF money is without federal money."""

    _inherit = "justiq.micro.project"

    voucher_ids = fields.One2many(
        comodel_name="account.analytic.line", inverse_name="justiq_micro_project_id", groups=READERS
    )
    spent_amount = fields.Monetary(string="Spent", compute="_compute_spent", store=True)
    esf_spent = fields.Monetary(string="ESF Money Spent", compute="_compute_spent", store=True)

    @api.depends(
        "voucher_ids.justiq_eligible_amount",
        "voucher_ids.justiq_esf_only_amount",
        "voucher_ids.justiq_payment_date",
    )
    def _compute_spent(self):
        sums = {
            project.id: amounts
            for project, *amounts in self.env["account.analytic.line"]._read_group(
                [("justiq_micro_project_id", "in", self.ids), *PAID],
                ["justiq_micro_project_id"],
                [SUMS[0], ESF_ONLY],
            )
        }
        for project in self:
            project.spent_amount, project.esf_spent = sums.get(project._origin.id, (0.0, 0.0))

    def action_view_vouchers(self):
        self.ensure_one()
        return self.env["account.analytic.line"]._action_vouchers(
            self.name, [("justiq_micro_project_id", "=", self.id)]
        )


class Voucher(models.Model):
    _inherit = "account.analytic.line"

    @api.model
    def _action_vouchers(self, name, domain):
        """Open the vouchers behind a figure."""
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_voucher_action")
        return action | {"display_name": name, "name": name, "domain": domain}

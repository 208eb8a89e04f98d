from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate, formatLang

from ..tools import period
from ..tools.money import exact
from .funding_shares_mixin import FUNDERS_MONEY
from .programme_checked_mixin import Deviation, requirement_check

_lt = LazyTranslate(__name__)


class FundingYear(models.Model):
    """The budget of a funding year and the limits on its ESF money (S18-S20).

    All amounts are in the currency of the provider. Those of group Bausteine
    (`esf_group_...`) are ESF money alone, as the limits are; all others include the
    federal money that the grant notice may add to it.
    """

    _inherit = "justiq.funding.year"

    budget_line_ids = fields.One2many(
        comodel_name="justiq.budget.line",
        inverse_name="funding_year_id",
        groups="justiq.group_team_lead,justiq.group_coordinator,justiq.group_finance,justiq.group_auditor",
    )
    planned_amount = fields.Monetary(string="Planned Costs", compute="_compute_planned", store=True)
    esf_amount = fields.Monetary(
        string="Planned Funder's Money", compute="_compute_planned", store=True, help=FUNDERS_MONEY
    )
    esf_group_amount = fields.Monetary(
        string="ESF Money for Micro-Projects",
        compute="_compute_planned",
        store=True,
        help="Planned ESF money of all group Bausteine in this funding year, without federal money.",
    )

    # limits for the group Bausteine
    has_esf_limits = fields.Boolean(compute="_compute_esf_limits")
    esf_group_per_full_year = fields.Monetary(
        string="Extrapolated to a Full Year",
        compute="_compute_esf_limits",
        help="A shorter funding year is extrapolated to twelve months (S20).",
    )
    esf_group_min = fields.Monetary(string="At Least", compute="_compute_esf_limits", help="S18, for this year.")
    esf_group_max = fields.Monetary(string="At Most", compute="_compute_esf_limits", help="S19, for this year.")
    esf_group_left = fields.Monetary(string="Left", compute="_compute_esf_limits")
    esf_group_usage = fields.Float(string="Used of the Maximum (%)", compute="_compute_esf_limits")

    @api.depends(
        "budget_line_ids.planned_amount",
        "budget_line_ids.esf_amount",
        "budget_line_ids.esf_only_amount",
        "budget_line_ids.baustein_kind",
    )
    def _compute_planned(self):
        for year in self:
            lines = year.budget_line_ids
            group_lines = lines.filtered(lambda line: line.baustein_kind == "group")
            year.planned_amount = sum(lines.mapped("planned_amount"))
            year.esf_amount = sum(lines.mapped("esf_amount"))
            year.esf_group_amount = sum(group_lines.mapped("esf_only_amount"))

    @api.depends(
        "esf_group_amount",
        "date_start",
        "date_end",
        "grant_id.baustein_ids.kind",
        "grant_id.programme_id.requirement_ids.value_min",
        "grant_id.programme_id.requirement_ids.value_max",
        "grant_id.programme_id.requirement_ids.per_full_year",
        "grant_id.programme_id.requirement_ids.enforcement",
    )
    def _compute_esf_limits(self):
        for year in self:
            # sudo: whoever reads the year may know the limits of its programme.
            grant = year.sudo().grant_id
            rules = grant.programme_id.requirement_ids.filtered(lambda rule: rule.enforcement != "off")
            floor = rules.filtered(lambda rule: rule.check == "esf_floor")[:1]
            ceiling = rules.filtered(lambda rule: rule.check == "esf_ceiling")[:1]
            months, planned = year._months(), exact(year.esf_group_amount)
            highest = lowest = Decimal(0)
            if months and floor:
                lowest = period.lowest_amount(exact(floor.value_min), year._reference_months(floor))
            if months and ceiling:
                highest = period.highest_amount(exact(ceiling.value_max), year._reference_months(ceiling))
            year.has_esf_limits = grant.has_group_baustein and bool(floor or ceiling)
            year.esf_group_per_full_year = float(period.amount_per_full_year(planned, months))
            year.esf_group_min = float(lowest)
            year.esf_group_max = float(highest)
            year.esf_group_left = float(highest - planned)
            year.esf_group_usage = float(100 * planned / highest) if highest else 0.0

    def _reference_months(self, rule):
        """Months that the amount is spread over for the comparison with a limit."""
        return self._months() if rule.per_full_year else period.MONTHS_PER_YEAR

    @api.ondelete(at_uninstall=False)
    def _unlink_except_planned(self):
        # sudo: only whether there is a budget, also for whoever may not read it.
        for year in self.sudo():
            if year.budget_line_ids:
                raise ValidationError(
                    self.env._(
                        "%(year)s has %(count)s budget lines. Move or delete them before "
                        "you remove the year or shorten the grant.",
                        year=year.name,
                        count=len(year.budget_line_ids),
                    )
                )

    # ------------------------------------------------------------
    # Rules of the guideline
    # ------------------------------------------------------------

    def _esf_deviations(self, rule, breaks, message):
        """Deviations of the years whose amount per full year breaks the limit."""
        deviations = {}
        for year in self:
            planned = exact(year.esf_group_amount)
            compared = planned
            if rule.per_full_year:
                compared = period.amount_per_full_year(planned, year._months())
            if year.grant_id.has_group_baustein and breaks(compared):
                found = message(year, planned, compared)
                deviations[year] = Deviation(found, float(planned))
        return deviations

    def _money(self, amount):
        return formatLang(self.env, float(amount), currency_obj=self.currency_id)

    @requirement_check(
        _lt("Funding year: least ESF money for micro-projects"),
        fields=["state", "date_start", "date_end", "grant_id", "esf_group_amount"],
        states=["approved"],
    )
    def _requirement_esf_floor(self, rule):
        """S18, where the group Baustein is part of the grant (S22)."""
        limit = exact(rule.value_min)
        return self._esf_deviations(
            rule,
            lambda compared: compared < limit,
            lambda year, planned, compared: self.env._(
                "%(year)s: %(planned)s ESF money is planned for micro-projects, which is "
                "%(compared)s per full funding year; at least %(limit)s is required. "
                "Plan at least %(lowest)s in this funding year.",
                year=year.name,
                planned=year._money(planned),
                compared=year._money(compared),
                limit=year._money(limit),
                lowest=year._money(period.lowest_amount(limit, year._reference_months(rule))),
            ),
        )

    @requirement_check(
        _lt("Funding year: most ESF money for micro-projects"),
        fields=["state", "date_start", "date_end", "grant_id", "esf_group_amount"],
    )
    def _requirement_esf_ceiling(self, rule):
        """S19, where the group Baustein is part of the grant (S22)."""
        limit = exact(rule.value_max)
        return self._esf_deviations(
            rule,
            lambda compared: compared > limit,
            lambda year, planned, compared: self.env._(
                "%(year)s: %(planned)s ESF money is planned for micro-projects, which is "
                "%(compared)s per full funding year; at most %(limit)s is allowed. Plan "
                "at most %(highest)s in this funding year.",
                year=year.name,
                planned=year._money(planned),
                compared=year._money(compared),
                limit=year._money(limit),
                highest=year._money(period.highest_amount(limit, year._reference_months(rule))),
            ),
        )

    def action_view_budget(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Budget of %s", self.name),
            "res_model": "justiq.budget.line",
            "view_mode": "list,form,pivot,graph",
            "domain": [("funding_year_id", "=", self.id)],
            "context": {"default_funding_year_id": self.id},
        }

from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate

from ..tools import money
from .funding_shares_mixin import SOURCES
from .programme_checked_mixin import Deviation, requirement_check

_lt = LazyTranslate(__name__)

READERS = "justiq.group_team_lead,justiq.group_coordinator,justiq.group_finance,justiq.group_auditor"


class FundingYear(models.Model):
    """The financing plan of a funding year: income, approved versions, shifts.

    As soon as income is planned, or the grant has the shares of its notice, it
    has to equal the planned costs at the approval. Each approval that changes the plan keeps it as a new version.
    """

    _inherit = "justiq.funding.year"

    financing_line_ids = fields.One2many(
        comodel_name="justiq.financing.line", inverse_name="funding_year_id", groups=READERS
    )
    income_amount = fields.Monetary(string="Planned Income", compute="_compute_income", store=True)
    received_amount = fields.Monetary(string="Received Income", compute="_compute_income", store=True)
    plan_gap = fields.Monetary(
        string="Income Missing", compute="_compute_plan_gap", help="Planned costs that no planned income covers yet."
    )
    plan_version_ids = fields.One2many(
        comodel_name="justiq.plan.version", inverse_name="funding_year_id", groups=READERS
    )
    plan_version_count = fields.Integer(compute="_compute_plan_version_count")
    change_reason = fields.Text(
        string="Reason of the Change",
        copy=False,
        help="Why the approved plan changes. It is kept with the next version of the plan.",
    )
    plan_shift = fields.Float(
        string="Greatest Shift (%)",
        digits=(16, 2),
        compute="_compute_plan_shift",
        store=True,
        aggregator=None,
        help="By how much the cost category that grew most exceeds the plan that was approved first.",
    )

    @api.depends("financing_line_ids.planned_amount", "financing_line_ids.received_amount")
    def _compute_income(self):
        for year in self:
            year.income_amount = sum(year.financing_line_ids.mapped("planned_amount"))
            year.received_amount = sum(year.financing_line_ids.mapped("received_amount"))

    @api.depends("planned_amount", "income_amount")
    def _compute_plan_gap(self):
        for year in self:
            year.plan_gap = float(money.exact(year.planned_amount) - money.exact(year.income_amount))

    @api.depends("plan_version_ids")
    def _compute_plan_version_count(self):
        counts = dict(
            self.env["justiq.plan.version"]
            .sudo()  # sudo: how often a plan was approved, also for whoever reads the year alone
            ._read_group([("funding_year_id", "in", self.ids)], ["funding_year_id"], ["__count"])
        )
        for year in self:
            year.plan_version_count = counts.get(year._origin, 0)

    @api.depends(
        "budget_line_ids.planned_amount",
        "budget_line_ids.cost_category_id",
        "budget_line_ids.flat_rate_id",
        "plan_version_ids.figures",
    )
    def _compute_plan_shift(self):
        for year in self:
            year.plan_shift = max((shift for _category, _old, _new, shift in year._shifts()), default=0.0)

    # ------------------------------------------------------------
    # Approval
    # ------------------------------------------------------------

    def write(self, vals):
        approved = self.filtered(lambda year: year.state != "approved") if vals.get("state") == "approved" else self[:0]
        result = super().write(vals)
        if approved:
            # sudo: the plan is checked and kept as a whole, whoever of those who may approve does it.
            approved.sudo()._check_balanced()
            # sudo: as above
            approved.sudo()._keep_version()
        return result

    def _check_balanced(self):
        """Refuse to approve a plan whose income is not its spending.

        :raises ValidationError: naming both sums and the difference
        """
        self.flush_recordset()
        for year in self:
            is_financed = year.financing_line_ids or year._share_total()
            if is_financed and money.exact(year.plan_gap):
                raise ValidationError(
                    self.env._(
                        "%(year)s: the planned income is %(income)s and the planned costs are %(costs)s; they have to "
                        "be equal. Correct the financing by %(gap)s.",
                        year=year.name,
                        income=year._money(year.income_amount),
                        costs=year._money(year.planned_amount),
                        gap=year._money(year.plan_gap),
                    )
                )

    def _keep_version(self):
        """Keep the plan as a new version, unless it is the one that was approved last.

        :raises ValidationError: where the reason of a change is missing
        """
        values = []
        for year in self:
            versions = year.plan_version_ids.sorted("number")
            figures = year._plan_figures()
            if versions and versions[-1]._is_plan(figures):
                continue
            if versions and not any(map(str.isalnum, year.change_reason or "")):
                raise ValidationError(
                    self.env._(
                        "%s: the plan differs from the one that was approved. Write down the reason of the change.",
                        year.name,
                    )
                )
            values.append(
                {
                    "funding_year_id": year.id,
                    "number": len(versions) + 1,
                    "approved_at": fields.Datetime.now(),
                    "user_id": self.env.uid,
                    "reason": versions and year.change_reason.strip(),
                    "figures": figures,
                    "planned_amount": year.planned_amount,
                    "income_amount": year.income_amount,
                }
            )
        self.env["justiq.plan.version"].create(values)._tell_of_paid_vouchers()
        with_reason = self.filtered("change_reason")
        if with_reason:
            with_reason.write({"change_reason": False})

    def _plan_figures(self):
        """The plan in plain values, with names in the provider's language; amounts as text, exact to the cent.

        `lines` names the records behind the rows of `spending`: budget line, Baustein, micro-project.
        """
        year = self.with_context(lang=self.company_id.partner_id.lang or self.env.lang)
        lines = year.budget_line_ids.sorted(
            lambda line: (line.baustein_id.number, line.cost_category_id.sequence, line.id)
        )
        return {
            "lines": [[line.id, line.baustein_id.id, line.micro_project_id.id] for line in lines],
            "spending": [
                {
                    "baustein": line.baustein_id.complete_name,
                    "micro_project": line.micro_project_id.name or "",
                    "category_id": line.cost_category_id.id,
                    "category": line.cost_category_id.name,
                    "name": line.name or "",
                    "is_flat_rate": bool(line.flat_rate_id),
                    "planned": str(money.exact(line.planned_amount)),
                    "esf": str(money.exact(line.esf_amount)),
                }
                for line in lines
            ],
            "income": [
                {"source": line.source, "name": line.name or "", "planned": str(money.exact(line.planned_amount))}
                for line in year.financing_line_ids.sorted(lambda line: (line.sequence, line.id))
            ],
            **year._share_figures(),
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_financed(self):
        # sudo: only whether there is something to keep, also for whoever may not read it.
        for year in self.sudo():
            if year.financing_line_ids or year.plan_version_ids:
                raise ValidationError(
                    self.env._(
                        "%s has a financing plan or approved versions of it, which are proof for the funder. It cannot "
                        "be removed.",
                        year.name,
                    )
                )

    # ------------------------------------------------------------
    # Shifts between cost categories
    # ------------------------------------------------------------

    def _shifts(self):
        """Cost categories above the plan that was approved first: (name, then, now, percent more).

        Compared with the first version and not with the last, so that several
        small steps are one shift. Flat rates follow their base and are left out.
        """
        self.ensure_one()
        # sudo: sums of the plan of a year that the user reads.
        first = self.sudo().plan_version_ids.sorted("number")[:1]
        if not first:
            return []
        then, now = defaultdict(Decimal), defaultdict(Decimal)
        for row in first.figures["spending"]:
            if not row["is_flat_rate"]:
                then[row["category_id"]] += Decimal(row["planned"])
        # sudo: as above
        lines = self.sudo().budget_line_ids.filtered(lambda line: not line.flat_rate_id)
        for line in lines:
            now[line.cost_category_id.id] += money.exact(line.planned_amount)
        names = {category.id: category.name for category in lines.cost_category_id}
        return [
            (names[key], then[key], amount, float(100 * (amount - then[key]) / then[key]) if then[key] else 100.0)
            for key, amount in now.items()
            if amount > then[key]
        ]

    @requirement_check(
        _lt("Funding year: shift between cost categories"),
        fields=["state", "grant_id", "plan_shift"],
    )
    def _requirement_plan_shift(self, rule):
        """A cost category exceeds the approved plan by more than the funder allows without asking."""
        deviations = {}
        for year in self:
            shifts = [shift for shift in year._shifts() if shift[-1] > rule.value_max]
            if shifts:
                categories = "; ".join(
                    self.env._(
                        "%(category)s from %(old)s to %(new)s",
                        category=category,
                        old=year._money(old),
                        new=year._money(new),
                    )
                    for category, old, new, _percent in shifts
                )
                deviations[year] = Deviation(
                    self.env._(
                        "%(year)s: against the plan that was approved first, more than %(limit)s %% was shifted: "
                        "%(categories)s. Plan less, or get the funder's consent and justify the shift.",
                        year=year.name,
                        limit=f"{rule.value_max:g}",
                        categories=categories,
                    ),
                    round(max(shift[-1] for shift in shifts), 2),
                )
        return deviations

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_propose_financing(self):
        """Plan the income as the shares of the year say, to the cent.

        :raises ValidationError: where it has no shares yet
        """
        self.ensure_one()
        self._check_draft()
        shares = [self[f"share_{source}"] for source, _label in SOURCES]
        if not sum(shares):
            raise ValidationError(
                self.env._(
                    "%s: enter the shares of the grant notice first (page “Money and Targets”).", self.grant_id.name
                )
            )
        parts = money.distribute(self.planned_amount, shares)
        known = self.financing_line_ids.grouped("source")
        lines = self.env["justiq.financing.line"]
        for (source, _label), share, amount in zip(SOURCES, shares, parts, strict=True):
            mine = known.get(source, lines)
            others = money.exact(sum(mine[1:].mapped("planned_amount")))
            if mine:
                mine[0].planned_amount = float(max(amount - others, 0))
            elif share:
                lines.create({"funding_year_id": self.id, "source": source, "planned_amount": float(amount)})

    def action_view_plan_versions(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Approved Plans of %s", self.name),
            "res_model": "justiq.plan.version",
            "view_mode": "list,form",
            "domain": [("funding_year_id", "=", self.id)],
        }

from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import money


class BudgetLine(models.Model):
    """Budget lines that a flat rate derives from others; nobody writes them by hand."""

    _inherit = "justiq.budget.line"

    flat_rate_id = fields.Many2one(
        comodel_name="justiq.flat.rate", ondelete="restrict", index="btree_not_null", readonly=True, copy=False
    )

    _flat_rate_unique = models.UniqueIndex(
        "(funding_year_id, flat_rate_id, baustein_id) WHERE flat_rate_id IS NOT NULL",
        "A flat rate has one line per funding year and Baustein.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("flat_rate_id") for vals in vals_list):
            self._refuse_by_hand()
        lines = super().create(vals_list)
        # sudo: the flat rates of a year follow its lines, whoever writes these.
        years = lines.sudo().funding_year_id
        years._check_no_lines_by_hand()
        years._derive_flat_rates()
        return lines

    def write(self, vals):
        if "flat_rate_id" in vals:
            self._refuse_by_hand()
        if not vals.keys() & self._plan_fields():
            return super().write(vals)
        # sudo: as above.
        lines = self.sudo()
        if lines.flat_rate_id:
            self._refuse_by_hand()
        years = lines.funding_year_id
        result = super().write(vals)
        years |= lines.funding_year_id
        years._check_no_lines_by_hand()
        years._derive_flat_rates()
        return result

    def unlink(self):
        # sudo: as above.
        if self.sudo().flat_rate_id:
            self._refuse_by_hand()
        # sudo: as above.
        years = self.sudo().funding_year_id
        result = super().unlink()
        years._derive_flat_rates()
        return result

    def _refuse_by_hand(self):
        raise ValidationError(
            self.env._(
                "The lines of a flat rate compute themselves. Change the costs that it is a percentage of, or the flat "
                "rate in the grant."
            )
        )

    def _create_derived(self, vals_list):
        return super().create(vals_list)  # pylint: disable=super-method-mismatch

    def _write_derived(self, vals):
        return super().write(vals)  # pylint: disable=super-method-mismatch

    def _remove_derived(self):
        return super().unlink()  # pylint: disable=super-method-mismatch

    @api.constrains("baustein_id", "cost_category_id")
    def _check_category_of_baustein(self):
        for line in self:
            if not line.flat_rate_id:
                line.baustein_id._check_category_eligible(line.cost_category_id)


class FundingYear(models.Model):
    """Flat rates: one line of the plan for each Baustein that has costs of the base, and what follows from vouchers."""

    _inherit = "justiq.funding.year"

    def _flat_amounts(self, base):
        """What the flat rates follow from a base, to the cent as in the plan: rounded once per year, then cut.

        Costs of the base bring their flat rate along in every Baustein, whether they were planned there or not.

        :param base: exact amount by (funding year id, Baustein id, cost category id)
        :return: dictionary of Decimal by (funding year, flat rate, Baustein)
        """
        # sudo: rates and Bausteine of years whose figures are computed.
        years, bausteine, result = self.sudo(), self.env["justiq.baustein"].sudo(), {}
        for year in years:
            for rate in year.grant_id.flat_rate_ids:
                amounts = defaultdict(Decimal)
                for (year_id, baustein_id, category_id), amount in base.items():
                    if year_id == year.id and category_id in rate.base_category_ids.ids:
                        amounts[bausteine.browse(baustein_id)] += amount
                ordered = sorted(amounts, key=lambda baustein: (baustein.number, baustein.id))
                parts = money.percents([amounts[baustein] for baustein in ordered], rate.rate)
                result |= {(year, rate, baustein): part for baustein, part in zip(ordered, parts, strict=True) if part}
        return result

    def _check_no_lines_by_hand(self):
        """Refuse lines by hand under a category that a flat rate derives."""
        for year in self:
            derived = year.grant_id.flat_rate_ids.cost_category_id
            lines = derived and year.budget_line_ids.filtered(
                lambda line, derived=derived: not line.flat_rate_id and line.cost_category_id in derived
            )
            if lines:
                raise ValidationError(
                    self.env._(
                        "%(year)s: “%(category)s” is a flat rate of this grant and computes itself. Delete the budget "
                        "line of %(amount)s that was entered by hand.",
                        year=year.name,
                        category=lines[0].cost_category_id.name,
                        amount=year._money(lines[0].planned_amount),
                    )
                )

    def _derive_flat_rates(self):
        """Bring the derived lines of the years in draft up to date."""
        for year in self.filtered(lambda year: year.state == "draft"):
            for flat_rate in year.grant_id.flat_rate_ids:
                year._derive_flat_rate(flat_rate)

    def _derive_flat_rate(self, flat_rate):
        """One line per Baustein; together they are the rate of the whole base, to the cent."""
        planned, esf = defaultdict(Decimal), defaultdict(Decimal)
        for line in self.budget_line_ids:
            if line.cost_category_id in flat_rate.base_category_ids:
                planned[line.baustein_id] += money.exact(line.planned_amount)
                esf[line.baustein_id] += money.exact(line.esf_amount)
        bausteine = sorted(planned, key=lambda baustein: (baustein.number, baustein.id))
        planned_parts, esf_parts = (
            money.percents([amounts[baustein] for baustein in bausteine], flat_rate.rate) for amounts in (planned, esf)
        )
        known = {
            line.baustein_id: line
            for line in self.budget_line_ids.filtered(lambda line: line.flat_rate_id == flat_rate)
        }
        missing = []
        for baustein, amount, esf_amount in zip(bausteine, planned_parts, esf_parts, strict=True):
            values = {
                "planned_amount": float(amount),
                "esf_amount": float(min(esf_amount, amount)),
                "cost_category_id": flat_rate.cost_category_id.id,
            }
            if baustein in known:
                known.pop(baustein)._write_derived(values)
            else:
                keys = {"funding_year_id": self.id, "baustein_id": baustein.id, "flat_rate_id": flat_rate.id}
                missing.append(values | keys)
        lines = self.env["justiq.budget.line"]
        lines.union(*known.values())._remove_derived()
        lines._create_derived(missing)

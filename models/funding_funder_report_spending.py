from collections import defaultdict

from odoo import fields, models

from ..tools import figures, money
from .funding_funder_report_financial import SPENT, ZERO
from .funding_funder_report_vouchers import MODEL


class FunderReport(models.Model):
    """Spending in the proof of use: what the vouchers and the flat rates that follow from them make of the plan."""

    _inherit = "justiq.funder.report"

    def _spending(self):
        """Planned and spent by (Baustein, cost category): [planned, spent, ESF money of it], exact.

        :return: dictionary with `costs` by vouchers and `flat` by flat rate
        """
        years = self._report_years()
        lines = self.env["justiq.budget.line"]
        costs, flat = defaultdict(lambda: [ZERO] * 3), {}
        for baustein, category, flat_rate, planned in lines._read_group(
            [("funding_year_id", "in", years.ids)],
            ["baustein_id", "cost_category_id", "flat_rate_id"],
            ["planned_amount:sum"],
        ):
            if flat_rate:
                flat[baustein, flat_rate] = [money.exact(planned), ZERO, ZERO]
            else:
                costs[baustein, category][0] += money.exact(planned)
        by_year = defaultdict(lambda: (ZERO, ZERO))
        for year, baustein, category, *sums in self.env[MODEL]._read_group(
            self._voucher_domain(),
            ["justiq_funding_year_id", "justiq_baustein_id", "justiq_cost_category_id"],
            SPENT,
        ):
            spent, esf = map(money.exact, sums)
            costs[baustein, category][1] += spent
            costs[baustein, category][2] += esf
            by_year[year, baustein, category] = spent, esf
        for (_year, rate, baustein), amounts in self._flat_spent().items():
            row = flat.setdefault((baustein, rate), [ZERO] * 3)
            row[1:] = [one + more for one, more in zip(row[1:], amounts, strict=True)]
        return {"costs": dict(costs), "flat": flat, "years": years, "by_year": by_year}

    def _flat_spent(self):
        """What follows from the vouchers of the period: [spent, ESF money of it] by (year, flat rate, Baustein).

        As the difference of two rounded amounts, as in the calls for funds, so that the
        periods of a year add up to its flat rate.
        """
        years = self._report_years()
        next_day = fields.Date.add(self.date_end, days=1)
        until_end, before = (self._flat_spent_before(years, day) for day in (next_day, self.date_start))
        result = {
            key: [until_end[index].get(key, ZERO) - before[index].get(key, ZERO) for index in range(2)]
            for key in {key for parts in (*until_end, *before) for key in parts}
        }
        return {key: amounts for key, amounts in result.items() if any(amounts)}

    def _flat_spent_before(self, years, day):
        """The flat rates of all that was paid in the years before a day: (of the costs, of the ESF money)."""
        bases = ({}, {})
        domain = [
            ("justiq_grant_id", "=", self.grant_id.id),
            ("justiq_funding_year_id", "in", years.filtered(lambda year: year.date_start < day).ids),
            ("justiq_payment_date", "<", day),
        ]
        groups = ["justiq_funding_year_id", "justiq_baustein_id", "justiq_cost_category_id"]
        for year, baustein, category, *sums in self.env[MODEL]._read_group(domain, groups, SPENT):
            for base, amount in zip(bases, sums, strict=True):
                base[year.id, baustein.id, category.id] = money.exact(amount)
        return [years._flat_amounts(base) for base in bases]

    def _spending_table(self, spending):
        groups = defaultdict(list)
        for (baustein, category), sums in spending["costs"].items():
            groups[baustein].append((category, None, sums))
        for (baustein, rate), sums in spending["flat"].items():
            groups[baustein].append((rate.cost_category_id, rate, sums))
        rows, everything = [], [ZERO] * 3
        for baustein in sorted(groups, key=lambda one: (one.number, one.id)):
            total = [ZERO] * 3
            for category, rate, sums in sorted(groups[baustein], key=lambda one: self._plan_order(one[0])):
                rows.append(self._spending_row(baustein, category, rate, sums))
                total = [a + b for a, b in zip(total, sums, strict=True)]
            rows.append(
                self._plan_row(
                    f"baustein-{baustein.id}",
                    self.env._("Sum"),
                    *total,
                    style="subtotal",
                    drill=self._voucher_drill([("justiq_baustein_id", "=", baustein.id)]),
                    drills={
                        "planned": self._plan_drill([("baustein_id", "=", baustein.id)]),
                        **self._with_flat_rates(self._rates_of(spending, baustein), "actual", "esf"),
                    },
                    baustein=self._baustein_name(baustein),
                )
            )
            everything = [a + b for a, b in zip(everything, total, strict=True)]
        rows.append(
            self._plan_row(
                "total",
                self.env._("Total"),
                *everything,
                style="total",
                drill=self._voucher_drill(),
                drills={
                    "planned": self._plan_drill(),
                    **self._with_flat_rates(self._rates_of(spending), "actual", "esf"),
                },
            )
        )
        return {
            "key": "plan",
            "title": self.env._("Spending in the order of the plan"),
            "carry": True,
            "remark": self._plan_remark(),
            "columns": [
                {"key": "baustein", "label": self.env._("Baustein"), "type": "text", "width": 35},
                *self._plan_columns(self.env._("Cost category"), self.env._("Spent")),
                {"key": "esf", "label": self.env._("of it %s", self._esf_label()), "type": "money", "width": 22}
                | {"sum": "justiq_esf_amount"},
            ],
            "rows": rows,
        }

    def _rates_of(self, spending, baustein=None):
        """The flat rates that something was spent of, in all or in a Baustein."""
        rates = self.env["justiq.flat.rate"]
        return rates.union(
            *(rate for (where, rate), sums in spending["flat"].items() if sums[1] and baustein in (None, where))
        )

    def _spending_charts(self, spending):
        """Planned and spent per Baustein; of several years also what was spent per year."""
        sums = defaultdict(lambda: [ZERO] * 3)
        for (baustein, _other), amounts in [*spending["costs"].items(), *spending["flat"].items()]:
            sums[baustein] = [a + b for a, b in zip(sums[baustein], amounts, strict=True)]
        bausteine = sorted(sums, key=lambda one: (one.number, one.id))
        if not bausteine:
            return []
        names = [self._baustein_name(baustein) for baustein in bausteine]
        charts = [
            {
                "key": "bausteine",
                "title": self.env._("Planned and spent per Baustein (%s)", self.currency_id.name),
                "kind": "bars",
                "categories": names,
                "series": [
                    {"label": label, "values": [figures.amount(sums[baustein][index]) for baustein in bausteine]}
                    for index, label in enumerate((self.env._("Planned"), self.env._("Spent")))
                ],
            }
        ]
        if len(spending["years"]) > 1:
            by_year = defaultdict(lambda: ZERO)
            for (year, baustein, _category), (spent, _esf) in spending["by_year"].items():
                by_year[year, baustein] += spent
            charts.append(
                {
                    "key": "years",
                    "title": self.env._("Spent by vouchers per funding year (%s)", self.currency_id.name),
                    "kind": "stacked",
                    "categories": spending["years"].mapped("label"),
                    "series": [
                        {
                            "label": name,
                            "values": [figures.amount(by_year[year, baustein]) for year in spending["years"]],
                        }
                        for baustein, name in zip(bausteine, names, strict=True)
                    ],
                }
            )
        return charts

    def _plan_order(self, category):
        # Vouchers that lack a category come last.
        return (not category, category.sequence, category.id)

    def _plan_remark(self):
        """In words what is not cut to the period; None where that has whole funding years."""
        years = self._report_years()
        if not years or (self.date_start <= years[0].date_start and self.date_end >= years[-1].date_end):
            return None
        return self.env._(
            "Planned are the whole funding years %(years)s; received and spent is what lies in the period.",
            years=", ".join(years.mapped("label")),
        )

    def _spending_row(self, baustein, category, rate, sums):
        name = category.name or self.env._("Without a cost category")
        if rate:
            name = self.env._("%(category)s (flat rate, %(rate)s %%)", category=name, rate=f"{rate.rate:g}")
            drill = self._voucher_drill(
                [
                    ("justiq_baustein_id", "=", baustein.id),
                    ("justiq_cost_category_id", "in", rate.base_category_ids.ids),
                ]
            )
        else:
            drill = self._voucher_drill(
                [("justiq_baustein_id", "=", baustein.id), ("justiq_cost_category_id", "=", category.id)]
            )
        kind = "flat" if rate else "category"
        planned = [("flat_rate_id", "=", rate.id)] if rate else [("cost_category_id", "=", category.id)]
        return self._plan_row(
            f"{kind}-{baustein.id}-{category.id or 0}",
            name,
            *sums,
            drill=drill,
            drills={
                "planned": self._plan_drill([("baustein_id", "=", baustein.id), *planned]),
                **self._with_flat_rates(rate, "actual", "esf"),
            },
            baustein=self._baustein_name(baustein),
        )

    def _baustein_name(self, baustein):
        return baustein.name or self.env._("Without a Baustein")

    def _plan_drill(self, domain=(), field="planned_amount"):
        lines = self.env["justiq.budget.line"]
        return self._behind(lines, [("funding_year_id", "in", self._report_years().ids), *domain], field)

    def _of_bases(self, spending):
        return ("justiq_cost_category_id", "in", self._rates_of(spending).base_category_ids.ids)

    def _voucher_drill(self, domain=(), names=("justiq_eligible_amount", "justiq_esf_amount")):
        return self._behind(self.env[MODEL], [*self._voucher_domain(), *domain], list(names))

    # ------------------------------------------------------------
    # Flat rates
    # ------------------------------------------------------------

    def _flat_rate_tables(self, spending):
        """How each flat rate follows from its base; no table where there is none."""
        rows, total = [], ZERO
        for (baustein, rate), (_planned, spent, _esf) in sorted(
            spending["flat"].items(), key=lambda item: (item[0][0].number, item[0][0].id, item[0][1].id)
        ):
            keys = [(baustein, category) for category in rate.base_category_ids]
            base = sum((spending["costs"][key][1] for key in keys if key in spending["costs"]), ZERO)
            rows.append(
                {
                    "key": f"flat-{baustein.id}-{rate.id}",
                    "cells": {
                        "baustein": baustein.name,
                        "name": rate.cost_category_id.name,
                        "of": ", ".join(rate.base_category_ids.sorted(self._plan_order).mapped("name")),
                        "base": figures.amount(base),
                        "rate": figures.amount(rate.rate),
                        "amount": figures.amount(spent),
                    },
                    "drill": self._voucher_drill(
                        [
                            ("justiq_baustein_id", "=", baustein.id),
                            ("justiq_cost_category_id", "in", rate.base_category_ids.ids),
                        ]
                    ),
                    "drills": {
                        "rate": self._behind(rate, [("id", "=", rate.id)], "rate"),
                        **self._with_flat_rates(rate, "amount"),
                    },
                }
            )
            total += spent
        if not rows:
            return []
        return [
            {
                "key": "flat",
                "title": self.env._("Flat rates derived"),
                "remark": self.env._("Rounded once per funding year, then cut into the Bausteine, as in the budget."),
                "columns": [
                    {"key": "baustein", "label": self.env._("Baustein"), "type": "text", "width": 28},
                    {"key": "name", "label": self.env._("Flat rate"), "type": "text", "width": 28},
                    {"key": "of", "label": self.env._("Percentage of"), "type": "text", "width": 30},
                    {"key": "base", "label": self.env._("Base, spent"), "type": "money", "width": 22},
                    {"key": "rate", "label": self.env._("Rate %"), "type": "percent", "width": 14},
                    {"key": "amount", "label": self.env._("Amount"), "type": "money", "width": 22},
                ],
                "rows": [
                    *rows,
                    {
                        **self._total_row({"amount": figures.amount(total)}, label="baustein"),
                        "drills": self._with_flat_rates(
                            self._rates_of(spending), "amount", first=[self._voucher_drill([self._of_bases(spending)])]
                        ),
                    },
                ],
            }
        ]

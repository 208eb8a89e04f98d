from collections import defaultdict
from decimal import Decimal

from odoo import fields, models

from ..tools import figures
from .funding_voucher import READERS

AMOUNTS = ("justiq_amount", "justiq_eligible_amount", "justiq_esf_amount")
SUMS = ("amount", "eligible", "esf")  # the columns of these amounts
MODEL = "account.analytic.line"


class FunderReport(models.Model):
    """The list of vouchers (Belegliste): what was received and what was paid in the period, in time order.

    It names payees, so only who reads vouchers reads it.
    """

    _inherit = "justiq.funder.report"

    def _readers(self):
        return READERS if self.kind == "vouchers" else super()._readers()

    def _voucher_domain(self):
        """Vouchers of the grant that were paid in the period; hours without an hourly cost are no money yet."""
        return [
            ("justiq_grant_id", "=", self.grant_id.id),
            ("justiq_payment_date", ">=", fields.Date.to_string(self.date_start)),
            ("justiq_payment_date", "<=", fields.Date.to_string(self.date_end)),
            ("justiq_amount", "!=", 0),
        ]

    def _esf_label(self):
        """What the funder pays, by name; both kinds of money are called and spent together."""
        # sudo: shares of the funding years whose report the user reads.
        federal = any(self.sudo()._report_years().mapped("share_federal"))
        return self.env._("ESF and federal money") if federal else self.env._("ESF money")

    def _report_years(self):
        """Funding years of the grant that the period touches, in time order."""
        return self.grant_id.funding_year_ids.filtered(
            lambda year: year.date_start <= self.date_end and year.date_end >= self.date_start
        ).sorted("date_start")

    def _figures_vouchers(self):
        return [
            {
                "key": "income",
                "title": self.env._("Income"),
                "groups": READERS,
                "tables": [self._income_list()],
            },
            {
                "key": "spending",
                "title": self.env._("Spending"),
                "groups": READERS,
                "tables": [self._voucher_list()],
            },
        ]

    def _total_row(self, cells, label, key="total", style="total", text=None):
        return {"key": key, "style": style, "cells": {label: text or self.env._("Total"), **cells}}

    # ------------------------------------------------------------
    # Spending
    # ------------------------------------------------------------

    def _voucher_list(self):
        vouchers = self.env[MODEL].search_fetch(
            self._voucher_domain(),
            [
                "justiq_payment_date",
                "justiq_voucher_date",
                "justiq_voucher_number",
                "justiq_payee",
                "justiq_reason",
                "justiq_cost_category_id",
                "justiq_baustein_id",
                "justiq_micro_project_id",
                "justiq_funding_year_id",
                "justiq_eligible_share",
                *AMOUNTS,
            ],
            order="justiq_payment_date, id",
        )
        rows, by_year = [], defaultdict(list)
        for number, voucher in enumerate(vouchers, start=1):
            row = self._voucher_row(voucher, number)
            rows.append(row)
            by_year[voucher.justiq_funding_year_id].append(row)
        listed, flat = list(rows), self._flat_rate_rows(vouchers)
        for year, row in flat:
            rows.append(row)
            by_year[year].append(row)
        if flat:
            of_vouchers = [self._sum_row(listed, key="vouchers", style="subtotal", text=self.env._("Vouchers"))]
            listed += [*of_vouchers, *(row for _year, row in flat)]
        totals = []
        if len(by_year) > 1:
            totals = [
                self._sum_row(
                    mine,
                    key=f"year-{year.id}",
                    style="subtotal",
                    text=self.env._("Funding year %s", year.label),
                    domain=[("justiq_funding_year_id", "=", year.id)],
                )
                for year, mine in by_year.items()
            ]
        return {
            "key": "vouchers",
            "title": self.env._("Vouchers"),
            "carry": True,
            "drill": {"model": MODEL, "domain": self._voucher_domain()},
            "columns": self._voucher_columns(),
            "rows": [*listed, *totals, self._sum_row(rows)],
        }

    def _flat_rate_rows(self, vouchers):
        """A computed line per funding year and flat rate, after the vouchers that it is a percentage of."""
        sums, behind = defaultdict(lambda: [Decimal(0)] * 2), defaultdict(list)
        for (year, rate, _baustein), amounts in self._flat_spent().items():
            sums[year, rate] = [one + more for one, more in zip(sums[year, rate], amounts, strict=True)]
        for voucher in vouchers if sums else ():
            behind[voucher.justiq_funding_year_id, voucher.justiq_cost_category_id].append(voucher)
        return [
            (year, self._flat_rate_row(year, rate, amounts, behind))
            for (year, rate), amounts in sorted(sums.items(), key=lambda item: (item[0][0].date_start, item[0][1].id))
            if any(amounts)
        ]

    def _flat_rate_row(self, year, rate, amounts, behind):
        spent, esf = map(figures.amount, amounts)
        base = rate.base_category_ids
        vouchers = [voucher for category in base for voucher in behind[year, category]]
        domain = [("justiq_funding_year_id", "=", year.id), ("justiq_cost_category_id", "in", base.ids)]
        return {
            "key": f"flat-{year.id}-{rate.id}",
            "cells": {
                "reason": self.env._(
                    "Flat rate, computed: %(rate)s %% of %(base)s",
                    rate=f"{rate.rate:g}",
                    base=", ".join(base.mapped("name")),
                ),
                "category": rate.cost_category_id.name,
                "year": year.label,
                "amount": spent,
                "share": figures.amount(100),
                "eligible": spent,
                "esf": esf,
            },
            "drill": {"model": MODEL, "domain": self._voucher_domain() + domain, "field": list(AMOUNTS)},
            "drills": self._with_flat_rates(rate, *SUMS),
            "records": {str(one.id): [figures.amount(one[name]) for name in AMOUNTS] for one in vouchers},
        }

    def _voucher_columns(self):
        texts = {
            "no": (self.env._("No."), "integer", 10),
            "payment_date": (self.env._("Paid on"), "date", 17),
            "voucher_date": (self.env._("Voucher of"), "date", 17),
            "number": (self.env._("Voucher no."), "text", 18),
            "payee": (self.env._("Payee"), "text", 34),
            "reason": (self.env._("Reason"), "text", 44),
            "category": (self.env._("Cost category"), "text", 27),
            "charged_to": (self.env._("Baustein, micro-project"), "text", 25),
            "year": (self.env._("Year"), "text", 9),
            "amount": (self.env._("Amount"), "money", 18),
            "share": (self.env._("Share %"), "percent", 11),
            "eligible": (self.env._("Eligible"), "money", 18),
            "esf": (self._esf_label(), "money", 18),
        }
        sums = dict(zip(SUMS, AMOUNTS, strict=True))
        return [
            {"key": key, "label": label, "type": kind, "width": width, "compare": key != "no"}
            | ({"sum": sums[key]} if key in sums else {})
            for key, (label, kind, width) in texts.items()
        ]

    def _voucher_row(self, voucher, number):
        amounts = [figures.amount(voucher[name]) for name in AMOUNTS]
        project = voucher.justiq_micro_project_id
        return {
            "key": f"voucher-{voucher.id}",
            "cells": {
                "no": number,
                "payment_date": fields.Date.to_string(voucher.justiq_payment_date),
                "voucher_date": fields.Date.to_string(voucher.justiq_voucher_date) or None,
                "number": voucher.justiq_voucher_number or "",
                "payee": voucher.justiq_payee or "",
                "reason": voucher.justiq_reason or "",
                "category": voucher.justiq_cost_category_id.name or "",
                "charged_to": project.name or voucher.justiq_baustein_id.name or "",
                "year": voucher.justiq_funding_year_id.label or "",
                "amount": amounts[0],
                "share": figures.amount(voucher.justiq_eligible_share),
                "eligible": amounts[1],
                "esf": amounts[2],
            },
            "drill": {"model": MODEL, "domain": [["id", "=", voucher.id]], "field": list(AMOUNTS)},
            "records": {str(voucher.id): amounts},
        }

    def _sum_row(self, rows, key="total", style="total", text=None, domain=()):
        """What the printed rows add up to, to the cent."""
        sums = {name: figures.amount(sum((Decimal(row["cells"][name]) for row in rows), Decimal(0))) for name in SUMS}
        row = self._total_row(sums, label="reason", key=key, style=style, text=text)
        row["drill"] = {"model": MODEL, "domain": self._voucher_domain() + list(domain), "field": list(AMOUNTS)}
        row["records"] = {number: values for one in rows for number, values in one["records"].items()}
        rates = self.env["justiq.flat.rate"].browse(
            dict.fromkeys(
                rate
                for one in rows
                for way in one.get("drills", {}).get("amount", ())
                if way.get("model") == "justiq.flat.rate"
                for rate in way["domain"][0][2]
            )
        )
        return row | {"drills": self._with_flat_rates(rates, *SUMS)}

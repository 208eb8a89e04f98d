from decimal import Decimal

from odoo import fields, models

from ..tools import figures

SPENT = ["justiq_eligible_amount:sum", "justiq_esf_amount:sum"]
ZERO = Decimal(0)


class FunderReport(models.Model):
    """The proof of use in figures (zahlenmäßiger Nachweis): the plan against what was received and spent.

    Planned are the funding years that the period touches, as a whole. Received is
    what came in the period (see `funding_funder_report_income.py`). Spent are the
    eligible amounts of the vouchers that were paid in the period, as in the
    list of vouchers, and the flat rates that follow from them. All sums come from
    the database, in the same number of queries however many vouchers there are.
    """

    _inherit = "justiq.funder.report"

    kind = fields.Selection(
        selection_add=[("financial", "Proof of Use in Figures"), ("vouchers",)], ondelete={"financial": "cascade"}
    )

    def _figures_financial(self):
        spending = self._spending()
        return [
            {"key": "income", "title": self.env._("Income"), "tables": [self._income_table()]},
            {
                "key": "spending",
                "title": self.env._("Spending"),
                "tables": [self._spending_table(spending), *self._flat_rate_tables(spending)],
                "charts": self._spending_charts(spending),
            },
            {
                "key": "reconciliation",
                "title": self.env._("Reconciliation"),
                "tables": self._reconciliation_tables(spending),
            },
        ]

    # ------------------------------------------------------------
    # Rows of plan and deviation
    # ------------------------------------------------------------

    def _plan_columns(self, name, actual):
        parts = ["planned", "actual"]
        return [
            {"key": "name", "label": name, "type": "text", "width": 37},
            {"key": "planned", "label": self.env._("Planned"), "type": "money", "width": 24},
            {"key": "actual", "label": actual, "type": "money", "width": 23},
            {"key": "deviation", "label": self.env._("Deviation"), "type": "money", "width": 26, "of": parts},
            {"key": "percent", "label": self.env._("Deviation %"), "type": "percent", "width": 20, "of": parts},
        ]

    def _plan_row(self, key, name, planned, actual, esf=None, style="", drill=None, drills=None, **texts):
        cells = {
            **texts,
            "name": name,
            "planned": figures.amount(planned),
            "actual": figures.amount(actual),
            "deviation": figures.amount(actual - planned),
            "percent": figures.share(actual - planned, planned),
        }
        if esf is not None:
            cells["esf"] = figures.amount(esf)
        row = {"key": key, "style": style, "cells": cells, "drill": drill}
        return row | {"drills": drills} if drills else row

    def _behind(self, model, domain, field=None):
        """Where a row clicks through to; `field` as in the model's docstring."""
        return {"model": model._name, "domain": [list(part) for part in domain], "field": field}

    def _with_flat_rates(self, rates, *names, first=None):
        """Ways by column of amounts that contain flat rates: these have no records, but follow from a rate.

        :param first: ways to the other records; else that of the row
        """
        if not rates:
            return dict.fromkeys(names, first) if first else {}
        behind = self._behind(rates, [("id", "in", rates.ids)], "rate")
        return dict.fromkeys(names, [*(first or [{"part": []}]), behind])

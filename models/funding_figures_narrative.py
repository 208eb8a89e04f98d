from collections import defaultdict

from odoo import api, models

from ..tools import money


class NarrativeFigures(models.AbstractModel):
    """The sections of the Sachbericht: a text of the provider each, and the figures that bear it out.

    Persons are those of the statistics, micro-projects those of the rules, staff
    that of the report on professionals; nothing is counted twice in two ways.
    """

    _name = "justiq.figures.narrative"
    _inherit = ["justiq.figures.findings", "justiq.figures.projects", "justiq.figures.work"]
    _description = "Figures of the Narrative Report"

    @api.model
    def _sections(self, report):
        people = {
            table["key"]: (table, section)
            for section in self.env["justiq.figures.statistics"]._sections(report)
            for table in section["tables"]
        }

        def tables(*keys):
            return [people[key][0] for key in keys if key in people]

        def charts(key):
            return people[key][1].get("charts", []) if key in people else []

        money_table, money_chart = self._money_by_baustein(report)
        contents = {
            "project": ([self._project_table(report)], []),
            "results": (tables("target", "persons", "participations"), charts("timeline")),
            "target_group": (
                tables("counted", "age", "output", "result", "follow_up", "destination", "improved"),
                charts("destination"),
            ),
            "bausteine": ([self._intensity_table(report), *tables("outreach")], []),
            "micro_projects": (self._project_tables(report), []),
            "staff": (self._staff_tables(report), []),
            "cooperation": ([self._cooperation_table(report)], []),
            "necessity": ([money_table], [money_chart] if money_chart else []),
            "deviations": (self._findings_tables(report), []),
            "publicity": ([], []),
            "aims": ([], []),
            "outlook": ([], []),
        }
        titles = report._text_titles()
        return [
            {
                "key": key,
                "title": f"{number}. {titles[key]}",
                "text": f"text_{key}",
                "tables": [table for table in found if table["rows"] or table.get("remark")],
                "charts": drawn,
            }
            for number, (key, (found, drawn)) in enumerate(contents.items(), 1)
        ]

    # ------------------------------------------------------------
    # Project
    # ------------------------------------------------------------

    @api.model
    def _project_table(self, report):
        grant = report.grant_id
        facts = {
            "municipality": (self.env._("Municipality"), grant.municipality_id.name),
            "provider": (self.env._("Provider"), grant.company_id.name),
            "grant": (self.env._("Grant"), grant.name),
            "reference": (self.env._("Funding reference"), grant.reference),
            "programme": (self.env._("Programme"), grant.programme_id.name),
            "period": (self.env._("Grant period"), f"{self._date(grant.date_start)} – {self._date(grant.date_end)}"),
            "quartiere": (self.env._("Quartiere"), ", ".join(grant.quartier_ids.mapped("name"))),
            "bausteine": (self.env._("Bausteine"), ", ".join(grant.baustein_ids.sorted("number").mapped("name"))),
        }
        return self._make_table(
            "project",
            self.env._("Project data"),
            [self._make_column("label", "", "text", width=3), self._make_column("text", "", "text", width=8)],
            [self._make_row(key, {"label": label, "text": text or ""}) for key, (label, text) in facts.items()],
        )

    # ------------------------------------------------------------
    # Money
    # ------------------------------------------------------------

    @api.model
    def _money_by_baustein(self, report):
        """What was spent per Baustein and funding year, flat rates included; table and chart of the same figures."""
        years, bausteine = report._report_years(), report.grant_id.baustein_ids.sorted("number")
        spent = self._spent(years)
        cells = {
            baustein: {f"year_{year.id}": str(spent[year.id, baustein.id]) for year in years} for baustein in bausteine
        }
        columns = [
            self._make_column("label", self.env._("Baustein"), "text", width=6),
            *(self._make_column(f"year_{year.id}", year.label, "money", width=4) for year in years),
            self._make_column("total", self.env._("Total"), "money", width=4),
        ]
        rows = [
            self._make_row(
                f"baustein_{baustein.id}",
                {
                    "label": baustein.name,
                    **by_year,
                    "total": str(sum(spent[year.id, baustein.id] for year in years)),
                },
                drill=self._paid_drill(years, baustein),
            )
            for baustein, by_year in cells.items()
        ]
        total = {f"year_{year.id}": str(sum(spent[year.id, one.id] for one in bausteine)) for year in years}
        total |= {
            "label": self.env._("Total"),
            "total": str(sum(spent[year.id, one.id] for year in years for one in bausteine)),
        }
        title = self.env._("Money spent per Baustein and funding year")
        table = self._make_table(
            "money",
            title,
            columns,
            [*rows, self._make_row("total", total, "total", self._paid_drill(years))],
            remark=self.env._(
                "Eligible amounts of the vouchers paid in the funding years, and the flat rates that follow."
            ),
        )
        chart = {
            "key": "money",
            "title": title,
            "kind": "stacked",
            "categories": years.mapped("label"),
            "series": [
                {"label": baustein.name, "values": list(by_year.values())} for baustein, by_year in cells.items()
            ],
        }
        return table, chart if any(spent.values()) else None

    @api.model
    def _paid_drill(self, years, baustein=None):
        """The vouchers of all years; flat rates follow from them."""
        domain = self._paid_domain(years) + ([("justiq_baustein_id", "=", baustein.id)] if baustein else [])
        return self._drill("account.analytic.line", domain, "justiq_eligible_amount")

    @api.model
    def _paid_domain(self, years):
        return [("justiq_funding_year_id", "in", years.ids), ("justiq_payment_date", "!=", False)]

    @api.model
    def _spent(self, years):
        """Amounts by (funding year, Baustein)."""
        spent = defaultdict(lambda: money.exact(0))
        # sudo: sums per Baustein, also for the team lead, who reads no vouchers.
        vouchers = self.env["account.analytic.line"].sudo()
        for year, baustein, amount in vouchers._read_group(
            self._paid_domain(years), ["justiq_funding_year_id", "justiq_baustein_id"], ["justiq_eligible_amount:sum"]
        ):
            spent[year.id, baustein.id] += money.exact(amount)
        flat = [("funding_year_id", "in", years.ids), ("flat_rate_id", "!=", False)]
        lines = self.env["justiq.budget.line"].sudo()  # sudo: as above
        for year, baustein, amount in lines._read_group(flat, ["funding_year_id", "baustein_id"], ["spent_amount:sum"]):
            spent[year.id, baustein.id] += money.exact(amount)
        return spent

from collections import defaultdict

from odoo import api, models

from ..tools import money

# Tables that name people or tell of single deviations and contacts: for the funder, never for the public.
INNER_TABLES = {"professionals", "others", "findings", "file_findings", "network"}


class NarrativeFigures(models.AbstractModel):
    """The sections of the Sachbericht: a text of the provider each, and the figures that bear it out.

    Persons are those of the statistics, micro-projects those of the rules, staff
    that of the report on professionals; nothing is counted twice in two ways.
    """

    _name = "justiq.figures.narrative"
    _inherit = [
        "justiq.figures.findings",
        "justiq.figures.projects",
        "justiq.figures.work",
        "justiq.figures.network",
    ]
    _description = "Figures of the Narrative Report"

    @api.model
    def _sections(self, report):
        sections, book = self.env["justiq.figures.statistics"]._sections_and_book(report)
        people = {table["key"]: (table, section) for section in sections for table in section["tables"]}

        def tables(*keys):
            return [people[key][0] for key in keys if key in people]

        def charts(key):
            return people[key][1].get("charts", []) if key in people else []

        spending = report._spending()
        money_table, money_chart = self._money_by_baustein(report, spending)
        contents = {
            "project": ([self._project_table(report)], []),
            "results": (tables("target", "persons", "participations"), charts("timeline")),
            "target_group": (
                tables("counted", "age", "output", "result", "follow_up", "destination", "improved"),
                charts("destination"),
            ),
            "bausteine": ([self._intensity_table(report), *tables("outreach")], []),
            "micro_projects": (self._project_tables(report, book), []),
            "staff": (self._staff_tables(report), []),
            "cooperation": ([self._cooperation_table(report), self._network_table(report)], []),
            "necessity": (
                [money_table, self._main_items_table(report, spending)],
                [money_chart] if money_chart else [],
            ),
            "deviations": (self._findings_tables(report), []),
            "publicity": ([self._publicity_table(report)], []),
            "aims": ([], []),
            "outlook": ([], []),
        }
        titles = report._text_titles()
        return [
            {
                "key": key,
                "title": f"{number}. {titles[key]}",
                "text": f"text_{key}",
                "tables": [table for table in found if self._is_printed(report, table)],
                "charts": drawn,
            }
            for number, (key, (found, drawn)) in enumerate(contents.items(), 1)
        ]

    @api.model
    def _is_printed(self, report, table):
        if report.is_for_outside and table["key"] in INNER_TABLES:
            return False
        return bool(table["rows"] or table.get("remark"))

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
    def _money_by_baustein(self, report, spending):
        """What was spent per Baustein and funding year, flat rates included; table and chart of the same figures."""
        years, bausteine = spending["years"], report.grant_id.baustein_ids.sorted("number")
        spent = self._spent(report, spending)
        cells = {
            baustein: {f"year_{year.id}": str(spent[year.id, baustein.id]) for year in years} for baustein in bausteine
        }
        columns = [
            self._make_column("label", self.env._("Baustein"), "text", width=6),
            *(self._make_column(f"year_{year.id}", year.label, "money", width=4) for year in years),
            self._make_column("total", self.env._("Total"), "money", width=4),
        ]
        rows = [
            self._money_row(
                report,
                f"baustein_{baustein.id}",
                {
                    "label": baustein.name,
                    **by_year,
                    "total": str(sum(spent[year.id, baustein.id] for year in years)),
                },
                domain=[("justiq_baustein_id", "=", baustein.id)],
                rates=report._rates_of(spending, baustein),
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
            [*rows, self._money_row(report, "total", total, "total", rates=report._rates_of(spending))],
            remark=self.env._("Eligible amounts of the vouchers paid in the period, and the flat rates that follow."),
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
    def _money_row(self, report, key, cells, style="", domain=(), rates=()):
        """The vouchers behind each year, and the flat rates that follow from them."""
        drills = report._with_flat_rates(rates, "total")
        for year in report._report_years():
            vouchers = self._voucher_drill(report, [*domain, ("justiq_funding_year_id", "=", year.id)])
            drills |= report._with_flat_rates(rates, f"year_{year.id}", first=[vouchers])
        return self._make_row(key, cells, style, self._voucher_drill(report, domain), drills=drills)

    @api.model
    def _voucher_drill(self, report, domain):
        return self._drill("account.analytic.line", [*report._voucher_domain(), *domain], "justiq_eligible_amount")

    @api.model
    def _spent(self, report, spending):
        """Amounts by (funding year, Baustein), as in the proof of use."""
        spent = defaultdict(lambda: money.exact(0))
        for (year, baustein, _category), (amount, _esf) in spending["by_year"].items():
            spent[year.id, baustein.id] += amount
        for (year, _rate, baustein), (amount, _esf) in report._flat_spent().items():
            spent[year.id, baustein.id] += amount
        return spent

    @api.model
    def _main_items_table(self, report, spending):
        """Planned and spent by cost category, the largest first: what the text explains."""
        sums, drills = defaultdict(lambda: [money.exact(0)] * 2), {}
        for (_baustein, category), (planned, spent, _esf) in spending["costs"].items():
            self._add_item(sums, ("category", category), planned, spent)
        for (_baustein, rate), (planned, spent, _esf) in spending["flat"].items():
            self._add_item(sums, ("flat", rate), planned, spent)
        for kind, record in sums:
            paid = [("justiq_cost_category_id", "=", record.id)]
            if kind == "flat":
                paid = [("justiq_cost_category_id", "in", record.base_category_ids.ids)]
            name = "flat_rate_id" if kind == "flat" else "cost_category_id"
            plan = [("funding_year_id", "in", spending["years"].ids), (name, "=", record.id)]
            drills[kind, record] = self._voucher_drill(report, paid), plan
        return {
            "key": "main_items",
            "title": self.env._("Main items: planned and spent by cost category"),
            "remark": report._plan_remark() or "",
            "columns": report._plan_columns(self.env._("Cost category"), self.env._("Spent")),
            "rows": [
                report._plan_row(
                    f"{kind}_{record.id or 0}",
                    self._item_name(kind, record),
                    *sums[kind, record],
                    drill=drills[kind, record][0],
                    drills={
                        "planned": self._drill("justiq.budget.line", drills[kind, record][1], "planned_amount"),
                        **report._with_flat_rates(record if kind == "flat" else (), "actual"),
                    },
                )
                for kind, record in sorted(sums, key=lambda key: (-sums[key][1], -sums[key][0], key[0], key[1].id or 0))
            ],
        }

    @api.model
    def _add_item(self, sums, key, planned, spent):
        sums[key] = [sums[key][0] + planned, sums[key][1] + spent]

    @api.model
    def _item_name(self, kind, record):
        if kind == "flat":
            return self.env._("%(name)s (flat rate)", name=record.cost_category_id.name)
        return record.name or self.env._("Without a cost category")

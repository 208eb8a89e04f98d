import json

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..tools import drill, figures, picture
from ..tools.chart import chart_picture

# More rows than these are too many for a screen; the list behind them, PDF and XLSX have all.
SCREEN_ROWS = 100
FREEZERS = "justiq.group_team_lead,justiq.group_coordinator,justiq.group_finance"


class FunderReport(models.Model):
    """A report to the funder about a grant and a period, open or frozen.

    An open report shows the figures of today, each time anew. A frozen one shows
    those of its cut-off date and never changes; see
    `funding_funder_report_freeze.py`.

    Team lead, coordination and finance write and freeze the reports of their
    companies, the auditor reads them, nobody deletes them. The server computes
    all figures, whoever asks, so that two readers never see two totals; what a
    reader may not see is a section of its own, with the `groups` that may. A
    list of vouchers names payees, so only who reads vouchers reads it.

    Each kind is one method, `_figures_<kind>`. It returns the sections, plain data
    that screen, PDF, XLSX and comparison are made of:

        [{"key": "income", "title": "Income", "text": name of a text field or None, "groups": xml ids or None,
          "tables": [{"key", "title", "remark", "carry": never cut without totals at the page ends, "wordy": printed
            as cards, "loose": cut also where it is short, "dense": in smaller letters,
            "columns": [{"key", "label", "type", "width": parts of the table's width, "whole": a text that is not
                         broken, "compare": False if it is no figure of its own, "sum": field that it adds up (else
                         an integer counts records), "of": keys of the columns that it is reckoned from}],
            "rows": [{"key", "cells": {column key: value}, "style": "" | "subtotal" | "total",
                      "drill": {"model", "domain", "field": field of the amount or list of fields, or None,
                                "groups": who may open it, where not all who read the model},
                      "records": {id: values} or left out, then read at freezing by `drill`,
                      "drills": {column key: drill} of cells that are made of other records than their row: one
                        drill, a list of several, {"part": domain} of the row's records, or None for no way,
                      "drill_records": {column key: records}, read at freezing}]}],
          "charts": [{"key", "title", "kind", "categories", "series"}]}]

    Types: money, percent, hours (decimal strings, see `tools/figures.py`),
    integer, date (ISO), text. Keys must be the same in each run; they are what
    a comparison finds a figure by.
    """

    _name = "justiq.funder.report"
    _inherit = ["mail.thread", "justiq.frozen.mixin", "justiq.transition.mixin", "justiq.computed.mixin"]
    _description = "Report to the Funder"
    _order = "date_end desc, grant_id, kind, id desc"

    _initial_states = ("open",)
    _frozen_states = ("frozen",)
    _transitions = {("open", "frozen"): FREEZERS}
    # How the screen opens the records behind a figure; others in their usual views.
    _drill_actions = {
        "account.analytic.line": "justiq.justiq_voucher_action",
        "justiq.fund.call": "justiq.justiq_fund_call_action",
        "justiq.financing.line": "justiq.justiq_financing_line_action",
        "justiq.budget.line": "justiq.justiq_budget_line_action",
    }
    # Reports that are not made for the public; the proof of use has no figures about persons.
    _inner_kinds = {"financial", "vouchers", "audit"}
    # Reports that need the width of the page.
    _landscape_kinds = {"vouchers"}

    kind = fields.Selection(selection=[("vouchers", "List of Vouchers")], required=True)
    grant_id = fields.Many2one(comodel_name="justiq.grant", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="grant_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="grant_id.company_id.currency_id")
    funding_year_id = fields.Many2one(
        comodel_name="justiq.funding.year",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('grant_id', '=', grant_id)]",
        help="Proposes the period; leave it empty for the whole grant.",
    )
    date_start = fields.Date(
        string="From",
        compute="_compute_period",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        copy=False,
    )
    date_end = fields.Date(
        string="Until",
        compute="_compute_period",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        copy=False,
    )
    state = fields.Selection(
        selection=[("open", "Open"), ("frozen", "Frozen")], required=True, default="open", copy=False, tracking=True
    )
    is_for_outside = fields.Boolean(
        string="For the Public",
        help="Small numbers of persons are not shown, so that nobody can be recognised; neither are names of "
        "professionals and single deviations. Publish either the years or the whole grant: from both together, small "
        "numbers could be reckoned.",
    )
    remark = fields.Text(help="Printed below the title.")
    screen = fields.Json(string="Figures on Screen", compute="_compute_screen", export_string_translation=False)

    _dates_in_order = models.Constraint("CHECK (date_end >= date_start)", "The period must not end before it starts.")

    @api.depends("kind", "grant_id.name", "date_start", "date_end")
    def _compute_display_name(self):
        for report in self:
            report.display_name = " · ".join(
                part
                for part in (
                    report.kind and report._label_of("kind"),
                    report.grant_id.name,
                    report.date_start and report.date_end and report._period_label(),
                )
                if part
            )

    # Not on the dates of the year: a report keeps its period.
    @api.depends("grant_id", "funding_year_id")
    def _compute_period(self):
        for report in self:
            # sudo: dates of the grant and its year, which the report itself shows.
            source = (report.funding_year_id or report.grant_id).sudo()
            report.date_start = source.date_start
            report.date_end = source.date_end

    @api.constrains("grant_id", "funding_year_id")
    def _check_year_of_grant(self):
        for report in self:
            if report.funding_year_id and report.funding_year_id.grant_id != report.grant_id:
                raise ValidationError(
                    self.env._(
                        "Funding year: %(year)s does not belong to %(grant)s. Choose a year of this grant, or none.",
                        year=report.funding_year_id.name,
                        grant=report.grant_id.name,
                    )
                )

    @api.constrains("is_for_outside", "kind")
    def _check_public_kind(self):
        for report in self:
            if report.is_for_outside and report.kind in self._inner_kinds:
                raise ValidationError(
                    self.env._(
                        "For the public: a report of the kind “%s” is not made for the public, as it tells of money, "
                        "payees or single deviations. Untick it, or choose the statistics or the narrative report.",
                        report._label_of("kind"),
                    )
                )

    @api.onchange("grant_id")
    def _onchange_grant_id(self):
        if self.funding_year_id.grant_id != self.grant_id:
            self.funding_year_id = False

    def _label_of(self, name):
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], "")

    def _period_label(self):
        return self.env._(
            "%(start)s to %(end)s",
            start=format_date(self.env, self.date_start),
            end=format_date(self.env, self.date_end),
        )

    def _file_name(self):
        """Name of the printed file, without the ending."""
        return self.display_name.replace(" · ", " - ").replace("/", "-")

    # ------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------

    def _figures(self):
        """All sections with the figures of today, whoever asks; see the model.

        :return: the structure above, without the records behind the rows
        """
        self.ensure_one()
        # sudo: figures are the same for all readers; `_readable` leaves out what is not for this one.
        sections = getattr(self.sudo(), f"_figures_{self.kind}")()
        # As they would be kept, so that today and a frozen report compare.
        return json.loads(figures.canonical(sections))

    def _readable_figures(self):
        """The sections that the user may read: of the cut-off date if frozen, else of today."""
        self.ensure_one()
        self.check_access("read")
        # sudo: what was frozen is read here and in `_comparable_figures` alone.
        sections = self.sudo().frozen_figures if self.frozen_at else self._figures()
        return figures.without_records(section for section in sections if self._may_read_section(section))

    def _may_read_section(self, section):
        groups = section.get("groups")
        return not groups or self.env.su or self.env.user.has_groups(groups)

    def _may_read_all(self):
        """Whether no section is kept from the user: then also the files of the report are open to her."""
        self.ensure_one()
        return self.env.su or self.env.user.has_groups(self._readers())

    def _readers(self):
        """Groups that may read the report as a whole, by its kind."""
        return "justiq.group_team_lead,justiq.group_coordinator,justiq.group_finance,justiq.group_auditor"

    @api.depends("kind", "grant_id", "date_start", "date_end", "is_for_outside", "state")
    @api.depends_context("uid", "lang")
    def _compute_screen(self):
        for report in self:
            # What is being entered has no figures yet; they come with saving.
            if not isinstance(report.id, int):
                report.screen = False
                continue
            sections = report._readable_figures()
            for _path, _section, table in figures.tables(sections):
                self._shorten(table)
            for section in sections:
                section["charts"] = [
                    {"key": chart["key"], "title": chart["title"], "picture": picture.data_uri(chart["picture"])}
                    for chart in self._drawn(section)
                ]
            report.screen = report._for_screen(sections) | {"withheld": not report._may_read_all()}

    def _for_screen(self, sections):
        """The sections as the screen needs them: only what the user may open clicks through."""
        for _path, _section, table in figures.tables(sections):
            for row in table["rows"]:
                row["drills"] = self._screen_drills(table["columns"], row)
            for part in (table, *table["rows"]):
                if not self._may_open(part.get("drill")):
                    part["drill"] = None
        return {"sections": sections, "currency_id": self.currency_id.id, "actions": self._drill_actions}

    def _screen_drills(self, columns, row):
        """Ways by column that are not simply the row's; several ones with a label each to choose from."""
        drills = {}
        for column in columns:
            ways = drill.ways(row, column)
            if ways != [row.get("drill")]:
                drills[column["key"]] = [way for way in ways if self._may_open(way)]
        for ways in drills.values():
            if len(ways) > 1:
                ways[:] = [way | {"label": self._way_label(way)} for way in ways]
        return drills

    def _way_label(self, way):
        """What the records are called where the user knows them from."""
        action = self._drill_actions.get(way["model"])
        # sudo: the name of a menu or of a model.
        return self.env.ref(action).sudo().name if action else self.env["ir.model"]._get(way["model"]).sudo().name

    def _may_open(self, way):
        if not way:
            return True
        groups = way.get("groups")
        return self.env[way["model"]].has_access("read") and (not groups or self.env.user.has_groups(groups))

    @api.model
    def _shorten(self, table):
        """Cut a long table for the screen; its totals stay."""
        ordinary = [row for row in table["rows"] if not row.get("style")]
        if len(ordinary) > SCREEN_ROWS:
            shown = {row["key"] for row in ordinary[:SCREEN_ROWS]}
            table["hidden"] = len(ordinary) - SCREEN_ROWS
            table["rows"] = [row for row in table["rows"] if row.get("style") or row["key"] in shown]

    @api.model
    def _drawn(self, section):
        """The charts of a section with their pictures, the same on the screen and on paper."""
        languages = self.env["res.lang"]
        language = languages.browse(languages._get_data(code=self.env.lang or "en_US").id)

        def write(number):
            return language.format("%d", number, grouping=True)

        return [{**chart, "picture": chart_picture(chart, write)} for chart in section.get("charts", ())]

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_freeze(self):
        self.write({"state": "frozen"})

    def action_print_pdf(self):
        return self.env.ref("justiq.action_report_funder_report").report_action(self)

    def action_print_xlsx(self):
        return self.env.ref("justiq.action_report_funder_report_xlsx").report_action(self)

    def action_compare(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare"),
            "res_model": "justiq.funder.report.compare",
            "view_mode": "form",
            "target": "new",
            "context": {"default_report_id": self.id, "dialog_size": "extra-large"},
        }

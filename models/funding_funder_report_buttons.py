from odoo import api, fields, models

READERS = "justiq.group_team_lead,justiq.group_coordinator,justiq.group_finance,justiq.group_auditor"


class Grant(models.Model):
    """The reports of a grant, one click away."""

    _inherit = "justiq.grant"

    funder_report_ids = fields.One2many(
        comodel_name="justiq.funder.report", inverse_name="grant_id", groups=READERS, copy=False
    )
    funder_report_count = fields.Integer(compute="_compute_funder_report_count", groups=READERS)

    @api.depends("funder_report_ids")
    def _compute_funder_report_count(self):
        counts = dict(
            self.env["justiq.funder.report"]._read_group([("grant_id", "in", self.ids)], ["grant_id"], ["__count"])
        )
        for grant in self:
            grant.funder_report_count = counts.get(grant._origin, 0)

    def action_view_funder_reports(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_funder_report_action")
        return action | {"domain": [("grant_id", "=", self.id)], "context": {"default_grant_id": self.id}}


class FundingYear(models.Model):
    """The reports that touch a funding year."""

    _inherit = "justiq.funding.year"

    funder_report_count = fields.Integer(compute="_compute_funder_report_count", groups=READERS)

    def _compute_funder_report_count(self):
        for year in self:
            year.funder_report_count = self.env["justiq.funder.report"].search_count(year._funder_report_domain())

    def _funder_report_domain(self):
        self.ensure_one()
        return [
            ("grant_id", "=", self.grant_id.id),
            ("date_start", "<=", self.date_end),
            ("date_end", ">=", self.date_start),
        ]

    def action_view_funder_reports(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_funder_report_action")
        context = {"default_grant_id": self.grant_id.id, "default_funding_year_id": self.id}
        return action | {"domain": self._funder_report_domain(), "context": context}

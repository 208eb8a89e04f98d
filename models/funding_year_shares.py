from odoo import api, fields, models

from ..tools import money
from .funding_shares_mixin import NOTICE_FIELDS, SHARE_FIELDS, SOURCES


class FundingYear(models.Model):
    """The shares of the sources in a funding year; all money of the year is cut by them.

    A notice may change in mid-term. As long as the year is a draft, its shares follow
    the grant; approved ones stay, whatever the grant says later. To change those
    is to change the plan: back to draft, and approve it again with a reason.
    """

    _name = "justiq.funding.year"
    _inherit = ["justiq.funding.year", "justiq.shares.mixin"]

    share_esf = fields.Float(compute="_compute_shares", store=True, readonly=False, precompute=True)
    share_federal = fields.Float(compute="_compute_shares", store=True, readonly=False, precompute=True)
    share_municipality_cash = fields.Float(compute="_compute_shares", store=True, readonly=False, precompute=True)
    share_seconded_staff = fields.Float(compute="_compute_shares", store=True, readonly=False, precompute=True)
    share_third_party = fields.Float(compute="_compute_shares", store=True, readonly=False, precompute=True)
    esf_rate = fields.Float(
        compute="_compute_esf_rate",
        store=True,
        readonly=False,
        precompute=True,
        help="Share of ESF and federal money in the costs of this funding year, in percent. It comes from the grant, "
        "until the year is approved.",
    )
    differs_from_notice = fields.Boolean(
        compute="_compute_differs_from_notice",
        help="The grant notice has changed since, or this year has other shares.",
    )

    # Not on the state: a year that goes back to draft keeps its shares until the notice changes, or somebody does it.
    @api.depends("grant_id", *(f"grant_id.{name}" for name in SHARE_FIELDS))
    def _compute_shares(self):
        for year in self:
            source = year if year.state == "approved" else year.grant_id
            for name in SHARE_FIELDS:
                year[name] = source[name]

    @api.depends("grant_id.esf_rate", *SHARE_FIELDS)
    def _compute_esf_rate(self):
        return super()._compute_esf_rate()

    def _rate_without_shares(self):
        return self.esf_rate if self.state == "approved" else self.grant_id.esf_rate

    @api.depends("grant_id.esf_rate", "esf_rate", *SHARE_FIELDS, *(f"grant_id.{name}" for name in SHARE_FIELDS))
    def _compute_differs_from_notice(self):
        for year in self:
            # sudo: percentages of the grant of a year that the user reads.
            grant = year.sudo().grant_id
            year.differs_from_notice = any(round(year[name] - grant[name], 2) for name in NOTICE_FIELDS)

    def write(self, vals):
        if "state" in vals:
            # What still has to follow the grant does so before the state, which decides whether it follows, changes.
            # sudo: the shares follow whoever approves.
            self.sudo()._recompute_recordset(NOTICE_FIELDS)
        if vals.keys() & NOTICE_FIELDS:
            self._check_draft()
        return super().write(vals)

    def _share_figures(self):
        """The shares as they are kept with an approved plan, as text."""
        return {
            "esf_rate": str(money.exact(self.esf_rate)),
            "shares": [
                {"source": source, "percent": str(money.exact(self[f"share_{source}"]))}
                for source, _label in SOURCES
                if self[f"share_{source}"]
            ],
        }

    def action_propose_funders_money(self):
        """Compute the funder's money of all budget lines by the rate of the year, also where another was entered.

        :raises ValidationError: where the year is approved
        """
        self._check_draft()
        lines = self.budget_line_ids.filtered(lambda line: not line.flat_rate_id)
        lines.check_access("write")
        self.env.add_to_compute(lines._fields["esf_amount"], lines)
        lines.modified(["esf_amount"])
        self.env.flush_all()
        # sudo: flat rates follow their base, whoever plans that.
        self.sudo()._derive_flat_rates()

    def action_take_shares(self):
        """Take over the shares of the grant notice as it is today.

        :raises ValidationError: where the year is approved
        """
        self._check_draft()
        for year in self:
            # sudo: percentages of the grant of a year that the user may change.
            grant = year.sudo().grant_id
            year.write({name: grant[name] for name in NOTICE_FIELDS})

from odoo import fields, models

from .funding_figures_mixin import TEAM


class FunderReport(models.Model):
    """The reports on persons (Teilnehmendenstatistik) and on rules (Pruefbericht)."""

    _inherit = "justiq.funder.report"

    _landscape_kinds = {"vouchers", "audit"}

    kind = fields.Selection(
        selection_add=[
            ("financial",),
            ("vouchers",),
            ("statistics", "Statistics of Participants"),
            ("audit", "Audit Report"),
        ],
        ondelete={"statistics": "cascade", "audit": "cascade"},
    )

    def _readers(self):
        if self.kind == "statistics" and not self.is_for_outside:
            return TEAM  # it contains the list under the reference
        return super()._readers()

    def _figures_statistics(self):
        return self.env["justiq.figures.statistics"]._sections(self)

    def _figures_audit(self):
        return self.env["justiq.figures.audit"]._sections(self)

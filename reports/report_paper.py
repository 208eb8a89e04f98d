from markupsafe import Markup

from odoo import api, models, tools


class IrActionsReport(models.Model):
    """The PDFs of this module come with their own small stylesheet inside the document.

    wkhtmltopdf loads head and foot anew for each page; Odoo's stylesheet, fetched
    and parsed twice for each of them, was most of what a PDF cost.
    """

    _inherit = "ir.actions.report"

    def _get_layout(self):
        if (self.report_name or "").startswith("justiq."):
            return self.env.ref("justiq.report_paper_layout")
        return super()._get_layout()

    @api.model
    @tools.ormcache(cache="assets")
    def _paper_styles(self):
        """The stylesheet of the PDFs as text."""
        # sudo: a compiled stylesheet of this module, which everybody gets.
        bundle = self.env["ir.qweb"].sudo()._get_asset_bundle("justiq.report_paper", js=False)
        return Markup(bundle.css().raw.decode())  # noqa: S704 - our own files

from odoo import models


class IrActionsReport(models.Model):
    """Reports about case files, and about what hangs on them, are written to the access log."""

    _inherit = "ir.actions.report"

    def _render_qweb_html(self, report_ref, docids, data=None):
        # A PDF is made of it, too.
        result = super()._render_qweb_html(report_ref, docids, data)
        report = self._get_report(report_ref)
        printed = self.env.get(report.model)
        if printed is not None and isinstance(printed, self.env.registry["justiq.access.logged.mixin"]):
            printed.browse(docids)._record_access("print", report.report_name)
        return result

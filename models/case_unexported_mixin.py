from odoo import models


class UnexportedMixin(models.AbstractModel):
    """Records that leave the server on a screen only, never in a file of an export.

    Not even for whoever may read them, and not by the path through another record either. What makes
    a document of a case file leaves out what `_filtered_exportable` leaves out.
    """

    _name = "justiq.unexported.mixin"
    _description = "Never Exported"

    def _filtered_exportable(self):
        """Those of the records that an export or a printout of the file may contain: none, unless a model says so."""
        return self.browse()

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        if _is_toplevel_call:
            self.check_access("read")  # of none of them Odoo would ask for the access
        exportable = self._filtered_exportable()
        return super(UnexportedMixin, exportable)._export_rows(fields, _is_toplevel_call=_is_toplevel_call)

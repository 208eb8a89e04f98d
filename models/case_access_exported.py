from odoo import models


class Base(models.AbstractModel):
    """An export is one access, also where the columns lead from any other record to case files."""

    _inherit = "base"

    def export_data(self, fields_to_export):
        detail = ", ".join(map(str, fields_to_export))
        with self.env["justiq.access.logged.mixin"]._accessing("export", detail):
            return super().export_data(fields_to_export)

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        logged = self.env.registry["justiq.access.logged.mixin"]
        for name in {path[0] for path in fields if path}:
            field = self._fields.get(name)
            # Of these Odoo writes the labels into one cell, without a row of their own.
            if field is not None and field.type == "many2many" and issubclass(self.pool[field.comodel_name], logged):
                self[name]._record_access("export")
        return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)


class AccessLoggedMixin(models.AbstractModel):
    _inherit = "justiq.access.logged.mixin"

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        with self._accessing("export"):
            return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)

    def copy_data(self, default=None):
        """The values of a copy go to whoever asks for them."""
        with self._accessing("form" if len(self) == 1 else "list"):
            return super().copy_data(default)

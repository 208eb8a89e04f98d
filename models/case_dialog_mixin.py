from odoo import api, models

CASE_FILE = "justiq.case.file"


class CaseDialogMixin(models.AbstractModel):
    """Dialogs about case files take only those that the user may read.

    A dialog belongs to whoever opens it, and the label of any record shows in it. So the file is asked for before
    one is saved, and already where the client fills one in.
    """

    _name = "justiq.case.dialog.mixin"
    _description = "Dialog About Readable Case Files"

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(vals_list)._check_files_readable()

    def write(self, vals):
        result = super().write(vals)
        self._check_files_readable()
        return result

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        self._check_files_of(values)
        return values

    def onchange(self, values, field_names, fields_spec):
        self._check_files_of(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _fields_of_files(self):
        return [field for field in self._fields.values() if field.comodel_name == CASE_FILE]

    def _check_files_readable(self):
        """Return the dialogs.

        :raises AccessError: when the user may not read one of their files
        """
        for field in self._fields_of_files():
            # sudo: only their numbers; the access is asked as the user.
            files = self.sudo().with_context(active_test=False)[field.name]
            files.with_env(self.env).check_access("read")
        return self

    @api.model
    def _check_files_of(self, values):
        """The same for values as the client sends them; those of a list of files are checked when it is saved."""
        ids = {values.get(field.name) for field in self._fields_of_files() if field.type == "many2one"}
        self.env[CASE_FILE].browse(one for one in ids if isinstance(one, int) and one).check_access("read")

from odoo import api, models


class CaseClosedMixin(models.AbstractModel):
    """Content of a case file, which stays as it is once the file is closed.

    The server refuses new, changed and deleted records on every path. What may
    still be entered, such as exit data that are due, a model names itself in
    `_fields_of_closed_files`. Reopening the file is the way to anything else.
    """

    _name = "justiq.case.closed.mixin"
    _description = "Read-Only in a Closed Case File"

    @api.model
    def _fields_of_closed_files(self):
        """Names of the fields that may still be written when the file is closed."""
        return set()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_file_not_closed()
        return records

    def write(self, vals):
        if vals.keys() - self._fields_of_closed_files():
            self._check_file_not_closed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_closed_file(self):
        self._check_file_not_closed()

    def _check_file_not_closed(self):
        """Refuse a change of what belongs to a closed file.

        :raises ValidationError: naming the file by its reference
        """
        # sudo: the state decides, also for a roster, whose lead may not read the file.
        self.sudo().case_file_id._check_not_closed()

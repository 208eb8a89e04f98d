from odoo import api, models
from odoo.exceptions import UserError


class RefusedTogether(Exception):
    """Some of the rows cannot be imported; one by one it shows which."""


class ImportMixin(models.AbstractModel):
    """Records whose import names the row that is refused, and only that one.

    Odoo first imports all rows together. What goes wrong then would be reported
    for the first row, beside the message for the row that is to blame.
    """

    _name = "justiq.import.mixin"
    _description = "Import That Names the Refused Row"

    @api.model
    def _load_records(self, data_list, update=False):
        if len(data_list) < 2:
            return super()._load_records(data_list, update)
        try:
            records = super()._load_records(data_list, update)
            self.env.flush_all()  # rules on totals speak up here
        except UserError as error:
            raise RefusedTogether from error
        return records

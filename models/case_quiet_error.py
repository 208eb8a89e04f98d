from odoo import api, models

from ..tools.quiet_log import without_values


class Base(models.AbstractModel):
    """What PostgreSQL refuses is told without the row that it refused.

    The row may hold fields that are closed to whoever gets the message, and the value that is there already may
    belong to a record that she may not read.
    """

    _inherit = "base"

    @api.model
    def _sql_error_to_message(self, exc):
        if not self._name.startswith("justiq."):
            return super()._sql_error_to_message(exc)
        message = super()._sql_error_to_message(without_values(exc))
        return message.replace(exc.diag.message_detail or "\0", "").strip()

from odoo import api, models


class Enrolment(models.Model):
    """Exit data and follow-up come after the exit, often when the file has been closed already."""

    _inherit = "justiq.enrolment"

    @api.model
    def _fields_of_closed_files(self):
        later = {name for name, phase in self._answer_fields().items() if phase != "entry"}
        return super()._fields_of_closed_files() | later

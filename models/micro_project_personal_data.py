from odoo import models

from ..tools.personal_data import KEEP


class Attendance(models.Model):
    """What an attendance tells about the young person: see `case_personal_data.py`."""

    _inherit = "justiq.attendance"

    _personal_data = {"reference": KEEP}

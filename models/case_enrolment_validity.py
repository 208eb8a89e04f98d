from odoo import api, fields, models

from .case_enrolment import COMPLETE


class Enrolment(models.Model):
    """Whether the file is valid for the funder: all that must be known at this stage is there.

    At the entry: legal basis, age and the mandatory entry data, that is, the person counts. After the exit also the
    mandatory exit data. What is missing later than it is due stays the same state: a deadline alone changes no figure.
    """

    _inherit = "justiq.enrolment"

    validity = fields.Selection(
        selection=[("valid", "Valid"), ("not_counted", "Does not count"), ("exit_missing", "Exit data missing")],
        string="Validity of the File",
        compute="_compute_validity",
        help="Valid: the person counts and, where somebody has left, the mandatory exit data are complete.",
    )

    @api.depends("is_counted", "date_exit", "exit_completeness")
    def _compute_validity(self):
        for enrolment in self:
            if not enrolment.is_counted:
                enrolment.validity = "not_counted"
            elif enrolment.date_exit and enrolment.exit_completeness < COMPLETE:
                enrolment.validity = "exit_missing"
            else:
                enrolment.validity = "valid"

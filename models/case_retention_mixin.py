from odoo import api, fields, models
from odoo.fields import Domain

STATES = [
    ("running", "Running"),
    ("restricted", "Restricted"),
    ("due", "Due"),
    ("anonymised", "Anonymised"),
]


class RetentionMixin(models.AbstractModel):
    """Whether a case file is running, restricted, due or anonymised, told from stored dates and the clock.

    Nothing has to run at night for a file to become restricted. The client's time zone does not count.
    """

    _name = "justiq.retention.mixin"
    _description = "Retention of a Case File"

    # The model's own names of what the state is told from.
    _file_state_field = "state"

    restriction_date = fields.Date(
        string="Restricted From", readonly=True, copy=False, help="From then on only team leads open the file."
    )
    retention_date = fields.Date(
        string="Kept Until",
        readonly=True,
        copy=False,
        help="The last day, by the longest rule. Empty while its event has not come yet.",
    )
    retention_rule_id = fields.Many2one(
        comodel_name="justiq.retention.rule",
        readonly=True,
        copy=False,
        help="The rule that keeps the file longest.",
    )
    retention_state = fields.Selection(
        selection=STATES, string="Retention", compute="_compute_retention_state", search="_search_retention_state"
    )
    is_restricted = fields.Boolean(
        compute="_compute_is_restricted", search="_search_is_restricted", export_string_translation=False
    )

    @api.depends("restriction_date")
    def _compute_is_restricted(self):
        today = fields.Date.today()
        for record in self:
            record.is_restricted = bool(record.restriction_date) and record.restriction_date <= today

    @api.model
    def _search_is_restricted(self, operator, value):
        if operator != "in":
            return NotImplemented
        restricted = Domain("restriction_date", "<=", fields.Date.today())
        return restricted if True in value else ~restricted

    @api.depends(lambda self: ["is_restricted", "retention_date", "is_on_hold", self._file_state_field])
    def _compute_retention_state(self):
        today = fields.Date.today()
        for record in self:
            if record[self._file_state_field] == "anonymised":
                record.retention_state = "anonymised"
            elif record.retention_date and record.retention_date < today and not record.is_on_hold:
                record.retention_state = "due"
            else:
                record.retention_state = "restricted" if record.is_restricted else "running"

    @api.model
    def _search_retention_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        anonymised = Domain(self._file_state_field, "=", "anonymised")
        due = Domain("retention_date", "<", fields.Date.today()) & Domain("is_on_hold", "=", False) & ~anonymised
        restricted = Domain("is_restricted", "=", True)
        domains = {
            "running": ~anonymised & ~due & ~restricted,
            "restricted": ~anonymised & ~due & restricted,
            "due": due,
            "anonymised": anonymised,
        }
        return Domain.OR(domain for state, domain in domains.items() if state in value)

from odoo import fields, models


class DatedMixin(models.AbstractModel):
    """What stands on papers about a certain time only, such as the name of a ministry before it was reorganised."""

    _name = "justiq.dated.mixin"
    _description = "On Papers about a Certain Time"

    valid_from = fields.Date(help="On papers about the time from this day on. Empty: from the beginning.")
    valid_until = fields.Date(help="On papers about the time until this day. Empty: to the end.")

    _validity_in_order = models.Constraint(
        "CHECK (valid_until >= valid_from)", "Valid until: must not be before the first day."
    )

    def _named_on(self, day):
        """Those that belong on papers about a time that ends on the day."""
        return self.filtered(
            lambda dated: (
                (not dated.valid_from or dated.valid_from <= day)
                and (not dated.valid_until or dated.valid_until >= day)
            )
        )

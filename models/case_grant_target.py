from odoo import fields, models


class GrantBaustein(models.Model):
    """How many persons a Baustein has reached of those that it shall reach."""

    _inherit = "justiq.grant.baustein"

    counted_persons = fields.Integer(
        compute="_compute_counted_persons", help="Persons of this Baustein who count for the funder, each once."
    )
    target_percent = fields.Float(
        string="Target Reached", compute="_compute_counted_persons", digits=(16, 1), help="In percent of the target."
    )

    def _compute_counted_persons(self):
        # sudo: numbers by Baustein, for everybody who may read the grant; nobody is named.
        participations = self.env["justiq.participation"].sudo()
        numbers = {
            (grant.id, baustein.id): number
            for grant, baustein, number in participations._read_group(
                [("grant_id", "in", self.grant_id.ids), ("enrolment_id.is_counted", "=", True)],
                ["grant_id", "baustein_id"],
                ["enrolment_id:count_distinct"],
            )
        }
        for line in self:
            counted = numbers.get((line.grant_id._origin.id, line.baustein_id._origin.id), 0)
            line.counted_persons = counted
            line.target_percent = 100 * counted / line.target_persons if line.target_persons else 0.0

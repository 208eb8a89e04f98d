from odoo import fields, models


class Grant(models.Model):
    """How many persons a grant has reached, of whom the funder counts which.

    A person is enrolled once per grant, so enrolments are persons, however
    often somebody leaves and comes back.
    """

    _inherit = "justiq.grant"

    counted_persons = fields.Integer(compute="_compute_persons", help="Persons who count for the funder, each once.")
    not_counted_persons = fields.Integer(
        compute="_compute_persons",
        help="Persons who are helped but do not count: no consent or information, age, or entry data incomplete.",
    )
    target_percent = fields.Float(
        string="Target Reached",
        compute="_compute_persons",
        digits=(16, 1),
        help="Counted persons in percent of the target.",
    )

    def _compute_persons(self):
        # sudo: numbers of all persons of the grant, for everybody who may read the grant; nobody is named.
        enrolments = self.env["justiq.enrolment"].sudo()
        groups = enrolments._read_group([("grant_id", "in", self.ids)], ["grant_id", "is_counted"], ["__count"])
        numbers = {(grant.id, is_counted): number for grant, is_counted, number in groups}
        for grant in self:
            counted = numbers.get((grant._origin.id, True), 0)
            grant.counted_persons = counted
            grant.not_counted_persons = numbers.get((grant._origin.id, False), 0)
            grant.target_percent = 100 * counted / grant.target_persons if grant.target_persons else 0.0

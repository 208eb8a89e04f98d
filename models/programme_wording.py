from odoo import fields, models


class Wording(models.Model):
    """The sentence about the funding on papers about a certain time, instead of the programme's usual one.

    Ministries are reorganised while a programme runs (P26): papers about a time use the wording that was due at its
    end.

    Everybody with a JUSTiQ role reads; only the programme administrator writes.
    """

    _name = "justiq.programme.wording"
    _inherit = ["justiq.dated.mixin"]
    _description = "Wording for a Time"
    _order = "programme_id, valid_from, id"

    programme_id = fields.Many2one(comodel_name="justiq.programme", required=True, ondelete="cascade", index=True)
    text = fields.Text(string="Wording", required=True, translate=True)


class Programme(models.Model):
    _inherit = "justiq.programme"

    wording_ids = fields.One2many(
        comodel_name="justiq.programme.wording",
        inverse_name="programme_id",
        string="Wordings for a Time",
        copy=True,
        help="Printed instead of the usual wording on papers about their time, by its last day.",
    )

    def _funding_note_on(self, day):
        """The wording for papers about a time that ends on the day."""
        return self.wording_ids._named_on(day)[:1].text or self.funding_note

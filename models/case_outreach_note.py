from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CaseNote(models.Model):
    """Entries that were a low-threshold contact before the case file was opened."""

    _inherit = "justiq.case.note"

    outreach_contact_id = fields.Many2one(
        comodel_name="justiq.outreach.contact",
        string="Low-Threshold Contact",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The contact under an alias from which this entry was made; its minutes count here now.",
    )

    _outreach_contact_once = models.UniqueIndex(
        "(outreach_contact_id) WHERE outreach_contact_id IS NOT NULL",
        "This low-threshold contact has gone into a case file already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        notes = super().create(vals_list)
        # It takes the young person out of the heads, so it needs the right to change the contact. Asked afterwards,
        # because a default of the context counts, too. sudo: only on the way to the contact.
        notes.sudo().outreach_contact_id.with_env(self.env).check_access("write")
        return notes

    @api.constrains("outreach_contact_id", "case_file_id")
    def _check_outreach_contact(self):
        for note in self.filtered("outreach_contact_id"):
            contact = note.outreach_contact_id
            siblings = contact.alias_id.contact_ids.note_ids.case_file_id
            if not contact.alias_id or contact.company_id != note.company_id or len(siblings) > 1:
                raise ValidationError(
                    self.env._(
                        "%s can only go into a case file together with the other contacts under its alias. "
                        "Open the file from the alias.",
                        contact.display_name,
                    )
                )

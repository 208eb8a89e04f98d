from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

BASES = [
    ("consent", "The young person agrees"),
    ("handover", "Change of the key worker, with a risk"),
    ("risk", "Assessment of a risk to the child's welfare"),
    ("amendment", "Could read the entry that this one amends"),
]


class CaseNoteReader(models.Model):
    """Whom the author of an entrusted entry lets read it, since when and on what ground (section 65 SGB VIII).

    Only the author names somebody, who must be able to read the case file; a role, a substitution or a hand-over
    alone opens nothing. Author and readers see who else reads along. Nobody takes a naming back or deletes it,
    because what has been read stays known.
    """

    _name = "justiq.case.note.reader"
    _inherit = ["justiq.case.satellite.mixin"]
    _description = "Reader of an Entrusted Entry"
    _order = "id"
    _rec_name = "user_id"

    _fixed_keys = ("note_id", "user_id")
    _erases_rows = True

    note_id = fields.Many2one(
        comodel_name="justiq.case.note", string="Entry", required=True, ondelete="restrict", index=True
    )
    case_file_id = fields.Many2one(related="note_id.case_file_id", store=True, precompute=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Colleague",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    basis = fields.Selection(
        selection=BASES,
        string="On What Ground",
        required=True,
        default="consent",
        help="Section 65 SGB VIII names the cases in which what was entrusted may be passed on.",
    )

    _named_once = models.UniqueIndex("(note_id, user_id)", "This colleague may read the entry already.")

    @api.constrains("note_id")
    def _check_entrusted(self):
        for reader in self:
            if not reader.note_id.is_entrusted:
                raise ValidationError(
                    self.env._("The entry is not entrusted: whoever may read the case file reads it anyway.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        readers = super().create(vals_list)
        if not self.env.su:
            readers._check_named_by_author()
        return readers

    def _check_named_by_author(self):
        """Refuse whom somebody else than the author names, and who may not read the file.

        :raises AccessError: only the author decides
        :raises ValidationError: naming the colleague
        """
        for reader in self:
            if reader.note_id.author_id != self.env.user:
                raise AccessError(
                    self.env._(
                        "Only %s, to whom it was entrusted, decides who else reads this entry.",
                        reader.note_id.author_id.name,
                    )
                )
            if not reader.case_file_id._is_readable_by(reader.user_id):
                raise ValidationError(
                    self.env._(
                        "Colleague: %(user)s may not read case file %(reference)s. Name somebody who may, or share "
                        "your entries when you hand the file over.",
                        user=reader.user_id.name,
                        reference=reader.case_file_id.reference,
                    )
                )

    def write(self, vals):
        if not vals:
            return super().write(vals)
        self.check_access("write")
        raise ValidationError(
            self.env._("Whom an entrusted entry was opened to does not change any more. Name another colleague.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise ValidationError(
            self.env._("A naming cannot be taken back: it proves who could read the entrusted entry.")
        )

    def _check_file_not_closed(self):
        """Who may read is decided in a closed file, too; its content stays as it is."""

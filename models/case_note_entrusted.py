from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CaseNote(models.Model):
    """What a young person has entrusted to one professional (section 65 SGB VIII).

    Only the author reads an entrusted entry, and whom she names, as long as they may read the file. That is a
    record rule, so it holds for text, kind, search, grouping, attachments and whatever else Odoo does with records,
    for the team lead as for everybody. The others see in the timeline that there is an entry, its date and its
    author; its minutes are part of the hours. It is not exported, nor printed with the file. Neither an open entry
    nor a network contact can become an entrusted one, because both are known to others.
    """

    _name = "justiq.case.note"
    _inherit = ["justiq.case.note", "justiq.unexported.mixin"]

    _changeable_fields = {"is_released", "reader_ids"}

    is_entrusted = fields.Boolean(
        string="Entrusted",
        help="Section 65 SGB VIII: only you and whom you name read this entry. Everybody else, the team lead included, "
        "sees its date and that you wrote it. It does not come into exports, printouts and reports.",
    )
    reader_ids = fields.One2many(
        comodel_name="justiq.case.note.reader", inverse_name="note_id", string="Also Read By", copy=False
    )
    is_mine = fields.Boolean(compute="_compute_is_mine", export_string_translation=False)

    _entrusted_is_no_network_contact = models.Constraint(
        "CHECK (is_entrusted IS NOT TRUE OR kind != 'network')",
        "A network contact cannot be entrusted: the organisation knows of it. Write what was entrusted to you into an "
        "entry of its own.",
    )
    _entrusted_index = models.Index("(case_file_id, date) WHERE is_entrusted")

    @api.depends("author_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for note in self:
            note.is_mine = note.author_id == self.env.user

    @api.constrains("is_entrusted", "amends_id")
    def _check_amends_its_like(self):
        for note in self:
            if note.amends_id and bool(note.amends_id.is_entrusted) != bool(note.is_entrusted):
                raise ValidationError(
                    self.env._(
                        "Entrusted: an entrusted entry amends an entrusted one, an open entry an open one, because "
                        "the amended entry stays readable for the same people. Name those who may read it instead."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        notes = super().create(vals_list)
        notes._keep_readers_of_amended()
        return notes

    def _keep_readers_of_amended(self):
        """Whoever could read the amended entry reads its correction, or she would rely on what is wrong."""
        # sudo: the author has read the amended entry; the others are those who can already.
        for note in self.sudo().filtered(lambda note: note.is_entrusted and note.amends_id):
            amended = note.amends_id
            note._name_readers(amended.author_id | amended.reader_ids.user_id, "amendment")

    def _name_readers(self, users, basis):
        """Let the users read the entries, beside those who can; the caller has asked whether they may."""
        self.env["justiq.case.note.reader"].create(
            [
                {"note_id": note.id, "user_id": user.id, "basis": basis}
                for note in self
                for user in users - note.author_id - note.reader_ids.user_id
            ]
        )

    def _filtered_exportable(self):
        return self.filtered(lambda note: not note.is_entrusted)

    def action_amend(self):
        action = super().action_amend()
        action["context"]["default_is_entrusted"] = self.is_entrusted
        return action


class CaseFile(models.Model):
    _inherit = "justiq.case.file"

    hidden_note_count = fields.Integer(
        string="Entrusted to Others",
        compute="_compute_hidden_note_count",
        export_string_translation=False,
        help="Entries of the contact log that were entrusted to colleagues.",
    )

    @api.depends("note_count")
    @api.depends_context("uid")
    def _compute_hidden_note_count(self):
        entrusted = [("case_file_id", "in", self.ids), ("is_entrusted", "=", True)]
        Note = self.env["justiq.case.note"]
        # sudo: how many there are, which the timeline tells anyway.
        numbers = dict(Note.sudo()._read_group(entrusted, ["case_file_id"], ["__count"]))
        readable = numbers and dict(Note.sudo(False)._read_group(entrusted, ["case_file_id"], ["__count"]))
        for case in self:
            case.hidden_note_count = numbers.get(case._origin, 0) - (readable or {}).get(case._origin, 0)

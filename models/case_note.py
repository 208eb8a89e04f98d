from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

KINDS = [
    ("conversation", "Conversation"),
    ("phone", "Phone call"),
    ("message", "Written message"),
    ("home_visit", "Home visit"),
    ("outreach", "Outreach"),
    ("accompaniment", "Accompaniment"),
    ("group", "Group"),
    ("network", "Network contact"),
    ("other", "Other"),
]
MINUTES_OF_A_DAY = 24 * 60


class CaseNote(models.Model):
    """An entry of the contact log of a case file (S30, S34).

    Follows the access to the case file: the key worker writes and reads the log
    of her files, the team lead that of the own companies; nobody else sees
    anything of it. The log is append-only: once saved, nobody changes or
    deletes an entry, on whatever path. A mistake is corrected by a new entry
    that amends the old one, and both stay readable. Only whether a network
    contact is released may still be decided later.
    """

    _name = "justiq.case.note"
    _inherit = ["justiq.organisation.mixin", "justiq.case.satellite.mixin"]
    _description = "Entry of the Contact Log"
    _order = "date desc, id desc"
    _rec_names_search = ["case_file_id.reference"]

    _fixed_keys = ("case_file_id", "participation_id", "amends_id")
    # What may still be decided after saving; everything else is fixed for ever.
    _changeable_fields = {"is_released"}

    # file
    participation_id = fields.Many2one(
        comodel_name="justiq.participation",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('case_file_id', '=', case_file_id)]",
        help="The minutes count as hours of this participation (S30), unless it is one in a micro-project: there the "
        "roster counts.",
    )
    baustein_id = fields.Many2one(related="participation_id.baustein_id", store=True, index="btree_not_null")

    # what happened
    date = fields.Date(required=True, default=fields.Date.context_today)
    minutes = fields.Integer()
    kind = fields.Selection(selection=KINDS, required=True, default="conversation")
    with_whom = fields.Char(help="Who else was there, in words.")
    text = fields.Text(required=True)
    author_id = fields.Many2one(
        comodel_name="res.users",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
        ondelete="restrict",
        index=True,
    )

    # network contact
    is_released = fields.Boolean(
        string="Released",
        copy=False,
        help="The young person has released the professionals from confidentiality for this network contact (S34).",
    )

    # correction
    amends_id = fields.Many2one(
        comodel_name="justiq.case.note",
        copy=False,
        ondelete="restrict",
        help="The entry that this one corrects.",
    )
    amended_by_ids = fields.One2many(comodel_name="justiq.case.note", inverse_name="amends_id", readonly=True)
    is_amended = fields.Boolean(
        string="Amended",
        compute="_compute_is_amended",
        store=True,
        help="A later entry corrects this one; its minutes do not count any more.",
    )

    _minutes_of_one_day = models.Constraint(
        f"CHECK (minutes >= 0 AND minutes <= {MINUTES_OF_A_DAY})",
        "Minutes: between 0 and 1440, which is a whole day.",
    )
    _network_contact_with_organisation = models.Constraint(
        "CHECK (kind != 'network' OR partner_id IS NOT NULL)",
        "A network contact needs the organisation that was spoken to.",
    )
    _released_network_contact = models.Constraint(
        "CHECK (kind = 'network' OR is_released IS NOT TRUE)",
        "Only a network contact can be released.",
    )
    _amended_once = models.UniqueIndex(
        "(amends_id) WHERE amends_id IS NOT NULL",
        "This entry has already been amended. Amend the newer entry instead.",
    )
    _newest_first_index = models.Index("(date DESC, id DESC)")
    # Holds all that hours are summed up of, so that no text has to be read for them.
    _work_index = models.Index("(participation_id, date, author_id, minutes, id) WHERE is_amended IS NOT TRUE")

    @api.depends("case_file_id.reference", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        # The reference only: a label shows up where the file itself is closed.
        for note in self:
            # sudo: the reference is no secret to whoever sees the label.
            reference = note.sudo().case_file_id.reference
            note.display_name = f"{reference} · {format_date(self.env, note.date)}" if note._origin else False

    @api.depends("amended_by_ids")
    def _compute_is_amended(self):
        for note in self:
            note.is_amended = bool(note.amended_by_ids)

    # ------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------

    @api.constrains("date")
    def _check_date(self):
        today = fields.Date.context_today(self)
        for note in self:
            if note.date and note.date > today:
                raise ValidationError(
                    self.env._(
                        "Date: %s lies in the future. The contact log tells what has happened; "
                        "plan what is to come as an activity.",
                        format_date(self.env, note.date),
                    )
                )

    @api.constrains("case_file_id", "participation_id", "amends_id")
    def _check_same_file(self):
        for note in self:
            for other in (note.participation_id, note.amends_id):
                if other and other.case_file_id != note.case_file_id:
                    raise ValidationError(
                        self.env._(
                            "Contact log of %(reference)s: “%(other)s” belongs to another case file.",
                            reference=note.case_file_id.reference,
                            other=other.display_name,
                        )
                    )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # Who writes is not for the client to say.
        return super().create([{**vals, "author_id": self.env.uid} for vals in vals_list])

    def write(self, vals):
        fixed = sorted(
            self._fields[name]._description_string(self.env) for name in vals.keys() - self._changeable_fields
        )
        if fixed and self:
            self.check_access("write")
            raise ValidationError(
                self.env._(
                    "The contact log is append-only, %(fields)s cannot be changed any more. "
                    "Correct the entry with “Amend”: both stay readable.",
                    fields=fixed,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise ValidationError(
            self.env._("The contact log is append-only, no entry can be deleted. Correct it with “Amend”.")
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_amend(self):
        """Open a new entry that corrects this one, filled with what this one says."""
        self.ensure_one()
        names = ("case_file_id", "participation_id", "date", "minutes", "kind", "with_whom", "partner_id", "text")
        values = self._convert_to_write({name: self[name] for name in names})
        context = {f"default_{name}": value for name, value in values.items()}
        return self._quick_entry_action(self.env._("Amend Entry"), {**context, "default_amends_id": self.id})

    def action_save_entry(self):
        """Close the quick entry; the client has saved it before."""
        return {"type": "ir.actions.act_window_close"}

    @api.model
    def _quick_entry_action(self, name, context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "view_mode": "form",
            "views": [(self.env.ref("justiq.justiq_case_note_view_form_quick").id, "form")],
            "target": "new",
            "context": context,
        }

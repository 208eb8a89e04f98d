from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_date

REASONS = [
    ("goals_reached", "Goals reached"),
    ("handed_on", "Handed on to another service"),
    ("moved", "Moved away"),
    ("broken_off", "Broken off by the young person"),
    ("lost_contact", "Contact lost"),
    ("age", "Left the age group"),
    ("programme_ended", "End of the programme"),
    ("other", "Other reason"),
]
OUTCOMES = [
    ("school", "School"),
    ("pre_vocational", "Pre-vocational measure"),
    ("training", "Vocational training"),
    ("work", "Work"),
    ("other_help", "Other help"),
    ("stabilised", "Situation stabilised, no change of status"),
    ("unchanged", "Unchanged"),
    ("unknown", "Not known"),
]


class CaseClosing(models.Model):
    """One closing of a case file: proposed, carried out, perhaps reopened.

    Follows the access to the case file. The case worker proposes the closing
    of her files and may discard her proposal; the team lead closes and reopens.
    What was closed stays readable for ever, also when the file is opened again:
    each closing is a row of its own.
    """

    _name = "justiq.case.closing"
    _inherit = ["justiq.case.satellite.mixin"]
    _description = "Closing of a Case File"
    _order = "case_file_id, id desc"
    _rec_names_search = ["case_file_id.reference"]

    _entered_fields = {"date", "reason", "outcome", "note"}

    state = fields.Selection(
        selection=[
            ("proposed", "Proposed"),
            ("closed", "Closed"),
            ("reopened", "Reopened"),
            ("discarded", "Discarded"),
        ],
        required=True,
        default="proposed",
        readonly=True,
        copy=False,
        index=True,
    )

    # the closing
    date = fields.Date(string="Closed On", required=True, default=fields.Date.context_today)
    reason = fields.Selection(selection=REASONS, required=True)
    outcome = fields.Selection(
        selection=OUTCOMES, required=True, help="Where the young person stands now, from the view of the help."
    )
    note = fields.Text(help="What was reached, what remains open, what was agreed for later.")
    proposed_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, default=lambda self: self.env.user, ondelete="restrict"
    )
    closed_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False, ondelete="restrict")

    is_in_charge = fields.Boolean(related="case_file_id.is_in_charge", export_string_translation=False)

    # the reopening
    reopened_on = fields.Date(readonly=True, copy=False)
    reopen_reason = fields.Text(readonly=True, copy=False)
    reopened_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False, ondelete="restrict")

    _one_proposal = models.UniqueIndex(
        "(case_file_id) WHERE state = 'proposed'",
        "The closing of this case file has been proposed already. Change that proposal, or discard it first.",
    )
    _reopened_with_reason = models.Constraint(
        "CHECK (state != 'reopened' OR (reopened_on IS NOT NULL AND reopen_reason IS NOT NULL))",
        "A reopening needs its day and a reason.",
    )

    @api.depends("case_file_id.reference", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for closing in self:
            # sudo: the reference is no secret to whoever sees the label.
            reference = closing.sudo().case_file_id.reference or ""
            closing.display_name = f"{reference} · {format_date(self.env, closing.date)}"

    @api.constrains("date", "case_file_id")
    def _check_date(self):
        today = fields.Date.context_today(self)
        for closing in self:
            if closing.date > today:
                raise ValidationError(
                    self.env._(
                        "Closed on: %s lies in the future. Close the file when the help has ended.",
                        format_date(self.env, closing.date),
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # Who proposes, and how far it is, is not for the client to say; not by a default of the context either.
        filled = {
            "state": "proposed",
            "proposed_by_id": self.env.uid,
            "closed_by_id": False,
            "reopened_on": False,
            "reopen_reason": False,
            "reopened_by_id": False,
        }
        files = self.env["justiq.case.file"].browse(
            vals["case_file_id"] for vals in vals_list if "case_file_id" in vals
        )
        files._check_in_charge()
        # sudo: the state decides; before the database says that such a file has a closing already.
        files.sudo()._check_not_closed()
        self.flush_model(["state"])
        return super().create([vals | filled for vals in vals_list])

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            self.case_file_id._check_in_charge()
            self._check_only_entered(vals)
        return super().write(vals)

    def _check_only_entered(self, vals):
        """Refuse to touch what the steps of the closing fill in, and what has been closed."""
        if vals.keys() - self._entered_fields - {"case_file_id"}:
            raise AccessError(
                self.env._(
                    "A closing is kept by its steps. Propose, close or reopen with the buttons of the case file."
                )
            )
        for closing in self:
            if closing.state != "proposed":
                raise ValidationError(
                    self.env._(
                        "%s has been carried out and stays as it is. Reopen the case file to close it anew.",
                        closing.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise ValidationError(
            self.env._("Closings stay on record and cannot be deleted. Discard a proposal that was a mistake.")
        )

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def action_close(self):
        """Open the dialog that closes the file, with what has been proposed."""
        return self.case_file_id.action_close()

    def action_discard(self):
        """Take a proposal back; it stays on record as discarded."""
        self.check_access("write")
        self.case_file_id._check_in_charge()
        for closing in self:
            if closing.state != "proposed":
                raise ValidationError(self.env._("%s is no proposal any more.", closing.display_name))
        # sudo: access checked above; only the steps write the state.
        self.sudo().write({"state": "discarded"})

    def _carry_out(self):
        """The file has just been closed with this proposal; called by the file's own step."""
        # sudo: the step was checked at the file; nobody writes these fields by hand.
        self.sudo().write({"state": "closed", "closed_by_id": self.env.uid})

    def _reopen(self, reason):
        """The file is about to be opened again; called by the file's own step."""
        # sudo: as above.
        self.sudo().write(
            {
                "state": "reopened",
                "reopened_on": fields.Date.context_today(self),
                "reopen_reason": reason,
                "reopened_by_id": self.env.uid,
            }
        )

    @api.model
    def _fields_of_closed_files(self):
        # The steps themselves; users are refused above.
        return {"state", "closed_by_id", "reopened_on", "reopen_reason", "reopened_by_id"}

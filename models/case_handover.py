from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from ..tools.lock import let_one_pass

ANSWERS = ("accepted", "declined")


class CaseHandover(models.Model):
    """The key worker hands one case file, or a whole caseload, to a colleague (S29).

    She proposes it herself, or the team lead does; both sides read it. The colleague
    accepts or declines. Only when she accepts does the key worker change, in the files,
    their history and the running individual help at once; until then she sees
    references and no name. The team lead may also hand over at once, for example when
    the old key worker has left. Once one of the files is restricted, the team lead alone
    reads it. Nobody deletes it: it is the reason in the history.
    """

    _name = "justiq.case.handover"
    _inherit = [
        "justiq.readers.follow.mixin",
        "mail.activity.mixin",
        "justiq.transition.mixin",
        "justiq.computed.mixin",
    ]
    _description = "Hand-Over"
    _order = "id desc"
    _rec_names_search = ["from_id", "to_id"]
    _check_company_auto = True

    _initial_states = ("proposed",)
    _transitions = {
        ("proposed", "accepted"): "justiq.group_case_worker",
        ("proposed", "declined"): "justiq.group_case_worker",
        ("proposed", "withdrawn"): "justiq.group_case_worker",
    }
    _answer_fields = {"state", "answer"}

    from_id = fields.Many2one(
        comodel_name="hr.employee",
        string="Old Key Worker",
        required=True,
        default=lambda self: self.env.user.employee_id,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    to_id = fields.Many2one(
        comodel_name="hr.employee",
        string="New Key Worker",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        string="Provider",
        required=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
        index=True,
    )
    is_whole_caseload = fields.Boolean(
        string="All Open Files", copy=False, help="All open case files of the key worker, as of now."
    )
    case_file_ids = fields.Many2many(
        comodel_name="justiq.case.file", string="Case Files", check_company=True, copy=False
    )
    file_count = fields.Integer(string="Number of Files", compute="_compute_references")
    references = fields.Text(compute="_compute_references", help="The files under their references, without names.")
    note = fields.Text(
        required=True,
        help="Why it is handed over, and what the colleague should know first. Please no names: she cannot open the "
        "files before she has accepted.",
    )
    state = fields.Selection(
        selection=[
            ("proposed", "Proposed"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("withdrawn", "Taken Back"),
        ],
        required=True,
        default="proposed",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    answer = fields.Text(copy=False, help="Of the colleague who takes over, or why it came to nothing.")
    answered_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False, ondelete="restrict")
    answered_at = fields.Datetime(readonly=True, copy=False)
    is_mine_to_answer = fields.Boolean(compute="_compute_is_mine_to_answer", export_string_translation=False)
    is_mine_to_withdraw = fields.Boolean(compute="_compute_is_mine_to_answer", export_string_translation=False)

    _to_somebody_else = models.Constraint(
        "CHECK (from_id != to_id)", "New key worker: choose somebody else than the old one."
    )
    _written_note = models.Constraint("CHECK (note ~ '[[:alnum:]]')", "Note: please write why it is handed over.")

    @api.depends("case_file_ids")
    def _compute_references(self):
        # By the database: files read in sudo would stay in the cache of somebody who may not open them.
        self.flush_recordset(["case_file_ids"])
        self.env["justiq.case.file"].flush_model(["reference"])
        field = self._fields["case_file_ids"]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT link.%(handover)s, COUNT(*), STRING_AGG(file.reference, ', ' ORDER BY file.reference)
                  FROM %(link)s link JOIN justiq_case_file file ON file.id = link.%(file)s
                 WHERE link.%(handover)s IN %(ids)s GROUP BY link.%(handover)s
                """,
                link=SQL.identifier(field.relation),
                handover=SQL.identifier(field.column1),
                file=SQL.identifier(field.column2),
                ids=tuple(self._origin.ids) or (0,),
            )
        )
        found = {handover: (count, references) for handover, count, references in rows}
        for handover in self:
            handover.file_count, handover.references = found.get(handover._origin.id, (0, False))

    @api.depends("from_id.name", "to_id.name")
    def _compute_display_name(self):
        for handover in self:
            handover.display_name = f"{handover.from_id.name or ''} → {handover.to_id.name or ''}"

    @api.depends("state", "from_id", "to_id")
    @api.depends_context("uid")
    def _compute_is_mine_to_answer(self):
        for handover in self:
            is_open = bool(handover._origin) and handover.state == "proposed"
            handover.is_mine_to_answer = is_open and handover._is_reserved_for_me("declined")
            handover.is_mine_to_withdraw = is_open and handover._is_reserved_for_me("withdrawn")

    # ------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------

    @api.constrains("case_file_ids", "from_id")
    def _check_files(self):
        for handover in self:
            files = handover._all_files()
            if not files:
                raise ValidationError(
                    self.env._("Case files: %s has none to hand over. Choose at least one.", handover.from_id.name)
                )
            handover._check_still_key_worker(files)
            files._check_not_anonymised()
            let_one_pass(files)
            other = self.search(
                [("id", "!=", handover.id), ("state", "=", "proposed"), ("case_file_ids", "in", files.ids)], limit=1
            )
            if other:
                raise ValidationError(
                    self.env._(
                        "%(references)s: already proposed to %(colleague)s. Withdraw that hand-over first.",
                        references=(other._all_files() & files).mapped("reference"),
                        colleague=other.to_id.name,
                    )
                )

    def _check_still_key_worker(self, files):
        """S29: one hands over what one has."""
        foreign = files.filtered(lambda case: case.key_worker_id != self.from_id)
        if foreign:
            raise ValidationError(
                self.env._(
                    "S29: %(worker)s is not the key worker of %(references)s. Propose the hand-over of these files "
                    "with their key worker.",
                    worker=self.from_id.name,
                    references=foreign.mapped("reference"),
                )
            )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        handovers = super().create([self._proposal(vals) for vals in vals_list])
        for handover in handovers:
            handover._all_files().sudo(False).check_access("read")
            handover._tell_colleague()
        return handovers

    def _proposal(self, vals):
        """The values with the files of the whole caseload, and without an answer."""
        vals = {name: value for name, value in vals.items() if name not in ("answer", "answered_by_id", "answered_at")}
        if vals.get("is_whole_caseload"):
            key_worker = vals.get("from_id") or self.env.user.employee_id.id
            files = self.env["justiq.case.file"].search([("key_worker_id", "=", key_worker), ("state", "=", "open")])
            vals["case_file_ids"] = [Command.set(files.ids)]
        return vals

    def write(self, vals):
        if not self.env.su and vals.keys() - self._answer_fields - self._mail_fields():
            self.check_access("write")
            raise ValidationError(
                self.env._("A proposed hand-over does not change any more. Withdraw it, and propose another one.")
            )
        if "answer" in vals and not self.env.su:
            self._check_not_settled()
        if "state" not in vals:
            return super().write(vals)
        moved = self.filtered(lambda handover: handover.state != vals["state"])
        result = super().write(vals)
        # sudo: who answered and when is the server's to say; the step itself has been checked.
        super(CaseHandover, moved.sudo()).write({"answered_by_id": self.env.uid, "answered_at": fields.Datetime.now()})
        for handover in moved:
            if handover.state == "accepted":
                handover._take_effect()
            handover._tell_other_side()
        return result

    def _check_not_settled(self):
        """Nobody puts other words into the mouth of whoever has answered."""
        self.check_access("write")
        for handover in self:
            if handover.state != "proposed":
                raise ValidationError(
                    self.env._("%s is settled, and its answer stays as it was given.", handover.display_name)
                )

    @api.model
    def _mail_fields(self):
        return {name for name in self._fields if name.startswith(("message_", "activity_", "website_"))}

    def _check_transition(self, state):
        super()._check_transition(state)
        if self.env.su:
            return
        self.check_access("write")
        for handover in self:
            if not handover._is_reserved_for_me(state):
                raise AccessError(
                    self.env._(
                        "%(handover)s: only %(person)s or the team lead may do that.",
                        handover=handover.display_name,
                        person=(handover.to_id if state in ANSWERS else handover.from_id).name,
                    )
                )

    def _is_reserved_for_me(self, state):
        """Whether the user is the one who makes the step; the team lead accepts for anybody, which is handing over
        at once, and withdraws, but an answer of no is the colleague's own."""
        # sudo: which user stands behind an employee, to compare.
        side = (self.to_id if state in ANSWERS else self.from_id).sudo()
        is_lead = state != "declined" and self.env.user.has_group("justiq.group_team_lead")
        return is_lead or side.user_id == self.env.user

    # ------------------------------------------------------------
    # What follows
    # ------------------------------------------------------------

    def _take_effect(self):
        """Change the key worker of the files, all or none."""
        self.ensure_one()
        files = self._all_files()
        self._check_still_key_worker(files)
        files._change_key_worker(self.to_id, self.note, self)

    def _all_files(self):
        """The files, in sudo: the old side could not write the new key worker, the new side not read them yet.

        The cache knows nothing of users: neither may what one of them was shown decide which
        files go over, nor may what is read here be shown.
        """
        self.invalidate_recordset(["case_file_ids"])
        # sudo: used by the steps of the hand-over only, and shown to nobody.
        files = self.sudo().with_context(active_test=False).case_file_ids
        self.invalidate_recordset(["case_file_ids"])
        return files

    def _tell_colleague(self):
        """An activity for whoever shall answer; it names no file."""
        user = self.sudo().to_id.user_id  # sudo: which user stands behind the employee
        if user and user != self.env.user:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=fields.Date.context_today(self),
                summary=self.with_context(lang=user.lang).env._("Accept or decline: %s", self.display_name),
                user_id=user.id,
            )

    def _tell_other_side(self):
        """The activity is done, and whoever has not answered hears of the answer; no file is named."""
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])  # sudo: also that of the colleague
        # sudo: which users stand behind the employees.
        sides = self.sudo()
        users = (sides.from_id.user_id | sides.to_id.user_id | sides.create_uid) - self.env.user
        label = dict(self._fields["state"]._description_selection(self.env))[self.state]
        self.message_notify(
            partner_ids=users.filtered("active").partner_id.ids,
            subject=self.display_name,
            body=self.env._("Hand-over: %s", label),
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_propose(self):
        """Close the dialog; the client has saved the proposal before."""
        return {"type": "ir.actions.act_window_close"}

    def action_accept(self):
        self.write({"state": "accepted"})

    def action_decline(self):
        self.write({"state": "declined"})

    def action_withdraw(self):
        self.write({"state": "withdrawn"})

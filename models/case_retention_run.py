from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import retrying
from odoo.tools import format_date

# Files that are anonymised in one transaction.
BATCH = 100
# Who may take the two parts; one of each is needed.
ROLES = ("justiq.group_privacy_officer", "justiq.group_team_lead")


class RetentionRun(models.Model):
    """What is due is anonymised, files or aliases: one person proposes, another approves, then the server does it.

    Privacy officer and team lead make the list from what is due and see what would be removed. One of the two proposes
    it, the other one approves or refuses; nobody takes both parts, whatever roles she has. Until the server has begun
    either may still refuse. It asks for each file once more whether it is due and not on hold. What was done cannot be
    undone; the record stays as the proof of it, and nobody deletes it.
    """

    _name = "justiq.retention.run"
    _inherit = ["justiq.transition.mixin", "justiq.computed.mixin"]
    _description = "Anonymising"
    _order = "id desc"

    _initial_states = ("draft",)
    _transitions = {
        ("draft", "proposed"): ",".join(ROLES),
        ("draft", "refused"): ",".join(ROLES),
        ("proposed", "approved"): ",".join(ROLES),
        ("proposed", "refused"): ",".join(ROLES),
        ("approved", "refused"): ",".join(ROLES),
        ("approved", "done"): fields.NO_ACCESS,  # by the server alone
    }

    company_id = fields.Many2one(
        comodel_name="res.company",
        string="Provider",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("approved", "Approved"),
            ("done", "Carried out"),
            ("refused", "Turned down"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )
    line_ids = fields.One2many(comodel_name="justiq.retention.run.line", inverse_name="run_id", string="On the List")
    file_count = fields.Integer(string="Number", compute="_compute_file_count")
    is_of_aliases = fields.Boolean(readonly=True, copy=False, export_string_translation=False)
    summary = fields.Text(
        string="What Goes", readonly=True, help="Counted when the list was made; nothing is removed yet."
    )
    remark = fields.Text(copy=False, help="For the second person, or why it was refused. Please no names.")
    proposed_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False, ondelete="restrict")
    proposed_at = fields.Datetime(readonly=True, copy=False)
    approved_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False, ondelete="restrict")
    approved_at = fields.Datetime(readonly=True, copy=False)
    done_at = fields.Datetime(string="Carried Out", readonly=True, copy=False)
    is_mine_to_approve = fields.Boolean(compute="_compute_is_mine_to_approve", export_string_translation=False)

    _four_eyes = models.Constraint(
        "CHECK (approved_by_id != proposed_by_id)", "Whoever has proposed it does not approve it."
    )
    _approved_first = models.Constraint(
        "CHECK (state NOT IN ('approved', 'done') OR (proposed_by_id IS NOT NULL AND approved_by_id IS NOT NULL))",
        "It takes a proposal and an approval before anything is removed.",
    )

    @api.depends("create_date", "is_of_aliases")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            day = format_date(self.env, run.create_date or fields.Datetime.now())
            run.display_name = (
                self.env._("Aliases due on %s", day) if run.is_of_aliases else self.env._("Case files due on %s", day)
            )

    @api.depends("line_ids")
    def _compute_file_count(self):
        counts = dict(self.line_ids._read_group([("run_id", "in", self.ids)], ["run_id"], ["__count"]))
        for run in self:
            run.file_count = counts.get(run._origin, 0)

    @api.depends("state", "proposed_by_id")
    @api.depends_context("uid")
    def _compute_is_mine_to_approve(self):
        for run in self:
            run.is_mine_to_approve = run.state == "proposed" and run._is_second_person()

    # ------------------------------------------------------------
    # Making the list
    # ------------------------------------------------------------

    @api.model
    def _make(self, files):
        """A new list with a count of what would be removed.

        :param files: records of `justiq.retention.file` or `justiq.retention.alias`, which the user may read
        :raises UserError: where there are none, or one is not due
        """
        files.check_access("read")
        if not self.env.user.has_groups(",".join(ROLES)):
            raise AccessError(self.env._("Only privacy officer and team lead make the list of what is removed."))
        self._check_due(files)
        if len(files.company_id) != 1:
            raise UserError(self.env._("Choose case files or aliases of one provider that are due."))
        # sudo: the server writes the list; what it counts tells nothing but numbers.
        run = self.sudo().create(
            {
                "company_id": files.company_id.id,
                "is_of_aliases": files._name == "justiq.retention.alias",
                "summary": self._summary(files),
                "line_ids": [
                    Command.create(
                        {
                            **file._run_line_values(),
                            "reference": file.reference,
                            "retention_date": file.retention_date,
                            "rule": file.retention_rule_id.display_name,
                        }
                    )
                    for file in files
                ],
            }
        )
        return run.sudo(False)

    @api.model
    def _action_make(self, files):
        """Make the list, and open it."""
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self._make(files).id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    @api.model
    def _check_due(self, files):
        """Refuse what is not due, or on hold.

        :raises UserError: naming the references
        """
        files.invalidate_recordset()  # a decision may just have been made
        not_due = files.filtered(lambda file: file.retention_state != "due")
        if not_due:
            raise UserError(
                self.env._(
                    "%s: not due, or on hold. Only what is kept no longer, and what nothing holds, is anonymised.",
                    not_due.mapped("reference"),
                )
            )

    @api.model
    def _summary(self, files):
        """The dry run, as text: what would be removed, by kind of record."""
        lines = [
            self.env._("%(label)s: %(number)s, removed", label=label, number=number)
            if is_removed
            else self.env._("%(label)s: %(number)s, texts and names removed", label=label, number=number)
            for (label, is_removed), number in sorted(files._eraser().count().items())
        ]
        return "\n".join(lines)

    # ------------------------------------------------------------
    # Four eyes
    # ------------------------------------------------------------

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        self.check_access("write")
        if vals.keys() - {"state", "remark"}:
            raise ValidationError(
                self.env._("The list is the server's. Refuse it, and make another one from the files that are due.")
            )
        if "remark" in vals and any(run.state in ("approved", "done") for run in self):
            raise ValidationError(self.env._("It has been approved; the remark stays as it was."))
        moved = self.filtered(lambda run: "state" in vals and run.state != vals["state"])
        if moved:
            moved._check_transition(vals["state"])
            # sudo: who took the step and when is the server's to say; the step has just been checked.
            super(RetentionRun, moved.sudo()).write({**vals, **self._stamp(vals["state"])})
            moved._after_step(vals["state"])
        return super(RetentionRun, self - moved).write(vals) if "remark" in vals else True

    @api.model
    def _stamp(self, state):
        if state not in ("proposed", "approved"):
            return {}
        return {f"{state}_by_id": self.env.uid, f"{state}_at": fields.Datetime.now()}

    def _check_transition(self, state):
        super()._check_transition(state)
        if self.env.su:
            return
        self.check_access("write")
        if state in ("proposed", "approved"):
            for listed in self.line_ids._listed():
                self._check_due(listed)
        if state == "approved":
            for run in self:
                if not run._is_second_person():
                    raise AccessError(
                        self.env._(
                            "%(run)s was proposed by %(person)s. It takes a second person to approve it: the privacy "
                            "officer where a team lead has proposed, a team lead where the privacy officer has.",
                            run=run.display_name,
                            person=run.proposed_by_id.name,
                        )
                    )

    def _is_second_person(self):
        """Whether the user is another person than the first one, in the other role."""
        self.ensure_one()
        first, second = self.proposed_by_id, self.env.user
        # sudo: the roles of a colleague, only to compare.
        of_first = [first.sudo().has_group(role) for role in ROLES]
        of_second = [second.has_group(role) for role in ROLES]
        return bool(first) and first != second and ((of_first[0] and of_second[1]) or (of_first[1] and of_second[0]))

    def _after_step(self, state):
        if state == "refused":
            # sudo: the lines are the server's.
            # What the server has done already stays on record.
            self.sudo().line_ids.filtered(lambda line: line.state == "waiting").write({"state": "left"})
        if state == "approved":
            # sudo: the job runs at once, and at the latest at night.
            self.env.ref("justiq.ir_cron_anonymise").sudo()._trigger()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(
            self.env._("The record of what was anonymised is kept. Refuse a list instead of deleting it.")
        )

    def action_propose(self):
        self.write({"state": "proposed"})

    def action_approve(self):
        self.write({"state": "approved"})

    def action_refuse(self):
        self.write({"state": "refused"})

    # ------------------------------------------------------------
    # Carrying out
    # ------------------------------------------------------------

    @api.model
    def _cron_anonymise(self):
        """Carry out what two persons have agreed on, batch by batch."""
        # sudo: approved by two persons; nothing is returned.
        runs = self.sudo().search([("state", "=", "approved")], order="id")
        lines = runs.line_ids.filtered(lambda line: line.state == "waiting")
        while lines:
            # Somebody may just be placing a hold there: then again, and it is seen.
            retrying(lines[:BATCH]._anonymise, self.env)
            lines -= lines[:BATCH]
            self.env["ir.cron"]._commit_progress(BATCH, remaining=len(lines))
        runs._finish()

    def _finish(self):
        for run in self:
            if "waiting" not in run.line_ids.mapped("state"):
                run.write({"state": "done", "done_at": fields.Datetime.now()})

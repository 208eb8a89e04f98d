from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class CaseDenial(models.Model):
    """A case file is locked for one person because of a conflict of interest: a relative, a neighbour, a party.

    It beats every role and every other access: key worker's substitute, team lead, roster of a micro-project,
    emergency. To whom a file is locked it looks like one of another team, and she neither sees nor ends the lock.
    Of a group that she leads or staffs, the lines of the attendance stay hers, under the reference: she stands in
    front of the group and calls the roll. Name and participation are closed to her there, too.
    The team lead sets locks, also one for herself, and ends them with a reason; whoever may read the file reads
    them. Nobody deletes one: it proves who could not read the file.
    """

    _name = "justiq.case.denial"
    _inherit = ["justiq.case.satellite.mixin"]
    _description = "Lock of a Case File"
    _order = "id desc"
    _rec_names_search = ["case_file_id.reference"]

    _fixed_keys = ("case_file_id", "user_id")
    _erases_rows = True
    # What the server notes.
    _server_fields = frozenset({"ended_at", "ended_by_id"})

    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Locked For",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    reason = fields.Char(required=True, help="Which conflict of interest, in a few words: “her nephew”.")
    end_reason = fields.Char(string="Ended Because", copy=False, help="Writing it ends the lock.")
    ended_at = fields.Datetime(readonly=True, copy=False)
    ended_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False, ondelete="restrict")

    _written_reason = models.Constraint("CHECK (reason ~ '[[:alnum:]]')", "Please state the reason of the lock.")
    _ended_with_reason = models.Constraint(
        "CHECK ((ended_at IS NULL) = (ended_by_id IS NULL) AND (ended_at IS NULL OR end_reason IS NOT NULL))",
        "A lock is ended with a reason.",
    )
    _locked_once = models.UniqueIndex(
        "(user_id, case_file_id) WHERE ended_at IS NULL", "The case file is locked for this person already."
    )

    @api.depends("case_file_id.reference", "user_id.name")
    def _compute_display_name(self):
        for denial in self:
            # sudo: the reference is no secret to whoever sees the label.
            denial.display_name = f"{denial.sudo().case_file_id.reference} · {denial.user_id.name or ''}"

    @api.constrains("user_id", "case_file_id")
    def _check_not_key_worker(self):
        for denial in self:
            key_worker = denial.case_file_id.key_worker_id
            if not denial.ended_at and key_worker.user_id == denial.user_id:
                raise ValidationError(
                    self.env._(
                        "S29: %(worker)s is the key worker of %(reference)s. Hand the file over first, then lock it.",
                        worker=key_worker.name,
                        reference=denial.case_file_id.reference,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if self._server_fields.union({"end_reason"}) & {name for vals in vals_list for name in vals}:
            raise ValidationError(self.env._("A new lock cannot be an ended one."))
        return self._afterwards(super().create(vals_list))

    def write(self, vals):
        if not vals:
            return super().write(vals)
        self.check_access("write")
        if vals.keys() != {"end_reason"} or not (vals["end_reason"] or "").strip() or any(self.mapped("ended_at")):
            raise ValidationError(
                self.env._("A lock does not change. End it with a reason, and set another one where it is needed.")
            )
        ended = {"ended_at": fields.Datetime.now(), "ended_by_id": self.env.uid}
        return self._afterwards(super().write({**vals, **ended}))

    def _afterwards(self, result):
        """What this request has found out about the access to case files holds no more."""
        self.flush_model()
        self.env["justiq.case.file"]._forget_access()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise ValidationError(
            self.env._("A lock cannot be deleted: it proves who could not read the case file. End it.")
        )

    def _check_file_not_closed(self):
        """Who may read is decided in a closed file, too; its content stays as it is."""


class CaseFile(models.Model):
    _inherit = "justiq.case.file"

    denial_ids = fields.One2many(comodel_name="justiq.case.denial", inverse_name="case_file_id", string="Locks")

    def _check_not_denied_to(self, employee):
        """Refuse a key worker for whom the file is locked.

        :raises ValidationError: naming the file by its reference
        """
        user = employee.sudo().user_id  # sudo: which user stands behind the employee
        # sudo: whether the file is locked for her.
        locked = self.sudo().denial_ids.filtered(lambda denial: not denial.ended_at and denial.user_id == user)
        if locked:
            raise ValidationError(
                self.env._(
                    "New key worker: %(worker)s cannot take over %(references)s. Choose somebody else, or ask the "
                    "team lead.",
                    worker=employee.name,
                    references=locked.case_file_id.mapped("reference"),
                )
            )

    @api.model
    def _forget_access(self):
        self.env["justiq.case.handover"].invalidate_model(["has_denied_file"])
        return super()._forget_access()

    def action_lock_for(self):
        """Open the dialog that locks the file for somebody."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lock the Case File"),
            "res_model": "justiq.case.lock",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_file_id": self.id},
        }


class CaseHandover(models.Model):
    """A hand-over, its note included, tells of its files: it is closed to a third person for whom one is locked."""

    _inherit = "justiq.case.handover"

    has_denied_file = fields.Boolean(
        compute="_compute_has_denied_file",
        search="_search_has_denied_file",
        export_string_translation=False,
        help="Whether one of the files is locked for the user.",
    )

    @api.depends("case_file_ids")
    @api.depends_context("uid")
    def _compute_has_denied_file(self):
        denied = self._ids_with_denied_file()
        for handover in self:
            handover.has_denied_file = handover._origin.id in denied

    @api.model
    def _search_has_denied_file(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("id", "in" if True in value else "not in", list(self._ids_with_denied_file()))]

    @api.model
    def _ids_with_denied_file(self):
        """Hand-overs of files that are locked for the user."""
        denied = self.env["justiq.case.file"]._my_files("denied")
        if not denied:
            return set()
        # By the database: files read in sudo would stay in the cache of somebody who may not open them.
        self.flush_model(["case_file_ids"])
        field = self._fields["case_file_ids"]
        rows = self.env.execute_query(
            SQL(
                "SELECT %s FROM %s WHERE %s = ANY(%s)",
                SQL.identifier(field.column1),
                SQL.identifier(field.relation),
                SQL.identifier(field.column2),
                list(denied),
            )
        )
        return {handover for (handover,) in rows}

    @api.constrains("case_file_ids", "to_id")
    def _check_not_denied(self):
        for handover in self:
            handover._all_files()._check_not_denied_to(handover.to_id)

    def _take_effect(self):  # pylint: disable=missing-return
        # The lock may have come after the proposal.
        self._check_not_denied()
        super()._take_effect()

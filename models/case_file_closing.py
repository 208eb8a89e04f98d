from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from .case_closing import OUTCOMES, REASONS
from .case_enrolment import COMPLETE


class CaseFile(models.Model):
    """Closing and reopening a case file, and what a closed one still lets happen.

    The case worker proposes the closing with reason and outcome, the team lead
    carries it out. The server asks for all that on every path that sets the
    state. A closed file is read-only for content: what hangs on it refuses by
    itself (`justiq.case.closed.mixin`), the file's own data are refused here.
    Talk in the chatter and what is attached to it stay possible: late mail has
    to go somewhere, and nothing written before is changed by it.
    """

    _inherit = "justiq.case.file"

    _approved_states = ("closed",)

    closing_ids = fields.One2many(comodel_name="justiq.case.closing", inverse_name="case_file_id", string="Closings")
    is_closing_proposed = fields.Boolean(
        string="Closing Proposed", compute="_compute_closing", store=True, help="Waits for the team lead."
    )
    closing_date = fields.Date(string="Closed On", compute="_compute_closing", store=True)
    closing_reason = fields.Selection(
        selection=REASONS, string="Reason of the Closing", compute="_compute_closing", store=True
    )
    closing_outcome = fields.Selection(
        selection=OUTCOMES, string="Outcome at the Closing", compute="_compute_closing", store=True
    )

    @api.depends("state", "closing_ids.state", "closing_ids.date", "closing_ids.reason", "closing_ids.outcome")
    def _compute_closing(self):
        for case in self:
            closings = case.closing_ids
            case.is_closing_proposed = "proposed" in closings.mapped("state")
            # An open file may carry the closing of one that was merged into it.
            is_closed = case.state == "closed"
            last = closings.filtered(lambda closing, is_closed=is_closed: is_closed and closing.state == "closed")[:1]
            case.closing_date = last.date
            case.closing_reason = last.reason
            case.closing_outcome = last.outcome

    # ------------------------------------------------------------
    # Read-only once closed
    # ------------------------------------------------------------

    @api.model
    def _fields_of_closed_files(self):
        """Names of the file's own fields that may still be written when it is closed.

        The lines of the file are asked by their own models.
        """
        lines = {name for name, field in self._fields.items() if field.type == "one2many"}
        activities = {name for name in self._fields if name.startswith(("activity_", "message_"))}
        return {"state", "active", "key_worker_id"} | lines | activities

    def _check_not_closed(self):
        """Refuse a change of content.

        :raises ValidationError: naming the closed file by its reference
        """
        for case in self:
            if case.state != "open":
                raise ValidationError(
                    self.env._(
                        "Case file %s is closed: its content is read-only. Reopen it first, giving the reason.",
                        case.reference,
                    )
                )

    def write(self, vals):
        if vals.get("state") != "open" and vals.keys() - self._fields_of_closed_files():
            self.filtered(lambda case: case.state != "open")._check_not_closed()
        moved = self.filtered(lambda case: "state" in vals and case.state != vals["state"])
        if moved:
            moved._check_transition(vals["state"])
            moved._check_step_documented(vals["state"])
        result = super().write(vals)
        if moved and vals["state"] == "closed":
            moved._proposals()._carry_out()
        return result

    # ------------------------------------------------------------
    # Closing
    # ------------------------------------------------------------

    def _proposals(self):
        # sudo: whoever may write the file may close it or not, which is asked elsewhere.
        return self.sudo().closing_ids.filtered(lambda closing: closing.state == "proposed")

    def _check_step_documented(self, state):
        """Refuse a step of the file whose reason is not on record.

        :raises ValidationError: naming what is missing, and the way out
        """
        for case in self:
            if state == "closed":
                gaps = case._gaps_before_closing()
                if not case._proposals():
                    gaps.insert(0, self.env._("Reason and outcome are missing. Use the button “Close”."))
                if gaps:
                    raise ValidationError(
                        self.env._(
                            "Case file %(reference)s cannot be closed yet:\n%(gaps)s",
                            reference=case.reference,
                            gaps="\n".join(f"- {gap}" for gap in gaps),
                        )
                    )
            # sudo: as in `_proposals`.
            elif state == "open" and case.sudo().closing_ids.filtered(lambda closing: closing.state == "closed"):
                raise ValidationError(
                    self.env._("Case file %s: a reopening needs a reason. Use the button “Reopen”.", case.reference)
                )

    def _gaps_before_closing(self):
        """What has to be settled before the closing, as a list of texts."""
        self.ensure_one()
        # sudo: the whole file counts, whoever closes it.
        case = self.sudo()
        running = case.participation_ids.filtered(lambda participation: not participation.date_end)
        gaps = [
            self.env._(
                "%(participation)s is still running since %(start)s. End it.",
                participation=participation.baustein_id.name,
                start=format_date(self.env, participation.date_start),
            )
            for participation in running
        ]
        return gaps + [gap for enrolment in case.enrolment_ids if (gap := enrolment._exit_gap())]

    def action_close(self):
        """Ask for reason and outcome; who may close does so, who may not proposes it.

        :raises AccessError: where only an emergency opens the file
        """
        self._check_in_charge()
        return self._closing_dialog(self.env._("Close Case File"), "justiq.case.close")

    def action_reopen(self):
        """Ask for the reason."""
        return self._closing_dialog(self.env._("Reopen Case File"), "justiq.case.reopen")

    def action_discard_closing(self):
        """Take the proposal back."""
        self.closing_ids.filtered(lambda closing: closing.state == "proposed").action_discard()

    def _closing_dialog(self, name, model):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_file_id": self.id},
        }

    def _reopen(self, reason):
        """Open closed files again; the first closing stays on record.

        :raises ValidationError: without a reason
        :raises AccessError: where the step is not the user's to make
        """
        if not (reason or "").strip():
            raise ValidationError(self.env._("Reason: write down why the case file is opened again."))
        self.check_access("write")
        self._check_transition("open")
        self.closing_ids.filtered(lambda closing: closing.state == "closed")._reopen(reason.strip())
        self.write({"state": "open"})


class Enrolment(models.Model):
    """What an enrolment lets happen to the closing of its file, and the other way round."""

    _name = "justiq.enrolment"
    _inherit = ["justiq.enrolment", "justiq.case.closed.mixin"]

    def _exit_gap(self):
        """Why the exit is not settled, as a text, or False.

        The exit data may follow within the time limit of the programme.
        """
        self.ensure_one()
        if not self.date_exit:
            return self.env._("%s has no exit date. Enter it.", self.grant_id.name)
        if self.exit_completeness < COMPLETE and not self.exit_due_date:
            return self.env._("%s has incomplete exit data and no day by which they are due.", self.grant_id.name)
        return False


class Participation(models.Model):
    """A participation of a closed file stays as it is."""

    _name = "justiq.participation"
    _inherit = ["justiq.participation", "justiq.case.closed.mixin"]

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..models.case_closing import OUTCOMES, REASONS


class CaseClose(models.TransientModel):
    """Propose the closing of a case file, or carry it out.

    Works with the rights of the user: the key worker proposes, the team lead
    closes. Findings that are open by then are justified in the next dialog.
    """

    _name = "justiq.case.close"
    _inherit = ["justiq.case.dialog.mixin"]
    _description = "Close Case File"

    case_file_id = fields.Many2one(comodel_name="justiq.case.file", required=True, ondelete="cascade")
    proposal_id = fields.Many2one(comodel_name="justiq.case.closing", compute="_compute_proposal_id")
    # All of them as the user: the proposal of a file that she may not read is not told.
    date = fields.Date(
        string="Closed On",
        required=True,
        compute="_compute_from_proposal",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    reason = fields.Selection(
        selection=REASONS,
        required=True,
        compute="_compute_from_proposal",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    outcome = fields.Selection(
        selection=OUTCOMES,
        required=True,
        compute="_compute_from_proposal",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    note = fields.Text(
        compute="_compute_from_proposal", compute_sudo=False, store=True, readonly=False, precompute=True
    )
    gaps = fields.Text(string="Still to Be Settled", compute="_compute_gaps")
    end_participations = fields.Boolean(
        string="End What Is Running",
        default=True,
        help="Running participations and enrolments without an exit end on the day of the closing.",
    )

    @api.depends("case_file_id")
    def _compute_proposal_id(self):
        for wizard in self:
            wizard.proposal_id = wizard.case_file_id.closing_ids.filtered(lambda closing: closing.state == "proposed")

    @api.depends("case_file_id")
    def _compute_from_proposal(self):
        for wizard in self:
            proposal = wizard.proposal_id
            wizard.date = proposal.date or fields.Date.context_today(self)
            wizard.reason = proposal.reason
            wizard.outcome = proposal.outcome
            wizard.note = proposal.note

    @api.depends("case_file_id")
    def _compute_gaps(self):
        for wizard in self:
            # As the user: who may not read the file learns nothing of it.
            case = wizard.case_file_id._filtered_access("read")
            wizard.gaps = "\n".join(case._gaps_before_closing()) if case else False

    def action_propose(self):
        """Put the proposal on record; the team lead finds it among what is due."""
        self.ensure_one()
        self._save_proposal()
        return {"type": "ir.actions.act_window_close"}

    def action_close(self):
        """Close the file, or ask for the justifications first."""
        self.ensure_one()
        self.case_file_id._check_transition("closed")
        self._save_proposal()
        action = self.case_file_id._approve_or_justify("closed")
        return action if isinstance(action, dict) else {"type": "ir.actions.act_window_close"}

    def _save_proposal(self):
        values = {name: self[name] for name in ("date", "reason", "outcome", "note")}
        if self.proposal_id:
            self.proposal_id.write(values)
        else:
            self.env["justiq.case.closing"].create({"case_file_id": self.case_file_id.id, **values})
        if self.end_participations:
            self._end_what_is_running()

    def _end_what_is_running(self):
        """Running participations and enrolments end on the day of the closing, in the user's name."""
        case = self.case_file_id
        participations = case.participation_ids.filtered(lambda participation: not participation.date_end)
        enrolments = case.enrolment_ids.filtered(lambda enrolment: not enrolment.date_exit)
        starts = [*participations.mapped("date_start"), *enrolments.mapped("date_entry")]
        if starts and max(starts) > self.date:
            raise ValidationError(
                self.env._(
                    "Closed on: what is still running began on %(start)s, after %(date)s. Choose a later day, or end "
                    "it in the enrolment first.",
                    start=format_date(self.env, max(starts)),
                    date=format_date(self.env, self.date),
                )
            )
        for enrolment, running in participations.grouped("enrolment_id").items():
            running.write({"date_end": enrolment.date_exit or self.date})
        enrolments.write({"date_exit": self.date})

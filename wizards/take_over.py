from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class TakeOver(models.TransientModel):
    """Take a young person from one Baustein into another, usually into Case Management (S2).

    Who may write the case file creates the new participation of the same
    enrolment; nothing is entered twice. Who only leads or staffs the
    micro-project proposes it to the key worker, who finds it among her activities.
    """

    _name = "justiq.take.over"
    _inherit = ["justiq.fixed.keys.mixin"]
    _description = "Take Over into Another Baustein"

    _fixed_keys = ("participation_id",)

    participation_id = fields.Many2one(comodel_name="justiq.participation", required=True, ondelete="cascade")
    participant_name = fields.Char(related="participation_id.participant_name")
    is_case_writable = fields.Boolean(related="participation_id.is_case_writable", export_string_translation=False)
    source_baustein_id = fields.Many2one(related="participation_id.baustein_id", string="From")
    source_date_end = fields.Date(related="participation_id.date_end")
    company_id = fields.Many2one(related="participation_id.company_id")
    possible_baustein_ids = fields.Many2many(
        related="participation_id.possible_baustein_ids", export_string_translation=False
    )
    baustein_id = fields.Many2one(
        comodel_name="justiq.baustein",
        string="Into",
        compute="_compute_baustein_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', possible_baustein_ids), ('kind', '=', 'individual'), ('id', '!=', source_baustein_id)]",
    )
    date_start = fields.Date(
        string="Start", required=True, compute="_compute_date_start", store=True, readonly=False, precompute=True
    )
    key_worker_id = fields.Many2one(
        comodel_name="hr.employee",
        compute="_compute_key_worker_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('company_id', '=', company_id)]",
    )
    ends_source = fields.Boolean(
        string="End the Present Participation",
        compute="_compute_ends_source",
        store=True,
        readonly=False,
        precompute=True,
        help="Outreach and clearing usually end with the take-over, a micro-project goes on.",
    )

    @api.depends("participation_id")
    def _compute_baustein_id(self):
        for wizard in self:
            source = wizard.participation_id._origin
            wizard.baustein_id = source.leads_to_id & source.grant_id.baustein_ids

    @api.depends("participation_id")
    def _compute_date_start(self):
        for wizard in self:
            grant, day = wizard.participation_id.grant_id, fields.Date.context_today(self)
            day = min(max(day, grant.date_start or day), grant.date_end or day)
            wizard.date_start = max(day, wizard.participation_id.date_start or day)

    @api.depends("participation_id")
    def _compute_key_worker_id(self):
        for wizard in self:
            # sudo: the fixed contact is no secret to whoever has the young person on the roster.
            wizard.key_worker_id = wizard.participation_id.sudo().case_file_id.key_worker_id

    @api.depends("participation_id")
    def _compute_ends_source(self):
        for wizard in self:
            source = wizard.participation_id
            wizard.ends_source = source.baustein_kind == "individual" and not source.date_end

    def action_take_over(self):
        """Create the participation in the next Baustein, or propose it to the key worker."""
        self.ensure_one()
        self.participation_id.check_access("write")
        if not self.baustein_id:
            raise UserError(self.env._("Into: choose the Baustein into which the young person is taken over."))
        if not self.is_case_writable:
            return self._propose()
        participation = self.env["justiq.participation"].create(self._prepare_participation())
        if self.ends_source and not self.source_date_end:
            source = self.participation_id
            source.write({"date_end": max(self.date_start, source.date_start), "end_reason": "taken_over"})
        return {
            "type": "ir.actions.act_window",
            "res_model": "justiq.participation",
            "res_id": participation.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _prepare_participation(self):
        return {
            "enrolment_id": self.participation_id.enrolment_id.id,
            "baustein_id": self.baustein_id.id,
            "origin_participation_id": self.participation_id.id,
            "date_start": self.date_start,
            "key_worker_id": self.key_worker_id.id,
        }

    def _propose(self):
        """Leave an activity with the key worker of the case file, once."""
        # sudo: the proposal goes into a file that the user may not open; of it only the reference is told.
        case = self.participation_id.sudo().case_file_id
        worker = case.key_worker_id
        if not worker.user_id:
            raise UserError(
                self.env._("%s has no user to whom it could be proposed. Please ask your team lead.", worker.name)
            )
        proposal = self.env.ref("justiq.activity_take_over")
        if proposal not in case.activity_ids.activity_type_id:
            case.activity_schedule(
                activity_type_id=proposal.id,
                summary=self.env._("Take over into %s?", self.baustein_id.name),
                note=Markup("<p>%s</p>") % self._proposal_text(),
                user_id=worker.user_id.id,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Proposed to %s.", worker.name),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _proposal_text(self):
        source = self.participation_id
        return self.env._(
            "%(user)s proposes to take %(reference)s over into %(baustein)s; so far: %(present)s.",
            user=self.env.user.name,
            reference=source.reference,
            baustein=self.baustein_id.name,
            present=source.micro_project_id.name or source.baustein_id.name,
        )

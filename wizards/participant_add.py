from odoo import api, fields, models
from odoo.exceptions import UserError


class ParticipantAdd(models.TransientModel):
    """Enrol young people from their case files in a micro-project.

    Only files that the user may write can be chosen; who is not yet in the
    grant is enrolled in it on the way.
    """

    _name = "justiq.participant.add"
    _inherit = ["justiq.case.dialog.mixin"]
    _description = "Add Participants"

    micro_project_id = fields.Many2one(comodel_name="justiq.micro.project", required=True, ondelete="cascade")
    grant_id = fields.Many2one(related="micro_project_id.grant_id")
    company_id = fields.Many2one(related="micro_project_id.company_id")
    baustein_id = fields.Many2one(
        comodel_name="justiq.baustein",
        compute="_compute_baustein_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        domain="[('id', 'in', possible_baustein_ids)]",
    )
    possible_baustein_ids = fields.Many2many(comodel_name="justiq.baustein", compute="_compute_possible_baustein_ids")
    case_file_ids = fields.Many2many(
        comodel_name="justiq.case.file",
        domain="[('state', '=', 'open'), ('company_id', '=', company_id)]",
    )
    date_start = fields.Date(required=True, compute="_compute_date_start", store=True, readonly=False, precompute=True)

    @api.depends("micro_project_id")
    def _compute_possible_baustein_ids(self):
        for wizard in self:
            wizard.possible_baustein_ids = wizard.grant_id.baustein_ids.filtered(
                lambda baustein: baustein.kind == "group"
            )

    @api.depends("possible_baustein_ids")
    def _compute_baustein_id(self):
        for wizard in self:
            wizard.baustein_id = wizard.possible_baustein_ids._origin[:1]

    @api.depends("micro_project_id")
    def _compute_date_start(self):
        # Age and consent are judged on that day, so it is today wherever the project is running.
        for wizard in self:
            project, day = wizard.micro_project_id, fields.Date.context_today(self)
            wizard.date_start = min(max(day, project.date_start or day), project.date_end or day)

    def action_add(self):
        """Create the missing enrolments and the participations."""
        self.ensure_one()
        if not self.case_file_ids:
            raise UserError(self.env._("Case files: choose at least one young person."))
        enrolments = self._enrol()
        self.env["justiq.participation"].create(
            [
                {
                    "enrolment_id": enrolment.id,
                    "baustein_id": self.baustein_id.id,
                    "micro_project_id": self.micro_project_id.id,
                    "date_start": self.date_start,
                }
                for enrolment in enrolments
            ]
        )
        return {"type": "ir.actions.act_window_close"}

    def _enrol(self):
        """The enrolments of the chosen persons in the grant of the project."""
        enrolments = self.env["justiq.enrolment"].search(
            [
                ("grant_id", "=", self.grant_id.id),
                ("case_file_id", "in", self.case_file_ids.ids),
            ]
        )
        return enrolments | self.env["justiq.enrolment"].create(
            [
                {
                    "case_file_id": case.id,
                    "grant_id": self.grant_id.id,
                    "date_entry": self.date_start,
                }
                for case in self.case_file_ids - enrolments.case_file_id
            ]
        )

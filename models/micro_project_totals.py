from odoo import api, fields, models
from odoo.exceptions import AccessError


class MicroProject(models.Model):
    """Sessions and participants of a micro-project, and whether it counts (S21)."""

    _inherit = "justiq.micro.project"

    session_ids = fields.One2many(
        comodel_name="justiq.session",
        inverse_name="micro_project_id",
        groups="justiq.group_case_worker,justiq.group_coordinator,justiq.group_auditor",
    )
    participation_ids = fields.One2many(
        comodel_name="justiq.participation",
        inverse_name="micro_project_id",
        groups="justiq.group_case_worker,justiq.group_coordinator,justiq.group_auditor",
    )
    session_count = fields.Integer(compute="_compute_session_counts", store=True)
    session_held_count = fields.Integer(string="Sessions Held", compute="_compute_session_counts", store=True)
    guest_count = fields.Integer(string="Guests", compute="_compute_session_counts", store=True)
    attendance_count = fields.Integer(string="Attendances", compute="_compute_session_counts", store=True)
    participation_count = fields.Integer(compute="_compute_participant_counts", store=True)
    participant_count = fields.Integer(
        string="Participants",
        compute="_compute_participant_counts",
        store=True,
        help="Persons; who came back counts once.",
    )
    is_counted = fields.Boolean(
        string="Counts towards the Minimum",
        compute="_compute_is_counted",
        store=True,
        help="Done, with at least one session that took place and one attendance (S21).",
    )

    @api.depends("session_ids.state", "session_ids.guest_count", "session_ids.present_count")
    def _compute_session_counts(self):
        sessions = self.env["justiq.session"]
        counts = {
            project.id: count
            for project, count in sessions._read_group(
                [("micro_project_id", "in", self.ids)], ["micro_project_id"], ["__count"]
            )
        }
        held = {
            project.id: numbers
            for project, *numbers in sessions._read_group(
                [("micro_project_id", "in", self.ids), ("state", "=", "held")],
                ["micro_project_id"],
                ["__count", "guest_count:sum", "present_count:sum"],
            )
        }
        for project in self:
            project.session_count = counts.get(project._origin.id, 0)
            (
                project.session_held_count,
                project.guest_count,
                project.attendance_count,
            ) = held.get(project._origin.id, (0, 0, 0))

    @api.depends("participation_ids.enrolment_id")
    def _compute_participant_counts(self):
        counts = {
            project.id: numbers
            for project, *numbers in self.env["justiq.participation"]._read_group(
                [("micro_project_id", "in", self.ids)],
                ["micro_project_id"],
                ["__count", "enrolment_id:count_distinct"],
            )
        }
        for project in self:
            project.participation_count, project.participant_count = counts.get(project._origin.id, (0, 0))

    @api.depends("state", "session_held_count", "attendance_count")
    def _compute_is_counted(self):
        for project in self:
            project.is_counted = bool(
                project.state == "done" and project.session_held_count and project.attendance_count
            )

    @api.constrains("grant_id")
    def _check_grant_of_children(self):
        """A micro-project with participants or a budget stays in its grant."""
        self.participation_ids._check_micro_project_of_grant()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        # The database deletes the sessions along; those that took place are proof for the funder.
        # sudo: the proof has to be kept, whoever may see it.
        self.sudo().session_ids._unlink_except_held()

    def _check_may_change_team(self):
        """Refuse to let somebody onto the roster's names who is not in charge.

        Lead and staff know the participants' names. As soon as there are
        participants, only the lead and the team lead decide who joins them.

        :raises AccessError: when the user is neither
        """
        if self.env.su or self.env.user.has_group("justiq.group_team_lead"):
            return
        # sudo: only the lead and a number are asked, to decide for the user; the message names the project alone.
        for project in self.sudo():
            if project.participation_count and project.lead_id.user_id != self.env.user:
                raise AccessError(
                    self.env._(
                        "%s has participants. Only its responsible professional or the team lead may change who leads "
                        "or staffs it.",
                        project.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        projects = super().create(vals_list)
        # sudo: the state decides, also for whoever may not read the grant.
        projects.sudo().grant_id._check_not_closed()
        return projects

    def write(self, vals):
        if "lead_id" in vals:
            self._check_may_change_team()
        return super().write(vals)

    def _roster_users(self):
        """The users who lead or staff the micro-projects."""
        # Each for itself: a union would forget the employees of the other records, which are read with it.
        return self.lead_id.user_id | self.staff_ids.employee_id.user_id

    def action_view_sessions(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sessions"),
            "res_model": "justiq.session",
            "view_mode": "list,calendar,form",
            "domain": [("micro_project_id", "=", self.id)],
            "context": {"default_micro_project_id": self.id},
        }

    def action_view_participations(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Participants"),
            "res_model": "justiq.participation",
            "view_mode": "list,form,pivot,graph",
            "domain": [("micro_project_id", "=", self.id)],
            "context": {"create": False},
        }

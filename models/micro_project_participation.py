from odoo import api, fields, models
from odoo.exceptions import ValidationError


class Participation(models.Model):
    """Participation in a micro-project: names the project, follows its roster."""

    _inherit = "justiq.participation"

    micro_project_id = fields.Many2one(comodel_name="justiq.micro.project", ondelete="restrict", index="btree_not_null")
    attendance_ids = fields.One2many(comodel_name="justiq.attendance", inverse_name="participation_id")
    first_attended_date = fields.Date(compute="_compute_attended", store=True)
    attended_count = fields.Integer(string="Sessions Attended", compute="_compute_attended", store=True)

    _micro_project_for_group_baustein = models.Constraint(
        "CHECK ((baustein_kind = 'group') = (micro_project_id IS NOT NULL))",
        "A participation in a group Baustein needs its micro-project; in any other Baustein there is none.",
    )
    _once_at_a_time = models.UniqueIndex(
        "(enrolment_id, micro_project_id) WHERE date_end IS NULL AND micro_project_id IS NOT NULL",
        "This person already takes part in this micro-project.",
    )

    @api.depends("attendance_ids.state", "attendance_ids.hours")
    def _compute_hours(self):
        result = super()._compute_hours()
        in_groups = self.filtered(lambda participation: participation.baustein_kind == "group")
        sums = in_groups._sum_attended("hours:sum")
        for participation in in_groups:
            participation.hours = sums.get(participation._origin.id, 0.0)
        return result

    @api.depends("attendance_ids.state", "attendance_ids.session_date")
    def _compute_attended(self):
        first = self._sum_attended("session_date:min")
        counts = self._sum_attended("__count")
        for participation in self:
            participation.first_attended_date = first.get(participation._origin.id)
            participation.attended_count = counts.get(participation._origin.id, 0)

    def _sum_attended(self, aggregate):
        return {
            participation.id: value
            for participation, value in self.env["justiq.attendance"]._read_group(
                [("participation_id", "in", self.ids), ("state", "=", "present")],
                ["participation_id"],
                [aggregate],
            )
        }

    def _filtered_name_readable(self):
        """The names on a roster are also known to those who lead or staff it."""
        return super()._filtered_name_readable() | self.filtered(lambda participation: participation._is_on_my_roster())

    def _is_on_my_roster(self):
        """Whether the user leads or staffs the micro-project, as it is saved: a draft may name any person and lead."""
        # sudo: asked for the roster only.
        draft, saved = self.sudo(), self._origin.sudo()
        same_person = draft.case_file_id._origin == saved.case_file_id
        case = saved.case_file_id
        is_open = same_person and not case.is_restricted and not case.is_denied
        return is_open and self.env.user in saved.micro_project_id._roster_users()

    @api.constrains("micro_project_id", "enrolment_id", "grant_id")
    def _check_micro_project_of_grant(self):
        for participation in self:
            project = participation.micro_project_id
            if project and project.grant_id != participation.grant_id:
                raise ValidationError(
                    self.env._(
                        "Micro-project: %(project)s belongs to the grant %(found)s, the "
                        "person is enrolled in %(expected)s. Enrol the person in the "
                        "grant of the micro-project first.",
                        project=project.name,
                        found=project.grant_id.name,
                        expected=participation.grant_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_attended(self):
        for participation in self:
            # sudo: the proof has to be kept, whoever may see it.
            if participation.sudo().attended_count:
                raise ValidationError(
                    self.env._(
                        "S36: %s has attended sessions, which are proof for the funder. "
                        "End the participation instead of deleting it.",
                        participation.display_name,
                    )
                )

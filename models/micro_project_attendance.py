from odoo import api, fields, models
from odoo.exceptions import ValidationError


class Attendance(models.Model):
    """One participant in one session of a micro-project.

    Follows the access to the case file; whoever leads or staffs the
    micro-project reads and writes its roster. Coordination and auditor read it
    under the reference only. Once the case file is closed, what was marked stays,
    and nobody is put on a roster any more; a line left empty may still be marked.
    """

    _name = "justiq.attendance"
    _inherit = ["justiq.access.logged.mixin", "justiq.case.closed.mixin", "justiq.fixed.keys.mixin"]
    _description = "Attendance"
    _order = "session_date desc, reference, id"
    _rec_names_search = ["reference"]

    _fixed_keys = ("session_id", "participation_id")

    session_id = fields.Many2one(comodel_name="justiq.session", required=True, ondelete="cascade", index=True)
    participation_id = fields.Many2one(
        comodel_name="justiq.participation",
        required=True,
        ondelete="restrict",
        index=True,
    )
    case_file_id = fields.Many2one(
        related="participation_id.case_file_id",
        precompute=True,
        store=True,
        index=True,
        required=True,
        ondelete="restrict",
    )
    micro_project_id = fields.Many2one(related="session_id.micro_project_id", store=True, index=True)
    company_id = fields.Many2one(related="session_id.company_id", store=True, index=True)
    session_date = fields.Date(compute="_compute_session_date", store=True)
    participant_name = fields.Char(related="participation_id.participant_name")
    reference = fields.Char(related="participation_id.reference", store=True)
    state = fields.Selection(
        selection=[("present", "Present"), ("excused", "Excused"), ("absent", "Absent")],
        help="Empty as long as nobody has called the roll.",
    )
    hours = fields.Float(
        compute="_compute_hours",
        store=True,
        readonly=False,
        help="Proposed from the length of the session for those present.",
    )

    _once_per_session = models.Constraint(
        "UNIQUE (session_id, participation_id)",
        "This participant is already on the roster of this session.",
    )
    _hours_not_negative = models.Constraint("CHECK (hours >= 0 AND hours < 'Infinity')", "Hours must not be negative.")
    _hours_only_when_present = models.Constraint(
        "CHECK (hours = 0 OR state IS NOT DISTINCT FROM 'present')", "Hours count only for those present."
    )
    _newest_first_index = models.Index("(session_date DESC, reference, id)")

    @api.depends("session_id.date_start", "session_id.company_id")
    def _compute_session_date(self):
        for attendance in self:
            session = attendance.session_id
            attendance.session_date = session._local_date() if session.date_start else False

    @api.depends("state", "session_id.duration")
    def _compute_hours(self):
        for attendance in self:
            is_present = attendance.state == "present"
            attendance.hours = attendance.session_id.duration if is_present else 0.0

    @api.depends("reference", "session_id.display_name")
    def _compute_display_name(self):
        for attendance in self:
            attendance.display_name = f"{attendance.reference} · {attendance.session_id.display_name}"

    @api.model_create_multi
    def create(self, vals_list):
        attendances = super().create(vals_list)
        # sudo: the state decides, also for a roster, whose lead may not read the file.
        attendances.sudo().case_file_id._check_not_closed()
        return attendances

    def _check_file_not_closed(self):
        # sudo: as above.
        return super(Attendance, self.sudo().filtered("state"))._check_file_not_closed()

    @api.constrains("session_id", "participation_id", "micro_project_id")
    def _check_same_micro_project(self):
        for attendance in self:
            project = attendance.session_id.micro_project_id
            if attendance.participation_id.micro_project_id != project:
                raise ValidationError(
                    self.env._(
                        "%(reference)s does not take part in %(project)s. Enrol the "
                        "person in this micro-project first.",
                        reference=attendance.reference,
                        project=project.name,
                    )
                )

    @api.constrains("state", "session_id")
    def _check_session_state(self):
        self.session_id._check_roster_fits_state()

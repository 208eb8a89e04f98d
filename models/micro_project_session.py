from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_datetime

LONGEST_DAYS = 31


class Session(models.Model):
    """A meeting of a micro-project, with its roster.

    Case workers and team leads keep the sessions of their companies;
    coordination and auditor read them.
    """

    _name = "justiq.session"
    _inherit = ["justiq.computed.mixin"]
    _description = "Session of a Micro-Project"
    _order = "date_start desc, id desc"
    _rec_names_search = ["micro_project_id", "topic"]

    micro_project_id = fields.Many2one(
        comodel_name="justiq.micro.project",
        required=True,
        ondelete="cascade",
        index=True,
    )
    grant_id = fields.Many2one(related="micro_project_id.grant_id", store=True, index=True)
    company_id = fields.Many2one(related="micro_project_id.company_id", store=True, index=True)
    date_start = fields.Datetime(string="Start", required=True, index=True)
    date_end = fields.Datetime(string="End", required=True)
    duration = fields.Float(compute="_compute_duration", store=True)
    place = fields.Char()
    topic = fields.Char(help="What happens in this session.")

    # what became of it
    state = fields.Selection(
        selection=[
            ("planned", "Planned"),
            ("held", "Took place"),
            ("not_held", "Did not take place"),
        ],
        required=True,
        default="planned",
        copy=False,
        index=True,
    )
    not_held_reason = fields.Char(string="Why Not", copy=False)
    guest_count = fields.Integer(string="Guests", copy=False, help="Anonymous visitors; a number, no names.")
    attendance_ids = fields.One2many(
        comodel_name="justiq.attendance",
        inverse_name="session_id",
        groups="justiq.group_case_worker,justiq.group_coordinator,justiq.group_auditor",
    )
    present_count = fields.Integer(string="Present", compute="_compute_present_count", store=True)

    _times_in_order = models.Constraint("CHECK (date_end > date_start)", "A session must end after it starts.")
    _lasts_a_month_at_most = models.Constraint(
        f"CHECK (date_end <= date_start + interval '{LONGEST_DAYS} days')",
        "A session lasts 31 days at most. Please check its start and end.",
    )
    _guest_count_not_negative = models.Constraint(
        "CHECK (guest_count >= 0)", "The number of guests must not be negative."
    )
    _reason_when_not_held = models.Constraint(
        "CHECK (state != 'not_held' OR COALESCE(not_held_reason, '') ~ '[[:alnum:]]')",
        "Please state why the session did not take place.",
    )

    @api.depends("date_start", "date_end")
    def _compute_duration(self):
        for session in self:
            if session.date_start and session.date_end:
                delta = session.date_end - session.date_start
                session.duration = delta.total_seconds() / 3600
            else:
                session.duration = 0.0

    @api.depends("attendance_ids.state")
    def _compute_present_count(self):
        for session in self:
            session.present_count = session.attendance_ids.mapped("state").count("present")

    @api.depends("micro_project_id.name", "date_start")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for session in self:
            when = format_datetime(self.env, session.date_start, dt_format="short") if session.date_start else ""
            session.display_name = " · ".join(filter(None, (session.micro_project_id.name, when)))

    @api.constrains("state", "date_start")
    def _check_held_in_the_past(self):
        for session in self:
            if session.state == "held" and session.date_start > fields.Datetime.now():
                raise ValidationError(
                    self.env._(
                        "%s lies in the future and cannot have taken place yet. Correct its start.",
                        session.display_name,
                    )
                )

    @api.constrains("date_start", "date_end")
    def _check_roster_of_closed_files(self):
        """The hours of who was there hang on the times of the session."""
        # sudo: the state decides, also for whoever may not read the file.
        self.sudo().attendance_ids._check_file_not_closed()

    @api.constrains("state", "attendance_ids")
    def _check_roster_fits_state(self):
        for session in self:
            if session.state == "not_held" and session.present_count:
                raise ValidationError(
                    self.env._(
                        "%(session)s did not take place, but %(count)s participants are "
                        "marked as present. Correct the roster or the session.",
                        session=session.display_name,
                        count=session.present_count,
                    )
                )
            if session.state == "held" and not all(session.attendance_ids.mapped("state")):
                raise ValidationError(
                    self.env._(
                        "%s: somebody on the roster is neither present, excused nor "
                        "absent. Mark everybody before you save it as taken place.",
                        session.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        for session in self:
            if session.state == "held" or session.present_count:
                raise ValidationError(
                    self.env._(
                        "%s took place and is proof for the funder; it cannot be deleted.",
                        session.display_name,
                    )
                )

    # ------------------------------------------------------------
    # Roster
    # ------------------------------------------------------------

    def _local_date(self):
        """Day of the session where the provider is."""
        return self._local_time(self.date_start).date()

    def _local_hours(self):
        """Start and end by the clock where the provider is, as hours of the day."""
        times = (self._local_time(moment) for moment in (self.date_start, self.date_end))
        return tuple(time.hour + time.minute / 60 for time in times)

    def _local_time(self, moment):
        self.ensure_one()
        zone = self.with_context(tz=self.company_id.partner_id.tz or self.env.user.tz)
        return fields.Datetime.context_timestamp(zone, moment)

    def _expected_participations(self):
        """Who takes part in the micro-project on the day of the session."""
        self.ensure_one()
        day = self._local_date()
        # sudo: the roster lists everybody; the names follow the user's access.
        participations = self.env["justiq.participation"].sudo()
        return participations.search(
            [
                ("micro_project_id", "=", self.micro_project_id.id),
                ("date_start", "<=", day),
                "|",
                ("date_end", "=", False),
                ("date_end", ">=", day),
            ],
            order="reference, id",
        )

    def web_read(self, specification):
        """With the roster in the order of the names, as on paper; the database cannot sort by what is not stored."""
        result = super().web_read(specification)
        for values in result:
            if "participant_name" in specification.get("attendance_ids", {}).get("fields", ()):
                # Lines beyond the page come without a name, and stay behind.
                values["attendance_ids"].sort(
                    key=lambda line: ("participant_name" not in line, (line.get("participant_name") or "").casefold())
                )
        return result

    def action_open_roster(self):
        """Put everybody who is expected on the roster and open it."""
        self.ensure_one()
        self.check_access("write")
        if self.state == "planned":
            self._complete_roster()
        # As the action of that path, under whose address a reload shows the roster again, without asking for it.
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Roster"),
            "path": "justiq-roster",
            "res_model": "justiq.session",
            "res_id": self.id,
            "view_mode": "form",
            "views": [(self.env.ref("justiq.justiq_session_view_form_roster").id, "form")],
        }

    def _complete_roster(self):
        expected = self._expected_participations().filtered(lambda one: one.case_file_id.state == "open")
        # sudo: the empty lines of the roster come with the session, which the
        # caller may write (checked there); they say nothing about anybody.
        attendances = self.env["justiq.attendance"].sudo()
        listed = attendances.search([("session_id", "=", self.id)]).participation_id
        attendances.create(
            [{"session_id": self.id, "participation_id": participation.id} for participation in expected - listed]
        )

    def action_all_present(self):
        """Mark everybody as present who has not been marked yet."""
        for session in self:
            session.attendance_ids.filtered(lambda line: not line.state).write({"state": "present"})

    def action_held(self):
        self.write({"state": "held", "not_held_reason": False})

    def action_ask_not_held(self):
        """Ask in a dialog why the session did not take place."""
        self.ensure_one()
        view = self.env.ref("justiq.justiq_session_view_form_not_held")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why did the session not take place?"),
            "res_model": "justiq.session",
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }

    def action_not_held(self):
        self.write({"state": "not_held"})
        return {"type": "ir.actions.act_window_close"}

    def action_planned(self):
        self.write({"state": "planned", "not_held_reason": False})

from datetime import date, datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

MAX_SESSIONS = 200
MAX_INTERVAL = 5200
MINUTES_PER_DAY = 24 * 60


class SessionSeries(models.TransientModel):
    """Propose the sessions of a micro-project as a weekly series.

    The hours are those of the clock where the provider is, also across the
    change to summer time.
    """

    _name = "justiq.session.series"
    _description = "Weekly Series of Sessions"

    micro_project_id = fields.Many2one(comodel_name="justiq.micro.project", required=True, ondelete="cascade")
    date_first = fields.Date(
        string="First Session",
        required=True,
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_last = fields.Date(
        string="Until",
        required=True,
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
    )
    week_interval = fields.Integer(string="Every ... Weeks", default=1, required=True)
    hour_start = fields.Float(
        string="From", required=True, compute="_compute_habits", store=True, readonly=False, precompute=True
    )
    hour_end = fields.Float(
        string="To", required=True, compute="_compute_habits", store=True, readonly=False, precompute=True
    )
    place = fields.Char(compute="_compute_habits", store=True, readonly=False, precompute=True)
    session_count = fields.Integer(string="Sessions", compute="_compute_session_count")

    @api.depends("micro_project_id")
    def _compute_dates(self):
        """The whole micro-project or, where it has sessions, what comes after the last one."""
        for series in self:
            project, today = series.micro_project_id, fields.Date.context_today(self)
            last = series._last_session()
            series.date_first = last._local_date() + timedelta(weeks=1) if last else project.date_start or today
            series.date_last = max(project.date_end or series.date_first, series.date_first)

    @api.depends("micro_project_id")
    def _compute_habits(self):
        """Time and place of the last session, else an afternoon."""
        for series in self:
            last = series._last_session()
            series.hour_start, series.hour_end = last._local_hours() if last else (15.0, 18.0)
            series.place = last.place

    def _last_session(self):
        return self.env["justiq.session"].search(
            [("micro_project_id", "=", self.micro_project_id.id)], order="date_start desc", limit=1
        )

    @api.depends("date_first", "date_last", "week_interval")
    def _compute_session_count(self):
        for series in self:
            series.session_count = len(series._days())

    def _days(self):
        """The days of the series, one more than allowed at the most."""
        days = []
        # More than a century apart is one session; the calendar of a computer ends in 9999.
        day, step = self.date_first, timedelta(weeks=min(max(self.week_interval, 1), MAX_INTERVAL))
        while day and self.date_last and day <= self.date_last:
            days.append(day)
            if len(days) > MAX_SESSIONS or day > date.max - step:
                break
            day += step
        return days

    @api.constrains("date_first", "date_last", "week_interval", "hour_start", "hour_end")
    def _check_series(self):
        for series in self:
            if series.week_interval < 1:
                raise ValidationError(
                    self.env._(
                        "Every ... weeks: %s is too small, the smallest distance is one week.",
                        series.week_interval,
                    )
                )
            if not 0 <= self._minutes(series.hour_start) < self._minutes(series.hour_end) < MINUTES_PER_DAY:
                raise ValidationError(self.env._("The end must lie after the start, on the same day."))
            count = len(series._days())
            if not 1 <= count <= MAX_SESSIONS:
                raise ValidationError(
                    self.env._(
                        "The series has %(count)s sessions; between 1 and %(limit)s are "
                        "possible. Correct the first and the last day.",
                        count=count,
                        limit=MAX_SESSIONS,
                    )
                )

    def action_create(self):
        """Create the sessions and show them."""
        self.ensure_one()
        zone = pytz.timezone(self.micro_project_id.company_id.partner_id.tz or self.env.user.tz or "UTC")
        self.env["justiq.session"].create(
            [
                {
                    "micro_project_id": self.micro_project_id.id,
                    "date_start": self._to_utc(zone, day, self.hour_start),
                    "date_end": self._to_utc(zone, day, self.hour_end),
                    "place": self.place,
                }
                for day in self._days()
            ]
        )
        return self.micro_project_id.action_view_sessions()

    @api.model
    def _minutes(self, hour):
        """Whole minutes since midnight; an hour from a form rarely is an exact fraction."""
        return round(hour * 60)

    @api.model
    def _to_utc(self, zone, day, hour):
        hours, minutes = divmod(self._minutes(hour), 60)
        local = datetime.combine(day, time(hours, minutes))
        return zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)

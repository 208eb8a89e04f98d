from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain

# Appointments and sessions of one day, each.
SHOWN_A_DAY = 30


class MyDay(models.AbstractModel):
    """The appointments of today: the user's own, and for the team those with young people whose files she may read.

    Of private events of colleagues Odoo shows no more than in its calendar.
    """

    _inherit = "justiq.my.day"

    @api.model
    def _prepare_day(self, scope, today):
        agenda = self._get_agenda(scope, *self._bounds_of_day(today))
        return {
            **super()._prepare_day(scope, today),
            "agenda": sorted(agenda, key=lambda item: (not item["allday"], item["start"], item["title"])),
        }

    @api.model
    def _bounds_of_day(self, day):
        """First moment of the day where the user is, and of the next one, in UTC."""
        zone = pytz.timezone(self.env.context.get("tz") or self.env.user.tz or "UTC")
        return tuple(
            zone.localize(datetime.combine(day + timedelta(days=days), time.min))
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
            for days in (0, 1)
        )

    @api.model
    def _get_agenda(self, scope, start, end):
        """Appointments and, from other rooms, whatever else has its time in the day.

        :param start: first moment of the day, in UTC
        :param end: first moment of the next day, in UTC
        :return: list of items as `_prepare_appointment` makes them
        """
        own = Domain("partner_ids", "in", self.env.user.partner_id.ids)
        if scope == "team":
            own |= Domain("case_file_id", "any", [])
        events = self.env["calendar.event"].search(
            own & Domain("start", "<", end) & Domain("stop", ">=", start), limit=SHOWN_A_DAY, order="start, id"
        )
        return [self._prepare_appointment(event) for event in events if event.allday or event.stop > start]

    @api.model
    def _prepare_appointment(self, event):
        # The label of a file shows the name only to whoever may read the file.
        case = event.case_file_id.with_env(self.env) if self._reads_files() else self.env["justiq.case.file"]
        is_accessible = bool(case) and case.is_accessible
        if is_accessible:
            self._log_shown(case)
        return {
            "model": event._name,
            "id": event.id,
            "title": event.name or "",
            "start": fields.Datetime.to_string(event.start),
            "end": fields.Datetime.to_string(event.stop),
            "allday": event.allday,
            "place": event.location or "",
            "state": "",
            "case": {"id": case.id, "name": case.display_name} if is_accessible else False,
        }

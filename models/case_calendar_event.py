from odoo import api, fields, models
from odoo.exceptions import AccessError


class CalendarEvent(models.Model):
    """An appointment with a young person names the case file, whose label is the reference.

    It follows the access to the file, also for whoever planned or attended it; to everybody else the colleague is just
    not free then. Only who may read the file takes part. Nothing of it leaves by e-mail: no invitation, no reminder.
    """

    _inherit = "calendar.event"

    case_file_id = fields.Many2one(
        comodel_name="justiq.case.file",
        compute="_compute_case_file_id",
        store=True,
        readonly=False,
        ondelete="cascade",
        index="btree_not_null",
        groups="justiq.group_case_worker",
    )

    @api.depends("res_model", "res_id")
    def _compute_case_file_id(self):
        for event in self:
            model = self.env.get(event.res_model or "")
            if model is None or not event.res_id:
                continue
            # An appointment planned from an activity, or from what hangs on a file; it may have been deleted since.
            if event.res_model == "justiq.case.file":
                event.case_file_id = model.browse(event.res_id).exists()
            elif event.res_model.startswith("justiq.") and "case_file_id" in model._fields:
                event.case_file_id = model.browse(event.res_id).exists().case_file_id

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._check_case_file_readable()
        return events

    def write(self, vals):
        result = super().write(vals)
        if {"case_file_id", "res_id", "res_model", "res_model_id"} & vals.keys():
            self._check_case_file_readable()
        return result

    def _check_case_file_readable(self):
        # sudo: the field is for case workers; the access is asked as the user.
        cases = self.sudo().case_file_id.sudo(False)
        if cases and not self.env.su:  # whoever has no case file at all may plan other appointments
            cases.check_access("read")
            self.attendee_ids._check_readers()

    def action_join_meeting(self, partner_id):
        # sudo: as above. Odoo follows the link of an invitation in sudo, so whoever joins is asked for here.
        self.sudo().case_file_id._check_takes_part(self.env["res.partner"].browse(partner_id))
        return super().action_join_meeting(partner_id)

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        case = self.sudo().case_file_id  # sudo: as above
        if case and not self.env.su:
            case._refuse_outsiders(self.env["res.partner"].browse(partner_ids or []))
        return super().message_subscribe(partner_ids, subtype_ids)

    def _skip_send_mail_status_update(self):
        # sudo: whether there is one, no more.
        return super()._skip_send_mail_status_update() or bool(self.sudo().case_file_id)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        case = self.sudo().case_file_id  # sudo: as above
        return case._within_odoo(recipients) if case else recipients


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    @api.model_create_multi
    def create(self, vals_list):
        attendees = super().create(vals_list)
        attendees._check_readers()
        return attendees

    def write(self, vals):
        result = super().write(vals)
        if {"partner_id", "event_id"} & vals.keys():
            self._check_readers()
        return result

    def _check_readers(self):
        if self.env.su:
            return
        # sudo: the field is for case workers; the access is asked as each who takes part.
        for case, attendees in self.sudo().grouped(lambda attendee: attendee.event_id.case_file_id).items():
            case._check_takes_part(attendees.partner_id)


class CaseFile(models.Model):
    _inherit = "justiq.case.file"

    def _check_takes_part(self, partners):
        """Nobody takes part in an appointment with a young person who may not read the file.

        :raises AccessError: naming whoever may not
        """
        if self and (strangers := partners - self._readers(partners)):
            raise AccessError(
                self.env._(
                    "%(people)s may not open %(file)s and cannot be invited to the appointment. Write in the "
                    "description who else comes; it is shown to whoever may open the file.",
                    people=", ".join(strangers.mapped("name")),
                    file=self.reference,
                )
            )


class Partner(models.Model):
    _inherit = "res.partner"

    def _get_busy_calendar_events(self, *args, **kwargs):
        """Everybody sees that a colleague is not free, not why."""
        # sudo: which appointments overlap is all that is taken from them.
        return super(Partner, self.sudo())._get_busy_calendar_events(*args, **kwargs)

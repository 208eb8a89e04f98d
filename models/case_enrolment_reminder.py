from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools.misc import split_every

from .case_enrolment import COMPLETE

REMINDERS_AT_ONCE = 500


class MailActivity(models.Model):
    """Activities that remind of data that an enrolment still needs.

    They lie on the case file, so that nobody but its readers sees them.
    """

    _inherit = "mail.activity"

    enrolment_id = fields.Many2one(
        comodel_name="justiq.enrolment",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
        groups="justiq.group_case_worker",
    )
    enrolment_due_date = fields.Date(
        readonly=True,
        groups="justiq.group_case_worker",
        help="The day on which the data are due that the activity reminds of.",
    )

    _reminded_once = models.UniqueIndex(
        "(enrolment_id, activity_type_id, enrolment_due_date) WHERE enrolment_id IS NOT NULL",
        "This reminder exists already.",
    )

    def _reminder_key(self):
        return self.enrolment_id.id, self.activity_type_id.id, self.enrolment_due_date


class Enrolment(models.Model):
    """Exit data and follow-up have a date by which they are due, and the key worker is reminded of it.

    Reminders follow from the facts: they are made at the exit or by the daily
    job, and go when nothing is missing any more. One that somebody has done or put
    off is left alone; once the date has passed, the list of what is overdue
    takes over.
    """

    _inherit = "justiq.enrolment"

    exit_due_date = fields.Date(
        string="Exit Data Due",
        compute="_compute_exit_due_date",
        store=True,
        index="btree_not_null",
        help="Day by which the exit data have to be complete; the programme says how many days after the exit.",
    )
    follow_up_due_date = fields.Date(
        string="Follow-Up Due",
        compute="_compute_follow_up_due_date",
        store=True,
        index="btree_not_null",
        help="Day of the follow-up, where the programme asks for one.",
    )
    reminder_ids = fields.One2many(
        comodel_name="mail.activity", inverse_name="enrolment_id", groups="justiq.group_case_worker"
    )

    @api.depends("date_exit", "grant_id.programme_id.exit_data_days")
    def _compute_exit_due_date(self):
        for enrolment in self:
            days = relativedelta(days=enrolment.grant_id.programme_id.exit_data_days)
            enrolment.exit_due_date = enrolment.date_exit and enrolment.date_exit + days

    @api.depends("date_exit", "grant_id.programme_id.follow_up_months")
    def _compute_follow_up_due_date(self):
        for enrolment in self:
            months = enrolment.grant_id.programme_id.follow_up_months
            due = bool(months and enrolment.date_exit and enrolment._may_be_followed_up())
            enrolment.follow_up_due_date = due and enrolment.date_exit + relativedelta(months=months)

    def _may_be_followed_up(self):
        """Whether the person may be asked once more after the exit; to be narrowed by whoever keeps the consents."""
        return True

    @api.model_create_multi
    def create(self, vals_list):
        enrolments = super().create(vals_list)
        enrolments.filtered("date_exit")._synchronise_reminders()
        return enrolments

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"date_exit", *self._answer_fields()}:
            self._synchronise_reminders()
        return result

    # ------------------------------------------------------------
    # Reminders
    # ------------------------------------------------------------

    def _synchronise_reminders(self):
        """Make the reminders that are missing, and take those away that have become pointless."""
        # sudo: whoever notes an exit may be somebody else than the key worker, who is to be reminded; what is made
        # names the reference only. The context keeps e-mails away.
        activities = self.env["mail.activity"].sudo().with_context(active_test=False, mail_activity_quick_update=True)
        existing = activities.search([("enrolment_id", "in", self.ids)])
        # sudo: as above
        wanted = self.sudo()._wanted_reminders()
        existing.filtered(lambda activity: activity.active and activity._reminder_key() not in wanted).unlink()
        made = {activity._reminder_key(): activity for activity in existing.exists()}
        today = fields.Date.context_today(self)
        missing = [
            values for key, values in wanted.items() if key not in made and values["enrolment_due_date"] >= today
        ]
        activities.create([values for values in missing if values["user_id"]])
        for key, activity in made.items():
            user = wanted[key]["user_id"] if activity.active and key in wanted else False
            if user and activity.user_id.id != user:
                activity.user_id = user  # the file has been handed over

    def _wanted_reminders(self):
        """Values of all activities that shall exist for what is missing, by `_reminder_key`."""
        types = {
            name: self.env.ref(f"justiq.activity_{name}") for name in ("exit_half_time", "exit_due_soon", "follow_up")
        }
        wanted = {}
        for enrolment in self:
            for name, deadline, due in enrolment._reminder_dates():
                user = enrolment.case_file_id.key_worker_id.user_id
                activity_type = types[name].with_context(lang=user.lang)
                values = {
                    "res_model_id": self.env["ir.model"]._get_id("justiq.case.file"),
                    "res_id": enrolment.case_file_id.id,
                    "activity_type_id": activity_type.id,
                    "summary": f"{activity_type.name} · {enrolment.grant_id.name}",
                    "date_deadline": deadline,
                    "user_id": user.id,
                    "automated": True,
                    "enrolment_id": enrolment.id,
                    "enrolment_due_date": due,
                }
                wanted[enrolment.id, activity_type.id, due] = values
        return wanted

    def _reminder_dates(self):
        """Name, deadline and due date of each reminder: at half time, and when a quarter of the time is left."""
        dates = []
        if self.exit_due_date and self.exit_completeness < COMPLETE:
            days = (self.exit_due_date - self.date_exit).days
            for name, passed in (("exit_half_time", days // 2), ("exit_due_soon", days * 3 // 4)):
                dates.append((name, self.date_exit + relativedelta(days=passed), self.exit_due_date))
        if self.follow_up_due_date and self.follow_up_completeness < COMPLETE:
            dates.append(("follow_up", self.follow_up_due_date, self.follow_up_due_date))
        return dates

    @api.model
    def _cron_synchronise_reminders(self):
        """Daily: what has changed without anybody writing the enrolment (time limits, questions, key workers)."""
        today = fields.Date.context_today(self)
        pending = self.search(
            [
                "|",
                *("&", ("exit_due_date", ">=", today), ("exit_completeness", "<", COMPLETE)),
                *("&", ("follow_up_due_date", ">=", today), ("follow_up_completeness", "<", COMPLETE)),
            ]
        )
        reminded = self.env["mail.activity"].search([("enrolment_id", "!=", False)]).enrolment_id
        enrolments = pending | reminded
        remaining = len(enrolments)
        for batch in split_every(REMINDERS_AT_ONCE, enrolments.ids, self.browse):
            batch._synchronise_reminders()
            remaining -= len(batch)
            self.env["ir.cron"]._commit_progress(len(batch), remaining=remaining)

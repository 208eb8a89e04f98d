from datetime import date

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..hooks import uninstall_hook
from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestUninstall(JustiqCommon):
    """Uninstalling empties what is ours, and nothing else."""

    @mute_logger("odoo.models.unlink")
    def test_activities_of_other_documents_stay(self):
        enrolment = self._enrol()
        with freeze_time("2020-06-30"):
            enrolment.date_exit = date(2020, 6, 30)
        reminders = enrolment.reminder_ids
        self.assertEqual(len(reminders), 2)
        other = self.municipality.activity_schedule("mail.mail_activity_data_todo", summary="Call back")
        self.env.flush_all()
        uninstall_hook(self.env)
        self.assertFalse(reminders.exists())
        self.assertEqual(other.exists().summary, "Call back")
        self.assertFalse(self.env["justiq.enrolment"].search([]))

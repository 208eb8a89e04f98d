from odoo.tests import HttpCase, tagged

from .common import JustiqCommon


@tagged("browser", "post_install", "-at_install")
class TestTourEnrolment(JustiqCommon, HttpCase):
    """Each missing item is one click away."""

    allow_end_on_form = True

    def test_case_worker_completes_the_entry_data_from_the_list_of_what_is_missing(self):
        user = self.users["case_worker"]
        user.password = "test_case_worker"
        enrolment = self._enrol(entry_education=False)
        self.assertFalse(enrolment.is_counted)
        url = f"/odoo/justiq-enrolments/{enrolment.id}"
        self.start_tour(url, "justiq_case_worker_completes_entry_data", login=user.login, timeout=120)
        self.assertEqual(enrolment.entry_education, "isced_2")
        self.assertTrue(enrolment.is_counted)

from datetime import date, timedelta

from psycopg2.errors import CheckViolation

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

TODAY = date(2020, 5, 12)


@tagged("post_install", "-at_install")
@freeze_time("2020-05-12 08:00:00")
class TestCaseFileSilent(JustiqCommon):
    """A file is silent when it is open and nobody has had contact for too long."""

    def _create_case_contacted(self, days):
        case = self._create_case(date_opened=date(2020, 1, 1))
        self._create_note(case, date=TODAY - timedelta(days=days))
        return case

    def assertSilent(self, cases, expected):
        """Computing and searching agree."""
        self.env.invalidate_all()
        self.assertEqual([case.is_silent for case in cases], expected)
        of_these = [("id", "in", cases.ids)]
        found = cases.search([*of_these, ("is_silent", "=", True)])
        self.assertEqual([case in found for case in cases], expected)
        self.assertEqual(cases.search([*of_these, ("is_silent", "=", False)]), cases.search(of_these) - found)

    def test_file_is_silent_after_28_days_without_contact(self):
        self.assertSilent(self._create_case_contacted(28) | self._create_case_contacted(29), [False, True])

    def test_new_file_without_contact_counts_from_its_opening(self):
        new, old = (self._create_case(date_opened=TODAY - timedelta(days=days)) for days in (28, 29))
        self.assertSilent(new | old, [False, True])

    def test_closed_file_is_not_silent(self):
        case = self._create_case_contacted(100)
        self._propose_closing(case, date=TODAY)
        self._close_case(case)
        self.assertSilent(case, [False])

    def test_network_contacts_do_not_break_the_silence(self):
        case = self._create_case_contacted(100)
        self._create_note(case, kind="network", partner_id=self.municipality.id, date=TODAY)
        self.assertSilent(case, [True])

    def test_each_provider_sets_its_own_number_of_days(self):
        patient = self.env["res.company"].create({"name": "Patient Provider", "silent_days": 90})
        worker = self._create_employee("Petra Patient", company_id=patient.id)
        here = self._create_case_contacted(60)
        there = self._create_case(worker, company_id=patient.id, date_opened=TODAY - timedelta(days=60))
        self.assertSilent(here | there, [True, False])
        settings = self.env["res.config.settings"].create({"silent_days": 60})
        settings.execute()
        self.assertEqual(self.company.silent_days, 60)
        self.assertSilent(here | there, [False, False])

    @mute_logger("odoo.sql_db")
    def test_number_of_days_has_limits(self):
        for days in (0, -1, 731):
            with self.subTest(days=days), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.company.silent_days = days
                self.env.flush_all()

    def test_file_is_not_opened_in_the_future(self):
        with self.assertRefused("Opened on", "05/13/2020"):
            self._create_case(date_opened=date(2020, 5, 13))
        self.assertEqual(self._create_case().date_opened, TODAY)

from datetime import date

from odoo.tests import freeze_time, tagged

from .common import ENTRY_ANSWERS
from .test_consent import TODAY, ConsentCase


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestLegalBasis(ConsentCase):
    """Who counts, rests on the consents; the date of the enrolment shows the one that counts."""

    def test_a_date_that_is_entered_records_a_consent(self):
        enrolment = self._enrol(self.case, legal_basis_date=date(2020, 1, 10))
        consent = self.case.consent_ids
        self.assertEqual((consent.purpose, consent.date, consent.grant_id), ("esf_data", date(2020, 1, 10), self.grant))
        self.assertEqual(enrolment.legal_basis_date, date(2020, 1, 10))
        self.assertTrue(enrolment.is_counted)

    def test_the_same_date_once_more_records_nothing(self):
        enrolment = self._enrol(self.case)
        enrolment.legal_basis_date = date(2020, 1, 15)
        self.assertEqual(len(self.case.consent_ids), 1)

    def test_a_consent_recorded_first_is_used(self):
        self._create_consent(self.case, date=date(2020, 1, 2))
        enrolment = self._enrol(self.case, legal_basis_date=False)
        self.assertEqual(enrolment.legal_basis_date, date(2020, 1, 2))
        self.assertTrue(enrolment.is_counted)
        self.assertEqual(len(self.case.consent_ids), 1)

    def test_a_consent_recorded_later_lets_the_person_count(self):
        enrolment = self._enrol(self.case, legal_basis_date=False)
        self.assertEqual(enrolment.not_counted_reason, "consent")
        self._create_consent(self.case, date=date(2020, 1, 15))
        self.assertTrue(enrolment.is_counted)

    def test_a_consent_to_something_else_or_for_another_grant_does_not_count(self):
        enrolment = self._enrol(self.case, legal_basis_date=False)
        self._create_consent(self.case, purpose="photos")
        self._create_consent(self.case, grant_id=self._create_grant(name="Other grant").id)
        self.assertEqual(enrolment.not_counted_reason, "consent")

    def test_a_consent_that_had_ended_before_the_entry_does_not_count(self):
        enrolment = self._enrol(self.case, legal_basis_date=False)
        self._create_consent(self.case, date=date(2019, 3, 1), valid_until=date(2020, 1, 14))
        self.assertEqual(enrolment.not_counted_reason, "consent")

    def test_the_day_of_entry_decides_also_when_it_is_corrected(self):
        enrolment = self._enrol(self.case, legal_basis_date=date(2020, 1, 20))
        self.assertEqual(enrolment.not_counted_reason, "consent")
        self.assertEqual(enrolment.legal_basis_date, date(2020, 1, 20))
        enrolment.date_entry = date(2020, 1, 20)
        self.assertTrue(enrolment.is_counted)

    def test_emptying_the_date_takes_no_consent_away(self):
        enrolment = self._enrol(self.case)
        with self.assertRefused("Withdraw"):
            enrolment.legal_basis_date = False

    def test_an_information_sheet_is_the_date_itself(self):
        self.programme.legal_basis = "legal_duty"
        enrolment = self._enrol(self.case, legal_basis_date=date(2020, 1, 10))
        self.assertFalse(self.case.consent_ids)
        self.assertTrue(enrolment.is_counted)
        enrolment.legal_basis_date = False
        self.assertEqual(enrolment.not_counted_reason, "information")

    def test_a_withdrawal_takes_the_person_out_of_open_reports(self):
        enrolment = self._enrol(self.case)
        self.case.consent_ids.withdrawn_on = date(2020, 9, 1)
        self.assertEqual(
            (enrolment.not_counted_reason, enrolment.consent_withdrawn_on), ("withdrawn", date(2020, 9, 1))
        )
        self.assertFalse(enrolment.is_counted)
        self.assertEqual(enrolment.legal_basis_date, date(2020, 1, 15), "it was there on the day of entry")

    def test_a_programme_may_keep_the_person_in_the_count(self):
        enrolment = self._enrol(self.case)
        self.case.consent_ids.withdrawn_on = date(2020, 9, 1)
        self.programme.withdrawal_keeps_count = True
        self.assertTrue(enrolment.is_counted)
        self.assertFalse(enrolment.is_exportable, "exports stop in any case")

    def test_who_agrees_again_counts_again(self):
        enrolment = self._enrol(self.case)
        self.case.consent_ids.withdrawn_on = date(2020, 9, 1)
        self._create_consent(self.case, date=date(2020, 10, 1))
        self.assertTrue(enrolment.is_counted)
        self.assertTrue(enrolment.is_exportable)

    def test_the_date_does_not_undo_a_withdrawal(self):
        enrolment = self._enrol(self.case)
        self.case.consent_ids.withdrawn_on = date(2020, 9, 1)
        for day in (date(2020, 1, 14), date(2020, 8, 31)):
            with self.assertRefused("09/01/2020"):
                enrolment.legal_basis_date = day

    def test_what_may_be_exported_today(self):
        counted, without, withdrawn = (
            self._enrol(self._create_case(), legal_basis_date=day)
            for day in (date(2020, 1, 15), False, date(2020, 1, 15))
        )
        withdrawn.case_file_id.consent_ids.action_withdraw()
        everybody = counted | without | withdrawn
        self.assertEqual(everybody.filtered("is_exportable"), counted)
        found = everybody.search([("id", "in", everybody.ids), ("is_exportable", "=", True)])
        self.assertEqual(found, counted)
        hidden = everybody.search([("id", "in", everybody.ids), ("is_exportable", "=", False)])
        self.assertEqual(hidden, without | withdrawn)
        self.assertIn(withdrawn, everybody._filtered_exportable(date(2021, 6, 14)) | withdrawn)

    def test_coordinator_may_ask_what_is_exportable(self):
        enrolment = self._enrol(self.case).with_user(self.users["coordinator"])
        self.assertTrue(enrolment.is_exportable)
        self.assertEqual(enrolment.search([("id", "=", enrolment.id), ("is_exportable", "=", True)]), enrolment)

    def test_many_enrolments_are_created_with_their_consents_at_once(self):
        values = [
            {
                "case_file_id": self._create_case().id,
                "grant_id": self.grant.id,
                "date_entry": date(2020, 1, 15),
                "legal_basis_date": date(2020, 1, 15),
                **ENTRY_ANSWERS,
            }
            for _number in range(30)
        ]
        enrolments = self.env["justiq.enrolment"].create(values)
        self.assertEqual(len(enrolments.case_file_id.consent_ids), 30)
        self.assertTrue(all(enrolments.mapped("is_counted")))

from datetime import date

from odoo.modules.migration import exec_script
from odoo.tests import tagged
from odoo.tools import file_path

from .common import JustiqCommon

SCRIPT = "justiq/migrations/19.0.2.0.0/post-closing.py"


@tagged("post_install", "-at_install")
class TestMigrationClosing(JustiqCommon):
    """What 19.0.1.0.0 stored becomes consents and closings."""

    def _migrate(self):
        self.env.flush_all()
        exec_script(self.env.cr, "19.0.1.0.0", file_path(SCRIPT), "justiq", "post", "19.0.2.0.0")
        self.env.invalidate_all()

    def _old_enrolment(self, **values):
        """An enrolment as it was stored: a date, and no consent."""
        enrolment = self._enrol(**values)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM justiq_consent WHERE case_file_id = %s", [enrolment.case_file_id.id])
        self.env.invalidate_all()
        return enrolment

    def test_the_date_of_the_consent_becomes_a_consent(self):
        enrolment = self._old_enrolment(legal_basis_date=date(2020, 1, 10))
        self._migrate()
        consent = enrolment.case_file_id.consent_ids
        self.assertEqual(
            (consent.purpose, consent.date, consent.grant_id), ("esf_data", date(2020, 1, 10), enrolment.grant_id)
        )
        self.assertEqual(consent.reference, enrolment.reference)
        self.assertEqual(consent.company_id, self.company)
        self.assertTrue(enrolment.is_counted)

    def test_nobody_counts_otherwise_than_before(self):
        days = (date(2020, 1, 10), date(2020, 1, 15), date(2020, 1, 16), False)
        enrolments = self.env["justiq.enrolment"].union(*(self._old_enrolment(legal_basis_date=day) for day in days))
        before = enrolments.mapped("not_counted_reason")
        self._migrate()
        self.env.add_to_compute(enrolments._fields["legal_basis_date"], enrolments)
        self.assertEqual(enrolments.mapped("legal_basis_date"), list(days))
        self.assertEqual(enrolments.mapped("not_counted_reason"), before)

    def test_an_information_sheet_is_no_consent(self):
        self.programme.legal_basis = "legal_duty"
        enrolment = self._old_enrolment()
        self._migrate()
        self.assertFalse(enrolment.case_file_id.consent_ids)
        self.assertEqual(enrolment.legal_basis_date, date(2020, 1, 15))

    def test_it_may_run_twice(self):
        enrolment = self._old_enrolment()
        self._migrate()
        self._migrate()
        self.assertEqual(len(enrolment.case_file_id.consent_ids), 1)

    def test_a_closed_file_gets_the_closing_that_is_known_of_it(self):
        case = self._create_case()
        self.env.flush_all()
        self.env.cr.execute("UPDATE justiq_case_file SET state = 'closed' WHERE id = %s", [case.id])
        self._migrate()
        self.assertEqual(
            (case.closing_ids.state, case.closing_reason, case.closing_outcome), ("closed", "other", "unknown")
        )
        self.assertTrue(case.closing_date)
        case._reopen("She came back.")
        self.assertEqual(case.state, "open")

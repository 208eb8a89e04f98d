from datetime import date

from odoo.modules.migration import exec_script
from odoo.tests import tagged
from odoo.tools import file_path

from .common import ENTRY_ANSWERS, JustiqCommon


@tagged("post_install", "-at_install")
class TestMigrationEnrolment(JustiqCommon):
    """Enrolments of the version without entry and exit data keep all they have."""

    def _migrate(self):
        self.env.flush_all()
        # As the version before has left them: counted by legal basis and age alone.
        self.env.cr.execute(
            "UPDATE justiq_enrolment SET is_counted = TRUE, not_counted_reason = NULL, entry_completeness = 100, "
            "exit_completeness = 100"
        )
        self.env.invalidate_all()
        script = file_path("justiq/migrations/19.0.2.0.0/post-enrolment.py")
        exec_script(self.env.cr, "19.0.1.0.0", script, "justiq", "post", "19.0.2.0.0")
        self.env.invalidate_all()

    def test_persons_without_entry_data_do_not_count_until_they_are_there(self):
        case = self._create_case()
        enrolment = self._enrol(case, date_exit=date(2020, 6, 30), **dict.fromkeys(ENTRY_ANSWERS, False))
        kept = ["case_file_id", "grant_id", "date_entry", "date_exit", "legal_basis_date", "age_at_entry", "gender"]
        before = enrolment.read(kept)
        self._migrate()
        self.assertEqual(enrolment.read(kept), before)
        self.assertEqual((enrolment.is_counted, enrolment.not_counted_reason), (False, "incomplete"))
        self.assertEqual((enrolment.entry_completeness, enrolment.exit_completeness), (0, 0))
        self.assertEqual(enrolment.exit_due_date, date(2020, 7, 28))
        enrolment.write(ENTRY_ANSWERS)
        self.assertTrue(enrolment.is_counted)

    def test_who_did_not_count_before_keeps_the_reason(self):
        enrolment = self._enrol(legal_basis_date=False)
        self._migrate()
        self.assertEqual(enrolment.not_counted_reason, "consent")

    def test_complete_persons_go_on_counting(self):
        enrolment = self._enrol()
        self._migrate()
        self.assertTrue(enrolment.is_counted)
        self.assertEqual(enrolment.exit_completeness, 0)

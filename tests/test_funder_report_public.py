from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_funder_report_people import RulesReportCommon

Y2019 = {"date_start": date(2019, 1, 1), "date_end": date(2019, 12, 31)}
Y2020 = {"date_start": date(2020, 1, 1), "date_end": date(2020, 12, 31)}


@tagged("post_install", "-at_install")
class TestPublishing(RulesReportCommon):
    """What no table protects: texts written by hand, and other reports that are public already."""

    def _public(self, kind="statistics", role="coordinator", **values):
        return self._report(kind, role, is_for_outside=True, **values)

    # ------------------------------------------------------------
    # Years or the whole grant
    # ------------------------------------------------------------

    def test_years_beside_one_another_are_published_and_the_same_one_again(self):
        for period in (Y2019, Y2020, Y2020):
            report = self._public(**period)
            self.assertFalse(report.public_warning)
            report.action_freeze()
            self.assertEqual(report.state, "frozen")

    def test_nobody_publishes_a_year_and_the_whole_grant(self):
        self._public(**Y2020).action_freeze()
        for kind, role in (("statistics", "coordinator"), ("narrative", "team_lead")):
            report = self._public(kind, role)
            self.assertIn("overlaps with this one", report.public_warning)
            with self.assertRefused("Publish either single years or the whole grant"):
                report.action_freeze()
            report.is_for_outside = False
            self.assertFalse(report.public_warning)

    def test_the_funder_gets_both(self):
        self._public(**Y2020).action_freeze()
        report = self._report("statistics")
        report.action_freeze()
        self.assertEqual(report.state, "frozen")

    def test_another_grant_and_an_open_report_are_no_obstacle(self):
        self._public(**Y2020)
        self.assertFalse(self._public().public_warning)
        self._public(**Y2020).action_freeze()
        other = self._create_grant(name="Other")
        self.assertFalse(self._public(grant_id=other.id).public_warning)

    # ------------------------------------------------------------
    # Texts
    # ------------------------------------------------------------

    def test_proposals_need_no_reading(self):
        report = self._public("narrative")
        self.assertFalse(report.needs_reading or report.public_warning)

    def test_whoever_publishes_own_texts_says_to_have_read_them(self):
        report = self._report("narrative", text_outlook="One girl has moved away.")
        self.assertFalse(report.public_warning)
        report.is_for_outside = True
        self.assertIn("Outlook", report.public_warning)
        self.assertNotIn("The Project", report.public_warning)
        with self.assertRefused("written by hand"):
            report.action_freeze()
        report.texts_are_read = True
        self.assertTrue(report.texts_are_read)
        self.assertFalse(report.public_warning)

    def test_who_changes_a_text_afterwards_reads_again(self):
        report = self._public(remark="For the committee.")
        self.assertIn("Remark", report.public_warning)
        report.texts_are_read = True
        report.remark = "For the committee. Mia has left."
        self.assertFalse(report.texts_are_read)
        with self.assertRefused("written by hand"):
            report.action_freeze()
        report.texts_are_read = True
        report.action_freeze()
        self.assertEqual(report.state, "frozen")

    def test_text_and_tick_are_saved_together(self):
        report = self._public("narrative")
        report.write({"text_outlook": "We go on.", "texts_are_read": True})
        self.assertTrue(report.texts_are_read)
        self.assertFalse(report.public_warning)

    def test_nobody_writes_the_fingerprint_and_the_auditor_ticks_nothing(self):
        report = self._public(remark="For the committee.")
        with self.assertRaises(AccessError):
            report.write({"read_texts_sha256": "0" * 64})
        with self.assertRaises(AccessError):
            report.with_user(self.users["auditor"]).texts_are_read = True

    def test_after_freezing_the_tick_stays(self):
        report = self._public(remark="For the committee.", texts_are_read=True)
        report.action_freeze()
        with self.assertRaises(UserError):
            report.texts_are_read = False

    def test_at_freezing_an_untouched_proposal_says_what_the_tables_say(self):
        self.programme.small_number = 1
        report = self._public("narrative")
        self._enrol(self._create_case(gender="male"))
        self.env.flush_all()
        before = report.text_aims
        report.action_freeze()
        self.assertNotEqual(report.text_aims, before)
        self.assertIn(f"Of {self._cells(report, 'counted')['counted']['total']} persons", report.text_aims)

    # ------------------------------------------------------------
    # What is inner
    # ------------------------------------------------------------

    def test_the_public_report_names_nobody_who_works_there(self):
        report = self._public("narrative")
        self.assertFalse({"professionals", "others", "findings", "network"} & self._tables(report).keys())
        self.assertNotIn("person_hours", self._cells(report, "intensity")["total"])
        report.action_freeze()
        html = self._html(report)
        self.assertNotIn(self.users["coordinator"].name, html)
        self.assertNotIn(self.finding.justification, html)

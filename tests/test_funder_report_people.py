from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import EXIT_ANSWERS, JustiqCommon


class PeopleReportCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enrolment = cls._enrol(date_exit="2020-09-30", **EXIT_ANSWERS)
        cls._participate(code="CM", enrolment=cls.enrolment)
        cls._enrol(cls._create_case(last_name="Anders"), legal_basis_date=False)

    def _report(self, kind, role="coordinator", **values):
        reports = self.env["justiq.funder.report"].with_user(self.users[role])
        return reports.create({"kind": kind, "grant_id": self.grant.id, **values})

    def _section_keys(self, report):
        return [section["key"] for section in report.figures]

    def _html(self, report):
        return self.env["ir.actions.report"]._render_qweb_html("justiq.report_funder_report", report.ids)[0].decode()


@tagged("post_install", "-at_install")
class TestStatisticsReport(PeopleReportCommon):
    """The statistics of participants as a report to the funder."""

    def test_finance_sees_the_figures_but_not_the_list(self):
        report = self._report("statistics")
        finance = report.with_user(self.users["finance"])
        self.assertIn("list", self._section_keys(report))
        self.assertNotIn("list", self._section_keys(finance))
        self.assertEqual(report.figures[:-1], finance.figures)
        self.assertNotIn(self.enrolment.reference, str(finance.figures) + str(finance.screen))

    def test_the_public_one_is_open_to_finance_as_a_whole(self):
        report = self._report("statistics", "finance", is_for_outside=True)
        self.assertTrue(report._may_read_all())
        self.assertNotIn("list", self._section_keys(report.with_user(self.users["coordinator"])))

    def test_who_reads_no_report_reads_no_statistics(self):
        report = self._report("statistics")
        for role in ("case_worker", "privacy_officer", "manager"):
            with self.assertRaises(AccessError):
                report.with_user(self.users[role]).read(["figures"])

    def test_pages_have_tables_and_pictures_and_no_name(self):
        html = self._html(self._report("statistics"))
        for text in ("CO01", self.enrolment.reference, "<svg", "No consent on the day of entry"):
            self.assertIn(text, html)
        for name in ("Muster,", "Mia", "Anders"):
            self.assertNotIn(name, html)

    def test_running_it_again_without_change_gives_the_same(self):
        report = self._report("statistics")
        before = report.figures
        report.invalidate_recordset()
        self.assertEqual(report.figures, before)

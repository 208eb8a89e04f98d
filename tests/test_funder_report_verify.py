import base64
import json
import re
from datetime import date, datetime

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.justiq.tools import figures

from .test_funder_report import PDF, XLSX, FunderReportCommon


@tagged("post_install", "-at_install")
class TestVerifying(FunderReportCommon):
    """What somebody with the database or the file store has changed is found, and not handed out."""

    def _differing(self, report):
        return report.with_user(self.auditor)._verify()

    def _labels(self, *names):
        return [self.env["justiq.funder.report"]._fields[name]._description_string(self.env) for name in names]

    def test_verify_finds_what_was_changed_past_the_server(self):
        report = self._frozen()
        self.assertEqual(report.with_user(self.auditor).action_verify()["params"]["type"], "success")
        self._past_the_server(report, pdf_sha256="x")
        action = report.with_user(self.auditor).action_verify()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertIn("PDF", action["params"]["message"])

    def test_verify_finds_changed_facts(self):
        for name, value in (
            ("remark", "Other"),
            ("date_start", date(2019, 1, 1)),
            ("cut_off_date", date(2019, 1, 1)),
            ("frozen_at", datetime(2019, 1, 1, 10)),
            ("frozen_by_id", 1),
            ("template_version", "19.0.9.0.0/9"),
        ):
            with self.subTest(name=name):
                report = self._frozen()
                self.assertEqual(self._differing(report), [])
                self._past_the_server(report, **{name: value})
                self.assertEqual(self._differing(report), self._labels(name))

    def test_verify_finds_facts_changed_together_with_what_is_kept_of_them(self):
        report = self._frozen()
        kept = SQL("""jsonb_set(frozen_facts, '{remark}', '"Other"')""")
        self._past_the_server(report, remark="Other", frozen_facts=kept)
        self.assertEqual(self._differing(report), self._labels("content_sha256"))

    def test_no_older_template_hides_a_change(self):
        report = self._frozen()
        self._past_the_server(report, remark="Other", frozen_facts=None, template_version="19.0.3.0.0/2")
        self.assertEqual(self._differing(report), self._labels("content_sha256"))

    def test_figures_changed_together_with_their_fingerprint_are_found(self):
        report = self._frozen()
        self._past_the_server(report, frozen_figures="[]", figures_sha256=figures.fingerprint(b"[]"))
        self.assertEqual(self._differing(report), self._labels("content_sha256"))

    def test_a_report_frozen_before_there_was_a_fingerprint_of_the_content_is_verified_without(self):
        report = self._frozen()
        self._past_the_server(report, template_version="19.0.3.0.0/2", frozen_facts=None, content_sha256=None)
        self.assertEqual(self._differing(report), [])

    def test_verify_finds_a_change_at_the_end_of_a_long_content(self):
        report = self._frozen()
        rows = self.env["justiq.funder.report"].sudo().browse(report.id).frozen_figures
        rows[-1]["tables"][-1]["rows"][-1]["cells"]["amount"] = "1.00"
        self._past_the_server(report, frozen_figures=json.dumps(rows))
        self.assertEqual(self._differing(report), self._labels("figures_sha256", "content_sha256"))

    def test_verify_finds_one_changed_byte_in_each_file(self):
        report = self._frozen()
        whole = report.sudo().with_context(bin_size=False)
        for name in ("pdf", "xlsx"):
            with self.subTest(name=name):
                content = bytearray(base64.b64decode(whole[f"{name}_file"]))
                content[len(content) // 2] ^= 1
                self._past_the_server(
                    report, "ir_attachment", file=f"{name}_file", db_datas=bytes(content), store_fname=None
                )
                self.assertIn(*self._labels(f"{name}_sha256"), self._differing(report))

    def test_a_changed_file_is_not_handed_out(self):
        report = self._frozen()
        printed = (self._print_pdf, self._print_xlsx)
        self.assertTrue(all(printing(report) for printing in printed))
        self._past_the_server(report, "ir_attachment", db_datas=b"other", store_fname=None)
        for printing in printed:
            with self.subTest(printing.__name__), self.assertRaisesRegex(UserError, "backup"):
                printing(report)

    def test_pdf_and_workbook_bear_the_fingerprint_of_the_content(self):
        report = self._frozen()
        self.assertTrue(re.fullmatch("[0-9a-f]{64}", report.content_sha256))
        self.assertIn(report.content_sha256, self._html(report))
        sheet = self._workbook(report).worksheets[0]
        self.assertIn(report.content_sha256, " ".join(str(cell.value) for cell in sheet["A"]))
        self.assertNotIn("SHA-256", self._html(self._report()))

    def _print_pdf(self, report):
        return self.env["ir.actions.report"].with_user(self.auditor)._render_qweb_pdf(PDF, report.ids)[0]

    def _print_xlsx(self, report):
        return self.env["ir.actions.report"].with_user(self.auditor)._render_xlsx(XLSX, report.ids, {})[0]

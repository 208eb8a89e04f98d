import ast
import base64
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_path

from ..models.case_attachment import MOST_BYTES
from .test_attack_outside import OutsideCommon

PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8" + bytes(200)
PAGE = b"<html><script>alert(1)</script></html>"
DRAWING = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
LARGE = b"%PDF-1.4" + bytes(MOST_BYTES)
# What the server alone writes, and nobody uploads.
WRITTEN_BY_SERVER = {"justiq.funder.report.pdf_file", "justiq.funder.report.xlsx_file"}
# Where the module writes a table for a spreadsheet, and the test that tries formulas in it.
TABLES = {
    "controllers/export.py": "test_export_formulas",
    "reports/funder_report_workbook.py": "test_funder_report_workbook",
    "wizards/case_import_table.py": "test_case_import",
}


@tagged("post_install", "-at_install", "security")
class TestUploads(OutsideCommon):
    """Programs, pages and drawings with scripts, and what is too large: no field and no chatter takes them."""

    def _upload(self):
        """By field: how to upload a content to it."""
        project = self._create_project()
        plan, voucher = self._create_plan(self._enrol(self.case)), self._create_voucher()
        funder = self.env["justiq.programme.funder"].create({"programme_id": self.programme.id, "name": "Funder"})
        poster = {"grant_id": self.grant.id, "date": "2020-03-01", "kind": "poster", "name": "Poster"}
        measure = self.env["justiq.publicity"].create(poster)
        self.assertTrue(project)
        return {
            "justiq.case.plan.scan": lambda content: plan.write({"scan": content}),
            "justiq.consent.signature_scan": lambda content: self._create_consent(
                self.case, purpose="photos", signature_scan=content
            ),
            "account.analytic.line.justiq_document": lambda content: voucher.write({"justiq_document": content}),
            "justiq.publicity.proof": lambda content: measure.write({"proof": content}),
            "justiq.programme.funder.logo": lambda content: funder.write({"logo": content}),
            "justiq.case.import.file": lambda content: (
                self.env["justiq.case.import"].create({"file": content}).action_start()
            ),
            "justiq.reconciliation.import.content": lambda content: (
                self.env["justiq.reconciliation.import"]
                .create({"grant_id": self.grant.id, "content": content})
                .action_compare()
            ),
        }

    def _fields_to_upload(self):
        return {
            str(field)
            for name, model in self.env.registry.items()
            for field in model._fields.values()
            if field.type in ("binary", "image")
            and not field.compute
            and not field.related
            and "justiq" in field._modules
            and not model._abstract
            and str(field) not in WRITTEN_BY_SERVER
        }

    def test_no_field_takes_what_is_no_scan_and_no_table(self):
        ways = self._upload()
        self.assertEqual(ways.keys(), self._fields_to_upload())
        for field, upload in ways.items():
            for content in (PROGRAM, PAGE, DRAWING, LARGE):
                with (
                    self.subTest(field=field, content=content[:12]),
                    self.assertRefused(error=UserError),
                    self.env.cr.savepoint(),
                ):
                    upload(base64.b64encode(content))

    def test_chatter_takes_papers_and_pictures_only(self):
        """Whatever the file calls itself."""
        for name, content, mimetype in (
            ("run.exe", PROGRAM, False),
            ("paper.pdf", PROGRAM, "application/pdf"),
            ("paper.pdf", PAGE, "application/pdf"),
            ("page.html", PAGE, "text/plain"),
            ("page.txt", PAGE, "text/plain"),
            ("picture.png", DRAWING, "image/png"),
            ("drawing.svg", b"x", False),
            ("table.xlsm", b"PK", False),
            ("run.bat", b"del *.*", "text/plain"),
            ("paper.pdf", LARGE, False),
        ):
            with self.subTest(name=name, mimetype=mimetype), self.assertRefused(name), self.env.cr.savepoint():
                self._attach(name, content, mimetype)
        for name, content in (("paper.pdf", b"%PDF-1.4 x"), ("note.txt", b"She told me."), ("list.csv", b"a;b\n1;2\n")):
            with self.subTest(name=name):
                self.assertTrue(self._attach(name, content))

    def test_chatter_takes_no_program_by_a_roundabout_way(self):
        attachments = self.env["ir.attachment"].with_user(self.worker)
        loose = attachments.create({"name": "run.exe", "raw": PROGRAM, "res_model": "mail.compose.message"})
        paper = self._attach("paper.pdf", b"%PDF-1.4 x")
        for attempt in (
            lambda: loose.write({"res_model": self.case._name, "res_id": self.case.id}),
            lambda: paper.write({"raw": PROGRAM, "name": "run.exe"}),
            lambda: paper.write({"name": "run.exe"}),
            lambda: self.as_worker.message_post(body="x", attachments=[("run.exe", PROGRAM)]),
            lambda: self.as_worker.message_post(body="x", attachment_ids=loose.ids),
        ):
            with self.assertRefused("run.exe"), self.env.cr.savepoint():
                attempt()
        other = self.env["ir.attachment"].create({"name": "run.exe", "raw": PROGRAM, "res_model": "justiq.grant"})
        self.assertTrue(other, "what is attached elsewhere is not the module's business")

    def _attach(self, name, content, mimetype=False):
        values = {"name": name, "raw": content, "res_model": self.case._name, "res_id": self.case.id}
        return (
            self.env["ir.attachment"]
            .with_user(self.worker)
            .create({**values, **({"mimetype": mimetype} if mimetype else {})})
        )


@tagged("post_install", "-at_install", "security")
class TestTablesForSpreadsheets(OutsideCommon):
    def test_each_place_that_writes_a_table_is_tried_with_formulas(self):
        module = Path(file_path("justiq/__manifest__.py")).parent
        writers = {
            str(path.relative_to(module))
            for folder in ("controllers", "models", "reports", "tools", "wizards")
            for path in (module / folder).rglob("*.py")
            if any(
                isinstance(node, ast.Attribute)
                and node.attr in ("Workbook", "writer", "DictWriter", "ExportXlsxWriter", "CSVExport")
                for node in ast.walk(ast.parse(path.read_bytes()))
            )
        }
        self.assertEqual(writers, TABLES.keys())
        for test in TABLES.values():
            self.assertIn("formula", (module / "tests" / f"{test}.py").read_text())

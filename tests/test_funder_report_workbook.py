from datetime import date
from io import BytesIO

from openpyxl import load_workbook
from xlsxwriter import Workbook

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_funder_report import LOGGERS, FunderReportCommon


@tagged("post_install", "-at_install")
class TestWorkbook(FunderReportCommon):
    """The tables as XLSX: numbers are numbers, texts never become formulas."""

    def test_numbers_dates_and_totals(self):
        sheet = self._workbook(self._report())["Vouchers"]
        rows = list(sheet.iter_rows(values_only=True))
        head = next(index for index, row in enumerate(rows) if row[0] == "No.")
        self.assertEqual(rows[head + 1][0], 1)
        self.assertEqual(rows[head + 1][1].date(), date(2020, 1, 7))
        column = rows[head].index("Amount")
        amounts = [row[column] for row in rows[head + 1 :] if row[column] is not None]
        self.assertEqual(amounts, [33.33, 1000, -100, 933.33])
        self.assertEqual(sheet.cell(head + 2, column + 1).number_format, "#,##0.00")

    def test_texts_never_become_formulas(self):
        evil = '=HYPERLINK("http://example.com","click")'
        self.vouchers[0].write({"justiq_payee": evil, "justiq_reason": "+1+1", "justiq_voucher_number": "@SUM(A1)"})
        sheet = self._workbook(self._report())["Vouchers"]
        cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
        for text in (evil, "+1+1", "@SUM(A1)"):
            self.assertEqual(cells[text].data_type, "s")
            self.assertTrue(cells[text].quotePrefix)
            self.assertIsNone(cells[text].hyperlink)

    def test_sheet_says_what_one_has_to_know_to_read_it(self):
        self.grant.programme_id.funding_note = "Gefördert durch die Europäische Union"
        report = self._report(remark="First line\n=1+1")
        sheet = self._workbook(report)["Vouchers"]
        cells = {str(cell.value): cell for cell in sheet["A"] if cell.value}
        for text in (report.display_name, "First line", "Gefördert durch die Europäische Union"):
            self.assertIn(text, cells)
        self.assertTrue(cells["=1+1"].quotePrefix)
        self.assertTrue(any("ESF-0815" in text and self.company.name in text for text in cells))
        self.assertIn("Page &P of &N", sheet.oddFooter.right.text.replace("&&", "&"))
        self.assertIn(report.grant_id.name, sheet.oddFooter.left.text)

    def test_remark_of_a_table_stands_below_it(self):
        table = {
            "key": "x",
            "title": "X",
            "columns": [{"key": "a", "label": "A", "type": "text"}],
            "remark": "Note",
            "rows": [{"key": "1", "cells": {"a": "b"}}],
        }
        workbook_model, content = self.env["report.justiq.funder_report_xlsx"], BytesIO()
        workbook = Workbook(content)
        formats = workbook_model._formats(workbook)
        workbook_model._write_table(workbook, formats, self._report(), {"key": "s", "title": "S"}, table)
        workbook.close()
        values = [cell.value for cell in load_workbook(content).worksheets[0]["A"]]
        self.assertEqual(values[values.index("b") :][:3], ["b", None, "Note"])

    def test_names_of_sheets_end_with_a_word(self):
        paper, workbook = self.env["report.justiq.funder_report_xlsx"], Workbook(BytesIO())
        names = []
        for title in (
            "Output indicators: those who entered (Regulation (EU) 1304/2013, Annex I)",
            "Output indicators: those who left (Regulation (EU) 1304/2013, Annex I)",
            "ESF money for micro-projects per funding year",
            "Idea/plan [2020]",
            "Donaudampfschifffahrtsgesellschaftskapitänin",
            "",
            "",
        ):
            names.append(paper._sheet_name(workbook, title))
            workbook.add_worksheet(names[-1])
        self.assertEqual(
            names,
            [
                "Output indicators those",
                "Output indicators those 2",
                "ESF money for micro-projects",
                "Idea plan 2020",
                "Donaudampfschifffahrtsgesellsch",
                "1",
                "1 2",
            ],
        )

    @mute_logger(*LOGGERS)
    def test_roles_without_the_report_get_no_workbook(self):
        report = self._report()
        for role in ("case_worker", "privacy_officer", "manager"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._workbook(report, self.users[role])

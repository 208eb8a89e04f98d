import re
from datetime import date
from decimal import Decimal
from io import BytesIO
from unittest.mock import patch

from pypdf import PdfReader

from odoo.tests import HttpCase, tagged

from odoo.addons.justiq.reports import funder_report

from .test_funder_report import PDF, FunderReportCommon


def _plain(markup):
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


@tagged("post_install", "-at_install")
class TestLongList(FunderReportCommon):
    """Long lists end each page with what is carried over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paper = cls.env["report.justiq.report_funder_report"].with_context(lang="en_US", tz="UTC")
        cls.table = {
            "key": "list",
            "title": "List",
            "carry": True,
            "columns": [
                {"key": "name", "label": "Name", "type": "text", "width": 50},
                {"key": "amount", "label": "Amount", "type": "money", "width": 20},
            ],
            "rows": [
                *({"key": f"{n}", "cells": {"name": f"Row {n}", "amount": f"{n}.10"}} for n in range(1, 101)),
                {"key": "total", "style": "total", "cells": {"name": "Total", "amount": "5060.00"}},
            ],
        }

    def _pages(self, table=None):
        return self.paper._printed_table(table or self.table, self.paper._formatter(), True)["pages"]

    def test_what_is_carried_over_is_the_sum_of_the_rows_so_far(self):
        pages = [_plain(page) for page in self._pages()]
        self.assertGreater(len(pages), 3)
        total = Decimal(0)
        for page, following in zip(pages, pages[1:], strict=False):
            total += sum(Decimal(amount) for amount in re.findall(r"Row \d+ ([\d.]+)", page))
            self.assertTrue(page.endswith(f"Carried over {total:,.2f}"), page)
            self.assertTrue(following.startswith(f"Carried over from the page before {total:,.2f}"), following)
        self.assertTrue(pages[-1].endswith("Total 5,060.00"))

    def test_subtotals_are_not_carried_over_once_more(self):
        rows = list(self.table["rows"])
        rows.insert(10, {"key": "subtotal", "style": "subtotal", "cells": {"name": "Until here", "amount": "56.00"}})
        first = _plain(self._pages({**self.table, "rows": rows})[0])
        self.assertIn("Until here 56.00", first)
        total = sum(Decimal(amount) for amount in re.findall(r"Row \d+ ([\d.]+)", first))
        self.assertTrue(first.endswith(f"Carried over {total:,.2f}"), first)

    def test_long_texts_leave_room_for_fewer_rows(self):
        wordy = [
            {**row, "cells": {**row["cells"], "name": "Anleitung im Stadtteiltreff " * 20}}
            for row in self.table["rows"]
        ]
        self.assertGreater(len(self._pages({**self.table, "rows": wordy})), 2 * len(self._pages()))

    def test_no_column_breaks_its_longest_word(self):
        words = ("Restkostenpauschale", "Sozialraumorientiertes", "Nachbarschaftsgarten", "x")
        table = {
            **self.table,
            "carry": False,
            "columns": [
                {"key": word, "label": word[:3], "type": "text", "width": width}
                for word, width in zip(words, (1, 2, 3, 30), strict=True)
            ],
            "rows": [{"key": "1", "cells": {word: f"a {word}" for word in words}}],
        }
        for landscape, letter, room in ((False, 3.35, 170), (True, 2.65, 262)):
            printed = self.paper._printed_table(table, self.paper._formatter(), landscape)
            shares = [float(column["share"].rstrip("%")) for column in printed["columns"]]
            self.assertAlmostEqual(sum(shares), 100, delta=0.1)
            for word, share in zip(words, shares, strict=True):
                self.assertGreater(share * room / 100, len(word) * 0.5 * letter, word)

    def test_a_table_of_many_long_words_has_smaller_letters(self):
        def printed(number, landscape):
            columns = [{"key": f"{index}", "label": "A", "type": "text", "width": 1} for index in range(number)]
            row = {"key": "1", "cells": {column["key"]: "Restkostenpauschale" for column in columns}}
            table = {**self.table, "carry": False, "columns": columns, "rows": [row]}
            return self.paper._printed_table(table, self.paper._formatter(), landscape)["dense"]

        self.assertEqual([printed(number, False) for number in (3, 5)], [False, True])
        self.assertFalse(printed(5, True))

    def test_without_long_words_columns_are_as_wide_as_they_ask_for(self):
        printed = self.paper._printed_table(self.table, self.paper._formatter(), True)
        self.assertEqual([column["share"] for column in printed["columns"]], ["71.43%", "28.57%"])

    def test_texts_are_texts(self):
        row = {"key": "1", "cells": {"name": "<script>alert(1)</script>", "amount": "1.00"}}
        self.assertIn("&lt;script&gt;", self._pages({**self.table, "rows": [row]})[0])

    def test_parts_have_all_pages_in_order(self):
        table = self.paper._printed_table(self.table, self.paper._formatter(), True)
        small = {**table, "pages": ["one"], "starts_page": False}
        sheet = {"sections": [{"title": "A", "text": None, "charts": [], "tables": [small, table, small]}]}
        with patch.object(funder_report, "PART_PAGES", 2):
            self.assertTrue(self.paper._is_long(sheet))
            parts = self.paper._parts(sheet)
        found = [
            page for part in parts for section in part["sections"] for one in section["tables"] for page in one["pages"]
        ]
        self.assertEqual(found, ["one", *table["pages"], "one"])
        self.assertEqual([part["is_first_part"] for part in parts], [True] + [False] * (len(parts) - 1))

    def test_ten_thousand_rows_come_in_parts_that_the_engine_can_hold(self):
        rows = [{"key": f"{n}", "cells": {"name": f"Row {n}", "amount": "1.00"}} for n in range(1, 10_001)]
        table = self.paper._printed_table({**self.table, "rows": rows}, self.paper._formatter(), True)
        parts = self.paper._parts({"sections": [{"title": "A", "text": None, "charts": [], "tables": [table]}]})
        pages = [part["sections"][0]["tables"][0]["pages"] for part in parts]
        self.assertLessEqual(max(map(len, pages)), funder_report.PART_PAGES)
        printed = [int(number) for part in pages for page in part for number in re.findall(r">Row (\d+)<", page)]
        self.assertEqual(printed, list(range(1, 10_001)), "each row once, in order")


@tagged("post_install", "-at_install")
class TestStyles(FunderReportCommon):
    """A PDF brings its styles along, because the engine would fetch them anew for each page."""

    def test_no_document_of_a_pdf_asks_the_server_for_styles(self):
        for action in self.env["ir.actions.report"].search([("report_type", "=", "qweb-pdf")]):
            page = '<div class="header">H</div><div class="article">A</div><div class="footer">F</div>'
            html = f"<html><body><main>{page}</main></body></html>"
            bodies, _ids, header, footer, _format = action._prepare_html(html, report_model=action.model)
            for document in (*bodies, header, footer):
                ours = action.report_name.startswith("justiq.")
                self.assertEqual("<link" not in document, ours, action.report_name)
                self.assertEqual(".o_justiq_report" in document, ours, action.report_name)
                self.assertTrue(not ours or len(document) < 20_000, "small enough to be parsed for each page")


@tagged("post_install", "-at_install")
class TestLongPdf(FunderReportCommon, HttpCase):
    """A long list as the real engine prints it, in parts."""

    def test_page_numbers_run_through_the_parts(self):
        self.env["ir.config_parameter"].set_param("report.print_delay", "0")
        for number in range(60):
            self._create_voucher(justiq_amount=number + 1.0, justiq_payment_date=date(2020, 5, 1 + number % 28))
        report = self._report()
        reports = self.env["ir.actions.report"].with_user(self.finance).with_context(force_report_rendering=True)
        with self.allow_pdf_render(), patch.object(funder_report, "PART_PAGES", 2):
            pages = PdfReader(BytesIO(reports._render_qweb_pdf(PDF, report.ids)[0])).pages
        texts = [" ".join(page.extract_text().split()) for page in pages]
        numbers = [tuple(map(int, re.search(r"Page (\d+) of (\d+)", text).groups())) for text in texts]
        self.assertEqual(numbers, [(number, len(pages)) for number in range(1, len(pages) + 1)])
        self.assertGreater(len(pages), 3)
        for page, text in zip(pages[1:-1], texts[1:-1], strict=True):
            self.assertGreater(page.mediabox.width, page.mediabox.height)
            self.assertIn("Carried over", text)
        listed = [number for text in texts for number in re.findall(r"(?<!\d)(\d+) 0\d/\d\d/2020", text)]
        self.assertGreaterEqual(len(listed), 60)

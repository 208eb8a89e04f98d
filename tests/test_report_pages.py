import re
from datetime import date
from io import BytesIO

from pypdf import PdfReader

from odoo.tests import HttpCase, tagged

from .test_funder_report import PDF, FunderReportCommon

CALL = "justiq.action_report_fund_call"
KINDS = ("narrative", "financial", "vouchers", "statistics", "audit")


@tagged("post_install", "-at_install")
class TestReportPages(FunderReportCommon, HttpCase):
    """All papers for the funder as the real engine prints them, with tables that are longer than a page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("report.print_delay", "0")
        cls.grant.name = "Straße für Jugend – Übergänge"
        categories = cls.env["justiq.cost.category"].search([])
        for code in ("CM", "ASJ", "CL", "MP"):
            for category in categories:
                cls._create_budget_line(cls.year, 60.0, code=code, planned=100.0, cost_category_id=category.id)
        city = cls._create_financing_line(cls.year, "municipality_cash", 4000.0)
        receipt = {"financing_line_id": city.id, "payer": "Stadtkasse Köln-Mülheim", "amount": 1.01}
        cls.env["justiq.financing.receipt"].create(
            [{**receipt, "date": date(2020, 1 + number % 12, 9)} for number in range(60)]
        )
        for number in range(60):
            cls._create_voucher(
                justiq_amount=number + 1.0,
                justiq_payment_date=date(2020, 5, 1 + number % 28),
                justiq_payee="Bürgerbüro Südstadt",
                justiq_cost_category_id=categories[number % len(categories)].id,
            )

    def _papers(self):
        """(name, pages, titles of the tables) of a report of each kind, and of a call for funds."""
        for kind in KINDS:
            report = self._report(kind, user=self.env.user)
            yield kind, self._print(PDF, report), self._titles(report)
        call = self.env["justiq.fund.call"].create(
            {"grant_id": self.grant.id, "date_start": date(2020, 5, 1), "date_end": date(2020, 6, 11)}
        )
        titles = {"Figures for the funder's portal", "Co-financing until the period", "Payments due"}
        yield "call", self._print(CALL, call), titles

    def _print(self, action, record):
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        with self.allow_pdf_render():
            return PdfReader(BytesIO(reports._render_qweb_pdf(action, record.ids)[0])).pages

    def _titles(self, report):
        sections = report._figures()
        tables = [table["title"] for section in sections for table in section.get("tables", ())]
        charts = [chart["title"] for section in sections for chart in section.get("charts", ())]
        return {section["title"] for section in sections} | {*tables, *charts}

    def test_every_paper(self):
        for name, pages, titles in self._papers():
            with self.subTest(name):
                texts = [" ".join(page.extract_text().split()) for page in pages]
                self._check_page_numbers(texts)
                self._check_fonts(pages)
                self._check_headings(texts, titles)
                self.assertIn(self.grant.name, texts[0], "umlauts and dashes are copied as they are")
                if name in ("vouchers", "call"):
                    self._check_long_table(texts, "Payee", "Bürgerbüro Südstadt")
                if name == "vouchers":
                    self._check_long_table(texts, "Payer", "Stadtkasse Köln-Mülheim")
                if name == "financial":
                    self._check_long_table(texts, "Cost category", "-100.00")

    def _check_page_numbers(self, texts):
        numbers = [tuple(map(int, re.search(r"Page (\d+) of (\d+)", text).groups())) for text in texts]
        self.assertEqual(numbers, [(number, len(texts)) for number in range(1, len(texts) + 1)])

    def _check_headings(self, texts, titles):
        """After each title of a table or picture there is something of it on the same page."""
        for body in map(self._body, texts):
            self.assertTrue(body)
            self.assertFalse([title for title in titles if body.endswith(title)], body[-80:])

    def _body(self, text):
        """What a page says between its head and foot, which the engine draws after it."""
        return text[: text.rindex(f"{self.env.company.name} {self.grant.name}")].strip()

    def _check_fonts(self, pages):
        fonts = [font.get_object() for page in pages for font in page["/Resources"]["/Font"].values()]
        self.assertTrue(fonts)
        for font in fonts:
            descriptors = [font, *(part.get_object() for part in font.get("/DescendantFonts", ()))]
            names = {name for one in descriptors for name in one.get("/FontDescriptor", {})}
            self.assertTrue(any(name.startswith("/FontFile") for name in names), font["/BaseFont"])

    def _check_long_table(self, texts, label, cell):
        """Its head is on each page of the table, and each page but the last one ends with what is carried over."""
        pages = [self._body(text) for text in texts if cell in text]
        self.assertGreater(len(pages), 1, label)
        for number, page in enumerate(pages):
            self.assertLess(page.index(label), page.index(cell))
            self.assertEqual("Carried over from the page before" in page, number > 0, label)
        for page in pages[:-1]:
            self.assertRegex(page, r"Carried over( -?[\d,]+\.\d\d)+$")
        self.assertRegex(pages[-1], r"Total( -?[\d,]+\.\d\d)+")

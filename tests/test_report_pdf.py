import base64
import re
from datetime import date
from io import BytesIO
from unittest.mock import patch

from PIL import Image
from pypdf import PdfReader

from odoo.tests import HttpCase, tagged

from odoo.addons.base.models import ir_actions_report

from .report_common import FUNDING_YEAR, MICRO_PROJECT, ROSTER, SESSION_ROSTER, ReportCommon


@tagged("post_install", "-at_install")
class TestReportPdf(ReportCommon, HttpCase):
    """The reports as the real engine prints them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The engine need not wait for scripts; that is a second for each document.
        cls.env["ir.config_parameter"].set_param("report.print_delay", "0")
        cls.company.name = "Jugendhilfe Müßighausen"
        cls.company.currency_id = cls.env.ref("base.EUR")
        roster = [cls._participate(cls.project, enrolment=cls._person(f"Ängström{number}")) for number in range(40)]
        for week in range(20):
            cls._hold_session(cls.project, roster[:3], day=date(2020, 3, 4 + week), place="Straßenplatz")
        cls._create_session(cls.project, day=date(2020, 5, 6), place="Straßenplatz")
        cls._create_budget_line(cls.year, 8400.5, planned=14000, micro_project_id=cls.project.id)

    def _print(self, report, records, role="team_lead"):
        """The pages of the PDF."""
        reports = self.env["ir.actions.report"].with_user(self.users[role]).with_context(force_report_rendering=True)
        return PdfReader(BytesIO(reports._render_qweb_pdf(report, records.ids)[0])).pages

    def _texts(self, pages):
        return [" ".join(page.extract_text().split()) for page in pages]

    def _page_numbers(self, texts):
        return [tuple(map(int, re.search(r"Page (\d+) of (\d+)", text).groups())) for text in texts]

    def assertHeadAndFoot(self, pages, texts):
        note = " ".join(self.programme.funding_note.split())
        for page, text in zip(pages, texts, strict=True):
            self.assertIn("Jugendhilfe Müßighausen", text)
            self.assertIn(self.grant.name, text)
            self.assertIn("ESF-0815", text)
            self.assertIn(note, text)
            for funder in self.programme.funder_ids:
                self.assertIn(funder.name, text)
            # the emblem of the European Union
            self.assertEqual(len(page.images), len(self.programme.funder_ids.filtered("logo")))
            self.assertAlmostEqual(float(page.mediabox.width), 595, delta=1)
            self.assertAlmostEqual(float(page.mediabox.height), 842, delta=1)

    def test_micro_project_documentation(self):
        projects = self.project | self._create_project(name="Zweites Projekt")
        projects |= self._create_project(name="Drittes Projekt")
        runs = []
        original = ir_actions_report._run_wkhtmltopdf
        with patch.object(ir_actions_report, "_run_wkhtmltopdf", lambda args: runs.append(args) or original(args)):
            pages = self._print(MICRO_PROJECT, projects)
        # Odoo starts the engine again for each record if it cannot split the file.
        self.assertEqual(len(runs), 1)
        texts = self._texts(pages)
        self.assertHeadAndFoot(pages, texts)
        numbers = self._page_numbers(texts)
        starts = [index for index, (number, _total) in enumerate(numbers) if number == 1]
        self.assertEqual(len(starts), 3)
        self.assertGreater(numbers[0][1], 2)
        expected = []
        for start, end in zip(starts, [*starts[1:], len(pages)], strict=True):
            expected += [(number + 1, end - start) for number in range(end - start)]
        self.assertEqual(numbers, expected)
        for start, project in zip(starts, projects, strict=True):
            self.assertIn(project.name, texts[start])
        whole = " ".join(texts)
        self.assertIn("Straßenplatz", whole)
        self.assertIn("8,400.50", whole)
        self.assertNotIn("Ängström", whole)

    def test_table_heads_are_repeated_and_no_row_is_cut(self):
        for number in range(30):
            self._create_session(self.project, day=date(2020, 4, 1 + number), place="Straßenplatz")
        texts = self._texts(self._print(MICRO_PROJECT, self.project))
        with_sessions = [text for text in texts if "Straßenplatz" in text]
        self.assertGreater(len(with_sessions), 1)
        for text in with_sessions:
            self.assertIn("Place and topic", text)
            # The place is in the first line of a row, the time in the second.
            self.assertEqual(text.count("Straßenplatz"), text.count("PM to"))

    def test_funding_year_in_german(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.company.partner_id.lang = "de_DE"
        pages = self._print(FUNDING_YEAR, self.year, "auditor")
        texts = self._texts(pages)
        for text in texts:
            self.assertIn("Jugendhilfe Müßighausen", text)
        whole = " ".join(texts)
        for text in ("01.01.2020", "31.12.2020", "8.400,50 €", "50.000,00 €", "16,8 %", "Farbe im Quartier"):
            self.assertIn(text, whole)
        self.assertNotIn("Ängström", whole)

    def test_many_micro_projects_in_a_year(self):
        for number in range(45):
            self._create_project(name=f"Mikroprojekt {number:02}")
        pages = self._print(FUNDING_YEAR, self.year, "finance")
        texts = self._texts(pages)
        self.assertHeadAndFoot(pages, texts)
        total = len(pages)
        self.assertGreater(total, 3)
        self.assertEqual(self._page_numbers(texts), [(number + 1, total) for number in range(total)])
        found = re.findall(r"Mikroprojekt \d\d", " ".join(texts))
        self.assertEqual(len(set(found)), 45)

    def test_sign_in_sheet(self):
        pages = self._print(ROSTER, self.project)
        texts = self._texts(pages)
        self.assertHeadAndFoot(pages, texts)
        self.assertGreater(len(pages), 2)
        whole = " ".join(texts)
        for number in range(40):
            self.assertIn(f"Ängström{number}, Mia", whole)
        for text in texts:
            self.assertIn("05/06/2020", text)

    def _red_square(self):
        file = BytesIO()
        Image.new("RGB", (40, 40), "red").save(file, "PNG")
        return base64.b64encode(file.getvalue())

    def test_logo_of_the_provider(self):
        self.company.logo = self._red_square()
        (first, *_others) = self._print(SESSION_ROSTER, self.project.session_ids[:1])
        self.assertEqual(len(first.images), 2)

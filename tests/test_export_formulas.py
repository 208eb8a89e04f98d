import csv
import io
import json
import logging
from zipfile import ZipFile

from psycopg2 import IntegrityError

from odoo import http
from odoo.tests import HttpCase, tagged

from .common import JustiqCommon

FORMULAS = ("=cmd|' /C calc'!A0", "+1+cmd", "-1+cmd", "@SUM(1+1)", "\t=1+1", "https://evil.example/?name")


@tagged("post_install", "-at_install", "security")
class TestExportFormulas(HttpCase, JustiqCommon):
    """Text of a case file never becomes a formula on the machine of whoever opens an export."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.users["team_lead"]
        cls.user.group_ids += cls.env.ref("base.group_allow_export")
        cls.user.password = "a long password"
        cls.cases = cls.env["justiq.case.file"].union(
            *(cls._create_case(last_name=text, city=text) for text in FORMULAS)
        )
        cls.env.flush_all()

    def _export(self, kind, **values):
        names = ("last_name", "city")
        data = {
            "model": "justiq.case.file",
            "fields": [{"name": name, "label": name, "type": "char"} for name in names],
            "ids": self.cases.ids,
            "domain": [],
            "import_compat": False,
            "groupby": [],
            **values,
        }
        self.authenticate(self.user.login, "a long password")
        form = {"data": json.dumps(data), "csrf_token": http.Request.csrf_token(self)}
        answer = self.url_open(f"/web/export/{kind}", data=form)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.content

    def test_no_cell_of_a_spreadsheet_is_a_formula_or_a_link(self):
        for groupby in ([], ["last_name"]):
            with self.subTest(groupby=groupby), ZipFile(io.BytesIO(self._export("xlsx", groupby=groupby))) as parts:
                sheet = parts.read("xl/worksheets/sheet1.xml").decode()
                texts = parts.read("xl/sharedStrings.xml").decode()
                self.assertNotIn("<f>", sheet)
                self.assertNotIn("hyperlink", sheet)
                self.assertIn("=cmd|", texts)

    def test_no_cell_of_a_csv_file_begins_like_a_formula(self):
        rows = list(csv.reader(io.StringIO(self._export("csv").decode())))
        self.assertEqual(len(rows), 1 + len(FORMULAS))
        for row in rows:
            for cell in row:
                self.assertFalse(cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell)

    def test_filter_of_an_export_stays_out_of_the_log_of_the_server(self):
        label = [{"name": "display_name", "label": "display_name", "type": "char"}]
        for model, name, fields in (
            ("justiq.case.file", "last_name", {}),
            ("calendar.event", "name", {"fields": label}),
            ("res.partner", "name", {"fields": label}),
        ):
            with (
                self.subTest(model=model),
                self.assertLogs("odoo.addons.web.controllers.export", logging.INFO) as log,
            ):
                self._export("csv", model=model, ids=False, domain=[[name, "=", "=cmd|' /C calc'!A0"]], **fields)
            self.assertIn(model, str(log.output))
            self.assertNotIn("calc", str(log.output))

    def test_values_of_a_refused_statement_stay_out_of_the_log_of_the_server(self):
        with (
            self.assertLogs("odoo.sql_db", logging.ERROR) as log,
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "INSERT INTO justiq_case_file (first_name, last_name) VALUES ('Zora', %s)", ["Geheimnis"]
            )
        self.assertIn("justiq_case_file", str(log.output))
        for secret in ("Zora", "Geheimnis"):
            self.assertNotIn(secret, str(log.output))

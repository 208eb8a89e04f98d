from datetime import date
from decimal import Decimal
from io import BytesIO

from openpyxl import load_workbook

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .concurrency import PROGRAMME, ConcurrencyCommon

REPORT = "justiq.funder.report"
# Each of them guards frozen reports, also against this test.
GUARDED = ("justiq_funder_report", "ir_attachment")


@tagged("post_install", "-at_install")
class TestFreezeConcurrency(ConcurrencyCommon):
    """A report is frozen once, and from one state of the books, whatever others do at that moment."""

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            self.account_id = (
                env["account.analytic.account"]
                .search([("justiq_grant_id", "=", self.grant_id), ("justiq_baustein_id", "=", self.baustein_id)])
                .id
            )
            self._pay(env, 100.0)
            self.report_id = env[REPORT].create({"kind": "vouchers", "grant_id": self.grant_id}).id

    def _delete_everything(self):
        with self._connection() as env:
            reports = env[REPORT].search([("grant_id.programme_id.code", "=", PROGRAMME)])
            if reports:
                self._delete_frozen(env, reports)
        return super()._delete_everything()

    def _delete_frozen(self, env, reports):
        for table in GUARDED:
            env.cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", SQL.identifier(table)))
        env.cr.execute(
            SQL("DELETE FROM ir_attachment WHERE res_model = %s AND res_id IN %s", REPORT, tuple(reports.ids))
        )
        self._delete(env, reports)
        for table in GUARDED:
            env.cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", SQL.identifier(table)))
        env.invalidate_all(flush=False)

    def _pay(self, env, amount):
        env["account.analytic.line"].create(
            {
                "justiq_account_id": self.account_id,
                "justiq_reason": PROGRAMME,
                "justiq_amount": amount,
                "justiq_payment_date": date(2019, 5, 6),
                "justiq_cost_category_id": env.ref("justiq.cost_material").id,
            }
        )

    def _freeze(self, env, meet):
        report = env[REPORT].browse(self.report_id)
        report.read(["state"])
        meet()
        report.action_freeze()

    def _post(self, env, meet):
        env["account.analytic.account"].browse(self.account_id).read(["name"])
        meet()
        self._pay(env, 23.45)

    def _total(self, report):
        section = next(section for section in report.figures if section["key"] == "spending")
        total = next(row for row in section["tables"][0]["rows"] if row["key"] == "total")
        return Decimal(total["cells"]["amount"])

    def test_two_people_freeze_one_report(self):
        requests = self._at_the_same_moment(self._freeze, self._freeze)
        for error in filter(None, (request.error for request in requests)):
            self.assertIsInstance(error, UserError)
            self.assertIn("by somebody else at this moment", str(error))
        self.assertTrue([request for request in requests if not request.error], "one of them has frozen it")
        with self._connection() as env:
            report = env[REPORT].browse(self.report_id)
            self.assertEqual(report.state, "frozen")
            self.assertFalse(report._verify())
            for name in ("pdf_file", "xlsx_file"):
                domain = [("res_model", "=", REPORT), ("res_id", "=", report.id), ("res_field", "=", name)]
                self.assertEqual(env["ir.attachment"].search_count(domain), 1)

    def test_a_voucher_posted_meanwhile_is_in_all_of_the_report_or_in_nothing_of_it(self):
        requests = self._at_the_same_moment(self._freeze, self._post)
        self.assertFalse([request.error for request in requests if request.error])
        with self._connection() as env:
            report = env[REPORT].browse(self.report_id)
            self.assertEqual(report.state, "frozen")
            self.assertFalse(report._verify())
            self.assertIn(self._total(report), (Decimal("100.00"), Decimal("123.45")))
            workbook = load_workbook(BytesIO(report._kept_file("xlsx_file"))).worksheets[-1]
            amounts = {
                Decimal(str(value)) for row in workbook.values for value in row if isinstance(value, float | int)
            }
            self.assertIn(self._total(report), amounts)
            rows = [row for section in report.figures for table in section["tables"] for row in table["rows"]]
            listed = [row["cells"]["amount"] for row in rows if row["key"].startswith("voucher-")]
            self.assertEqual(sum(map(Decimal, listed)), self._total(report))

    def test_a_report_frozen_while_somebody_changes_its_period_keeps_what_it_shows(self):
        def shorten(env, meet):
            report = env[REPORT].browse(self.report_id)
            report.read(["date_end"])
            meet()
            report.date_end = date(2019, 3, 31)

        requests = self._at_the_same_moment(self._freeze, shorten)
        self.assertTrue([request for request in requests if not request.error])
        with self._connection() as env:
            report = env[REPORT].browse(self.report_id)
            if report.state == "frozen":
                expected = Decimal("100.00") if report.date_end == date(2019, 12, 31) else Decimal("0.00")
                self.assertEqual(self._total(report), expected)
                self.assertFalse(report._verify())

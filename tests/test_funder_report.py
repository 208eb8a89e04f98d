import base64
from datetime import date
from decimal import Decimal
from io import BytesIO

from freezegun import freeze_time
from openpyxl import load_workbook
from psycopg2.errors import RaiseException

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.justiq.tools import figures

from .common import JustiqCommon

XLSX = "justiq.action_report_funder_report_xlsx"
PDF = "justiq.action_report_funder_report"
LOGGERS = ("odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")


class FunderReportCommon(JustiqCommon):
    """Three vouchers of 2020, one unpaid, one of another year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant.reference = "ESF-0815"
        cls.year = cls._year(2020)
        cls.finance, cls.auditor = cls.users["finance"], cls.users["auditor"]
        cls.vouchers = cls._create_voucher(justiq_amount=1000.0, justiq_payment_date=date(2020, 2, 10))
        cls.vouchers |= cls._create_voucher(
            justiq_amount=33.33,
            justiq_eligible_share=50.0,
            justiq_payment_date=date(2020, 1, 7),
            justiq_payee="Paint & Co",
        )
        cls.vouchers |= cls._create_voucher(justiq_amount=-100.0, justiq_payment_date=date(2020, 12, 31))
        cls._create_voucher(justiq_amount=500.0, justiq_payment_date=False, justiq_voucher_date=date(2020, 5, 1))
        cls._create_voucher(justiq_amount=700.0, justiq_payment_date=date(2021, 1, 1))

    def _report(self, kind="vouchers", user=None, **values):
        values = {"kind": kind, "grant_id": self.grant.id, "funding_year_id": self.year.id, **values}
        return self.env["justiq.funder.report"].with_user(user or self.finance).create(values)

    def _frozen(self, kind="vouchers", **values):
        report = self._report(kind, **values)
        report.action_freeze()
        return report

    def _past_the_server(self, report, table="justiq_funder_report", file=None, **values):
        """Change what is frozen as only the owner of the database can."""
        where = SQL("id = %s", report.id)
        if table == "ir_attachment":
            names = (file,) if file else ("pdf_file", "xlsx_file")
            where = SQL("res_model = %s AND res_id = %s AND res_field IN %s", report._name, report.id, names)
        assignments = SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items())
        self.env.flush_all()
        self.env.cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", SQL.identifier(table)))
        self.env.cr.execute(SQL("UPDATE %s SET %s WHERE %s", SQL.identifier(table), assignments, where))
        self.env.cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", SQL.identifier(table)))
        self.env.invalidate_all()

    def _table(self, report, section, table):
        return {path: found for path, _section, found in figures.tables(report.figures)}[section, table]

    def _rows(self, report, section, table):
        return {row["key"]: row["cells"] for row in self._table(report, section, table)["rows"]}

    def _html(self, report, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.finance)
        return reports._render_qweb_html(PDF, report.ids)[0].decode()

    def _workbook(self, report, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.finance)
        return load_workbook(BytesIO(reports._render_xlsx(XLSX, report.ids, {})[0]))


@tagged("post_install", "-at_install")
class TestVoucherList(FunderReportCommon):
    """The list of vouchers: what was paid in the period, in time order."""

    def test_paid_vouchers_of_the_period_in_time_order(self):
        rows = self._table(self._report(), "spending", "vouchers")["rows"]
        listed = [row["cells"] for row in rows if not row.get("style")]
        self.assertEqual([row["payment_date"] for row in listed], ["2020-01-07", "2020-02-10", "2020-12-31"])
        self.assertEqual([row["no"] for row in listed], [1, 2, 3])
        self.assertEqual([row["amount"] for row in listed], ["33.33", "1000.00", "-100.00"])
        self.assertEqual(listed[0]["eligible"], "16.67")
        self.assertEqual(listed[0]["payee"], "Paint & Co")

    def test_totals_are_those_of_plain_python(self):
        totals = self._rows(self._report(), "spending", "vouchers")["total"]
        self.env.cr.execute(
            "SELECT justiq_amount, justiq_eligible_amount, justiq_esf_amount FROM account_analytic_line "
            "WHERE justiq_payment_date BETWEEN '2020-01-01' AND '2020-12-31'"
        )
        columns = list(zip(*self.env.cr.fetchall(), strict=True))
        sums = [sum((Decimal(str(value)) for value in column), Decimal(0)) for column in columns]
        self.assertEqual([Decimal(totals[name]) for name in ("amount", "eligible", "esf")], sums)
        self.assertEqual(totals["amount"], "933.33")

    def test_without_a_year_it_is_the_whole_grant_with_subtotals_per_year(self):
        report = self._report(funding_year_id=False)
        self.assertEqual((report.date_start, report.date_end), (self.grant.date_start, self.grant.date_end))
        rows = self._rows(report, "spending", "vouchers")
        self.assertEqual(rows[f"year-{self.year.id}"]["amount"], "933.33")
        self.assertEqual(rows["total"]["amount"], "1633.33")

    def test_each_row_opens_its_records(self):
        for row in self._table(self._report(), "spending", "vouchers")["rows"]:
            found = self.env[row["drill"]["model"]].with_user(self.finance).search(row["drill"]["domain"])
            total = sum((Decimal(str(line.justiq_amount)) for line in found), Decimal(0))
            self.assertEqual(Decimal(row["cells"]["amount"]), total, row["key"])

    def test_income_is_what_came_on_calls_and_from_others(self):
        self._create_financing_line(self.year, "esf", 600.0)
        self._create_financing_line(self.year, "municipality_cash", 400.0, received_amount=250.0)
        call = self.env["justiq.fund.call"].create(
            {"grant_id": self.grant.id, "date_start": date(2020, 3, 1), "extra_amount": 100.0}
        )
        call.action_send()
        call.received_on = date(2020, 4, 2)
        call.action_receive()
        rows = self._rows(self._report(), "income", "received")
        self.assertEqual(rows[f"justiq.fund.call-{call.id}"]["date"], "2020-04-02")
        self.assertEqual(Decimal(rows["total"]["amount"]), Decimal("250.00") + Decimal(str(call.received_amount)))

    def test_money_that_comes_after_the_end_of_the_grant_is_income_of_its_last_year(self):
        self._create_financing_line(self._year(2022), "esf", 600.0)
        call = self.env["justiq.fund.call"].create(
            {"grant_id": self.grant.id, "date_start": date(2022, 6, 1), "extra_amount": 1000.0}
        )
        call.action_send()
        call.write({"state": "received", "received_on": date(2022, 8, 1), "received_amount": 600.0})
        for year in (False, self._year(2022).id):
            proof, listed = (self._report(kind, funding_year_id=year) for kind in ("financial", "vouchers"))
            self.assertEqual(self._rows(proof, "income", "sources")["total"]["actual"], "600.00")
            self.assertEqual(self._rows(proof, "reconciliation", "calls")["received"]["amount"], "600.00")
            self.assertEqual(self._rows(listed, "income", "received")["total"]["amount"], "600.00")
        self.assertEqual(self._rows(self._report(), "income", "received")["total"]["amount"], "0.00")

    def test_flat_rate_is_one_computed_line_per_year_before_the_total(self):
        staff = self.env.ref("justiq.cost_staff")
        self._create_flat_rate(22.0)
        for code in ("CM", "ASJ"):
            self._create_budget_line(self.year, 60.0, code=code, planned=100.0, cost_category_id=staff.id)
            account = self._account(self.bausteine[code])
            self._create_voucher(account, justiq_amount=10.02, justiq_cost_category_id=staff.id)
        proof, listed = (self._report(kind) for kind in ("financial", "vouchers"))
        rows = self._table(listed, "spending", "vouchers")["rows"]
        flat = rows[-2]
        self.assertEqual((flat["cells"]["eligible"], flat["cells"]["year"]), ("4.41", self.year.label))
        self.assertIn("22 %", flat["cells"]["reason"])
        spent = self._rows(proof, "spending", "plan")["total"]
        total = rows[-1]["cells"]
        self.assertEqual((total["eligible"], total["esf"]), (spent["actual"], spent["esf"]))
        behind = self.env[flat["drill"]["model"]].search(flat["drill"]["domain"])
        self.assertEqual(set(behind.mapped("justiq_amount")), {10.02})

    @mute_logger(*LOGGERS)
    def test_team_lead_reads_no_payees(self):
        report = self._report(user=self.users["team_lead"])
        self.assertFalse(report.figures)
        self.assertTrue(report.screen["withheld"])
        self.assertNotIn("Paint", self._html(report, self.users["team_lead"]))
        report.action_freeze()
        self.assertFalse(report.figures)
        pdf = self.env["ir.actions.report"].with_user(self.users["team_lead"])._render_qweb_pdf(PDF, report.ids)[0]
        self.assertNotIn(b"Paint", pdf)
        self.assertIn("Paint", self._html(report, self.auditor))
        with self.assertRaises(AccessError):
            report.read(["frozen_figures"])
        with self.assertRaises(AccessError):
            report.read(["pdf_file"])

    def test_period_on_paper_in_words(self):
        html = self._html(self._report())
        for part in ("ESF-0815", "01/01/2020", "12/31/2020", "Paint &amp; Co", "1,000.00", "933.33"):
            self.assertIn(part, html)


@tagged("post_install", "-at_install")
class TestFreezing(FunderReportCommon):
    """A frozen report keeps figures, PDF and XLSX, and never changes."""

    @freeze_time("2021-02-03")
    def test_freezing_keeps_everything(self):
        report = self._frozen()
        self.assertEqual(report.state, "frozen")
        self.assertEqual(report.cut_off_date, date(2021, 2, 3))
        self.assertEqual(report.frozen_by_id, self.finance)
        self.assertTrue(report.template_version.startswith("19.0."))
        whole = report.sudo()
        for name in ("pdf", "xlsx"):
            content = base64.b64decode(whole[f"{name}_file"])
            self.assertEqual(whole[f"{name}_sha256"], figures.fingerprint(content))
        self.assertEqual(whole.figures_sha256, figures.fingerprint(figures.canonical(whole.frozen_figures)))

    @freeze_time("2020-12-31 23:30:00")
    def test_cut_off_date_is_the_day_of_the_provider(self):
        self.company.partner_id.tz = "Europe/Berlin"
        self.assertEqual(self._frozen().cut_off_date, date(2021, 1, 1))

    def test_open_shows_today_frozen_the_cut_off_date(self):
        opened, frozen = self._report(), self._frozen()
        before = opened.figures
        self.assertEqual(frozen.figures, before)
        self.vouchers[0].justiq_amount = 2000.0
        self.env.invalidate_all()
        self.assertEqual(frozen.figures, before)
        self.assertEqual(self._rows(opened, "spending", "vouchers")["total"]["amount"], "1933.33")

    def test_running_again_without_change_gives_identical_figures(self):
        first, second = self._frozen(), self._frozen()
        self.assertEqual(first.figures_sha256, second.figures_sha256)
        self.assertEqual(first._figures_of_today(), first._comparable_figures())

    def test_who_freezes_makes_no_difference(self):
        team_lead = self._report(user=self.users["team_lead"])
        team_lead.action_freeze()
        self.assertEqual(team_lead.figures_sha256, self._frozen().figures_sha256)

    def test_printing_a_frozen_report_gives_the_kept_file(self):
        report = self._frozen()
        # Another file would come of it now.
        self.vouchers[0].justiq_amount = 2000.0
        self._past_the_server(report, remark="Other")
        reports = self.env["ir.actions.report"].with_user(self.auditor)
        pdf = reports._render_qweb_pdf(PDF, report.ids)[0]
        xlsx = reports._render_xlsx(XLSX, report.ids, {})[0]
        self.assertEqual(figures.fingerprint(pdf), report.pdf_sha256)
        self.assertEqual(figures.fingerprint(xlsx), report.xlsx_sha256)

    def test_nobody_changes_a_frozen_report(self):
        report = self._frozen()
        for values in (
            {"remark": "Other"},
            {"date_end": date(2021, 1, 31)},
            {"kind": "vouchers"},
            {"grant_id": self.grant.id},
            {"state": "open"},
        ):
            for user in (self.finance, self.env.user):
                with self.subTest(values=values, user=user.login), self.assertRefused():
                    report.with_user(user).sudo(user == self.env.user).write(values)
        with self.assertRefused("frozen"):
            report.sudo().unlink()

    def test_nobody_enters_what_the_server_keeps(self):
        for name in ("frozen_figures", "figures_sha256", "cut_off_date", "frozen_at", "pdf_file", "template_version"):
            with self.subTest(name=name), self.assertRefused():
                self._report().sudo().write({name: "2020-01-01"})
        with self.assertRefused():
            self._report(state="frozen")
        with self.assertRefused():
            self._report(figures_sha256="0" * 64)
        report = self.env["justiq.funder.report"].with_user(self.finance).with_context(default_frozen_at="2020-01-01")
        self.assertFalse(report.create({"kind": "vouchers", "grant_id": self.grant.id}).frozen_at)

    def test_nobody_touches_the_files(self):
        report = self._frozen()
        domain = [("res_model", "=", report._name), ("res_id", "=", report.id), ("res_field", "!=", False)]
        files = self.env["ir.attachment"].sudo().search(domain)
        self.assertEqual(len(files), 2)
        for operation in (
            lambda: files.write({"raw": b"other"}),
            lambda: files.write({"res_id": self._report().id}),
            lambda: files.unlink(),
            lambda: files[0].copy(),
        ):
            with self.assertRefused():
                operation()
        self.assertFalse(self.env["ir.attachment"].with_user(self.finance).search(domain))
        with self.assertRefused(error=AccessError):
            self.env["ir.attachment"].with_user(self.finance).create(
                {
                    "name": "x",
                    "raw": b"x",
                    "res_model": report._name,
                    "res_id": self._report().id,
                    "res_field": "pdf_file",
                }
            )

    @mute_logger("odoo.sql_db")
    def test_postgresql_refuses_whoever_gets_past_the_orm(self):
        report = self._frozen()
        self.env.flush_all()
        for query in (
            "UPDATE justiq_funder_report SET remark = 'x' WHERE id = %s",
            "UPDATE justiq_funder_report SET state = 'open' WHERE id = %s",
            "DELETE FROM justiq_funder_report WHERE id = %s",
            "UPDATE ir_attachment SET checksum = 'x' WHERE res_model = 'justiq.funder.report' AND res_id = %s",
            "UPDATE ir_attachment SET res_id = 0 WHERE res_model = 'justiq.funder.report' AND res_id = %s",
            "DELETE FROM ir_attachment WHERE res_model = 'justiq.funder.report' AND res_id = %s",
            "TRUNCATE justiq_funder_report CASCADE -- %s",
        ):
            with self.subTest(query=query), self.assertRaises(RaiseException), self.env.cr.savepoint():
                self.env.cr.execute(query, [report.id])

    @mute_logger(*LOGGERS)
    def test_auditor_freezes_nothing(self):
        report = self._report()
        with self.assertRaises(AccessError):
            report.with_user(self.auditor).action_freeze()
        with self.assertRaises(AccessError):
            report.with_user(self.auditor).write({"state": "frozen"})
        self.assertEqual(report.state, "open")

    def test_a_copy_is_open(self):
        copy = self._frozen().copy()
        self.assertEqual((copy.state, copy.cut_off_date, copy.figures_sha256), ("open", False, False))

    def test_state_frozen_by_rpc_freezes_as_the_button_does(self):
        report = self._report()
        report.write({"state": "frozen", "remark": "Sent by post"})
        self.assertTrue(report.pdf_sha256)
        self.assertEqual(report.remark, "Sent by post")

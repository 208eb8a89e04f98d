from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.justiq.tools import figures

from .test_funder_report import LOGGERS, FunderReportCommon


@tagged("post_install", "-at_install")
class TestComparing(FunderReportCommon):
    """What differs between a frozen report and today, and which records did it."""

    def _compare(self, report, other=None, user=None):
        wizard = self.env["justiq.funder.report.compare"].with_user(user or self.auditor)
        wizard = wizard.create({"report_id": report.id, "other_id": other.id if other else False})
        return {
            row["key"]: row
            for section in wizard.result["sections"]
            for table in section["tables"]
            for row in table["rows"]
        }

    def test_nothing_differs_at_first(self):
        self.assertFalse(self._compare(self._frozen()))

    def test_a_changed_voucher_is_named_at_each_figure_it_changes(self):
        report = self._frozen()
        self.vouchers[0].justiq_amount = 1100.0
        rows = self._compare(report)
        row = rows["spending/vouchers/total/amount"]
        self.assertEqual(
            (row["cells"]["old"], row["cells"]["new"], row["cells"]["difference"]), ("933.33", "1033.33", "100.00")
        )
        self.assertEqual(row["drill"]["domain"], [["id", "in", self.vouchers[0].ids]])
        self.assertIn(f"spending/vouchers/voucher-{self.vouchers[0].id}/amount", rows)
        self.assertNotIn(f"spending/vouchers/voucher-{self.vouchers[1].id}/amount", rows)

    def test_new_and_removed_vouchers(self):
        report = self._frozen()
        new = self._create_voucher(justiq_amount=5.0, justiq_payment_date=date(2020, 1, 1))
        gone = self.vouchers[2]
        key = f"spending/vouchers/voucher-{gone.id}/amount"
        gone.unlink()
        rows = self._compare(report)
        self.assertEqual((rows[key]["cells"]["old"], rows[key]["cells"]["new"]), ("-100.00", None))
        self.assertEqual(rows[f"spending/vouchers/voucher-{new.id}/amount"]["cells"]["difference"], "5.00")
        # The running numbers of all others have moved, which is no change of theirs.
        self.assertNotIn(f"spending/vouchers/voucher-{self.vouchers[0].id}/no", rows)

    def test_another_report_of_the_same_kind(self):
        first = self._frozen()
        self.vouchers[0].justiq_amount = 1100.0
        self.assertIn("spending/vouchers/total/amount", self._compare(first, self._frozen()))

    @mute_logger(*LOGGERS)
    def test_only_who_reads_the_reports_compares_them(self):
        report = self._frozen()
        self.vouchers[0].justiq_amount = 1100.0
        self.assertFalse(self._compare(report, user=self.users["team_lead"]))
        with self.assertRaises(AccessError):
            self._compare(report, user=self.users["case_worker"])

    def test_a_deleted_voucher_is_named_and_opens_nothing(self):
        report = self._frozen()
        gone = self.vouchers[1]
        gone.unlink()
        row = self._compare(report)[f"spending/vouchers/voucher-{gone.id}/amount"]
        for text in ("Paint & Co", "01/07/2020", "1 deleted"):
            self.assertIn(text, row["cells"]["figure"])
        self.assertFalse(row["drill"])

    def test_figures_of_another_template_are_compared_and_the_reader_is_told(self):
        report = self._frozen()
        older = SQL("""replace(replace(frozen_figures::text, '"payee"', '"receiver"'), '"33.33"', '"33.34"')::jsonb""")
        self._past_the_server(report, template_version="19.0.3.0.0/1", frozen_figures=older)
        wizard = self.env["justiq.funder.report.compare"].with_user(self.auditor).create({"report_id": report.id})
        self.assertIn("19.0.3.0.0/1", wizard.template_note)
        self.assertIn("Payee", wizard.template_note)
        rows = self._compare(report)
        self.assertIn(f"spending/vouchers/voucher-{self.vouchers[1].id}/amount", rows)
        self.assertFalse([key for key in rows if key.endswith(("/payee", "/receiver"))])

    def test_of_one_template_nothing_is_said(self):
        report = self._frozen()
        wizard = self.env["justiq.funder.report.compare"].with_user(self.auditor).create({"report_id": report.id})
        self.assertFalse(wizard.template_note)
        self.assertFalse(figures.lone_columns(report._comparable_figures(), report._figures_of_today()))

    def test_a_column_that_came_with_the_data_is_compared(self):
        def section(**cells):
            columns = [{"key": "name", "label": "", "type": "text"}]
            columns += [{"key": name, "label": name, "type": "money"} for name in cells]
            row = {"key": "cm", "cells": {"name": "Case Management", **cells}}
            return [{"key": "s", "title": "", "tables": [{"key": "t", "title": "", "columns": columns, "rows": [row]}]}]

        old, new = section(y2020="700.00"), section(y2021="5600.00")
        found = {change["path"][-1]: (change["old"], change["new"]) for change in figures.changes(old, new)}
        self.assertEqual(found, {"y2020": ("700.00", None), "y2021": (None, "5600.00")})
        self.assertFalse(figures.changes(old, new, same_template=False))

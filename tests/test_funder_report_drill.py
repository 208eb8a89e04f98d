from datetime import date
from itertools import chain

from odoo.tests import BaseCase, tagged

from ..tools import figures
from .test_funder_report_people import RulesReportCommon

# A reconciliation is reckoned from other tables of its report.
RECKONED = "vouchers"


@tagged("post_install", "-at_install")
class TestWayToTheRecords(RulesReportCommon):
    """Each figure leads to its records, and each changed figure to those that have changed it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_voucher()
        cls._create_voucher(cls._project_account(cls.project), justiq_amount=50.05)
        cls.line = cls._create_budget_line(cls._year(2020), 600.0, code="CM", planned=1000.0)
        cls.env.flush_all()

    def _changes(self, report):
        wizard = self.env["justiq.funder.report.compare"].with_user(report.env.user).create({"report_id": report.id})
        return {
            row["key"]: row
            for section in wizard.result["sections"]
            for table in section["tables"]
            for row in table["rows"]
        }

    def _frozen(self, kind, **values):
        report = self._report(kind, **values)
        report.action_freeze()
        return report

    def test_each_row_of_numbers_leads_to_its_records(self):
        for kind in ("narrative", "financial", "statistics", "audit"):
            report = self._report(kind)
            for path, _section, table in figures.tables(report.figures):
                has_numbers = any(column["type"] in figures.NUMBERS for column in table["columns"])
                for row in table["rows"] if has_numbers and table["key"] != RECKONED else ():
                    # Who has a disability or a foreign background is a number, and no list of persons.
                    is_special = row["key"].startswith("indicator_")
                    with self.subTest(kind=kind, path=path, row=row["key"]):
                        self.assertTrue(row.get("drill") or is_special)

    def test_the_way_exists_for_every_model_and_field(self):
        """As the database sees it: no domain and no field of a figure is wrong."""
        for kind in ("narrative", "financial", "statistics", "audit"):
            sections = self._report(kind).sudo()._figures_with_records()
            found = [row for _path, _section, table in figures.tables(sections) for row in table["rows"]]
            self.assertTrue(any(row.get("records") for row in found), kind)

    def test_evidence_of_each_rule_leads_to_its_records(self):
        for row in self._tables(self._report("audit"))["rules"]["rows"]:
            with self.subTest(rule=row["key"]):
                self.assertTrue(row.get("drill"))

    def test_a_changed_plan_names_the_line_of_the_plan(self):
        report = self._frozen("financial", role="finance")
        self.line.planned_amount = 1200.0
        self.env.flush_all()
        rows = self._changes(report)
        baustein = self.bausteine["CM"].id
        for column in ("planned", "deviation"):
            row = rows[f"spending/plan/baustein-{baustein}/{column}"]
            self.assertEqual(row["drill"], {"model": "justiq.budget.line", "domain": [["id", "in", self.line.ids]]})
        self.assertEqual(rows["spending/plan/total/planned"]["cells"]["difference"], "200.00")
        self.assertNotIn(f"spending/plan/baustein-{baustein}/actual", rows)

    def test_a_new_entry_of_the_contact_log_is_named_by_the_month_of_the_professional(self):
        help_ = self._participate(code="CL", enrolment=self.case.enrolment_ids)
        report = self._frozen("narrative")
        self._create_note(
            self.case,
            user=self.users["case_worker"],
            participation_id=help_.id,
            date=date(2020, 2, 3),
            minutes=90,
        )
        row = self._changes(report)[f"bausteine/intensity/baustein_{self.bausteine['CL'].id}/hours"]
        self.assertEqual(row["cells"]["difference"], "1.50")
        month = self.env["justiq.staff.hours"].search(row["drill"]["domain"])
        self.assertEqual(month.mapped("month"), [date(2020, 2, 1)])

    def test_a_new_person_is_named_at_each_figure_it_changes(self):
        report = self._frozen("statistics")
        new = self._enrol(self._create_case(last_name="Neu"), date_entry=date(2020, 5, 4))
        self.env.flush_all()
        rows = self._changes(report)
        for key in ("persons/persons/entered/total", "persons/target/target/reached"):
            self.assertEqual(rows[key]["drill"]["domain"], [["id", "in", new.ids]], key)
        self.assertNotIn("Neu", str(rows))

    def test_who_may_not_open_the_records_has_no_way(self):
        report = self._report("financial").with_user(self.users["team_lead"])
        for section in report.screen["sections"]:
            for table in section["tables"]:
                for row in table["rows"]:
                    drills = [row.get("drill"), *chain(*row["drills"].values())]
                    self.assertNotIn("account.analytic.line", [drill["model"] for drill in drills if drill])


@tagged("post_install", "-at_install")
class TestChangedRecords(BaseCase):
    """Which records a changed cell names: its own, else those of its row, else those that it is reckoned from."""

    def _row(self, planned, spent, vouchers, lines):
        return {
            "key": "one",
            "cells": {"planned": planned, "spent": spent},
            "drill": {"model": "voucher"},
            "drills": {"planned": {"model": "line"}},
            "records": vouchers,
            **({"drill_records": {"planned": lines}} if lines is not None else {}),
        }

    def _changes(self, old, new):
        columns = [{"key": key, "label": key, "type": "money"} for key in ("planned", "spent")]
        sections = [
            [{"key": "s", "title": "S", "tables": [{"key": "t", "title": "T", "columns": columns, "rows": rows}]}]
            for rows in (old, new)
        ]
        return {change["column"]["key"]: change for change in figures.changes(*sections)}

    def test_own_records_come_first(self):
        found = self._changes([self._row("1", "1", {"7": 1}, {"8": 1})], [self._row("2", "2", {"7": 2}, {"8": 2})])
        self.assertEqual((found["planned"]["drill"]["model"], found["planned"]["records"]), ("line", [8]))
        self.assertEqual((found["spent"]["drill"]["model"], found["spent"]["records"]), ("voucher", [7]))

    def test_a_report_of_an_earlier_version_names_what_it_kept(self):
        found = self._changes([self._row("1", "1", {"7": 1}, None)], [self._row("2", "1", {"7": 1}, {"8": 2})])
        self.assertEqual(found["planned"]["records"], [])
        found = self._changes([self._row("1", "1", {"7": 1}, None)], [self._row("2", "1", {"7": 2}, {"8": 2})])
        self.assertEqual(found["planned"]["records"], [7])

    def test_a_row_that_has_gone_names_all_of_its_records(self):
        found = self._changes([self._row("1", "1", {"7": 1}, {"8": 1})], [])
        self.assertEqual((found["planned"]["records"], found["spent"]["records"]), ([8], [7]))

from datetime import date

from odoo.tests import tagged

from .test_funder_report_people import RulesReportCommon

SPRING = {"date_start": date(2020, 3, 1), "date_end": date(2020, 6, 30)}
NEXT_YEAR = {"date_start": date(2021, 1, 1), "date_end": date(2021, 12, 31)}


@tagged("post_install", "-at_install")
class TestPeriodOfReports(RulesReportCommon):
    """A report of a part of the grant tells of that part; where that is senseless, it says so."""

    def _evidence(self, **period):
        return {key: cells["evidence"] for key, cells in self._cells(self._report("audit", **period), "rules").items()}

    def test_evidence_is_that_of_the_period(self):
        now, later = self._evidence(**SPRING), self._evidence(**NEXT_YEAR)
        self.assertIn("1 of 1 micro-projects", now["rule_S10_quartier"])
        self.assertIn("0 of 0 micro-projects", later["rule_S10_quartier"])
        self.assertIn("2 participations", now["rule_S36_"])
        # The first one has left in 2020; the others are still there.
        self.assertIn("4 case files", now["rule_S29_"])
        self.assertIn("3 case files", later["rule_S29_"])
        # The number of micro-projects is one of the whole grant.
        self.assertEqual(now["rule_S21_micro_project_count"], later["rule_S21_micro_project_count"])

    def test_changes_of_the_key_worker_are_those_of_the_period(self):
        self._hand_over(self.case, self._create_employee("Sue Successor"))
        self.env.flush_all()
        self.assertIn("; 1 changes", self._evidence()["rule_S29_"])
        self.assertIn("; 0 changes", self._evidence(**SPRING)["rule_S29_"])

    def test_findings_are_those_about_what_lasts_in_the_period(self):
        now, later = self._report("audit", **SPRING), self._report("audit", **NEXT_YEAR)
        self.assertIn("S23", {cells["code"] for cells in self._cells(now, "findings").values()})
        self.assertNotIn("S23", {cells["code"] for cells in self._cells(later, "findings").values()})
        self.assertEqual(self._cells(now, "rules")["rule_S23_area_programme"]["state"], "justified")
        self.assertEqual(self._cells(later, "rules")["rule_S23_area_programme"]["state"], "met")
        self.assertEqual(self._cells(now, "file_findings"), self._cells(later, "file_findings"))

    def test_findings_of_files_lead_to_the_counted_ones(self):
        report = self._report("audit", **SPRING)
        for row in self._tables(report)["file_findings"]["rows"]:
            found = self.env["justiq.finding"].search(row["drill"]["domain"])
            self.assertEqual(len(found), row["cells"]["open"] + row["cells"]["justified"])

    def test_the_report_says_what_it_does_not_cut(self):
        for kind, table in (
            ("audit", "rules"),
            ("audit", "limits"),
            ("audit", "findings"),
            ("narrative", "main_items"),
        ):
            part = self._tables(self._report(kind, **SPRING))[table]["remark"]
            whole = self._tables(self._report(kind))[table]["remark"]
            self.assertGreater(len(part), len(whole), table)

    def test_money_is_that_of_the_period_flat_rates_included(self):
        self._create_flat_rate()
        staff = self.env.ref("justiq.cost_staff")
        self._create_budget_line(self._year(2020), 600.0, code="CM", planned=1000.0, cost_category_id=staff.id)
        for day, amount in ((date(2020, 3, 15), 100.0), (date(2020, 9, 15), 50.0)):
            self._create_voucher(justiq_amount=amount, justiq_payment_date=day, justiq_cost_category_id=staff.id)
        self.env.flush_all()
        year = f"year_{self._year(2020).id}"
        whole, part = (self._cells(self._report("narrative", **period), "money") for period in ({}, SPRING))
        self.assertEqual((whole["total"][year], part["total"][year]), ("183.00", "122.00"))
        proof = self._cells(self._report("financial", **SPRING), "plan")["total"]["actual"]
        self.assertEqual(part["total"]["total"], proof)
        items = self._cells(self._report("narrative", **SPRING), "main_items")
        self.assertEqual(list(items)[0], f"category_{staff.id}")
        self.assertEqual(sum(float(cells["actual"]) for cells in items.values()), 122.0)


@tagged("post_install", "-at_install")
class TestCostOfReports(RulesReportCommon):
    """A report asks the database as often for few micro-projects, files and findings as for many."""

    def _count(self, report):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        report._figures()
        return self.cr.sql_log_count - before

    def _grow(self, grant, number):
        """More of everything that evidence counts, in the grant."""
        for count in range(number):
            project = self._create_project("planned", name=f"Radio {count}", grant_id=grant.id)
            project.write({"competence_ids": False, "cooperation_ids": False, "involvement_how": False})
            case = self._create_case(last_name=f"Viele {count}")
            enrolment = self._enrol(case, grant_id=grant.id)
            self._participate(code="CM", enrolment=enrolment)
            self._create_note(
                case,
                user=self.users["case_worker"],
                kind="network",
                partner_id=self.municipality.id,
                date=date(2020, 2, 3),
            )
            self.env["justiq.publicity"].create(
                {"grant_id": grant.id, "date": date(2020, 2, 3), "kind": "press", "name": f"Article {count}"}
            )
        self.env.flush_all()

    def test_queries_do_not_grow_with_the_records_or_the_grants(self):
        reports = {kind: self._report(kind) for kind in ("audit", "narrative")}
        self._grow(self.grant, 2)
        for report in reports.values():
            self._count(report)  # warm
        few = {kind: self._count(report) for kind, report in reports.items()}
        self._grow(self.grant, 8)
        for number in range(4):
            self._grow(self._create_grant(name=f"Beside {number}"), 1)
        for kind, report in reports.items():
            with self.subTest(kind):
                self.assertLessEqual(self._count(report), few[kind])

from datetime import date

from odoo import fields
from odoo.tests import tagged

from ..models.case_child_protection_step import KINDS
from .query_budget import FEW, MANY, QueryBudgetCommon


@tagged("post_install", "-at_install")
class TestQueryBudgetOfProtection(QueryBudgetCommon):
    """Pages and forms of data protection and of what finance hands in cost the same with few rows and with many."""

    def _create_child_protections(self):
        return self._create_of_files("justiq.child.protection", date=date(2020, 2, 3), signs="Bruises on both arms.")

    def _create_case_disclosures(self):
        return self._create_of_files("justiq.case.disclosure")

    def _create_case_accesss(self):
        substitutes = (self.workers * 2)[:MANY]
        return self.env["justiq.case.access"].create(
            [
                {
                    "company_id": self.company.id,
                    "kind": "file",
                    "employee_id": substitute.id,
                    "case_file_id": case.id,
                    "reason": "Holiday",
                    "date_end": fields.Date.today(),
                }
                for case, substitute in zip(self.files, substitutes, strict=True)
            ]
        )

    def _create_case_denials(self):
        return self._create_of_files("justiq.case.denial", user_id=self.users["finance"].id, reason="Her nephew")

    def _create_retention_decisions(self):
        return self._create_of_files("justiq.retention.decision", kind="hold", reason="Audit of the ESF authority")

    def _create_retention_files(self):
        self.env.flush_all()
        return self.env["justiq.retention.file"].browse(self.files.ids)

    def _create_run(self, cases):
        run = self.env["justiq.retention.run"].sudo().create({"company_id": self.company.id})
        run.line_ids.sudo().create(
            [{"run_id": run.id, "case_file_id": case.id, "reference": case.reference} for case in cases]
        )
        return run

    def _create_retention_runs(self):
        return self.env["justiq.retention.run"].union(*(self._create_run(case) for case in self.files))

    def _create_plan_versions(self):
        return self.env["justiq.plan.version"].create(
            [
                {
                    "funding_year_id": year.id,
                    "number": 1,
                    "approved_at": "2020-01-15 10:00:00",
                    "user_id": self.env.uid,
                    "figures": {"spending": [], "income": []},
                }
                for year in self._create_funding_years()
            ]
        )

    def test_pages_of_data_protection(self):
        for model in (
            "justiq.child.protection",
            "justiq.case.disclosure",
            "justiq.case.access",
            "justiq.case.denial",
            "justiq.retention.decision",
            "justiq.retention.file",
            "justiq.retention.run",
        ):
            with self.subTest(model):
                self.assertSamePage(model)

    def test_pages_of_plan_versions(self):
        self.assertSamePage("justiq.plan.version")

    def test_due_list_of_an_anonymising(self):
        few, many = self._create_run(self.files[:FEW]), self._create_run(self.files[FEW:])
        self.assertSameForm(few, many, ("team_lead", "privacy_officer"))

    def test_form_of_a_child_protection_record(self):
        few, many = (self._create_protection(case) for case in self.files[:2])
        for record, number in ((few, FEW), (many, MANY)):
            self.env["justiq.child.protection.step"].create(
                [{"protection_id": record.id, "kind": KINDS[-1][0], "date": "2020-02-04", "text": "Spoke."}] * number
            )
        self.assertSameForm(few, many, ("case_worker", "team_lead"))

    def test_form_of_a_fund_call(self):
        calls = self._create_fund_calls()
        self.assertSameForm(calls[0], calls[1], ("finance", "coordinator"))

    def test_form_of_a_funder_report(self):
        few, many = self._create_grant(name="Few"), self._create_grant(name="Many")
        reports = self.env["justiq.funder.report"]
        for grant, number in ((few, FEW), (many, MANY)):
            account = self._account(self.bausteine["CM"], grant)
            for index in range(number):
                self._create_voucher(account, justiq_voucher_number=f"{grant.name}-{index}")
            reports |= reports.create({"kind": "vouchers", "grant_id": grant.id})
        self.assertSameForm(reports[0], reports[1], ("finance", "coordinator"))

    def test_form_of_what_grows_no_lines(self):
        """The record after the tenth costs what the first one costs."""
        for name in ("case.access", "case.disclosure", "plan.version", "outreach.contact"):
            records = self._records(f"justiq.{name}")
            roles = ("finance",) if name == "plan.version" else ("team_lead",)
            with self.subTest(name):
                self.assertSameForm(records[0], records[-1], roles)

    def test_logging_adds_at_most_two_queries_to_opening_a_form(self):
        """At the commit, where the entry is written."""
        protections = self._create_child_protections()
        self.env["justiq.access.log"]._file_columns()
        for record in (self.files[0], protections[0]):
            with self.subTest(record._name):
                self.env.flush_all()
                self.env.cr.precommit.run()
                record.with_user(self.users["team_lead"]).web_read({"display_name": {}})
                before = self.cr.sql_log_count
                self.env.cr.precommit.run()
                self.assertLessEqual(self.cr.sql_log_count - before, 2)
                self.assertGreater(self.cr.sql_log_count - before, 0, "the entry was written")

from datetime import date, datetime, timedelta

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .query_budget import FEW, MANY, QueryBudgetCommon


@tagged("post_install", "-at_install")
class TestQueryBudget(QueryBudgetCommon):
    """A page of eighty records costs as many queries as one of ten, whoever opens it.

    The records differ in all that they refer to: what is looked up for each of
    them by itself would show.
    """

    def test_case_room(self):
        for model in (
            "justiq.case.file",
            "justiq.enrolment",
            "justiq.case.note",
            "justiq.case.timeline",
            "justiq.case.contact",
            "justiq.consent",
            "justiq.case.goal",
            "justiq.case.assessment",
            "justiq.case.plan",
            "justiq.case.referral",
            "justiq.outreach.contact",
            "justiq.outreach.alias",
        ):
            with self.subTest(model):
                self.assertSamePage(model)

    def test_micro_project_room(self):
        for model in (
            "justiq.micro.project",
            "justiq.participation",
            "justiq.session",
            "justiq.attendance",
            "justiq.cooperation",
            "justiq.finding",
        ):
            with self.subTest(model), self.cr.savepoint() as savepoint:
                self.assertSamePage(model)
                savepoint.rollback()
        with self.subTest("justiq.participation.report"):
            self.assertSamePage("justiq.participation.report")

    def test_money_room(self):
        for model in (
            "justiq.grant",
            "justiq.funding.year",
            "justiq.budget.line",
            "justiq.financing.line",
            "justiq.fund.call",
            "justiq.funder.report",
        ):
            with self.subTest(model):
                self.assertSamePage(model)

    def test_vouchers(self):
        self.assertSamePage("voucher", "justiq.justiq_voucher_view_list")

    def test_first_page_of_a_long_list_comes_from_an_index(self):
        """In the order in which the list shows them, so that the database sorts no whole table for one page."""
        for role, models in (
            ("coordinator", ("enrolment", "participation", "session", "attendance", "micro.project")),
            ("team_lead", ("case.file", "case.note", "case.assessment", "case.referral", "consent", "participation")),
            ("case_worker", ("case.file", "case.note", "enrolment", "consent")),
        ):
            for name in models:
                model = self.env[f"justiq.{name}"].with_user(self.users[role])
                with self.subTest(model=name, role=role):
                    self.assertNotRegex(self._plan(model), r"(?m)^\s*(->\s+)?Sort +\(cost")

    def _plan(self, model):
        """How PostgreSQL finds the first page if it can do without sorting."""
        query = model._search([], limit=MANY, order=model._order)
        with self.cr.savepoint() as savepoint:
            self.cr.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
            self.cr.execute(SQL("EXPLAIN %s", query.select()))
            plan = "\n".join(line for (line,) in self.cr.fetchall())
            savepoint.rollback()
        return plan

    def test_form_of_a_case_file(self):
        few, many = self.files[0], self.files[1]
        for case, number in ((few, FEW), (many, MANY)):
            for _index in range(number):
                self._create_contact(case)
                self._create_goal(case)
            self.env["justiq.consent"].create([{"case_file_id": case.id, "date": date(2020, 1, 15)}] * number)
            self.env["justiq.case.note"].create(
                [{"case_file_id": case.id, "date": date(2020, 2, 3), "minutes": 30, "text": "Spoke."}] * number
            )
        self.assertSameForm(few, many, ("case_worker", "team_lead"))

    def test_form_of_a_micro_project(self):
        few, many = self.projects[0], self.projects[1]
        start = datetime(2020, 3, 4, 14)
        for project, number in ((few, FEW), (many, MANY)):
            self.env["justiq.participation"].create(
                [
                    {
                        "enrolment_id": enrolment.id,
                        "baustein_id": self.bausteine["MP"].id,
                        "micro_project_id": project.id,
                        "date_start": date(2020, 3, 1),
                    }
                    for enrolment in self.enrolments[:number]
                ]
            )
            self.env["justiq.session"].create(
                [
                    {
                        "micro_project_id": project.id,
                        "date_start": start + timedelta(days=index),
                        "date_end": start + timedelta(days=index, hours=2),
                    }
                    for index in range(number)
                ]
            )
            project.cooperation_ids = [
                Command.create({"partner_id": organisation.id, "kind": "area_programme"})
                for organisation in self.organisations[:number]
            ]
        self.assertSameForm(few, many, ("case_worker", "team_lead", "coordinator", "finance"))

    def test_form_of_a_funding_year(self):
        few, many = self._year(2020), self._year(2021)
        for year, number in ((few, FEW), (many, MANY)):
            for project in self.projects[:number]:
                self._create_budget_line(year, 1.0, micro_project_id=project.id)
                self._create_financing_line(year, "esf", 1.0)
        self.assertSameForm(few, many, ("team_lead", "coordinator", "finance"))

    def test_form_of_a_grant(self):
        few, many = self._create_grant(name="Few"), self._create_grant(name="Many")
        for grant, number in ((few, FEW), (many, MANY)):
            self.env["justiq.micro.project"].create(
                [
                    self._project_values(name=f"Micro-project {index}", grant_id=grant.id, lead_id=worker.id)
                    for index, worker in zip(range(number), self.workers * 2, strict=False)
                ]
            )
            self.env["justiq.enrolment"].create(
                [
                    {"case_file_id": case.id, "grant_id": grant.id, "date_entry": date(2020, 1, 15)}
                    for case in self.files[:number]
                ]
            )
        self.assertSameForm(few, many, ("case_worker", "team_lead", "coordinator", "finance"))

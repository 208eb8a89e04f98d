from datetime import date, datetime, timedelta

from lxml import etree

from odoo import Command

from .common import JustiqCommon
from .test_performance import specification

FEW, MANY = 10, 80
ROLES = ("case_worker", "team_lead", "coordinator", "finance", "privacy_officer")
WORKERS = 40  # more than a page of ten shows


class QueryBudgetCommon(JustiqCommon):
    """Many records, each of them another one's: what is looked up for each of them by itself would show."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workers = [cls._create_employee(f"Worker {number}") for number in range(WORKERS)]
        cls.files = cls.env["justiq.case.file"].create(
            [
                {
                    "first_name": "Mia",
                    "last_name": f"Muster {number}",
                    "birth_date": date(2003, 5, 17) + timedelta(days=number),
                    "date_opened": date(2020, 1, 15),
                    "key_worker_id": cls.case_worker.id,
                }
                for number in range(MANY)
            ]
        )
        cls.enrolments = cls.env["justiq.enrolment"].create(
            [{"case_file_id": case.id, "grant_id": cls.grant.id, "date_entry": date(2020, 1, 15)} for case in cls.files]
        )
        cls.projects = cls.env["justiq.micro.project"].create(
            [
                cls._project_values(name=f"Micro-project {number}", lead_id=cls.workers[number % WORKERS].id)
                for number in range(MANY)
            ]
        )
        cls.organisations = cls.env["res.partner"].create(
            [{"name": f"Organisation {number}", "is_company": True} for number in range(MANY)]
        )

    def _records(self, model):
        return getattr(self, f"_create_{model.replace('justiq.', '').replace('.', '_')}s")()

    def _create_of_files(self, model, **values):
        return self.env[model].create([{"case_file_id": case.id, **values} for case in self.files])

    def _create_case_files(self):
        return self.files

    def _create_enrolments(self):
        return self.enrolments

    def _create_micro_projects(self):
        return self.projects

    def _create_participations(self):
        return self.env["justiq.participation"].create(
            [
                {
                    "enrolment_id": enrolment.id,
                    "baustein_id": self.bausteine["MP"].id,
                    "micro_project_id": project.id,
                    "date_start": date(2020, 3, 1),
                }
                for enrolment, project in zip(self.enrolments, self.projects, strict=True)
            ]
        )

    def _create_participation_reports(self):
        participations = self._create_participations()
        self.env.flush_all()
        return self.env["justiq.participation.report"].browse(participations.ids)

    def _create_sessions(self):
        start = datetime(2020, 3, 4, 14)
        return self.env["justiq.session"].create(
            [
                {"micro_project_id": project.id, "date_start": start, "date_end": start + timedelta(hours=2)}
                for project in self.projects
            ]
        )

    def _create_attendances(self):
        return self.env["justiq.attendance"].create(
            [
                {"session_id": session.id, "participation_id": participation.id, "state": "present"}
                for session, participation in zip(self._create_sessions(), self._create_participations(), strict=True)
            ]
        )

    def _create_cooperations(self):
        return self.env["justiq.cooperation"].create(
            [
                {"micro_project_id": project.id, "partner_id": organisation.id, "kind": "area_programme"}
                for project, organisation in zip(self.projects, self.organisations, strict=True)
            ]
        )

    def _create_case_notes(self):
        return self.env["justiq.case.note"].create(
            [
                {
                    "case_file_id": case.id,
                    "date": date(2020, 2, 3),
                    "minutes": 30,
                    "text": "Spoke.",
                    "kind": "network",
                    "partner_id": organisation.id,
                }
                for case, organisation in zip(self.files, self.organisations, strict=True)
            ]
        )

    def _create_case_timelines(self):
        self.env.flush_all()
        return self.env["justiq.case.timeline"].search([("case_file_id", "in", self.files.ids)], limit=MANY)

    def _create_case_contacts(self):
        return self._create_of_files("justiq.case.contact", role="mother", name="Berta Beispiel")

    def _create_consents(self):
        return self._create_of_files("justiq.consent", date=date(2020, 1, 15))

    def _create_case_goals(self):
        return self._create_of_files("justiq.case.goal", name="I want to finish school.", date=date(2020, 2, 3))

    def _create_case_assessments(self):
        return self._of_enrolments("justiq.case.assessment", occasion="start")

    def _create_case_plans(self):
        return self._of_enrolments("justiq.case.plan")

    def _of_enrolments(self, model, **values):
        return self.env[model].create(
            [
                {
                    "case_file_id": enrolment.case_file_id.id,
                    "enrolment_id": enrolment.id,
                    "date": date(2020, 2, 10),
                    **values,
                }
                for enrolment in self.enrolments
            ]
        )

    def _create_case_referrals(self):
        referrals = self._of_enrolments(
            "justiq.case.referral", partner_id=self.municipality.id, offer="Advice on debts"
        )
        return referrals

    def _create_grants(self):
        return self.env["justiq.grant"].create(
            [
                {
                    "name": f"Vorhaben {number}",
                    "programme_id": self.programme.id,
                    "municipality_id": organisation.id,
                    "date_start": date(2020, 1, 1),
                    "date_end": date(2020, 12, 31),
                    "baustein_ids": [Command.set(self.programme.baustein_ids.ids)],
                }
                for number, organisation in enumerate(self.organisations)
            ]
        )

    def _create_funding_years(self):
        return self._create_grants().funding_year_ids

    def _create_budget_lines(self):
        return self.env["justiq.budget.line"].create(
            [
                {
                    "funding_year_id": self._year(2020 + number % 3).id,
                    "baustein_id": self.bausteine["MP"].id,
                    "micro_project_id": project.id,
                    "cost_category_id": self.category.id,
                    "planned_amount": 10.0,
                }
                for number, project in enumerate(self.projects)
            ]
        )

    def _create_financing_lines(self):
        return self.env["justiq.financing.line"].create(
            [
                {"funding_year_id": year.id, "source": "esf", "planned_amount": 10.0}
                for year in self._create_funding_years()
            ]
        )

    def _create_fund_calls(self):
        return self.env["justiq.fund.call"].create(
            [{"grant_id": grant.id, "date_start": date(2020, 3, 1)} for grant in self._create_grants()]
        )

    def _create_funder_reports(self):
        return self.env["justiq.funder.report"].create(
            [{"kind": "vouchers", "grant_id": grant.id} for grant in self._create_grants()]
        )

    def _create_vouchers(self):
        accounts = self.env["account.analytic.account"].search(
            [("justiq_micro_project_id", "in", self.projects.ids)], order="id"
        )
        return self.env["account.analytic.line"].create(
            [
                {
                    "justiq_account_id": account.id,
                    "justiq_amount": 100.0,
                    "justiq_voucher_number": f"2020-{number}",
                    "justiq_reason": "Fee of the trainer",
                    "justiq_payment_date": date(2020, 3, 15),
                    "justiq_cost_category_id": self.env.ref("justiq.cost_fees").id,
                }
                for number, account in enumerate(accounts)
            ]
        )

    def _create_findings(self):
        rule = self.programme.requirement_ids[:1]
        return self.env["justiq.finding"].create(
            [
                {
                    "requirement_id": rule.id,
                    "res_model": project._name,
                    "res_id": project.id,
                    "grant_id": self.grant.id,
                    "message": "Found.",
                }
                for project in self.projects
            ]
        )

    def _create_outreach_contacts(self):
        return self.env["justiq.outreach.contact"].create(
            [
                {
                    "grant_id": self.grant.id,
                    "baustein_id": self.bausteine["ASJ"].id,
                    "worker_id": self.workers[number % WORKERS].id,
                    "date": date(2020, 2, 3),
                    "minutes": 30,
                }
                for number in range(MANY)
            ]
        )

    def _create_outreach_aliass(self):
        return self.env["justiq.outreach.alias"].create(
            [
                {"name": f"Red Cap {number}", "grant_id": self.grant.id, "key_worker_id": self.case_worker.id}
                for number in range(MANY)
            ]
        )

    def assertNoMore(self, many, few, message):
        # One more, because Odoo reads the lines of lines by the thousand.
        self.assertLessEqual(many, few + 1, message)

    def _count_queries(self, records, fields):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        records.web_search_read([("id", "in", records.ids)], fields)
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def assertSamePage(self, model, view=None):
        """Of each role that may read all of the records."""
        records = self._records(model)
        self.env.flush_all()
        self.assertEqual(len(records), MANY)
        opened = 0
        for role in ROLES:
            mine = records.with_user(self.users[role])
            if not mine.has_access("read") or len(mine.search([("id", "in", mine.ids)])) < MANY:
                continue
            opened += 1
            arch = mine.get_views([(view and self.env.ref(view).id, "list")])["views"]["list"]["arch"]
            fields = {"display_name": {}} | specification(mine, etree.fromstring(arch))
            self._count_queries(mine[:2], fields)
            few, many = (self._count_queries(mine[:number], fields) for number in (FEW, MANY))
            self.assertNoMore(many, few, f"{model}, {role}: queries of a page of {MANY} and of {FEW}")
        self.assertTrue(opened, "somebody opens the page")

    def assertSameForm(self, few, many, roles):
        self.env.flush_all()
        for role in roles:
            few, many = few.with_user(self.users[role]), many.with_user(self.users[role])
            arch = few.get_views([(False, "form")])["views"]["form"]["arch"]
            fields = {"display_name": {}} | specification(few, etree.fromstring(arch))
            self._count_form(few, fields)
            message = f"{few._name}, {role}: queries of a form with {MANY} lines of each kind and with {FEW}"
            self.assertNoMore(self._count_form(many, fields), self._count_form(few, fields), message)

    def _count_form(self, record, fields):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        record.web_read(fields)
        self.env.flush_all()
        return self.cr.sql_log_count - before

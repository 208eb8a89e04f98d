import ast
from pathlib import Path

import yaml

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file, file_path

MODULE = Path(file_path("justiq/__manifest__.py")).parent
SCENARIO = yaml.safe_load((MODULE / "tests/data/offenbach_finance.yaml").read_text(encoding="utf-8"))
DEMO_FILES = ast.literal_eval((MODULE / "__manifest__.py").read_text(encoding="utf-8"))["demo"]
LANGUAGE_FILE = "demo/res_lang_demo.xml"  # loads the translations of every module: only takes time here


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo data tell the story that they are meant to tell.

    They are loaded inside the test, so that it also runs on a database without
    demo data.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.env.ref("justiq.grant_musterstadt", raise_if_not_found=False):
            cls.env["res.lang"]._activate_lang("de_DE")
            references = {}
            for file in DEMO_FILES:
                if file != LANGUAGE_FILE:
                    convert_file(cls.env, "justiq", file, references, "init", noupdate=True)
        cls.grant = cls.env.ref("justiq.grant_musterstadt")

    def test_every_demo_file_is_loaded(self):
        files = {f"demo/{file.name}" for file in (MODULE / "demo").iterdir() if file.suffix in (".xml", ".csv")}
        self.assertEqual(files, set(DEMO_FILES))

    def test_grant_as_in_scenario(self):
        given, expected = SCENARIO["grant"], SCENARIO["expected"]
        self.assertEqual(self.grant.state, "running")
        self.assertEqual(self.grant.name, given["name"])
        self.assertEqual(self.grant.programme_id.code, given["programme"])
        self.assertEqual(set(self.grant.baustein_ids.mapped("code")), set(given["bausteine"]))
        self.assertEqual(self.grant.total_eligible, given["total_eligible"])
        self.assertEqual(self.grant.own_share, expected["own_share"])
        self.assertEqual(self.grant.own_share_percent, expected["own_share_percent"])
        years = self.grant.funding_year_ids.sorted("date_start")
        self.assertEqual(
            [[year.date_start, year.date_end, year.month_count] for year in years],
            expected["funding_years"],
        )

    def test_budget_spends_what_was_granted(self):
        years = self.grant.funding_year_ids
        self.assertEqual(sum(years.mapped("planned_amount")), self.grant.total_eligible)
        self.assertEqual(
            sum(years.mapped("esf_amount")),
            SCENARIO["grant"]["financing"]["esf_and_federal"],
        )
        self.assertEqual(
            [year.state for year in years.sorted("date_start")], ["approved", "approved", "approved", "draft"]
        )
        for year in years:
            self.assertGreaterEqual(year.esf_group_left, 0, year.name)

    def test_micro_projects_as_in_scenario(self):
        for expected in SCENARIO["micro_projects"]:
            with self.subTest(expected["name"]):
                project = self.grant.micro_project_ids.filtered(lambda p, name=expected["name"]: p.name == name)
                self.assertEqual(project.date_start.year, expected["year"])
                self.assertEqual(project.esf_planned, expected["esf"])
                self.assertEqual(project.session_held_count, expected["sessions"])
                self.assertEqual(project.participant_count, expected["participants"])
                self.assertTrue(project.is_counted)

    def test_one_micro_project_in_each_state(self):
        states = self.env["justiq.micro.project"]._fields["state"].get_values(self.env)
        self.assertEqual(set(self.grant.micro_project_ids.mapped("state")), set(states))

    def test_findings_open_and_justified(self):
        findings = self.env["justiq.finding"].search([("grant_id", "=", self.grant.id)])
        self.assertLessEqual({"open", "justified"}, set(findings.mapped("state")))

    def test_persons_count_once_and_some_do_not_count(self):
        enrolments = self.env["justiq.enrolment"].search([("grant_id", "=", self.grant.id)])
        self.assertEqual(len(enrolments), sum(project["participants"] for project in SCENARIO["micro_projects"]))
        self.assertGreater(len(enrolments.participation_ids), len(enrolments))
        self.assertEqual(
            set(enrolments.filtered(lambda e: not e.is_counted).mapped("not_counted_reason")),
            {"consent", "age", "incomplete", "withdrawn"},
        )

    def test_consents_are_valid_expired_and_withdrawn(self):
        consents = self.env["justiq.consent"].search([("company_id", "=", self.grant.company_id.id)])
        self.assertEqual(set(consents.mapped("status")), {"valid", "expired", "withdrawn"})
        counted = self.env["justiq.enrolment"].search([("grant_id", "=", self.grant.id), ("is_counted", "=", True)])
        self.assertFalse(counted.case_file_id - consents.filtered(lambda c: c.purpose == "esf_data").case_file_id)

    def test_files_are_closed_with_reason_and_justified_findings(self):
        closings = self.env["justiq.case.closing"].search([])
        self.assertEqual(set(closings.mapped("state")), {"proposed", "closed"})
        closed = closings.filtered(lambda closing: closing.state == "closed").case_file_id
        self.assertEqual(set(closed.mapped("state")), {"closed"})
        self.assertFalse(closed.finding_ids.filtered(lambda finding: finding.state == "open"))
        self.assertTrue(closed.finding_ids.filtered("justification"))

    def test_vouchers_are_paid_and_on_the_plan(self):
        vouchers = self.env["account.analytic.line"].search([("justiq_grant_id", "=", self.grant.id)])
        self.assertEqual(set(vouchers.mapped("justiq_state")), {"paid"})
        self.assertTrue(all(voucher.justiq_budget_line_id for voucher in vouchers))
        self.assertEqual(vouchers.filtered("justiq_names_person"), vouchers.browse())

    def test_a_second_grant_runs_today(self):
        grant, today = self.env.ref("justiq.grant_plus"), fields.Date.today()
        self.assertEqual(grant.state, "running")
        self.assertTrue(grant.date_start <= today <= grant.date_end)
        self.assertEqual(grant.micro_project_ids.state, "running")
        vouchers = self.env["account.analytic.line"].search([("justiq_grant_id", "=", grant.id)])
        self.assertEqual(set(vouchers.mapped("justiq_state")), {"paid", "committed", "incomplete"})
        # A new file today needs no date of the past.
        case = self.env["justiq.case.file"].create(
            {
                "first_name": "Neu",
                "last_name": "Angekommen",
                "birth_date": today.replace(year=today.year - 17, day=1),
                "key_worker_id": self.env.ref("justiq.employee_fachkraft").id,
            }
        )
        enrolment = self.env["justiq.enrolment"].create({"case_file_id": case.id, "grant_id": grant.id})
        self.assertEqual(enrolment.date_entry, today)

    def test_one_user_per_role(self):
        roles = self.env["res.groups"].search([("privilege_id.category_id", "=", "JUSTiQ")])
        roles -= self.env.ref("justiq.group_belief")  # no role: given to single persons
        users = self.env["res.users"].search([("login", "in", self._demo_logins())])
        self.assertEqual(len(users), len(self._demo_logins()))
        for user in users:
            self.assertEqual(len(user.group_ids & roles), 1, user.login)
            self.assertEqual((user.lang, user.tz), ("de_DE", "Europe/Berlin"), user.login)
        self.assertEqual(users.group_ids & roles, roles)
        self.assertFalse(self.env.ref("base.user_admin").all_group_ids & roles)

    def _demo_logins(self):
        data = self.env["ir.model.data"].search([("module", "=", "justiq"), ("model", "=", "res.users")])
        return self.env["res.users"].browse(data.mapped("res_id")).mapped("login")

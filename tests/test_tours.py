from datetime import date

from odoo import Command
from odoo.tests import HttpCase, freeze_time, tagged

from .common import ROLES, JustiqCommon

CLICK_EVERYWHERE = "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader').startClickEverywhere('%s');"


@tagged("browser", "post_install", "-at_install")
class TestTours(JustiqCommon, HttpCase):
    """What people do in the browser, in German."""

    # The last screen of a tour may be a form in which nothing was changed.
    allow_end_on_form = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.env["ir.module.module"]._load_module_terms(["base", "web", "mail", "hr", "justiq"], ["de_DE"])
        cls.env.company.currency_id = cls.env.ref("base.EUR")
        for role, user in cls.users.items():
            user.write({"lang": "de_DE", "tz": "Europe/Berlin", "password": f"test_{role}"})
        cls.grant.funding_year_ids.budget_line_ids.unlink()
        cls.grant.unlink()
        cls.env["res.partner"].create([{"name": "Grünflächenamt"}, {"name": "Anna Atelier"}])
        cls._create_case()

    def _tour(self, name, role):
        self.start_tour("/odoo", name, login=self.users[role].login, timeout=120)

    def test_people_walk_from_the_grant_to_the_completed_micro_project(self):
        self._tour("justiq_coordination_creates_grant", "coordinator")
        grant = self.env["justiq.grant"].search([("name", "=", "Vorhaben Tourstadt")])
        self.assertEqual(len(grant.funding_year_ids), 4)
        self._tour("justiq_case_worker_plans_micro_project", "case_worker")
        self._tour("justiq_finance_plans_budget", "finance")
        self._tour("justiq_team_lead_approves_micro_project", "team_lead")
        self._tour("justiq_case_worker_takes_attendance", "case_worker")
        self._tour("justiq_team_lead_completes_micro_project", "team_lead")
        project = grant.micro_project_ids
        self.assertEqual(project.state, "done")
        self.assertTrue(project.is_counted)
        self.assertEqual(project.esf_planned, 7200.0)
        self.assertEqual(grant.micro_project_counted, 1)
        self.assertEqual(
            set(project.finding_ids.filtered("justification").mapped("requirement_id.code")), {"S4", "S23"}
        )

    def test_case_worker_and_team_lead_start_their_day(self):
        project = self._create_project(grant_id=self._create_grant().id)
        self._create_session(project)
        case = self.env["justiq.case.file"].search([("last_name", "=", "Muster")])
        case.date_opened = date(2020, 1, 10)
        self._tour("justiq_case_worker_starts_her_day", "case_worker")
        self.assertEqual(case.note_ids.text, "Bewerbung besprochen.")
        self._tour("justiq_team_lead_looks_at_the_team", "team_lead")

    def test_substitute_opens_the_files_of_an_absent_colleague_until_the_end(self):
        absent = self._create_employee("Abe Absent")
        case = self._create_case(absent, first_name="Vera", last_name="Vertreten")
        with freeze_time("2030-03-04 10:00:00"):
            self._tour("justiq_team_lead_sets_up_substitution", "team_lead")
            self.assertEqual(self.env["justiq.case.access"].search([("absent_id", "=", absent.id)]).state, "running")
            self._tour("justiq_substitute_writes_entry", "case_worker")
        self.assertEqual(case.note_ids.author_id, self.users["case_worker"])
        with freeze_time("2030-03-07 10:00:00"):
            self._tour("justiq_file_is_closed_to_former_substitute", "case_worker")


@tagged("browser", "post_install", "-at_install")
class TestCaseFileTour(JustiqCommon, HttpCase):
    """One young person from the first contact to the closing, in German."""

    allow_end_on_form = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.env["ir.module.module"]._load_module_terms(["base", "web", "mail", "hr", "justiq"], ["de_DE"])
        for role, user in cls.users.items():
            user.write({"lang": "de_DE", "tz": "Europe/Berlin", "password": f"test_{role}"})
        cls.grant.name = "Vorhaben Tourstadt"
        cls.grant.state = "running"

    def _tour(self, name, role):
        self.start_tour("/odoo", name, login=self.users[role].login, timeout=120)
        self.env.invalidate_all()

    def test_from_the_first_contact_to_the_closing(self):
        self._tour("justiq_case_worker_opens_case_file", "case_worker")
        case = self.env["justiq.case.file"].search([("last_name", "=", "Neuland")])
        self.assertEqual(case.consent_ids.mapped("purpose"), ["esf_data"])
        self.assertEqual(case.enrolment_ids.legal_basis_date, date(2020, 9, 1))
        self.assertEqual(case.person_count, 1)

        self._tour("justiq_case_worker_answers_for_the_entry", "case_worker")
        self.assertTrue(case.enrolment_ids.is_counted)
        self.assertEqual(case.participation_ids.baustein_id, self.bausteine["CM"])
        self.assertEqual(case.note_ids.participation_id, case.participation_ids)

        self._tour("justiq_case_worker_agrees_on_a_plan", "case_worker")
        self.assertEqual(case.assessment_ids.line_ids.filtered("is_weak").domain_id, case.goal_ids.domain_id)
        self.assertEqual((case.plan_ids.state, case.plan_ids.version), ("agreed", 1))

        self._tour("justiq_case_worker_proposes_closing", "case_worker")
        self.assertEqual(case.enrolment_ids.exit_completeness, 100)
        self.assertEqual(case.participation_ids.date_end, date(2020, 12, 18))

        self._tour("justiq_team_lead_closes_case_file", "team_lead")
        self.assertEqual(
            (case.state, case.closing_reason, case.closing_outcome), ("closed", "goals_reached", "training")
        )
        self.assertEqual(case.finding_ids.mapped("requirement_id.code"), ["S34"])


@tagged("browser", "post_install", "-at_install")
class TestClickEverywhere(JustiqCommon, HttpCase):
    """Odoo's own test that opens every menu, view and filter."""

    allow_end_on_form = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        project = cls._create_project("done", date_start=date(2020, 3, 1))
        cls._hold_session(project, cls._participate(project))
        cls._create_budget_line(cls._year(2020), 5000.0, micro_project_id=project.id)

    def test_administrator_with_all_groups_clicks_everywhere(self):
        admin = self.env.ref("base.user_admin")
        admin.group_ids = [Command.link(self.env.ref(f"justiq.group_{role}").id) for role in ROLES]
        self.browser_js(
            "/odoo",
            CLICK_EVERYWHERE % "justiq.menu_justiq_root",
            "odoo.isReady === true",
            login="admin",
            timeout=600,
            success_signal="clickbot test succeeded",
        )

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval, time

from .common import ROLES
from .report_common import FUNDING_YEAR, MICRO_PROJECT, PRINTED_BY, ROSTER, SESSION_ROSTER, ReportCommon


@tagged("post_install", "-at_install", "access_rights")
class TestReportAccess(ReportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = cls._create_session(cls.project)
        cls.printed = {
            MICRO_PROJECT: cls.project,
            FUNDING_YEAR: cls.year,
            ROSTER: cls.project,
            SESSION_ROSTER: cls.session,
        }
        cls.users["plain"] = new_test_user(cls.env, login="test_plain", groups="base.group_user")

    def test_who_prints_what(self):
        for report, record in self.printed.items():
            for role in (*ROLES, "plain"):
                with self.subTest(report=report, role=role):
                    if role in PRINTED_BY[report]:
                        self.assertIn(self.grant.name, self._html(report, record, self.users[role]))
                    else:
                        with self.assertRaises(AccessError):
                            self._html(report, record, self.users[role])

    def test_print_menu_shows_what_may_be_printed(self):
        for report, record in self.printed.items():
            action = self.env["ir.actions.report"]._get_report_from_name(report)
            self.assertEqual(action.binding_model_id.model, record._name)
            for role in (*ROLES, "plain"):
                with self.subTest(report=report, role=role):
                    allowed = bool(action.group_ids & self.users[role].all_group_ids)
                    self.assertEqual(allowed, role in PRINTED_BY[report])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_prints_what_belongs_to_another_provider(self):
        company = self.env["res.company"].create({"name": "Another provider"})
        grant = self._create_grant(name="Fremd", company_id=company.id)
        project = self._create_project(grant_id=grant.id, lead_id=False)
        foreign = {
            MICRO_PROJECT: project,
            FUNDING_YEAR: grant.funding_year_ids[:1],
            ROSTER: project,
            SESSION_ROSTER: self._create_session(project),
        }
        for report, record in foreign.items():
            with self.subTest(report=report), self.assertRaises(AccessError):
                self._html(report, record, self.users["team_lead"])

    def test_printing_nothing_is_refused_with_a_reason(self):
        with self.assertRaisesRegex(UserError, "at least one record"):
            self._html(MICRO_PROJECT, self.project.browse(), self.users["team_lead"])

    def test_file_names(self):
        self.project.name = "Farbe 3/4"
        case = self._create_case(last_name="Geheim")
        self._participate(self.project, enrolment=self._enrol(case))
        for report, record in self.printed.items():
            action = self.env["ir.actions.report"]._get_report_from_name(report)
            name = safe_eval(action.print_report_name, {"object": record, "time": time})
            self.assertNotIn("/", name)
            self.assertNotIn("Geheim", name)
            self.assertIn("2020" if report in (FUNDING_YEAR, SESSION_ROSTER) else "Farbe 3-4", name)

from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

TODAY = datetime(2020, 3, 2, 10)
LATER = datetime(2020, 9, 1, 10)


@tagged("post_install", "-at_install")
class TestRuleStaff(JustiqCommon):
    """S25 to S29, S35: who may be key worker or lead, judged on the day of the assignment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.novice = cls._create_novice()
        cls.enrolment = cls._enrol()

    def setUp(self):
        super().setUp()
        frozen = freeze_time(TODAY)
        frozen.start()
        self.addCleanup(frozen.stop)

    @classmethod
    def _create_novice(cls, **values):
        """An employee without any certificate."""
        return cls.env["hr.employee"].create({"name": "Nora Novice", "company_id": cls.company.id, **values})

    def _help(self, worker, code="CM", **values):
        return self._participate(code=code, enrolment=self.enrolment, key_worker_id=worker.id, **values)

    def _findings(self, record, code=None, state="open"):
        findings = record.finding_ids.filtered(lambda finding: finding.state == state)
        return findings.filtered(lambda finding: finding.requirement_id.code == code) if code else findings

    def _codes(self, record):
        return sorted(self._findings(record).mapped("requirement_id.code"))

    # ------------------------------------------------------------
    # The shipped rules
    # ------------------------------------------------------------

    def test_both_phases_carry_the_rules(self):
        expected = {"S25": "block", "S26": "warn", "S27": "warn", "S28": "warn"}
        for phase in (1, 2):
            rules = self.env.ref(f"justiq.programme_phase{phase}").requirement_ids
            certificates = rules.filtered(lambda rule: rule.check == "certificate")
            self.assertEqual({rule.code: rule.enforcement for rule in certificates}, expected)
            preferred = rules.filtered(lambda rule: rule.check == "preferred_certificate")
            self.assertEqual((preferred.code, preferred.enforcement, len(preferred.skill_ids)), ("S25", "document", 2))
            contact = rules.filtered(lambda rule: rule.code == "S29")
            self.assertEqual((contact.enforcement, contact.check), ("block", False))

    def test_another_programme_takes_the_rules_along(self):
        copied = self.programme.copy()
        rule = copied.requirement_ids.filtered(lambda rule: rule.code == "S26")
        self.assertEqual(rule.skill_type_ids, self.env.ref("justiq.skill_type_intercultural"))

    # ------------------------------------------------------------
    # Key workers
    # ------------------------------------------------------------

    def test_s25_no_help_by_somebody_without_fitting_training(self):
        for code in ("CM", "ASJ", "CL"):
            with self.subTest(code), self.assertRefused("S25", "Nora Novice", "Training for Youth Social Work", "15"):
                self._help(self.novice, code)

    def test_s25_refusal_tells_nothing_of_the_young_person(self):
        with self.assertRefused("S25") as refused:
            self._help(self.novice)
        self.assertNotIn("Muster, ", str(refused.exception))

    def test_s25_any_fitting_training_will_do(self):
        self._certify(self.novice, "educator")
        self.assertTrue(self._help(self.novice))

    def test_s25_preferred_training_is_documented_or_found_as_the_provider_chooses(self):
        self._certify(self.novice, "educator")
        help_ = self._help(self.novice)
        self.assertNotIn("S25", self._codes(help_))
        self.env.ref("justiq.phase2_s25_preferred").enforcement = "warn"
        finding = self._findings(help_, "S25")
        self.assertIn("Social Pedagogy", finding.message)

    def test_s25_binds_on_each_path(self):
        help_ = self._help(self.case_worker)
        with self.assertRefused("S25"):
            help_.with_user(self.users["team_lead"]).with_context(install_mode=True).write(
                {"key_worker_id": self.novice.id}
            )
        with self.assertRefused("S25"):
            help_.write({"key_worker_id": False})
        with self.assertRefused("S25"):
            self._hand_over(self.enrolment.case_file_id, self.novice)
        self.assertEqual(self.enrolment.case_file_id.key_worker_id, self.case_worker)

    def test_s25_does_not_bind_in_a_group_baustein(self):
        project = self._create_project()
        self.assertTrue(self._participate(project, enrolment=self.enrolment, key_worker_id=self.novice.id))

    def test_s25_day_of_the_assignment_counts(self):
        self._certify(self.novice, "social_work", date(2020, 2, 1), date(2020, 2, 29))
        for start, is_valid in ((date(2020, 1, 31), False), (date(2020, 2, 1), True), (date(2020, 2, 29), True)):
            with self.subTest(start):
                if is_valid:
                    self.assertTrue(self._help(self.novice, date_start=start, date_end=start))
                else:
                    with self.assertRefused("S25", "01/31/2020"):
                        self._help(self.novice, date_start=start)
        with self.assertRefused("S25"):
            self._help(self.novice, date_start=date(2020, 3, 1))

    def test_s25_for_a_successor_the_day_of_taking_over_counts(self):
        self._certify(self.novice, "social_work", date(2020, 3, 1))
        help_ = self._help(self.case_worker)  # since 15 January
        help_.key_worker_id = self.novice
        self.assertEqual(help_.professional_since, date(2020, 3, 2))
        with self.assertRefused("S25", "01/15/2020"):
            self._help(self.novice, "CL")

    def test_day_of_taking_over_is_the_servers(self):
        help_ = self._help(self.case_worker)
        with self.assertRefused("server"):
            help_.with_user(self.users["case_worker"]).professional_since = date(2000, 1, 1)
        model = self.env["justiq.participation"].with_context(default_professional_since="2000-01-01")
        values = {"enrolment_id": self.enrolment.id, "baustein_id": self.bausteine["CL"].id, "date_start": "2020-02-01"}
        self.assertFalse(model.create({**values, "professional_since": "2000-01-01"}).professional_since)

    def test_s26_to_s28_open_findings_that_resolve_themselves(self):
        self._certify(self.novice, "social_work")
        help_ = self._help(self.novice)
        self.assertEqual(self._codes(help_), ["S26", "S27", "S28"])
        self.assertIn("Nora Novice", self._findings(help_, "S26").message)
        certificate = self._certify(self.novice, "intercultural", date(2020, 1, 1))
        self.assertEqual(self._codes(help_), ["S27", "S28"])
        certificate.unlink()
        self.assertEqual(self._codes(help_), ["S26", "S27", "S28"])

    def test_taking_the_proof_away_opens_a_finding_and_stops_nobody(self):
        help_ = self._help(self.case_worker)
        training = self.env.ref("justiq.skill_social_work")
        self.case_worker.employee_skill_ids.filtered(lambda skill: skill.skill_id == training).unlink()
        finding = self._findings(help_, "S25")
        self.assertTrue(finding)
        self.assertFalse(finding.is_justifiable)
        self._certify(self.case_worker, "educator")
        self.assertFalse(self._findings(help_, "S25"))

    def test_rule_that_comes_to_existing_help_opens_findings_only(self):
        rule = self.env.ref("justiq.phase2_s25")
        rule.enforcement = "off"
        help_ = self._help(self.novice)
        rule.enforcement = "block"
        self.assertTrue(self._findings(help_, "S25"))
        help_.date_end = date(2020, 6, 30)  # goes on with its help
        with self.assertRefused("S25"):
            self._help(self.novice, "CL")

    # ------------------------------------------------------------
    # Leads of micro-projects
    # ------------------------------------------------------------

    def test_s25_binds_a_micro_project_from_its_approval_on(self):
        project = self._create_project("planned", lead_id=self.novice.id)
        self.assertIn("S25", self._codes(project))
        with self.assertRefused("S25", "Nora Novice", project.name):
            project.state = "approved"
        self._certify(self.novice, "educator")
        self.assertNotIn("S25", self._codes(project))

    def test_s26_of_a_lead_has_to_be_justified_before_the_approval(self):
        self._certify(self.novice, "educator")
        project = self._create_project("planned", lead_id=self.novice.id)
        self.assertEqual(self._codes(project), ["S26", "S27", "S28"])
        with self.assertRefused("S26", "justification"):
            project.state = "approved"
        self._findings(project).write({"justification": "Two days of training in May."})
        project.state = "approved"

    def test_s25_new_lead_of_an_approved_micro_project(self):
        project = self._create_project("approved")
        with self.assertRefused("S25"):
            project.lead_id = self.novice
        self._certify(self.novice, "educator", date(2020, 3, 2))
        project.lead_id = self.novice
        self.assertEqual(project.professional_since, date(2020, 3, 2))

    def test_s35_supporting_staff_needs_role_and_reason_only(self):
        project = self._create_project("approved")
        project.staff_ids = [
            Command.create({"employee_id": self.novice.id, "role": "Artist", "reason": "Paints with the young people."})
        ]
        self.assertFalse(self._findings(project))

    # ------------------------------------------------------------
    # Certificates that run out
    # ------------------------------------------------------------

    def _check_daily(self, moment):
        self.env.invalidate_all()
        with freeze_time(moment):
            self.env["justiq.grant"]._check_certificates_daily()
            self.env.flush_all()

    def test_certificate_that_runs_out_opens_a_finding_ahead_of_time(self):
        self._certify(self.novice, "social_work", date(2015, 1, 1), date(2020, 10, 31))
        for skill in ("intercultural", "gender", "local"):
            self._certify(self.novice, skill)
        self._help(self.novice)
        self._check_daily(LATER)
        self.assertTrue(self._findings(self.grant, "S25"), "sixty days before its end")
        self.assertIn("Nora Novice on 10/31/2020", self._findings(self.grant, "S25").message)
        self.assertNotIn("Mia", self._findings(self.grant).message)

    def test_day_before_the_limit_there_is_no_finding(self):
        self._certify(self.novice, "social_work", date(2015, 1, 1), date(2020, 10, 31))
        self._help(self.novice)
        self._check_daily(datetime(2020, 8, 31, 10))
        self.assertFalse(self._findings(self.grant, "S25"))

    def test_renewed_certificate_resolves_the_finding(self):
        self._certify(self.novice, "social_work", date(2015, 1, 1), date(2020, 10, 31))
        self._help(self.novice)
        self._check_daily(LATER)
        with freeze_time(LATER):
            self._certify(self.novice, "social_work", date(2020, 11, 1), date(2025, 10, 31))
        self.assertFalse(self._findings(self.grant, "S25"))

    def test_finding_resolves_when_the_work_has_ended(self):
        self._certify(self.novice, "social_work", date(2015, 1, 1), date(2020, 10, 31))
        help_ = self._help(self.novice)
        self._check_daily(LATER)
        help_.date_end = date(2020, 9, 30)
        self._check_daily(datetime(2020, 10, 1, 10))
        self.assertFalse(self._findings(self.grant, "S25"))

    def test_days_ahead_are_the_rules(self):
        self._certify(self.novice, "social_work", date(2015, 1, 1), date(2020, 10, 31))
        self._help(self.novice)
        self.env.ref("justiq.phase2_s25").value_count = 10
        self._check_daily(LATER)
        self.assertFalse(self._findings(self.grant, "S25"))
        self._check_daily(datetime(2020, 10, 21, 10))
        self.assertTrue(self._findings(self.grant, "S25"))

    # ------------------------------------------------------------
    # Who enters certificates
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_certifies_herself(self):
        skill = self.env.ref("justiq.skill_gender")
        values = {
            "employee_id": self.case_worker.id,
            "skill_type_id": skill.skill_type_id.id,
            "skill_id": skill.id,
            "skill_level_id": skill.skill_type_id.skill_level_ids.id,
            "valid_from": date(2019, 1, 1),
        }
        model = self.env["hr.employee.skill"]
        with self.assertRefused("S27", "team lead", error=AccessError):
            model.with_user(self.users["case_worker"]).create(values)
        own = self.case_worker.employee_skill_ids.filtered(lambda line: line.skill_id == skill)
        for work in (lambda line: line.write({"valid_to": date(2030, 1, 1)}), lambda line: line.unlink()):
            with self.assertRaises(AccessError):
                work(own.with_user(self.users["case_worker"]))
        self.assertTrue(model.with_user(self.users["team_lead"]).create(values))

    def test_other_skills_stay_everybodys_own(self):
        kind = self.env["hr.skill.type"].create(
            {
                "name": "Languages of the team",
                "skill_ids": [Command.create({"name": "Turkish"})],
                "skill_level_ids": [Command.create({"name": "Good", "level_progress": 80})],
            }
        )
        values = {
            "employee_id": self.case_worker.id,
            "skill_type_id": kind.id,
            "skill_id": kind.skill_ids.id,
            "skill_level_id": kind.skill_level_ids.id,
        }
        self.assertTrue(self.env["hr.employee.skill"].with_user(self.users["case_worker"]).create(values))

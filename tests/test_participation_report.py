from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

MEASURES = ["enrolment_number:count_distinct", "participation_count:sum", "contact_count:sum", "hours:sum"]


@tagged("post_install", "-at_install")
class TestParticipationReport(JustiqCommon):
    """Persons and participations by Baustein, gender, age group and outcome."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mia = cls._enrol(cls._create_case(last_name="Secretname"))
        cls.emre = cls._enrol(cls._create_case(first_name="Emre", gender="male", birth_date=date(2001, 1, 1)))
        clearing = cls._participate(code="CL", enrolment=cls.mia, date_end=date(2020, 2, 1))
        clearing.outcome = "other_help"
        cls.back = cls._participate(
            code="CL", enrolment=cls.mia, date_start=date(2020, 3, 1), origin_participation_id=clearing.id
        )
        cls._participate(code="CM", enrolment=cls.emre)
        cls._create_note(cls.mia.case_file_id, participation_id=cls.back.id, minutes=90, date=date(2020, 3, 2))
        cls.emre.write({"date_exit": date(2020, 12, 31), "exit_destination": "training"})
        cls.env.flush_all()

    def _totals(self, groupby=(), role="team_lead", domain=()):
        report = self.env["justiq.participation.report"].with_user(self.users[role])
        return report._read_group([("grant_id", "=", self.grant.id), *domain], list(groupby), MEASURES)

    def test_a_person_counts_once_in_the_total_and_in_each_group(self):
        self.assertEqual(self._totals(), [(2, 3, 1, 1.5)])
        self.assertEqual(
            {baustein.code: figures for baustein, *figures in self._totals(["baustein_id"])},
            {"CL": [1, 2, 1, 1.5], "CM": [1, 1, 0, 0.0]},
        )

    def test_groups_are_gender_age_group_and_outcome(self):
        for field, expected in (
            ("gender", {"female": 1, "male": 1}),
            ("age_group", {"15_17": 1, "18_20": 1}),
            ("outcome", {"other_help": 1, False: 2}),
            ("exit_destination", {"training": 1, False: 1}),
            ("is_return", {True: 1, False: 2}),
        ):
            with self.subTest(field):
                found = {}
                for key, persons, *_figures in self._totals([field]):
                    found[key or False] = found.get(key or False, 0) + persons
                self.assertEqual(found, expected)

    def test_pivot_of_the_web_client_has_the_same_totals(self):
        report = self.env["justiq.participation.report"].with_user(self.users["team_lead"])
        answer = report.formatted_read_grouping_sets(
            [("grant_id", "=", self.grant.id)], [[], ["baustein_id"]], ["enrolment_number:count_distinct"]
        )
        self.assertEqual(answer[0][0]["enrolment_number:count_distinct"], 2)

    def test_persons_who_do_not_count_are_told_apart(self):
        self.emre.case_file_id.consent_ids.withdrawn_on = date(2020, 6, 1)
        self.env.flush_all()
        self.assertEqual(self._totals(domain=[("is_counted", "=", True)])[0][0], 1)

    def test_figures_are_up_to_date_without_being_saved_first(self):
        self.back.date_end = date(2020, 4, 1)
        self.assertEqual(self._totals(domain=[("date_end", "=", date(2020, 4, 1))])[0][1], 1)

    def test_case_worker_counts_the_files_she_may_open(self):
        colleague = new_test_user(self.env, login="test_colleague", groups="justiq.group_case_worker")
        self._hand_over(self.emre.case_file_id, self._create_employee("Conny Colleague", user_id=colleague.id))
        self.assertEqual(self._totals(role="case_worker")[0][:2], (1, 2))

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_finance_and_privacy_officer_have_no_figures_of_persons(self):
        for role in ("finance", "privacy_officer", "manager"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._totals(role=role)

    def test_coordination_and_auditor_learn_no_name(self):
        for role in ("coordinator", "auditor"):
            report = self.env["justiq.participation.report"].with_user(self.users[role])
            lines = report.search([("grant_id", "=", self.grant.id)])
            self.assertEqual(len(lines), 3)
            self.assertNotIn("Secretname", str(lines.read()))
            self.assertNotIn("Secretname", str(lines.mapped("display_name")))
            with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(UserError):
                report.search([("case_file_id.last_name", "=", "Secretname")])
            groups = report.formatted_read_group([], ["case_file_id"], ["participation_count:sum"])
            self.assertNotIn("Secretname", str(groups))

    def test_companies_are_not_crossed(self):
        foreign = self.env["res.company"].create({"name": "Foreign Provider"})
        grant = self._create_grant(name="Foreign grant", company_id=foreign.id)
        worker = self._create_employee("Steve Stranger", company_id=foreign.id)
        enrolment = self._enrol(self._create_case(worker, company_id=foreign.id), grant_id=grant.id)
        self._participate(code="CM", enrolment=enrolment)
        self.env.flush_all()
        report = self.env["justiq.participation.report"]
        for role in ("case_worker", "team_lead", "coordinator", "auditor"):
            found = report.with_user(self.users[role]).search([("grant_id", "=", grant.id)])
            self.assertFalse(found, role)

from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestStaffReport(JustiqCommon):
    """Staff, training, competences and hours for the funder's report."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls._create_case()
        enrolment = cls._enrol(case)
        cls.help = cls._participate(code="CM", enrolment=enrolment)
        for day, minutes in ((date(2020, 2, 3), 90), (date(2020, 2, 20), 30), (date(2021, 1, 5), 60)):
            cls._create_note(
                case, user=cls.users["case_worker"], participation_id=cls.help.id, date=day, minutes=minutes
            )
        cls._create_note(case, user=cls.users["team_lead"], participation_id=cls.help.id, minutes=60)
        project = cls._create_project("running", lead_id=cls.team_lead.id)
        cls._hold_session(project, cls._participate(project, enrolment=enrolment))
        cls.env.flush_all()

    def _hours(self, role, **filters):
        model = self.env["justiq.staff.hours"].with_user(self.users[role])
        domain = [("grant_id", "=", self.grant.id), *[(name, "=", value) for name, value in filters.items()]]
        return {
            (employee.name, baustein.code, month): hours
            for employee, baustein, month, hours in model._read_group(
                domain, ["employee_id", "baustein_id", "month:month"], ["hours:sum"]
            )
        }

    def _sheet(self, role="coordinator", year=2020):
        report = self.env["report.justiq.report_staff"].with_user(self.users[role])
        return report._get_report_values(self._year(year).ids)["sheets"][0]

    def test_hours_by_professional_baustein_and_month(self):
        self.assertEqual(
            self._hours("team_lead"),
            {
                ("Carla Caseworker", "CM", date(2020, 2, 1)): 2.0,
                ("Carla Caseworker", "CM", date(2021, 1, 1)): 1.0,
                ("Tina Teamlead", "CM", date(2020, 2, 1)): 1.0,
                ("Tina Teamlead", "MP", date(2020, 3, 1)): 2.0,
            },
        )

    def test_amended_entries_count_once(self):
        note = self.help.note_ids.filtered(lambda note: note.minutes == 90)
        self._create_note(
            note.case_file_id,
            user=self.users["case_worker"],
            participation_id=self.help.id,
            date=note.date,
            minutes=30,
            amends_id=note.id,
        )
        self.assertEqual(self._hours("team_lead")["Carla Caseworker", "CM", date(2020, 2, 1)], 1.0)

    def test_who_reads_the_hours(self):
        for role in ("team_lead", "coordinator", "auditor"):
            self.assertTrue(self._hours(role), role)
        for role in ("case_worker", "finance", "privacy_officer", "manager"):
            with self.subTest(role), self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
                self._hours(role)

    def test_hours_tell_no_day_and_no_file(self):
        self.assertLessEqual(
            self.env["justiq.staff.hours"]._fields.keys(),
            {"id", "display_name", "company_id", "grant_id", "baustein_id", "employee_id", "month", "hours", "contacts"}
            | {"create_uid", "create_date", "write_uid", "write_date"},
        )

    def test_hours_of_another_provider_are_hidden(self):
        foreign = self.env["res.company"].create({"name": "Foreign Provider"})
        self.users["auditor"].write({"company_ids": [(6, 0, foreign.ids)], "company_id": foreign.id})
        self.assertFalse(self._hours("auditor"))

    def test_nobody_writes_them(self):
        for operation in ("create", "write", "unlink"):
            self.assertFalse(self.env["justiq.staff.hours"].with_user(self.users["team_lead"]).has_access(operation))

    def test_sheet_tells_training_competences_and_shares(self):
        self._certify(self.case_worker, "gender", date(2015, 1, 1), date(2019, 12, 31))
        sheet = self._sheet()
        self.assertEqual(sheet["bausteine"], ["CM", "ASJ", "CL", "MP"])
        carla, tina = sheet["professionals"]
        self.assertEqual((carla["name"], carla["hours"], carla["sum"]), ("Carla Caseworker", [2.0, 0.0, 0.0, 0.0], 2.0))
        self.assertEqual((tina["hours"], tina["share"]), ([1.0, 0.0, 0.0, 2.0], 60.0))
        self.assertEqual(
            [certificate["name"] for certificate in carla["certificates"]],
            ["Social Work", "Intercultural Competence", "Gender Competence", "Local Structures, Actors and Offers"],
        )
        self.assertEqual(sheet["total"], {"hours": [3.0, 0.0, 0.0, 2.0], "sum": 5.0})

    def test_sheet_names_justified_findings_and_no_young_person(self):
        novice = self._create_employee("Nora Novice")
        gender = self.env.ref("justiq.skill_type_gender")
        self._participate(code="CL", enrolment=self.help.enrolment_id, key_worker_id=novice.id)
        novice.employee_skill_ids.filtered(lambda skill: skill.skill_type_id == gender).unlink()
        finding = self.env["justiq.finding"].search([("requirement_id.code", "=", "S27"), ("state", "=", "open")])
        finding.justification = "Training is booked."
        sheet = self._sheet("team_lead")
        self.assertIn("Training is booked.", [row["justification"] for row in sheet["findings"]])
        self.assertNotIn("Mia", str(sheet))
        self.assertNotIn(self.help.reference, str(sheet))

    def test_who_prints_it(self):
        for role in ("team_lead", "coordinator", "auditor"):
            self.assertTrue(self._sheet(role)["professionals"], role)
        for role in ("case_worker", "finance", "privacy_officer", "manager"):
            with self.subTest(role), self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
                self._sheet(role)

    def test_pages_are_rendered(self):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html("justiq.report_staff", self._year(2020).ids)
        for text in ("Carla Caseworker", "Social Work", "60.0"):
            self.assertIn(text, html.decode())

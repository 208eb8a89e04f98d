from datetime import date
from pathlib import Path

import yaml
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import file_path, format_date, mute_logger

from .common import JustiqCommon

BOUNDARIES = yaml.safe_load(Path(file_path("justiq/tests/data/boundaries.yaml")).read_text(encoding="utf-8"))


@tagged("post_install", "-at_install")
class TestCaseFile(JustiqCommon):
    """Case files: one per person and provider, with a reference of their own."""

    def test_references_follow_each_other(self):
        with freeze_time("2020-05-05"):
            first, second = self._create_case(), self._create_case()
        self.assertRegex(first.reference, r"^FA-2020-\d{5}$")
        self.assertEqual(int(second.reference[-5:]), int(first.reference[-5:]) + 1)

    def test_references_of_one_batch_differ(self):
        values = {
            "first_name": "Mia",
            "last_name": "Muster",
            "birth_date": date(2003, 5, 17),
            "key_worker_id": self.case_worker.id,
        }
        cases = self.env["justiq.case.file"].create([values, values, values])
        self.assertEqual(len(set(cases.mapped("reference"))), 3)

    def test_a_reference_given_by_the_server_is_kept(self):
        """As in demo data and in migrations."""
        self.assertEqual(self._create_case(reference="OLD-17").reference, "OLD-17")

    def test_nobody_chooses_a_reference(self):
        values = {"first_name": "Mia", "last_name": "Muster", "birth_date": date(2003, 5, 17)}
        for role in ("case_worker", "team_lead"):
            cases = self.env["justiq.case.file"].with_user(self.users[role])
            with self.subTest(role=role), self.assertRefused("Muster, Mia", "Former Number"):
                cases.create({**values, "reference": "Muster, Mia"})
            with self.subTest(role=role, way="import"):
                result = cases.load(
                    ["reference", "first_name", "last_name", "birth_date"],
                    [["Muster, Mia", "Mia", "Muster", "2003-05-17"]],
                )
                self.assertFalse(result["ids"])
                self.assertIn("Former Number", result["messages"][0]["message"])
            by_context = cases.with_context(default_reference="Muster, Mia").create(values)
            self.assertTrue(by_context.reference.startswith("FA-"))

    def test_a_copy_has_its_own_reference(self):
        case = self._create_case()
        self.assertNotEqual(case.copy().reference, case.reference)

    @mute_logger("odoo.sql_db")
    def test_reference_is_unique_per_provider(self):
        self._create_case(reference="OLD-17")
        with self.assertRefused(error=UniqueViolation):
            self._create_case(reference="OLD-17")
        other = self.env["res.company"].create({"name": "Another provider"})
        worker = self._create_employee("Olga Other", company_id=other.id)
        self._create_case(worker, reference="OLD-17", company_id=other.id)

    def test_a_provider_with_a_sequence_of_its_own_uses_it(self):
        other = self.env["res.company"].create({"name": "Another provider"})
        self.env["ir.sequence"].create(
            {"name": "Own", "code": "justiq.case.file", "prefix": "OWN-", "padding": 3, "company_id": other.id}
        )
        worker = self._create_employee("Olga Other", company_id=other.id)
        self.assertEqual(self._create_case(worker, company_id=other.id).reference, "OWN-001")
        self.assertTrue(self._create_case().reference.startswith("FA-"))

    @freeze_time("2020-05-05")
    def test_nobody_is_born_in_the_future(self):
        self._create_case(birth_date=date(2020, 5, 5))
        with self.assertRefused("05/06/2020"):
            self._create_case(birth_date=date(2020, 5, 6))

    def test_key_worker_belongs_to_the_provider(self):
        other = self.env["res.company"].create({"name": "Another provider"})
        worker = self._create_employee("Olga Other", company_id=other.id)
        with self.assertRaises(Exception):  # noqa: B017 (Odoo's own company check)
            self._create_case(worker)

    def test_label_shows_the_name_to_who_may_read_the_file_only(self):
        case = self._create_case()
        for role in ("case_worker", "team_lead"):
            self.assertEqual(case.with_user(self.users[role]).display_name, f"Muster, Mia ({case.reference})", role)
        for role in ("coordinator", "auditor", "finance"):
            self.assertEqual(case.with_user(self.users[role]).sudo().display_name, case.reference, role)


@tagged("post_install", "-at_install")
class TestEnrolment(JustiqCommon):
    """Enrolments: the person in one grant, and whether she counts."""

    @mute_logger("odoo.sql_db")
    def test_a_person_is_enrolled_once_per_grant(self):
        case = self._create_case()
        self._enrol(case)
        with self.assertRefused(error=UniqueViolation):
            self._enrol(case)
        self._enrol(case, grant_id=self._create_grant(name="Other grant").id)
        self.assertEqual(case.enrolment_count, 2)

    def test_age_on_entry_boundaries(self):
        for case in BOUNDARIES["age_on_entry"]:
            with self.subTest(**case):
                enrolment = self._enrol(
                    self._create_case(birth_date=case["birth"]),
                    date_entry=case["entry"],
                    legal_basis_date=case["entry"],
                )
                self.assertEqual(enrolment.is_counted, case["counted"])
                self.assertEqual(enrolment.not_counted_reason, False if case["counted"] else "age")

    def test_age_on_entry_of_somebody_born_on_a_leap_day(self):
        case = self._create_case(birth_date=date(2008, 2, 29))
        for entry, age in ((date(2020, 2, 28), 11), (date(2020, 2, 29), 12), (date(2021, 2, 28), 13)):
            with self.subTest(entry=entry):
                self.assertEqual(self._enrol(case, date_entry=entry).age_at_entry, age)
                case.enrolment_ids.unlink()

    def test_age_groups(self):
        for birth, group in (
            (date(2005, 1, 16), "00_14"),
            (date(2005, 1, 15), "15_17"),
            (date(2002, 1, 16), "15_17"),
            (date(2002, 1, 15), "18_20"),
            (date(1999, 1, 16), "18_20"),
            (date(1999, 1, 15), "21_24"),
            (date(1995, 1, 16), "21_24"),
            (date(1995, 1, 15), "25_over"),
        ):
            with self.subTest(birth=birth):
                self.assertEqual(self._enrol(self._create_case(birth_date=birth)).age_group, group)

    def test_limits_of_the_programme_are_data(self):
        enrolment = self._enrol()  # 16 years old
        self.programme.age_min = 17
        self.assertEqual(enrolment.not_counted_reason, "age")
        self.programme.write({"age_min": 12, "age_max": 16})
        self.assertTrue(enrolment.is_counted)

    def test_corrected_birth_date_is_counted_again(self):
        case = self._create_case(birth_date=date(1980, 1, 1))
        enrolment = self._enrol(case)
        self.assertFalse(enrolment.is_counted)
        case.birth_date = date(2003, 5, 17)
        self.assertTrue(enrolment.is_counted)
        self.assertEqual(enrolment.age_at_entry, 16)

    def test_without_consent_on_the_day_of_entry_the_person_does_not_count(self):
        for signed, counted in (
            (False, False),
            (date(2020, 1, 14), True),
            (date(2020, 1, 15), True),
            (date(2020, 1, 16), False),
        ):
            with self.subTest(signed=signed):
                enrolment = self._enrol(legal_basis_date=signed)
                self.assertEqual(enrolment.is_counted, counted)
                self.assertEqual(enrolment.not_counted_reason, False if counted else "consent")

    def test_where_the_law_asks_the_information_sheet_decides(self):
        self.programme.legal_basis = "legal_duty"
        self.assertEqual(self._enrol(legal_basis_date=False).not_counted_reason, "information")
        self.assertTrue(self._enrol().is_counted)

    def test_help_is_never_refused_to_who_does_not_count(self):
        enrolment = self._enrol(self._create_case(birth_date=date(1980, 1, 1)), legal_basis_date=False)
        project = self._create_project("running")
        participation = self._participate(project, enrolment=enrolment)
        self._hold_session(project, participation)
        self.assertEqual(participation.attended_count, 1)
        self.assertFalse(enrolment.is_counted)

    def test_entry_lies_in_the_grant(self):
        for entry, allowed in (
            (date(2018, 12, 31), False),
            (date(2019, 1, 1), True),
            (date(2022, 6, 30), True),
            (date(2022, 7, 1), False),
        ):
            with self.subTest(entry=entry):
                if allowed:
                    self._enrol(date_entry=entry)
                else:
                    with self.assertRefused(format_date(self.env, entry)):
                        self._enrol(date_entry=entry)

    @mute_logger("odoo.sql_db")
    def test_exit_is_not_before_the_entry(self):
        enrolment = self._enrol(date_exit=date(2020, 1, 15))
        with self.assertRefused(error=CheckViolation):
            enrolment.date_exit = date(2020, 1, 14)

    def test_a_new_one_has_a_label_as_soon_as_something_is_chosen(self):
        case = self._create_case()
        for values, label in (
            ({}, ""),
            ({"grant_id": self.grant.id}, self.grant.name),
            ({"case_file_id": case.id, "grant_id": self.grant.id}, f"{case.reference} · {self.grant.name}"),
        ):
            self.assertEqual(self.env["justiq.enrolment"].new(values).display_name or "", label)

    def test_nothing_goes_on_after_the_exit(self):
        enrolment = self._enrol()
        participation = self._participate(code="CM", enrolment=enrolment, date_start=date(2020, 3, 2))
        with self.assertRefused("exit from the grant", *(format_date(self.env, date(2020, 3, day)) for day in (1, 2))):
            enrolment.date_exit = date(2020, 3, 1)
        participation.date_end = date(2020, 4, 30)
        with self.assertRefused("exit from the grant"):
            enrolment.date_exit = date(2020, 4, 29)
        enrolment.date_exit = date(2020, 4, 30)
        for change in ({"date_end": date(2020, 5, 1)}, {"date_start": date(2020, 5, 1), "date_end": False}):
            with self.assertRefused("Come back"):
                participation.write(change)
        with self.assertRefused("Come back"):
            self._participate(code="CL", enrolment=enrolment, date_start=date(2020, 5, 1))

    def test_coming_back_takes_the_exit_back_and_tells_of_it(self):
        enrolment = self._enrol(date_exit=date(2020, 4, 30), exit_destination="training")
        ended = {"date_start": date(2020, 2, 3), "date_end": date(2020, 4, 30)}
        origin = self._participate(code="CM", enrolment=enrolment, **ended)
        values = {"origin_participation_id": origin.id, "date_start": date(2020, 9, 1)}
        participation = self._participate(code="CM", enrolment=enrolment, **values)
        self.assertEqual((enrolment.date_exit, enrolment.exit_destination), (False, "training"))
        self.assertIn("30", enrolment.case_file_id.message_ids[0].body)
        self.assertEqual(origin.date_end, date(2020, 4, 30), "the old one stays as it was")
        self.assertFalse(participation.date_end)

    @freeze_time("2020-05-12")
    def test_the_first_help_begins_with_the_entry_and_the_next_today(self):
        enrolment = self._enrol()
        for code, start in (("CM", date(2020, 1, 15)), ("CL", date(2020, 5, 12))):
            form = Form(self.env["justiq.participation"])
            form.enrolment_id = enrolment
            form.baustein_id = self.bausteine[code]
            self.assertEqual(form.save().date_start, start)

    def test_person_and_grant_belong_to_one_provider(self):
        other = self.env["res.company"].create({"name": "Another provider"})
        grant = self._create_grant(name="Other grant", company_id=other.id)
        case = self._create_case()
        with self.assertRefused(case.reference, "Other grant"):
            self._enrol(case, grant_id=grant.id)

    def test_keys_are_fixed(self):
        enrolment = self._enrol()
        other = self._create_case(first_name="Leo")
        for values in ({"case_file_id": other.id}, {"grant_id": self._create_grant(name="Other grant").id}):
            with self.subTest(**values), self.assertRefused("cannot be changed"):
                enrolment.write(values)
        enrolment.write({"case_file_id": enrolment.case_file_id.id, "grant_id": self.grant.id})


@tagged("post_install", "-at_install")
class TestParticipation(JustiqCommon):
    """Participations: a person in one Baustein, in a micro-project where it is a group."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enrolment = cls._enrol()
        cls.project = cls._create_project("running")

    @mute_logger("odoo.sql_db")
    def test_group_baustein_needs_its_micro_project(self):
        for code in ("CM", "ASJ", "CL"):
            with self.subTest(code=code):
                self._participate(code=code, enrolment=self.enrolment)
                with self.assertRefused(error=CheckViolation):
                    self._participate(self.project, code=code, enrolment=self.enrolment)
        with self.assertRefused(error=CheckViolation):
            self._participate(code="MP", enrolment=self.enrolment)
        self._participate(self.project, code="MP", enrolment=self.enrolment)

    @mute_logger("odoo.sql_db")
    def test_group_baustein_needs_its_micro_project_in_plain_sql(self):
        participation = self._participate(self.project, enrolment=self.enrolment)
        self.env.flush_all()
        with self.assertRefused(error=CheckViolation):
            self.env.cr.execute(
                "UPDATE justiq_participation SET micro_project_id = NULL WHERE id = %s", (participation.id,)
            )

    @mute_logger("odoo.sql_db")
    def test_a_used_baustein_keeps_its_kind(self):
        self._participate(self.project, enrolment=self.enrolment)
        with self.assertRaises(Exception):  # noqa: B017 (rule or database, whoever is first)
            self.bausteine["MP"].kind = "individual"
            self.env.flush_all()

    def test_baustein_belongs_to_the_grant(self):
        grant = self._create_grant(codes=("CM",), name="Only Case Management")
        enrolment = self._enrol(self.enrolment.case_file_id, grant_id=grant.id)
        with self.assertRefused("Outreach", "Case Management"):
            self._participate(code="ASJ", enrolment=enrolment)
        self._participate(code="CM", enrolment=enrolment)

    def test_micro_project_belongs_to_the_grant(self):
        other = self._create_grant(name="Other grant")
        foreign = self._create_project(name="Foreign project", grant_id=other.id)
        with self.assertRefused("Foreign project", "Other grant", "Vorhaben Musterstadt"):
            self._participate(foreign, enrolment=self.enrolment)

    def test_micro_project_with_participants_stays_in_its_grant(self):
        self._participate(self.project, enrolment=self.enrolment)
        other = self._create_grant(name="Other grant")
        with self.assertRefused("Farbe im Quartier", "Other grant"):
            self.project.grant_id = other

    def test_keys_come_from_the_enrolment(self):
        participation = self._participate(enrolment=self.enrolment, code="CM")
        self.assertEqual(participation.case_file_id, self.enrolment.case_file_id)
        self.assertEqual(participation.grant_id, self.grant)
        self.assertEqual(participation.company_id, self.company)
        self.assertEqual(participation.key_worker_id, self.case_worker)
        self.assertEqual(participation.reference, self.enrolment.reference)

    def test_keys_are_fixed(self):
        participation = self._participate(self.project, enrolment=self.enrolment)
        session = self._hold_session(self.project, participation)
        other = self._enrol(self._create_case(self.team_lead, first_name="Leo"))
        for record, values in (
            (participation, {"enrolment_id": other.id}),
            (participation, {"case_file_id": other.case_file_id.id}),
            (participation, {"micro_project_id": self._create_project(name="Other").id}),
            (participation, {"baustein_id": self.bausteine["CM"].id}),
            (session.attendance_ids, {"case_file_id": other.case_file_id.id}),
            (session.attendance_ids, {"session_id": self._create_session(self.project).id}),
        ):
            for user in self.users["case_worker"], self.users["team_lead"]:
                with self.subTest(values=values, user=user.login):
                    with self.assertRefused():
                        record.with_user(user).write(values)
                    self.assertEqual(record.case_file_id, self.enrolment.case_file_id)

    def test_a_new_participation_cannot_name_another_file(self):
        other = self._create_case(self.team_lead, first_name="Leo")
        with self.assertRefused("Case File"):
            self._participate(code="CM", enrolment=self.enrolment, case_file_id=other.id)
        participations = self.env["justiq.participation"].with_context(default_case_file_id=other.id)
        participation = participations.create(
            {"enrolment_id": self.enrolment.id, "baustein_id": self.bausteine["CM"].id, "date_start": "2020-02-01"}
        )
        self.env.flush_all()
        participation.invalidate_recordset()
        self.assertEqual(participation.case_file_id, self.enrolment.case_file_id)

    def test_coming_back_keeps_the_old_participation(self):
        first = self._participate(self.project, enrolment=self.enrolment, date_end=date(2020, 2, 1))
        second = self._participate(self.project, enrolment=self.enrolment, date_start=date(2020, 4, 1))
        self.assertEqual((first.date_start, first.date_end), (date(2020, 1, 15), date(2020, 2, 1)))
        self.assertFalse(second.date_end)
        self.assertEqual(self.project.participation_count, 2)
        self.assertEqual(self.project.participant_count, 1)
        self.assertEqual(self.enrolment.case_file_id.participation_count, 2)
        self.assertEqual(len(self.enrolment.case_file_id.enrolment_ids), 1)

    @mute_logger("odoo.sql_db")
    def test_nobody_takes_part_twice_at_a_time(self):
        self._participate(self.project, enrolment=self.enrolment)
        with self.assertRefused(error=UniqueViolation):
            self._participate(self.project, enrolment=self.enrolment)
        self._participate(self._create_project("running", name="Another one"), enrolment=self.enrolment)

    def test_participation_starts_with_the_entry_or_later(self):
        with self.assertRefused("01/14/2020", "01/15/2020"):
            self._participate(code="CM", enrolment=self.enrolment, date_start=date(2020, 1, 14))
        participation = self._participate(code="CM", enrolment=self.enrolment, date_start=date(2020, 1, 15))
        with self.assertRefused("01/15/2020", "01/16/2020"):
            self.enrolment.date_entry = date(2020, 1, 16)
        participation.date_start = date(2020, 1, 16)
        self.enrolment.date_entry = date(2020, 1, 16)

    @mute_logger("odoo.sql_db")
    def test_participation_does_not_end_before_it_starts(self):
        participation = self._participate(code="CM", enrolment=self.enrolment, date_end=date(2020, 1, 15))
        with self.assertRefused(error=CheckViolation):
            participation.date_end = date(2020, 1, 14)

    def test_hand_over_of_the_file_keeps_the_key_worker_of_the_past(self):
        ended = self._participate(code="CM", enrolment=self.enrolment, date_end=date(2020, 6, 30))
        running = self._participate(code="CM", enrolment=self.enrolment, date_start=date(2020, 9, 1))
        self._hand_over(self.enrolment.case_file_id, self.team_lead)
        self.assertEqual(ended.key_worker_id, self.case_worker)
        self.assertEqual(running.key_worker_id, self.team_lead)
        self.assertEqual(self._participate(code="ASJ", enrolment=self.enrolment).key_worker_id, self.team_lead)

    def test_names_on_the_roster_for_who_leads_or_staffs_it(self):
        case = self._create_case(self.team_lead, first_name="Leo")
        participation = self._participate(self.project, enrolment=self._enrol(case))
        user = self.users["case_worker"]
        self.assertEqual(participation.with_user(user).participant_name, "Muster, Leo", "leads the project")
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRefused(error=AccessError):
            case.with_user(user).read(["first_name"])
        self.project.lead_id = self.team_lead
        self.env.invalidate_all()
        self.assertEqual(participation.sudo().with_user(user).sudo().participant_name, case.reference)
        self.project.staff_ids = [
            Command.create({"employee_id": self.case_worker.id, "role": "Coach", "reason": "Knows football."})
        ]
        self.env.invalidate_all()
        self.assertEqual(participation.with_user(user).participant_name, "Muster, Leo", "on the staff")

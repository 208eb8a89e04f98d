from datetime import date

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

TODAY = "2021-06-15"


class ConsentCase(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case()  # born on 17 May 2003
        cls.school = cls.env["res.partner"].create({"name": "Schule am Park", "is_company": True})
        cls.teacher = cls.env["res.partner"].create({"name": "Frau Lenz", "parent_id": cls.school.id})
        cls.jobcenter = cls.env["res.partner"].create({"name": "Jobcenter", "is_company": True})


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestConsent(ConsentCase):
    """What was given stays as it was given; withdrawing is at once and for good."""

    def test_case_worker_records_a_consent_of_her_file(self):
        consent = self._create_consent(self.case, self.users["case_worker"], purpose="photos")
        self.assertEqual((consent.status, consent.reference), ("valid", self.case.reference))

    def test_nothing_that_was_given_can_be_changed(self):
        consent = self._create_consent(
            self.case, purpose="passing_on", partner_id=self.school.id, signed_by="both", guardian_name="Berta Muster"
        )
        changes = {
            "date": date(2019, 12, 1),
            "purpose": "photos",
            "partner_id": self.jobcenter.id,
            "grant_id": self.grant.id,
            "signed_by": "guardian",
            "guardian_name": "Somebody Else",
            "valid_until": False,
            "case_file_id": self._create_case().id,
        }
        consent.valid_until = date(2022, 1, 1)
        for user in (self.users["case_worker"], self.users["team_lead"], self.env.user):
            for name, value in changes.items():
                with self.subTest(field=name, user=user.login), self.assertRaises(ValidationError):
                    consent.with_user(user).write({name: value})

    def test_a_consent_is_not_backdated_on_any_path(self):
        consent = self._create_consent(self.case, purpose="photos")
        with self.assertRaises(ValidationError):
            self.case.consent_ids = [Command.update(consent.id, {"date": date(2019, 1, 1)})]
        with self.assertRaises(ValidationError):
            consent.with_context(tracking_disable=True, import_file=True).write({"date": "2019-01-01"})
        consent.env["ir.model.data"].create(
            {"module": "__test__", "name": "consent", "model": consent._name, "res_id": consent.id}
        )
        loaded = consent.load(["id", "date"], [["__test__.consent", "2019-01-01"]])
        self.assertTrue(loaded["messages"])
        self.assertEqual(consent.date, date(2020, 1, 15))

    def test_what_was_left_open_can_be_added_once(self):
        consent = self._create_consent(self.case, purpose="photos", signed_by=False, guardian_name=False)
        form = self.programme.consent_form_ids.filtered(lambda form: form.purpose == "photos")
        consent.write({"signed_by": "both", "guardian_name": "Berta Muster", "form_id": form.id})
        consent.signature_scan = b"JVBERi0xLjQK"
        self.assertEqual(consent.form_version, "1")
        with self.assertRefused("final"):
            consent.signature_scan = b"b3RoZXI="
        with self.assertRefused("final"):
            consent.form_id = False

    def test_the_version_on_the_paper_stays_when_the_form_is_added(self):
        form = self.programme.consent_form_ids.filtered(lambda form: form.purpose == "photos")
        consent = self._create_consent(self.case, purpose="photos", form_version="March 2019")
        consent.form_id = form
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((consent.form_id, consent.form_version), (form, "March 2019"))

    def test_the_same_values_once_more_are_no_change(self):
        consent = self._create_consent(self.case, purpose="photos")
        consent.write({"date": "2020-01-15", "purpose": "photos", "valid_until": False})

    def test_the_validity_can_only_be_shortened(self):
        consent = self._create_consent(self.case, purpose="photos")
        consent.valid_until = date(2021, 12, 31)
        consent.valid_until = date(2021, 6, 14)
        self.assertEqual(consent.status, "expired")
        with self.assertRefused("proof"):
            consent.valid_until = date(2022, 12, 31)

    @mute_logger("odoo.sql_db")
    def test_the_validity_does_not_end_before_the_signature(self):
        with self.assertRefused(error=CheckViolation):
            self._create_consent(self.case, purpose="photos", valid_until=date(2020, 1, 14))

    def test_nothing_is_signed_or_withdrawn_in_the_future(self):
        with self.assertRefused("06/16/2021"):
            self._create_consent(self.case, purpose="photos", date=date(2021, 6, 16))
        with self.assertRefused("06/16/2021"):
            self._create_consent(self.case, purpose="photos").withdrawn_on = date(2021, 6, 16)

    def test_nobody_deletes_a_consent(self):
        consent = self._create_consent(self.case, purpose="photos")
        with self.assertRefused("Withdraw"):
            consent.unlink()

    def test_a_consent_cannot_be_copied_out_of_its_withdrawal(self):
        consent = self._create_consent(self.case, purpose="photos")
        consent.withdrawn_on = date(2021, 3, 1)
        with self.assertRefused("03/01/2021"):
            consent.copy()

    # ------------------------------------------------------------
    # Who has to sign
    # ------------------------------------------------------------

    def test_whose_signature_the_age_asks_for(self):
        self.programme.consent_own_age = 16
        self._enrol(self.case)  # so that the programme binds
        for signed, by, accepted in (
            (date(2019, 5, 16), "guardian", True),  # 15 years
            (date(2019, 5, 16), "both", True),
            (date(2019, 5, 16), "young_person", False),
            (date(2019, 5, 17), "guardian", False),  # 16 years
            (date(2019, 5, 17), "both", True),
            (date(2021, 5, 16), "young_person", False),  # 17 years
            (date(2021, 5, 17), "young_person", True),  # 18 years
            (date(2021, 5, 17), "guardian", False),
            (date(2021, 5, 17), "both", True),
        ):
            values = {"purpose": "photos", "date": signed, "signed_by": by, "guardian_name": "Berta Muster"}
            with self.subTest(signed=signed, by=by):
                if accepted:
                    self._create_consent(self.case, **values)
                else:
                    with self.assertRefused("years"):
                        self._create_consent(self.case, **values)

    def test_the_guardian_is_named(self):
        with self.assertRefused("Guardian name"):
            self._create_consent(self.case, purpose="photos", signed_by="both", guardian_name=" ")

    def test_a_corrected_birth_date_tells_who_else_has_to_sign(self):
        case = self._create_case(birth_date=date(1999, 1, 1))
        consent = self._create_consent(case, purpose="photos", signed_by="young_person", guardian_name=False)
        self.assertEqual(consent.status, "valid")
        case.birth_date = date(2007, 5, 17)
        self.assertEqual(consent.status, "incomplete")
        self.assertFalse(case._has_consent("photos", date(2020, 1, 20)))
        case.birth_date = date(1999, 1, 1)
        self.assertEqual(consent.status, "valid")

    def test_a_guardian_without_a_name_has_not_signed(self):
        consent = self._create_consent(self.case, purpose="photos")
        self.env.flush_all()
        self.env.cr.execute("UPDATE justiq_consent SET guardian_name = NULL WHERE id = %s", [consent.id])
        self.env.invalidate_all()
        self.env.add_to_compute(consent._fields["is_signed"], consent)
        self.assertEqual(consent.status, "incomplete")
        consent.guardian_name = "Berta Muster"
        self.assertEqual(consent.status, "valid")

    def test_the_form_is_one_of_the_purpose(self):
        form = self.programme.consent_form_ids.filtered(lambda form: form.purpose == "photos")
        with self.assertRefused("another purpose"):
            self._create_consent(self.case, purpose="contact_after_exit", form_id=form.id)

    @mute_logger("odoo.sql_db")
    def test_passing_on_names_its_recipient_and_nothing_else_does(self):
        with self.assertRefused(error=CheckViolation):
            self._create_consent(self.case, purpose="passing_on")
        with self.assertRefused(error=CheckViolation):
            self._create_consent(self.case, purpose="photos", partner_id=self.school.id)

    def test_the_recipient_is_no_private_person(self):
        aunt = self.env["res.partner"].create({"name": "Tante Berta"})
        with self.assertRefused("private person"):
            self._create_consent(self.case, purpose="passing_on", partner_id=aunt.id)

    def test_the_grant_is_one_of_the_provider(self):
        other = self.env["res.company"].create({"name": "Another provider"})
        with self.assertRefused("another provider"):
            self._create_consent(self.case, grant_id=self._create_grant(company_id=other.id).id)

    # ------------------------------------------------------------
    # Withdrawing
    # ------------------------------------------------------------

    def test_case_worker_withdraws_with_one_click(self):
        consent = self._create_consent(self.case, self.users["case_worker"], purpose="photos")
        consent.action_withdraw()
        self.assertEqual((consent.withdrawn_on, consent.status), (date(2021, 6, 15), "withdrawn"))
        self.assertEqual(consent.withdrawn_by_id, self.users["case_worker"])
        self.assertTrue(consent.withdrawn_at)

    def test_a_withdrawal_is_final(self):
        consent = self._create_consent(self.case, purpose="photos")
        consent.withdrawn_on = date(2021, 3, 1)
        for value in (False, date(2021, 6, 1), date(2021, 2, 1)):
            with self.subTest(value=value), self.assertRefused("final"):
                consent.withdrawn_on = value
        consent.action_withdraw()
        self.assertEqual(consent.withdrawn_on, date(2021, 3, 1))

    def test_nobody_says_that_somebody_else_has_withdrawn(self):
        consent = self._create_consent(self.case, purpose="photos").with_user(self.users["case_worker"])
        other = self.users["team_lead"].id
        consent.write({"withdrawn_on": date(2021, 3, 1), "withdrawn_by_id": other, "withdrawn_at": "2020-01-01"})
        self.assertEqual(consent.withdrawn_by_id, self.users["case_worker"])
        self.assertEqual(consent.withdrawn_at.date(), date(2021, 6, 15))

    def test_what_was_signed_before_a_withdrawal_is_not_recorded_after_it(self):
        self._create_consent(self.case, purpose="photos").withdrawn_on = date(2021, 3, 1)
        with self.assertRefused("03/01/2021", "02/28/2021"):
            self._create_consent(self.case, purpose="photos", date=date(2021, 2, 28))
        self._create_consent(self.case, purpose="contact_after_exit", date=date(2021, 2, 28))
        self._create_consent(self.case, purpose="photos", date=date(2021, 3, 1))

    def test_what_was_signed_before_a_withdrawal_is_not_completed_after_it(self):
        older = self._create_consent(
            self.case, purpose="photos", date=date(2020, 1, 10), signed_by=False, guardian_name=False
        )
        self._create_consent(self.case, purpose="photos").withdrawn_on = date(2021, 3, 1)
        with self.assertRefused("03/01/2021", "01/10/2020"), self.env.cr.savepoint():
            older.write({"signed_by": "both", "guardian_name": "Berta Muster"})
        self.assertFalse(older.is_signed)

    def test_a_withdrawal_holds_for_the_organisation_and_everybody_in_it(self):
        department = self.env["res.partner"].create({"name": "Schulsozialarbeit", "parent_id": self.school.id})
        for withdrawn, again in ((self.school, department), (department, self.school)):
            case = self._create_case()
            consent = self._create_consent(case, purpose="passing_on", partner_id=withdrawn.id)
            consent.withdrawn_on = date(2021, 3, 1)
            with self.subTest(again.name):
                with self.assertRefused("03/01/2021"):
                    self._create_consent(case, purpose="passing_on", partner_id=again.id, date=date(2021, 2, 28))
                self._create_consent(case, purpose="passing_on", partner_id=self.jobcenter.id, date=date(2021, 2, 28))

    def test_a_consent_entered_by_mistake_is_withdrawn_on_its_own_day_and_never_held(self):
        wrong = self._create_consent(self.case, purpose="photos", date=date(2021, 1, 15))
        wrong.withdrawn_on = date(2021, 1, 15)
        self.assertFalse(self.case._has_consent("photos", date(2021, 1, 15)))
        self._create_consent(self.case, purpose="photos", date=date(2020, 1, 15))
        self.assertTrue(self.case._has_consent("photos", date(2021, 1, 15)))

    def test_a_consent_tells_where_data_has_gone(self):
        consent = self._create_consent(self.case, purpose="passing_on", partner_id=self.school.id)
        self.assertFalse(consent.disclosures)
        network = {"kind": "network", "is_released": True}
        self._create_note(self.case, partner_id=self.teacher.id, **network)
        self._create_note(self.case, partner_id=self.jobcenter.id, **network)
        self._create_note(self.case, partner_id=self.school.id, kind="network")
        consent.action_withdraw()
        self.assertEqual(consent.disclosures, "02/03/2020 · Network contact with Schule am Park, Frau Lenz")

    def test_withdrawing_tells_at_once_where_data_has_gone(self):
        consent = self._create_consent(self.case, purpose="passing_on", partner_id=self.school.id)
        self._create_note(self.case, partner_id=self.teacher.id, kind="network", is_released=True)
        told = consent.action_withdraw()["params"]
        self.assertEqual((told["type"], told["message"]), ("warning", consent.disclosures))
        photos = self._create_consent(self.case, purpose="photos").action_withdraw()["params"]
        self.assertIn("Nothing has been passed on", photos["message"])

    def test_a_consent_to_the_esf_data_tells_the_frozen_reports_that_list_the_person(self):
        enrolment = self._enrol(self.case, legal_basis_date=date(2020, 1, 15))
        other = self._enrol()
        report = self.env["justiq.funder.report"].create(
            {
                "kind": "statistics",
                "grant_id": self.grant.id,
                "date_start": date(2020, 1, 1),
                "date_end": date(2020, 12, 31),
            }
        )
        consent = self.case.consent_ids.filtered(lambda one: one.purpose == "esf_data" and one.grant_id)
        self.assertFalse(consent.disclosures)
        report.action_freeze()
        consents = consent | other.case_file_id.consent_ids
        consents.invalidate_recordset(["disclosures"])
        for one in consents:
            self.assertIn(report.grant_id.name, one.with_user(self.users["team_lead"]).disclosures)
        told = consent.with_user(self.users["case_worker"]).action_withdraw()["params"]["message"]
        self.assertIn("01/01/2020 to 12/31/2020", told)
        self.assertEqual(enrolment.consent_withdrawn_on, consent.withdrawn_on)
        since = self._enrol()
        self.assertFalse(since.case_file_id.consent_ids.disclosures, "listed by no report")

    def test_a_consent_without_signer_counts_as_given_but_lets_nothing_out(self):
        consent = self._create_consent(self.case, purpose="photos", signed_by=False, guardian_name=False)
        self.assertEqual(consent.status, "incomplete")
        self.assertFalse(self.case._has_consent("photos", date(2020, 1, 20)))
        enrolment = self._enrol(self.case, legal_basis_date=False)
        enrolment.legal_basis_date = date(2020, 1, 14)
        given = self.case.consent_ids.filtered(lambda one: one.date == date(2020, 1, 14))
        self.assertEqual((given.status, enrolment.is_counted), ("incomplete", True))
        self.assertFalse(enrolment.is_exportable)
        given.write({"signed_by": "both", "guardian_name": "Gerda Guardian"})
        enrolment.invalidate_recordset(["is_exportable"])
        self.assertTrue(enrolment.is_exportable)

    def test_of_full_age_the_date_says_who_has_signed(self):
        enrolment = self._enrol(self._create_case(birth_date=date(2000, 5, 17)))
        self.assertEqual(enrolment.case_file_id.consent_ids.signed_by, "young_person")

    # ------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------

    def test_on_which_days_a_consent_holds(self):
        consent = self._create_consent(self.case, purpose="photos", valid_until=date(2020, 3, 31))
        for day, holds in (
            (date(2020, 1, 14), False),
            (date(2020, 1, 15), True),
            (date(2020, 3, 31), True),
            (date(2020, 4, 1), False),
        ):
            with self.subTest(day=day):
                self.assertEqual(bool(self.case._has_consent("photos", day)), holds)
        consent.withdrawn_on = date(2020, 2, 1)
        self.assertTrue(self.case._has_consent("photos", date(2020, 1, 31)))
        self.assertFalse(self.case._has_consent("photos", date(2020, 2, 1)))

    def test_passing_on_is_asked_for_the_recipient(self):
        self._create_consent(self.case, purpose="passing_on", partner_id=self.school.id)
        self.assertTrue(self.case._has_consent("passing_on", partner=self.school))
        self.assertTrue(self.case._has_consent("passing_on", partner=self.teacher))
        self.assertFalse(self.case._has_consent("passing_on", partner=self.jobcenter))
        self.assertFalse(self.case._has_consent("passing_on"))

    def test_a_consent_for_one_grant_does_not_hold_for_another(self):
        self._create_consent(self.case, grant_id=self.grant.id)
        other = self._create_grant(name="Other grant")
        self.assertTrue(self.case._has_consent("esf_data", grant=self.grant))
        self.assertFalse(self.case._has_consent("esf_data", grant=other))

    def test_many_files_are_asked_with_one_query(self):
        cases = self.env["justiq.case.file"].union(*(self._create_case() for _number in range(20)))
        for case in cases[:7]:
            self._create_consent(case, purpose="photos")
        self.env.flush_all()
        cases._has_consent("photos")
        with self.assertQueryCount(1):
            self.assertEqual(cases._has_consent("photos"), cases[:7])

    def test_searching_by_status_agrees_with_reading_it(self):
        self._create_consent(self.case, purpose="photos")
        self._create_consent(self.case, purpose="photos", valid_until=date(2020, 3, 31))
        self._create_consent(self.case, purpose="contact_after_exit").withdrawn_on = date(2020, 2, 1)
        self._create_consent(self.case, purpose="photos", signed_by=False, guardian_name=False)
        for status in ("incomplete", "valid", "expired", "withdrawn"):
            found = self.case.consent_ids.search([("id", "in", self.case.consent_ids.ids), ("status", "=", status)])
            self.assertEqual(found.mapped("status"), [status])

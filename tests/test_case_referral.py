from datetime import date

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..models.case_referral_release import RELEASES
from .common import SIGNED, JustiqCommon

RELEASE = {
    "released_by": "young_person",
    "released_on": date(2020, 2, 10),
    "released_until": date(2020, 8, 10),
    "release_reason": True,
}


@tagged("post_install", "-at_install")
@freeze_time("2020-02-12 12:00:00")
class TestCaseReferral(JustiqCommon):
    """Referrals to other services, and what these may be told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.users["case_worker"]
        cls.enrolment = cls._enrol()
        cls.case = cls.enrolment.case_file_id
        cls.referral = cls._create_referral(cls.enrolment, reason="Three unpaid invoices.").with_user(cls.user)
        cls.consent = cls._create_passing_on()

    @classmethod
    def _create_passing_on(cls, **values):
        return cls._create_consent(cls.case, purpose="passing_on", partner_id=cls.municipality.id, **values)

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def test_offered_accepted_done(self):
        self.referral.action_accept()
        self.assertEqual(self.referral.answer_date, date(2020, 2, 12))
        with self.assertRefused("outcome"):
            self.referral.action_done()
        self.referral.outcome = "The debts are settled."
        self.referral.action_done()
        self.assertEqual((self.referral.state, self.referral.done_date), ("done", date(2020, 2, 12)))

    def test_declined_with_a_word_why(self):
        with self.assertRefused("outcome"):
            self.referral.action_decline()
        self.referral.write({"state": "declined", "outcome": "No place before May."})

    def test_steps_that_there_are_not(self):
        for state in ("done", "offered"):
            with self.subTest(state):
                if state == "done":
                    with self.assertRefused("cannot go"):
                        self.referral.write({"state": state, "outcome": "Fine."})
        self.referral.write({"state": "declined", "outcome": "No."})
        with self.assertRefused("cannot go"):
            self.referral.action_accept()
        with self.assertRefused("cannot start"):
            self._create_referral(self.enrolment, state="accepted")

    @mute_logger("odoo.sql_db")
    def test_dates_and_outcome_hold_in_the_database(self):
        with self.assertRefused(error=CheckViolation), self.env.cr.savepoint():
            self.referral.answer_date = date(2020, 1, 1)
        self.referral.write({"state": "declined", "outcome": "No."})
        with self.assertRefused(error=CheckViolation), self.env.cr.savepoint():
            self.referral.outcome = False

    def test_to_organisations_only(self):
        person = self.env["res.partner"].create({"name": "Petra Private"})
        with self.assertRefused("Petra Private"):
            self.referral.partner_id = person

    def test_due_in_my_day(self):
        self.referral.follow_up_date = date(2020, 2, 12)
        day = self.env["justiq.my.day"].with_user(self.user)
        self.assertIn("referral", {group["key"] for group in day.get_day()["due"]})
        self.referral.write({"state": "declined", "outcome": "No."})
        self.assertNotIn("referral", {group["key"] for group in day.get_day()["due"]})

    # ------------------------------------------------------------
    # Release
    # ------------------------------------------------------------

    def test_nothing_is_released_by_default(self):
        self.assertFalse(any(self.referral[name] for name in RELEASES))
        self.assertFalse(self.referral.is_released)
        with self.assertRefused("nothing has been released", self.referral.display_name):
            self.referral._check_passing_on()
        with self.assertRefused("nothing has been released"):
            self.referral.action_print()

    @mute_logger("odoo.sql_db")
    def test_release_tells_by_whom_when_and_until_when(self):
        for missing in ("released_by", "released_on", "released_until"):
            with self.subTest(missing), self.assertRefused(error=CheckViolation), self.env.cr.savepoint():
                self.referral.write({**RELEASE, missing: False})
        with self.assertRefused(error=CheckViolation), self.env.cr.savepoint():
            self.referral.release_name = True
        with self.assertRefused(error=CheckViolation), self.env.cr.savepoint():
            self.referral.write({**RELEASE, "released_until": date(2020, 2, 9)})
        with self.assertRefused("future"):
            self.referral.write({**RELEASE, "released_on": date(2020, 2, 13)})

    def test_release_holds_for_its_time(self):
        self.referral.write(RELEASE)
        for day, holds in (("2020-02-10", True), ("2020-08-10", True), ("2020-08-11", False), ("2020-02-09", False)):
            with self.subTest(day), freeze_time(f"{day} 12:00:00"):
                self.referral.invalidate_recordset()
                self.assertEqual(self.referral.is_released, holds)
                if holds:
                    self.referral._check_passing_on()
                else:
                    with self.assertRefused("the release holds from"):
                        self.referral._check_passing_on()

    def _refuse_letter(self, *words):
        self.referral.invalidate_recordset()
        self.assertFalse(self.referral.is_released)
        with self.assertRefused(*words):
            self.referral.action_print()

    def test_no_letter_without_a_signed_consent_to_passing_on(self):
        other = self._create_referral(self.enrolment, partner_id=self._partner().id, **RELEASE).with_user(self.user)
        with self.assertRefused("no signed consent to passing on"):
            other.action_print()
        self.assertFalse(other.has_consent)
        values = {name[8:]: value for name, value in other.action_record_consent()["context"].items()}
        self.env["justiq.consent"].with_user(self.user).create({**values, **SIGNED})
        self.assertTrue(other.is_released)
        self.assertTrue(other.action_print())

    def test_no_letter_on_an_expired_or_withdrawn_consent(self):
        self.referral.write(RELEASE)
        self.assertTrue(self.referral.action_print())
        self.consent.valid_until = date(2020, 2, 11)
        self._refuse_letter("no signed consent to passing on")
        again = self._create_passing_on(date=date(2020, 2, 11))
        self.referral.invalidate_recordset()
        self.assertTrue(self.referral.is_released)
        again.with_user(self.user).action_withdraw()
        self._refuse_letter("withdrawn on 02/12/2020")

    def test_no_letter_on_a_consent_that_lacks_the_guardian(self):
        """At 16 years the release of the young person alone is not enough."""
        self.referral.write(RELEASE)
        self.consent.withdrawn_on = date(2020, 2, 11)
        unsigned = self._create_passing_on(date=date(2020, 2, 12), signed_by=False, guardian_name=False)
        self.assertEqual(unsigned.status, "incomplete")
        self._refuse_letter("withdrawn on")
        with self.assertRefused("legal guardian"):
            unsigned.signed_by = "young_person"
        unsigned.write(SIGNED)
        self.assertEqual(unsigned.status, "valid")
        self.referral.invalidate_recordset()
        self.assertTrue(self.referral.action_print())

    def test_letters_of_a_list_ask_the_consents_at_once(self):
        self._create_referral(self.enrolment, **RELEASE)
        few = self._count_queries_of_list()
        for _number in range(10):
            self._create_referral(self._enrol(), **RELEASE)
        self.assertLessEqual(self._count_queries_of_list(), few)

    def _count_queries_of_list(self):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        self.env["justiq.case.referral"].with_user(self.user).search_read([], ["is_released", "has_consent"])
        return self.env.cr.sql_log_count - start

    def test_network_contact_is_not_released_after_the_withdrawal(self):
        network = {"kind": "network", "partner_id": self.municipality.id, "is_released": True}
        self._create_note(self.case, self.user, **network)
        self.consent.withdrawn_on = date(2020, 2, 11)
        with self.assertRefused(self.case.reference, "Musterstadt", "02/11/2020"):
            self._create_note(self.case, self.user, date=date(2020, 2, 12), **network)
        self._create_passing_on(date=date(2020, 2, 12))
        self._create_note(self.case, self.user, date=date(2020, 2, 12), **network)

    def test_release_of_nothing_is_none(self):
        self.referral.write({**RELEASE, "release_reason": False})
        with self.assertRefused("nothing has been released"):
            self.referral._check_passing_on()

    def test_more_takes_a_new_release(self):
        self.referral.write({**RELEASE, "release_message": True, "message": "She owes money to a shop."})
        for values in (
            {"release_name": True},
            {"release_biography": True, "release_reason": False},
            {"released_until": date(2021, 8, 10)},
            {"reason": "Three unpaid invoices, and a summons."},
            {"message": "She owes money to three shops."},
            {"partner_id": self._partner().id},
            {"release_name": True, "released_on": date(2020, 2, 10)},
            {"release_name": True, "released_on": date(2020, 1, 1)},
        ):
            with self.subTest(values=values), self.assertRefused("goes beyond", "02/10/2020"):
                self.referral.write(values)
            with self.subTest(values=values, path="file"), self.assertRefused("goes beyond"):
                self.case.with_user(self.user).referral_ids = [Command.update(self.referral.id, values)]
        self.referral.write({"release_name": True, "released_on": date(2020, 2, 11)})
        self.assertTrue(self.referral.release_name)

    def test_less_is_always_possible(self):
        self.referral.write({**RELEASE, "release_name": True})
        self.referral.write({"release_name": False, "released_until": date(2020, 3, 1)})
        self.referral.write(
            {"release_reason": False, "released_by": False, "released_on": False, "released_until": False}
        )
        self.assertFalse(self.referral.is_released)

    def _partner(self):
        return self.env["res.partner"].create({"name": "Debt advice centre", "is_company": True})

    def test_who_recorded_it_is_the_servers_to_say(self):
        self.referral.write(RELEASE)
        self.assertEqual(self.referral.release_recorded_by_id, self.user)
        lead = self.users["team_lead"]
        with self.assertRefused("Recorded by"):
            self.referral.release_recorded_by_id = lead
        created = self.referral.with_context(default_release_recorded_by_id=lead.id).create(
            {
                "case_file_id": self.case.id,
                "partner_id": self.municipality.id,
                "offer": "Advice",
                "date": date(2020, 2, 10),
                "release_recorded_by_id": lead.id,
                **RELEASE,
            }
        )
        self.assertEqual(created.release_recorded_by_id, self.user)

    def test_release_does_not_go_into_a_copy(self):
        self.referral.write({**RELEASE, "release_name": True})
        self.assertFalse(self.referral.copy().is_released)

    # ------------------------------------------------------------
    # Access
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_foreign_worker_neither_reads_nor_releases(self):
        hidden = self._create_referral(self._enrol(self._create_case(self.team_lead))).with_user(self.user)
        for act in (
            hidden.read,
            hidden.action_print,
            hidden.action_accept,
            lambda: hidden.write(RELEASE),
            lambda: self.referral.create({"case_file_id": hidden.sudo().case_file_id.id}),
        ):
            with self.assertRefused(error=AccessError):
                act()
        with self.assertRefused("cannot be changed"):
            self.referral.case_file_id = hidden.sudo().case_file_id
        for role in ("coordinator", "finance", "auditor", "privacy_officer", "manager"):
            with self.subTest(role=role), self.assertRefused(error=AccessError):
                self.referral.with_user(self.users[role]).read()

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.models.unlink")
    def test_team_lead_deletes_case_worker_does_not(self):
        with self.assertRefused(error=AccessError):
            self.referral.unlink()
        self.referral.with_user(self.users["team_lead"]).unlink()

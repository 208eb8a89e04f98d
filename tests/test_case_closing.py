from datetime import date

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

SECTIONS = ("initial_situation", "life_situation", "biography", "potentials", "competences", "needs")


class ClosingCase(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case(**dict.fromkeys(SECTIONS, "Spoken about and written down."))
        cls.enrolment = cls._enrol(cls.case)
        cls.participation = cls._participate(code="CM", enrolment=cls.enrolment)
        cls.contact = cls._create_contact(cls.case)
        cls.note = cls._create_note(cls.case, kind="network", partner_id=cls.municipality.id)
        cls.env.flush_all()

    def _dialog(self, role="team_lead", **values):
        wizard = self.env["justiq.case.close"].with_user(self.users[role])
        return wizard.create(
            {
                "case_file_id": self.case.id,
                "date": date(2020, 12, 18),
                "reason": "goals_reached",
                "outcome": "training",
                **values,
            }
        )

    def _reopen(self, reason="She came back.", role="team_lead"):
        wizard = self.env["justiq.case.reopen"].with_user(self.users[role])
        return wizard.create({"case_file_id": self.case.id, "reason": reason}).action_reopen()


@freeze_time("2021-01-11")
@tagged("post_install", "-at_install")
class TestClosing(ClosingCase):
    """Reason, outcome, nothing running, findings justified: asked for on every path."""

    def test_team_lead_closes_in_one_dialog(self):
        self._dialog(note="Started an apprenticeship.").action_close()
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(
            (self.case.closing_date, self.case.closing_reason, self.case.closing_outcome),
            (date(2020, 12, 18), "goals_reached", "training"),
        )
        closing = self.case.closing_ids
        self.assertEqual((closing.state, closing.closed_by_id), ("closed", self.users["team_lead"]))

    def test_the_dialog_ends_what_is_running_on_the_same_day(self):
        self._dialog().action_close()
        self.assertEqual(self.participation.date_end, date(2020, 12, 18))
        self.assertEqual(self.enrolment.date_exit, date(2020, 12, 18))

    def test_the_dialog_may_leave_it_running_and_then_does_not_close(self):
        with self.assertRefused("Case Management", "no exit date"):
            self._dialog(end_participations=False).action_close()
        self.assertEqual(self.case.state, "open")

    def test_nothing_ends_before_it_began(self):
        with self.assertRefused("01/15/2020", "01/14/2020"):
            self._dialog(date=date(2020, 1, 14)).action_close()

    def test_the_dialog_shows_what_is_still_to_be_settled(self):
        gaps = self._dialog().gaps
        self.assertIn("Case Management", gaps)
        self.assertIn(self.grant.name, gaps)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_the_dialog_tells_nothing_of_a_foreign_file(self):
        self._hand_over(self.case, self._create_employee("Conny Colleague"))
        wizard = self.env["justiq.case.close"].with_user(self.users["case_worker"])
        with self.assertRaises(AccessError):
            dialog = wizard.create(
                {"case_file_id": self.case.id, "date": date(2020, 12, 18), "reason": "other", "outcome": "work"}
            )
            self.assertFalse(dialog.gaps)
            dialog.action_propose()

    def test_the_dialog_does_not_tell_the_proposal_of_a_foreign_file(self):
        proposal = self._propose_closing(self.case, note="Has moved to her aunt.")
        self._hand_over(self.case, self._create_employee("Conny Colleague"))
        self.env.flush_all()
        self.env.invalidate_all()
        wizard = self.env["justiq.case.close"].with_user(self.users["case_worker"])
        keys = {"case_file_id": self.case.id}
        spec = {"note": {}, "reason": {}, "outcome": {}}
        by_context = wizard.with_context(default_case_file_id=self.case.id)
        for attack in (
            lambda: wizard.create({**keys, "reason": "other", "outcome": "work"}).note,
            lambda: by_context.create({"reason": "other", "outcome": "work"}).note,
            lambda: wizard.onchange(keys, list(keys), spec),
            lambda: by_context.onchange({}, [], spec),
            lambda: wizard.with_context(default_proposal_id=proposal.id).onchange({}, [], spec),
        ):
            try:
                self.assertNotIn("aunt", str(attack()))
            except AccessError as refused:
                self.assertNotIn("aunt", str(refused))
            self.env.invalidate_all()

    def test_key_worker_proposes_and_team_lead_carries_it_out(self):
        self._dialog("case_worker", note="She has a contract.").action_propose()
        self.assertTrue(self.case.is_closing_proposed)
        self.assertEqual(self.case.state, "open")
        dialog = self.env["justiq.case.close"].with_user(self.users["team_lead"]).create({"case_file_id": self.case.id})
        self.assertEqual((dialog.reason, dialog.note), ("goals_reached", "She has a contract."))
        dialog.action_close()
        closing = self.case.closing_ids
        self.assertEqual(
            (closing.proposed_by_id, closing.closed_by_id), (self.users["case_worker"], self.users["team_lead"])
        )
        self.assertFalse(self.case.is_closing_proposed)

    def test_key_worker_does_not_close(self):
        with self.assertRaises(AccessError):
            self._dialog("case_worker").action_close()
        self._settle_case(self.case)
        with self.assertRaises(AccessError):
            self.case.with_user(self.users["case_worker"]).state = "closed"

    def test_key_worker_takes_her_proposal_back(self):
        self._dialog("case_worker").action_propose()
        self.case.with_user(self.users["case_worker"]).action_discard_closing()
        self.assertEqual(self.case.closing_ids.state, "discarded")
        self.assertFalse(self.case.is_closing_proposed)

    def test_the_proposal_is_due_for_the_team_lead_only(self):
        self._dialog("case_worker").action_propose()
        for role, due in (("team_lead", 1), ("case_worker", 0)):
            day = self.env["justiq.my.day"].with_user(self.users[role]).get_day("team")
            closings = [group["total"] for group in day["due"] if group["key"] == "closing"]
            self.assertEqual(sum(closings), due, role)

    def test_the_proposal_of_somebody_elses_file_stands_on_the_team_leads_own_day(self):
        self._dialog("case_worker").action_propose()
        day = self.env["justiq.my.day"].with_user(self.users["team_lead"]).get_day("mine")
        [group] = [group for group in day["due"] if group["key"] == "closing"]
        self.assertEqual([item["id"] for item in group["items"]], self.case.closing_ids.ids)

    def test_the_proposal_leads_to_the_dialog_that_closes(self):
        self._dialog("case_worker", note="She has a contract.").action_propose()
        action = self.case.closing_ids.with_user(self.users["team_lead"]).action_close()
        wizard = self.env[action["res_model"]].with_user(self.users["team_lead"]).with_context(**action["context"])
        self.assertEqual(wizard.create({}).note, "She has a contract.")

    def test_closing_ends_what_runs_on_the_day_of_an_exit_that_is_there(self):
        self.enrolment.date_exit = date(2020, 11, 30)
        self._dialog().action_close()
        self.assertEqual(self.participation.date_end, date(2020, 11, 30))

    @mute_logger("odoo.sql_db")
    def test_there_is_one_proposal_at_a_time(self):
        self._propose_closing(self.case)
        with self.assertRefused(error=UniqueViolation):
            self._propose_closing(self.case)

    def test_no_closing_lies_in_the_future(self):
        with self.assertRefused("01/12/2021"):
            self._propose_closing(self.case, date=date(2021, 1, 12))

    # ------------------------------------------------------------
    # Findings
    # ------------------------------------------------------------

    def test_open_findings_are_justified_first(self):
        self.case.biography = False
        action = self._dialog().action_close()
        self.assertEqual(action["res_model"], "justiq.finding.justify")
        self.assertEqual(self.case.state, "open")
        justify = (
            self.env["justiq.finding.justify"]
            .with_user(self.users["team_lead"])
            .create({name.removeprefix("default_"): value for name, value in action["context"].items()})
        )
        self.assertEqual(justify.line_ids.requirement_id.code, "S31")
        justify.line_ids.justification = "She did not want to speak about it."
        justify.action_confirm()
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(self.case.finding_ids.state, "justified")

    def test_no_path_closes_past_an_open_finding(self):
        self.case.biography = False
        self._settle_case(self.case)
        self.case.finding_ids.justification = False
        with self.assertRefused("S31"):
            self.case.with_user(self.users["team_lead"]).state = "closed"

    # ------------------------------------------------------------
    # Every path
    # ------------------------------------------------------------

    def test_no_path_closes_without_reason_and_outcome(self):
        self.participation.date_end = self.enrolment.date_exit = date(2020, 12, 18)
        case = self.case.with_user(self.users["team_lead"])
        self.env["ir.model.data"].create({"module": "__test__", "name": "case", "model": case._name, "res_id": case.id})
        for close in (
            lambda: case.write({"state": "closed"}),
            lambda: self.case.write({"state": "closed"}),
            lambda: case.with_context(default_state="closed", force=True).write({"state": "closed"}),
        ):
            with self.assertRefused("Reason and outcome"):
                close()
        loaded = case.load(["id", "state"], [["__test__.case", "closed"]])
        self.assertIn("Reason and outcome", loaded["messages"][0]["message"])
        self.assertEqual(self.case.state, "open")

    def test_no_file_is_born_closed(self):
        files = self.env["justiq.case.file"].with_context(default_state="closed")
        values = {
            "first_name": "Ayla",
            "last_name": "Anders",
            "birth_date": date(2004, 2, 29),
            "key_worker_id": self.case_worker.id,
        }
        with self.assertRefused("cannot start"):
            files.create(values)
        with self.assertRefused("cannot start"):
            self._create_case(state="closed")

    def test_no_closing_is_born_carried_out(self):
        closings = self.env["justiq.case.closing"].with_user(self.users["case_worker"])
        closing = closings.with_context(default_state="closed", default_closed_by_id=self.env.uid).create(
            {"case_file_id": self.case.id, "reason": "other", "outcome": "work", "state": "closed"}
        )
        self.assertEqual((closing.state, closing.proposed_by_id), ("proposed", self.users["case_worker"]))
        self.assertFalse(closing.closed_by_id)

    def test_nobody_writes_the_steps_of_a_closing(self):
        closing = self._propose_closing(self.case)
        for role in ("case_worker", "team_lead"):
            for vals in ({"state": "closed"}, {"closed_by_id": self.env.uid}, {"reopen_reason": "Why not"}):
                with self.subTest(role=role, **vals), self.assertRaises(AccessError):
                    closing.with_user(self.users[role]).write(vals)

    def test_what_was_closed_stays_on_record(self):
        self._close_case(self.case)
        closing = self.case.closing_ids.with_user(self.users["team_lead"])
        with self.assertRaises(ValidationError):
            closing.reason = "lost_contact"
        with self.assertRaises(AccessError):
            closing.unlink()
        with self.assertRaises(ValidationError):
            closing.sudo().unlink()
        with self.assertRaises(ValidationError):
            closing.action_discard()


@freeze_time("2021-01-11")
@tagged("post_install", "-at_install")
class TestReopening(ClosingCase):
    """Reopening needs a reason and keeps what was closed before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2021-01-11"):
            cls._close_case(cls.case)

    def test_team_lead_reopens_with_a_reason(self):
        self._reopen()
        self.assertEqual(self.case.state, "open")
        closing = self.case.closing_ids
        self.assertEqual(
            (closing.state, closing.reopen_reason, closing.reopened_on, closing.reopened_by_id),
            ("reopened", "She came back.", date(2021, 1, 11), self.users["team_lead"]),
        )
        self.assertEqual((closing.date, closing.reason), (date(2020, 12, 31), "goals_reached"))
        self.assertFalse(self.case.closing_date)

    def test_no_path_reopens_without_a_reason(self):
        for reason in ("", "  "):
            with self.assertRaises(ValidationError):
                self._reopen(reason or " ")
        with self.assertRefused("needs a reason"):
            self.case.with_user(self.users["team_lead"]).state = "open"
        with self.assertRefused("needs a reason"):
            self.case.write({"state": "open", "city": "Offenbach"})

    def test_key_worker_does_not_reopen(self):
        with self.assertRaises(AccessError):
            self.case.with_user(self.users["case_worker"])._reopen("She came back.")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_key_worker_has_no_dialog_to_reopen(self):
        with self.assertRaises(AccessError):
            self._reopen(role="case_worker")

    def test_a_second_closing_is_a_row_of_its_own(self):
        self._reopen()
        self._propose_closing(self.case, reason="moved", date=date(2021, 1, 10))
        self.case.state = "closed"
        self.assertEqual(set(self.case.closing_ids.mapped("state")), {"reopened", "closed"})
        self.assertEqual((self.case.closing_reason, self.case.closing_date), ("moved", date(2021, 1, 10)))


@freeze_time("2021-01-11")
@tagged("post_install", "-at_install")
class TestClosedFile(ClosingCase):
    """A closed file is read-only for content, whoever writes and on whatever path."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.consent = cls._create_consent(cls.case, purpose="photos")
        with freeze_time("2021-01-11"):
            cls._close_case(cls.case)

    def assertReadOnly(self, attempt):
        with self.assertRefused(self.case.reference, "closed"):
            attempt()

    def test_person_and_sections_stay(self):
        for user in (self.users["case_worker"], self.users["team_lead"], self.env.user):
            for name in ("first_name", "birth_date", "city", "biography", "needs"):
                with self.subTest(user=user.login, field=name):
                    self.assertReadOnly(
                        lambda user=user, name=name: self.case.with_user(user).write({name: "2001-01-01"})
                    )

    def test_what_hangs_on_it_is_neither_added_nor_changed_nor_deleted(self):
        for attempt in (
            lambda: self._create_note(self.case),
            lambda: self._create_contact(self.case),
            lambda: self._create_consent(self.case),
            lambda: self._participate(code="CL", enrolment=self.enrolment),
            lambda: self._enrol(self.case, grant_id=self._create_grant(name="Other grant").id),
            lambda: self.contact.write({"phone": "069 5550100"}),
            lambda: self.contact.action_archive(),
            lambda: self.contact.unlink(),
            lambda: self.contact.copy(),
            lambda: self.note.write({"is_released": True}),
            lambda: self.participation.write({"date_end": False}),
            lambda: self.enrolment.write({"date_entry": date(2020, 1, 14)}),
            lambda: self._propose_closing(self.case),
        ):
            self.assertReadOnly(attempt)

    def test_lines_of_the_file_are_no_way_in(self):
        for lines in (
            {"note_ids": [Command.create({"text": "Late entry", "date": date(2020, 12, 1)})]},
            {"contact_ids": [Command.update(self.contact.id, {"name": "Somebody"})]},
            {"contact_ids": [Command.delete(self.contact.id)]},
            {"consent_ids": [Command.create({"purpose": "photos", "date": date(2020, 12, 1)})]},
        ):
            self.assertReadOnly(lambda lines=lines: self.case.with_user(self.users["team_lead"]).write(lines))

    def test_import_is_no_way_in(self):
        self.env["ir.model.data"].create(
            {"module": "__test__", "name": "case", "model": self.case._name, "res_id": self.case.id}
        )
        loaded = self.case.load(["id", "city"], [["__test__.case", "Offenbach"]])
        self.assertIn("closed", loaded["messages"][0]["message"])
        loaded = self.contact.load(["case_file_id/id", "role", "name"], [["__test__.case", "peer", "Samira"]])
        self.assertIn("closed", loaded["messages"][0]["message"])

    def test_a_consent_can_still_be_withdrawn(self):
        self.consent.with_user(self.users["case_worker"]).action_withdraw()
        self.assertEqual(self.consent.status, "withdrawn")
        self.case.with_user(self.users["team_lead"]).consent_ids = [
            Command.update(self.enrolment.case_file_id.consent_ids[-1].id, {"withdrawn_on": date(2021, 1, 11)})
        ]

    def test_withdrawing_the_esf_consent_reaches_the_count(self):
        self.case.consent_ids.filtered(lambda consent: consent.purpose == "esf_data").action_withdraw()
        self.assertEqual(self.enrolment.not_counted_reason, "withdrawn")

    def test_late_mail_can_be_attached_and_spoken_about(self):
        case = self.case.with_user(self.users["case_worker"])
        case.message_post(body="The school has sent the certificate.")
        self.env["ir.attachment"].with_user(self.users["case_worker"]).create(
            {"name": "certificate.pdf", "res_model": case._name, "res_id": case.id, "raw": b"%PDF-1.4"}
        )

    def test_another_key_worker_can_take_it_over(self):
        colleague = self._create_employee("Conny Colleague")
        self._hand_over(self.case, colleague, self.users["team_lead"])
        self.assertEqual(self.case.key_worker_id, colleague)

    def test_a_reopened_file_can_be_written_again(self):
        self._reopen()
        self.case.biography = "She told more."
        self._create_note(self.case)


@freeze_time("2022-07-01")
@tagged("post_install", "-at_install")
class TestRelease(JustiqCommon):
    """Whether a person around the case may be told something today."""

    def test_release_by_text_and_date(self):
        for told, until, release in (
            (False, False, "none"),
            ("Appointments", False, "valid"),
            ("Appointments", date(2022, 7, 1), "valid"),
            ("Appointments", date(2022, 6, 30), "expired"),
        ):
            with self.subTest(told=told, until=until):
                contact = self._create_contact(may_be_told=told, told_until=until)
                self.assertEqual(contact.release, release)
                self.assertEqual(contact.search([("id", "=", contact.id), ("release", "=", release)]), contact)
                self.assertFalse(contact.search([("id", "=", contact.id), ("release", "!=", release)]))

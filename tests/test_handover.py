from datetime import date

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged, users
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestHandover(JustiqCommon):
    """One key worker hands files to another, who accepts (S29)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.successor_user = cls._create_user("test_successor")
        cls.successor = cls._create_employee("Sue Successor", user_id=cls.successor_user.id)
        cls.mia = cls._create_case()
        cls.ben = cls._create_case(first_name="Ben", last_name="Beispiel")

    @classmethod
    def _create_user(cls, login, role="case_worker", company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=login,
            groups=f"justiq.group_{role}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def _propose(self, files=None, role="case_worker", **values):
        model = self.env["justiq.case.handover"].with_user(self.users[role])
        return model.create(self._handover_values(files or self.mia, self.successor, **values))

    def _as_successor(self, record):
        return record.with_user(self.successor_user)

    # ------------------------------------------------------------
    # Proposing and answering
    # ------------------------------------------------------------

    def test_key_worker_proposes_and_nothing_changes_yet(self):
        handover = self._propose(self.mia | self.ben)
        self.assertEqual(handover.state, "proposed")
        self.assertEqual(self.mia.key_worker_id, self.case_worker)
        self.assertEqual(handover.references, f"{self.mia.reference}, {self.ben.reference}")

    def test_successor_sees_references_and_no_name_until_she_accepts(self):
        handover = self._as_successor(self._propose())
        self.env.invalidate_all()
        self.assertEqual(handover.references, self.mia.reference)
        self.assertFalse(handover.case_file_ids)
        self.assertNotIn("Muster", str(handover.read()))
        self.assertFalse(self._as_successor(self.mia).has_access("read"))
        handover.action_accept()
        self.assertEqual(self._as_successor(self.mia).display_name, f"Muster, Mia ({self.mia.reference})")
        self.assertFalse(self.mia.with_user(self.users["case_worker"]).has_access("read"))

    def test_successor_accepts_and_file_history_and_help_change_together(self):
        enrolment = self._enrol(self.mia)
        ended = self._participate(code="CL", enrolment=enrolment, date_end=date(2020, 3, 1))
        running = self._participate(code="CM", enrolment=enrolment)
        project = self._create_project()
        group = self._participate(project, enrolment=enrolment)
        handover = self._propose()
        self._as_successor(handover).action_accept()
        self.assertEqual(self.mia.key_worker_id, self.successor)
        self.assertEqual(self.mia.key_worker_history_ids[0].handover_id, handover)
        self.assertEqual(running.key_worker_id, self.successor)
        self.assertEqual((ended | group).key_worker_id, self.case_worker)
        self.assertEqual((handover.state, handover.answered_by_id), ("accepted", self.successor_user))

    def test_successor_declines_with_a_word(self):
        handover = self._as_successor(self._propose())
        handover.write({"answer": "I am full until May.", "state": "declined"})
        self.assertEqual((handover.state, self.mia.key_worker_id), ("declined", self.case_worker))
        with self.assertRefused("Declined", "Accepted"):
            handover.action_accept()

    def test_key_worker_withdraws_and_proposes_again(self):
        handover = self._propose()
        with self.assertRefused(self.mia.reference, "Sue Successor", "Withdraw"):
            self._propose()
        handover.action_withdraw()
        self._as_successor(self._propose()).action_accept()
        self.assertEqual(self.mia.key_worker_id, self.successor)

    def test_whole_caseload_in_one_go(self):
        closed = self._create_case(first_name="Cem")
        self._settle_case(closed)
        closed.state = "closed"
        handover = self._propose(case_file_ids=False, is_whole_caseload=True)
        self.assertLessEqual({self.mia, self.ben}, set(handover.case_file_ids))
        self.assertNotIn(closed, handover.case_file_ids)
        self._as_successor(handover).action_accept()
        self.assertEqual((self.mia | self.ben).key_worker_id, self.successor)
        self.assertFalse(
            self.env["justiq.case.file"].search([("key_worker_id", "=", self.case_worker.id), ("state", "=", "open")])
        )

    def test_team_lead_hands_over_at_once(self):
        handover = self._propose(role="team_lead")
        handover.action_accept()
        self.assertEqual(self.mia.key_worker_id, self.successor)
        self.assertEqual(handover.answered_by_id, self.users["team_lead"])

    def test_dialog_in_the_file_proposes_it(self):
        action = self.mia.with_user(self.users["case_worker"]).action_hand_over()
        model = self.env["justiq.case.handover"].with_user(self.users["case_worker"])
        form = Form(model.with_context(**action["context"]), view="justiq.justiq_case_handover_view_form_dialog")
        form.to_id = self.successor
        form.note = "Moves to the other team."
        handover = form.save()
        self.assertEqual(handover.case_file_ids, self.mia)
        self.assertEqual(handover.from_id, self.case_worker)

    def test_dialog_refuses_files_of_several_key_workers(self):
        other = self._create_case(self.successor)
        with self.assertRefused("Carla Caseworker", "Sue Successor", error=UserError):
            (self.mia | other).with_user(self.users["team_lead"]).action_hand_over()

    def test_colleague_is_told_within_odoo_and_reads_no_name(self):
        (self.successor_user | self.users["case_worker"]).notification_type = "email"
        handover = self._propose()
        activity = handover.sudo().activity_ids
        self.assertEqual(activity.user_id, self.successor_user)
        self.assertNotIn("Muster", f"{activity.summary} {activity.res_name} {activity.note}")
        self._as_successor(handover).action_accept()
        self.assertFalse(handover.sudo().activity_ids)
        messages = self.env["mail.message"].search([("model", "=", handover._name), ("res_id", "=", handover.id)])
        self.assertFalse(
            messages.notification_ids.filtered(lambda notification: notification.notification_type == "email")
        )
        self.assertFalse(self.env["mail.mail"].search([("mail_message_id", "in", messages.ids)]))
        told = messages.notification_ids.res_partner_id
        self.assertIn(self.users["case_worker"].partner_id, told)
        self.assertNotIn("Muster", " ".join(messages.mapped("body")))

    def test_day_of_both_sides_shows_what_waits(self):
        handover = self._propose()
        day = self.env["justiq.my.day"]
        due = {kind["key"]: kind for kind in day.with_user(self.users["team_lead"]).get_day("team")["due"]}
        self.assertEqual([item["id"] for item in due["handover"]["items"]], handover.ids)
        due = {kind["key"]: kind for kind in self._as_successor(day).get_day("mine")["due"]}
        self.assertIn("Accept or decline", due["activity"]["items"][0]["title"])
        self.assertNotIn("Muster", str(due))

    # ------------------------------------------------------------
    # Refusals
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_accepts_for_somebody_else(self):
        handover = self._propose()
        with self.assertRefused("Sue Successor", error=AccessError):
            handover.action_accept()
        with self.assertRefused("Sue Successor", error=AccessError):
            handover.write({"state": "accepted"})
        outsider = self._create_user("test_outsider")
        for state in ("accepted", "declined", "withdrawn"):
            with self.subTest(state), self.assertRaises(AccessError):
                handover.with_user(outsider).write({"state": state})
        with self.assertRaises(AccessError):
            self._as_successor(handover).action_withdraw()
        with self.assertRefused("Sue Successor", error=AccessError):
            handover.with_user(self.users["team_lead"]).action_decline()
        self.assertEqual((handover.state, self.mia.key_worker_id), ("proposed", self.case_worker))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_takes_files_of_a_colleague(self):
        """Proposing to herself and accepting would open any file."""
        model = self.env["justiq.case.handover"].with_user(self.successor_user)
        with self.assertRaises(AccessError):
            model.create(self._handover_values(self.mia, self.successor))
        with self.assertRaises(AccessError):
            model.create({**self._handover_values(self.mia, self.case_worker), "from_id": self.successor.id})

    def test_nobody_hands_over_files_of_somebody_else(self):
        other = self._create_case(self.team_lead)
        with self.assertRefused(error=AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            self._propose(other, from_id=self.case_worker.id)
        with self.assertRefused("S29", other.reference):
            self._propose(other, role="team_lead", from_id=self.case_worker.id)

    def test_proposal_does_not_change_any_more(self):
        handover = self._propose()
        for values in (
            {"to_id": self.team_lead.id},
            {"case_file_ids": [Command.set(self.ben.ids)]},
            {"note": "Other reason"},
            {"answered_by_id": self.users["team_lead"].id},
        ):
            with self.subTest(values), self.assertRefused("does not change"):
                handover.write(values)
        with self.assertRaises(AccessError):
            handover.unlink()

    def test_the_answer_stays_as_it_was_given(self):
        handover = self._propose()
        handover.with_user(self.successor_user).write({"answer": "Only until May.", "state": "accepted"})
        for role in ("case_worker", "team_lead"):
            with self.subTest(role=role), self.assertRefused("settled"):
                handover.with_user(self.users[role]).answer = "With pleasure, for good."
        self.assertEqual(handover.answer, "Only until May.")

    def test_hand_over_starts_as_a_proposal(self):
        with self.assertRefused("Proposed"):
            self._propose(state="accepted")

    def test_hand_over_needs_files_a_note_and_two_people(self):
        with self.assertRefused("Case files"):
            self._propose(case_file_ids=False)
        for values, part in (({"note": " . "}, "note"), ({"to_id": self.case_worker.id}, "somebody")):
            with self.subTest(part), mute_logger("odoo.sql_db"), self.assertRefused(part, error=CheckViolation):
                self._propose(**values)

    def test_foreign_company_stays_foreign(self):
        foreign = self.env["res.company"].create({"name": "Foreign Provider"})
        stranger = self._create_employee("Steve Stranger", company_id=foreign.id)
        with self.assertRefused(error=UserError):
            self._propose(role="team_lead", to_id=stranger.id)
        their_case = self._create_case(stranger, company_id=foreign.id)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            model = self.env["justiq.case.handover"].with_user(self.users["team_lead"])
            model.create(self._handover_values(their_case, self.successor, company_id=self.company.id))

    def test_accepting_late_finds_the_file_gone(self):
        late = self._propose()
        # Two proposals at the same moment do not see each other; the file goes to whoever accepts first.
        self.mia._change_key_worker(self.team_lead, "Accepted first", late)
        with self.assertRefused("S29", self.mia.reference):
            self._as_successor(late).action_accept()
        self.assertEqual(self.mia.key_worker_id, self.team_lead)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_neither_side_reads_it_once_a_file_is_restricted(self):
        handover = self._propose()
        sides = (handover.from_id.user_id, handover.to_id.user_id)
        self._assert_readers(handover, sides, True)
        self.env.flush_all()
        # Restricted long ago, and merged into another one since.
        self.env.cr.execute(
            "UPDATE justiq_case_file SET restriction_date = '2000-01-01', active = false WHERE id = %s", [self.mia.id]
        )
        self._assert_readers(handover, sides, False)
        self._assert_readers(handover, (self.users["team_lead"],), True)

    def _assert_readers(self, handover, users, is_open):
        self.env.flush_all()
        self.env.invalidate_all()
        for user in users:
            as_user = handover.with_user(user)
            with self.subTest(user=user.login):
                self.assertEqual(as_user.has_access("read"), is_open)
                self.assertEqual(bool(as_user.search([("id", "=", handover.id), ("note", "!=", False)])), is_open)

    @users("test_coordinator", "test_finance", "test_auditor", "test_privacy_officer", "test_manager")
    def test_other_roles_see_no_hand_over(self):
        self.assertFalse(self.env["justiq.case.handover"].has_access("read"))

from psycopg2.errors import UniqueViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

LOGGERS = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.models.unlink", "odoo.sql_db")


class ProtectedCommon(JustiqCommon):
    """A file of a colleague, and the case worker as whoever tries to open it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.worker = cls.users["case_worker"]
        cls.lead = cls.users["team_lead"]
        user = new_test_user(cls.env, login="test_colleague", groups="justiq.group_case_worker")
        cls.colleague = cls._create_employee("Conny Colleague", user_id=user.id)
        cls.enrolment = cls._enrol(cls._create_case(cls.colleague))
        cls.case = cls.enrolment.case_file_id

    def setUp(self):
        super().setUp()
        self.env.invalidate_all()
        self.enterContext(mute_logger(*LOGGERS))

    def assertOpen(self, user, is_open=True, case=None):
        """Search, access and what hangs on the file agree."""
        self.env.invalidate_all()
        case = (case or self.case).with_user(user)
        self.assertEqual(bool(case.search([("id", "=", case.id)])), is_open)
        self.assertEqual(bool(case.search_count([("last_name", "=", case.sudo().last_name)])), is_open)
        for operation in ("read", "write"):
            self.assertEqual(case.has_access(operation), is_open)
        self.assertEqual("Muster" in case.sudo().display_name, is_open)
        self.assertEqual(bool(self.enrolment.with_user(user).search([("case_file_id", "=", case.id)])), is_open)
        if not is_open:
            with self.assertRaises(AccessError):
                case.web_read({"last_name": {}})

    def _substitute(self, employee, case=None):
        return self.env["justiq.case.access"].create(
            {
                "company_id": self.company.id,
                "kind": "file",
                "employee_id": employee.id,
                "case_file_id": (case or self.case).id,
                "reason": "Holiday",
                "date_end": fields.Date.today(),
            }
        )


@tagged("post_install", "-at_install")
class TestCaseDenial(ProtectedCommon):
    """A lock because of a conflict of interest beats every role and every access."""

    def _lock(self, user, by=None, case=None):
        return (
            self.env["justiq.case.denial"]
            .with_user(by or self.lead)
            .create({"case_file_id": (case or self.case).id, "user_id": user.id, "reason": "Her nephew"})
        )

    def _another_lead(self):
        return new_test_user(self.env, login="test_another_lead", groups="justiq.group_team_lead")

    # ------------------------------------------------------------
    # What it beats
    # ------------------------------------------------------------

    def test_it_beats_the_role_of_the_team_lead(self):
        other = self._another_lead()
        self.assertOpen(other)
        self._lock(other)
        self.assertOpen(other, False)
        self.assertOpen(self.lead)
        self.assertOpen(self.colleague.user_id)

    def test_it_beats_a_substitution(self):
        self._substitute(self.case_worker)
        self.assertOpen(self.worker)
        self._lock(self.worker)
        self.assertOpen(self.worker, False)

    def test_of_a_roster_only_the_attendance_stays_under_the_reference(self):
        """Whoever stands in front of the group still calls the roll."""
        project = self._create_project(lead_id=self.case_worker.id)
        participation = self._participate(project, enrolment=self.enrolment).with_user(self.worker)
        self.assertIn("Muster", participation.participant_name)
        self._lock(self.worker)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            participation.read(["outcome"])
        self.assertFalse(participation.search([("id", "=", participation.id)]))
        session = self._create_session(project).with_user(self.worker)
        session.action_open_roster()
        line = session.attendance_ids
        self.assertRecordValues(line, [{"participant_name": self.case.reference, "reference": self.case.reference}])
        self.assertNotIn("Muster", str(line.read()))
        session.action_all_present()
        session.action_held()
        self.assertEqual(line.state, "present")

    def test_it_beats_being_named_as_reader_of_an_entrusted_entry(self):
        self._substitute(self.case_worker)
        note = self._create_note(self.case, self.colleague.user_id, is_entrusted=True)
        note.write({"reader_ids": [Command.create({"user_id": self.worker.id})]})
        self.assertTrue(note.with_user(self.worker).has_access("read"))
        self._lock(self.worker)
        self.env.invalidate_all()
        self.assertFalse(note.with_user(self.worker).has_access("read"))

    def test_it_locks_this_file_only(self):
        other = self._create_case(self.team_lead)
        self._substitute(self.case_worker, other)
        self._lock(self.worker)
        self.assertTrue(other.with_user(self.worker).has_access("read"))

    def test_a_merged_away_file_stays_locked_with_the_one_that_remains(self):
        other = self._create_case(self.colleague, first_name="Mia Sophie")
        lead = self._another_lead()
        self._lock(lead, case=other)
        self.env["justiq.case.merge"].with_user(self.lead)._merge(self.case, other, reason="One person")
        self.env.invalidate_all()
        for case in (self.case, other):
            self.assertFalse(case.with_user(lead).has_access("read"))

    # ------------------------------------------------------------
    # Looks as foreign
    # ------------------------------------------------------------

    def test_locked_out_person_sees_a_foreign_file_and_no_lock(self):
        lead = self._another_lead()
        denial = self._lock(lead)
        self.env.invalidate_all()
        self.assertFalse(denial.with_user(lead).search([]))
        with self.assertRaises(AccessError):
            denial.with_user(lead).read(["reason"])
        search = self.env["justiq.case.search"].with_user(lead).create({"first_name": "Mia", "last_name": "Muster"})
        search.action_search()
        hit = search.hit_ids.filtered(lambda hit: hit.reference == self.case.reference)
        self.assertEqual((hit.person, hit.is_readable), ("M. M.", False))

    def test_locked_out_person_reads_no_access_to_the_file(self):
        lead = self._another_lead()
        access = self._substitute(self.case_worker)
        self.assertTrue(access.with_user(lead).search([("id", "=", access.id)]))
        self._lock(lead)
        self.env.invalidate_all()
        self.assertFalse(access.with_user(lead).search([("id", "=", access.id)]))
        self.assertFalse(access.with_user(lead).has_access("read"))
        self.assertTrue(access.with_user(self.lead).has_access("read"))

    def test_nobody_asks_whether_a_file_is_locked(self):
        project = self._create_project(lead_id=self.case_worker.id)
        session = self._hold_session(project, self._participate(project, enrolment=self.enrolment))
        lines = session.attendance_ids.with_user(self.worker)
        self._lock(self.worker)
        self.env.invalidate_all()
        self.assertTrue(lines.search([("id", "=", lines.id)]))
        self.assertFalse(lines.search([("case_file_id.is_denied", "=", True)]))
        self.assertFalse(self.env["justiq.case.file"].with_user(self.worker).search([("is_denied", "=", True)]))
        with self.assertRaises(AccessError):
            self.case.with_user(self.lead).read(["is_denied"])

    # ------------------------------------------------------------
    # Who sets it
    # ------------------------------------------------------------

    def test_case_worker_sets_no_lock_and_reads_those_of_her_files(self):
        with self.assertRaises(AccessError):
            self._lock(self.worker, by=self.colleague.user_id)
        denial = self._lock(self.worker)
        self.assertTrue(denial.with_user(self.colleague.user_id).has_access("read"))
        for operation in ("write", "unlink"):
            self.assertFalse(denial.with_user(self.colleague.user_id).has_access(operation))

    def test_team_lead_locks_a_file_for_herself_and_cannot_end_that(self):
        dialogs = self.env["justiq.case.lock"].with_user(self.lead)
        dialog = dialogs.create({"case_file_id": self.case.id, "user_id": self.lead.id, "reason": "My nephew"})
        self.assertEqual(dialog.action_lock()["target"], "main")
        self.assertOpen(self.lead, False)
        denial = self.case.denial_ids
        with self.assertRaises(AccessError):
            denial.with_user(self.lead).write({"end_reason": "It is over."})
        denial.with_user(self._another_lead()).write({"end_reason": "It is over."})
        self.assertOpen(self.lead)

    def test_a_dialog_over_rpc_locks_no_file_that_is_not_open(self):
        case = self._create_case(self.colleague)
        self._lock(self.lead, by=self._another_lead(), case=case)
        with self.assertRaises(AccessError):
            self.env["justiq.case.lock"].with_user(self.lead).create(
                {"case_file_id": case.id, "user_id": self.worker.id, "reason": "Because"}
            ).action_lock()
        with self.assertRaises(AccessError):
            self.env["justiq.case.lock"].with_user(self.worker).create(
                {"case_file_id": self.case.id, "user_id": self.worker.id, "reason": "Because"}
            )

    def test_key_worker_is_not_locked_out(self):
        with self.assertRefused("S29", self.colleague.name):
            self._lock(self.colleague.user_id)

    def test_file_is_not_handed_over_to_whom_it_is_locked_for(self):
        self._lock(self.worker)
        with self.assertRefused(self.case.reference, self.case_worker.name):
            self._hand_over(self.case, self.case_worker)

    def test_lock_set_after_the_proposal_stops_the_hand_over(self):
        handover = self.env["justiq.case.handover"].create(self._handover_values(self.case, self.case_worker))
        self._lock(self.worker)
        with self.assertRefused(self.case.reference):
            handover.with_user(self.worker).action_accept()

    def test_locked_out_team_lead_reads_no_hand_over_of_the_file(self):
        handover = self.env["justiq.case.handover"].create(self._handover_values(self.case, self.case_worker))
        as_lead = handover.with_user(self.lead)
        self.assertTrue(as_lead.search([("id", "=", handover.id)]))
        self.assertTrue(as_lead.has_access("read"))
        self._lock(self.lead)
        self.assertFalse(as_lead.search([("id", "=", handover.id)]))
        with self.assertRaises(AccessError):
            as_lead.read(["note"])
        groups = as_lead._read_group([("id", "=", handover.id)], ["state"], ["__count"])
        self.assertFalse(groups)
        self.assertTrue(handover.with_user(self.worker).read(["note"]), "a side of it reads on")

    # ------------------------------------------------------------
    # Proof
    # ------------------------------------------------------------

    def test_a_lock_is_ended_with_a_reason_and_never_changed(self):
        denial = self._lock(self.worker)
        for values in (
            {"reason": "Another one"},
            {"user_id": self.users["finance"].id},
            {"end_reason": " "},
            {"ended_at": "2020-01-01 00:00:00"},
            {"end_reason": "Over", "ended_by_id": self.worker.id},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                denial.write(values)
        with self.assertRaises(UserError):
            denial.unlink()
        with self.assertRaises(ValidationError):
            denial.sudo().unlink()
        with freeze_time("2031-01-01 10:00:00"):
            denial.write({"end_reason": "She has left."})
        self.assertEqual((str(denial.ended_at), denial.ended_by_id), ("2031-01-01 10:00:00", self.lead))
        with self.assertRaises(ValidationError):
            denial.write({"end_reason": "Another reason"})
        self._lock(self.worker)

    def test_one_lock_at_a_time(self):
        self._lock(self.worker)
        with self.assertRaises(UniqueViolation):
            self._lock(self.worker)

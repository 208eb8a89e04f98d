from datetime import datetime

from psycopg2 import IntegrityError
from psycopg2.errors import ExclusionViolation

from odoo.exceptions import AccessError
from odoo.modules.migration import exec_script
from odoo.tests import freeze_time, tagged
from odoo.tools import file_path, mute_logger

from .common import JustiqCommon

NINE = datetime(2020, 3, 2, 9)
TEN = datetime(2020, 3, 2, 10)
NOON = datetime(2020, 3, 2, 12)


@tagged("post_install", "-at_install")
class TestKeyWorker(JustiqCommon):
    """S29: exactly one key worker at any moment, and it can be told who it was."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._create_employee("Conny Colleague")
        with freeze_time(NINE):
            cls.case = cls._create_case()

    def _history(self, case=None):
        lines = (case or self.case).key_worker_history_ids.sorted("date_from")
        return [(line.employee_id, line.date_from, line.date_to) for line in lines]

    def test_s29_history_begins_with_the_file(self):
        self.assertEqual(self._history(), [(self.case_worker, NINE, False)])
        self.assertEqual(self.case.key_worker_history_ids.reason, "Case file opened")

    def test_s29_imported_file_has_its_history(self):
        rows = [[f"Import {number}", "Max", "2004-01-01", self.colleague.name] for number in range(3)]
        names = ["last_name", "first_name", "birth_date", "key_worker_id"]
        result = self.env["justiq.case.file"].load(names, rows)
        self.assertFalse(result["messages"])
        cases = self.env["justiq.case.file"].browse(result["ids"])
        self.assertEqual(len(cases.key_worker_history_ids), 3)
        self.assertEqual(cases.key_worker_history_ids.employee_id, self.colleague)

    def test_s29_copied_file_starts_a_history_of_its_own(self):
        with freeze_time(TEN):
            copied = self.case.copy()
        self.assertEqual(self._history(copied), [(self.case_worker, TEN, False)])

    def test_s29_history_has_neither_gap_nor_overlap(self):
        for moment, employee in ((TEN, self.colleague), (NOON, self.team_lead)):
            with freeze_time(moment):
                self._hand_over(self.case, employee)
        self.assertEqual(
            self._history(),
            [(self.case_worker, NINE, TEN), (self.colleague, TEN, NOON), (self.team_lead, NOON, False)],
        )

    def test_s29_two_changes_within_one_second_are_both_told(self):
        with freeze_time(TEN):
            self._hand_over(self.case, self.colleague)
            self._hand_over(self.case, self.team_lead)
        self.assertEqual(len(self._history()), 3)

    def test_s29_history_tells_reason_and_who_changed_it(self):
        with freeze_time(TEN):
            self._hand_over(self.case, self.colleague, self.users["team_lead"])
        line = self.case.key_worker_history_ids[0]
        self.assertEqual((line.reason, line.changed_by_id), ("Change of the team.", self.users["team_lead"]))
        self.assertEqual(line.handover_id.to_id, self.colleague)

    def test_s29_plain_write_of_the_key_worker_is_refused_with_the_way_out(self):
        for role in ("case_worker", "team_lead"):
            with self.subTest(role), self.assertRefused("S29", "Hand over", self.case.reference):
                self.case.with_user(self.users[role]).key_worker_id = self.colleague
        with self.assertRefused("S29"):
            self.case.with_context(no_reason=True, import_file=True).write({"key_worker_id": self.colleague.id})
        self.assertEqual(self._history(), [(self.case_worker, NINE, False)])

    def test_s29_writing_the_same_key_worker_changes_nothing(self):
        self.case.with_user(self.users["case_worker"]).write(
            {"key_worker_id": self.case_worker.id, "city": "Musterstadt"}
        )
        self.assertEqual(len(self._history()), 1)

    def test_s29_import_does_not_change_the_key_worker(self):
        self.env["ir.model.data"].create(
            {"module": "__import__", "name": "mia", "model": "justiq.case.file", "res_id": self.case.id}
        )
        result = self.env["justiq.case.file"].load(["id", "key_worker_id"], [["__import__.mia", self.colleague.name]])
        self.assertIn("S29", result["messages"][0]["message"])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_the_history_by_hand(self):
        line = self.case.key_worker_history_ids
        for role in ("case_worker", "team_lead", "manager"):
            as_user = line.with_user(self.users[role])
            for work in (
                lambda line: line.write({"reason": "Invented"}),
                lambda line: line.unlink(),
                lambda line: line.copy(),
            ):
                with self.subTest(role), self.assertRaises(AccessError):
                    work(as_user)
        with self.assertRaises(AccessError):
            self.case.with_user(self.users["team_lead"]).write({"key_worker_history_ids": [(2, line.id, 0)]})

    def test_database_knows_one_key_worker_at_a_time(self):
        values = {"case_file_id": self.case.id, "employee_id": self.colleague.id, "reason": "Overlap"}
        history = self.env["justiq.case.key.worker"]
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            history.create({**values, "date_from": TEN})
            self.env.flush_all()

    def test_database_refuses_an_overlap_in_the_past(self):
        with freeze_time(TEN):
            self._hand_over(self.case, self.colleague)
        values = {"case_file_id": self.case.id, "employee_id": self.colleague.id, "reason": "Overlap"}
        with mute_logger("odoo.sql_db"), self.assertRaises(ExclusionViolation):
            self.env["justiq.case.key.worker"].create({**values, "date_from": NINE, "date_to": TEN})
            self.env.flush_all()

    def test_readers_of_the_file_read_its_history_and_nobody_else(self):
        line = self.case.key_worker_history_ids
        for role in ("case_worker", "team_lead"):
            self.assertTrue(line.with_user(self.users[role]).has_access("read"), role)
        self._hand_over(self.case, self.colleague)
        self.assertFalse(line.with_user(self.users["case_worker"]).search([("id", "=", line.id)]))
        for role in ("coordinator", "finance", "auditor", "privacy_officer", "manager"):
            self.assertFalse(line.with_user(self.users[role]).has_access("read"), role)

    def test_migration_starts_the_history_of_existing_files(self):
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM justiq_case_key_worker WHERE case_file_id = %s", [self.case.id])
        created = self.case.create_date.replace(microsecond=0)
        script = file_path("justiq/migrations/19.0.2.0.0/post-staff.py")
        for _once_more in range(2):
            exec_script(self.env.cr, "19.0.1.0.0", script, "justiq", "post", "19.0.2.0.0")
        self.env.invalidate_all()
        self.assertEqual(self._history(), [(self.case_worker, created, False)])
        self._hand_over(self.case, self.colleague)
        self.assertEqual(len(self._history()), 2)

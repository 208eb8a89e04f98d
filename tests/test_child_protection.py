from datetime import date, timedelta

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .test_case_denial import ProtectedCommon

TODAY = date(2031, 3, 4)
SIGNS = "Bruises on both arms."


@tagged("post_install", "-at_install")
@freeze_time("2031-03-04 10:00:00")
class TestChildProtection(ProtectedCommon):
    """Section 8a SGB VIII: a record of its own, for those in charge, with steps that are due."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key_worker = cls.colleague.user_id
        cls.record = cls._create_protection(cls.case, cls.key_worker, date=TODAY).with_env(cls.env)
        for user in cls.env["res.users"].search([("login", "=like", "test_%")]):
            user.group_ids += cls.env.ref("base.group_allow_export")

    def _as(self, user):
        self.env.invalidate_all()
        return self.record.with_user(user)

    def _step(self, kind, record=None):
        return (record or self.record).step_ids.filtered(lambda step: step.kind == kind)

    def _settle(self, record=None, **values):
        """Every step done, or left out with a reason."""
        for step in (record or self.record).step_ids.filtered(lambda step: step.state == "open"):
            done = {"date": TODAY, "text": "Spoke about it.", "with_whom": "Dr. Advice", "channel": "phone"}
            step.write(done if step.kind != "youth_office" else {"is_left_out": True, "text": "Danger averted."})
        (record or self.record).write({"danger": "need", "result": "The family accepts help.", **values})

    def _conclude(self, **values):
        self._settle(**values)
        self.record.with_user(self.key_worker).action_conclude()

    def assertReadable(self, user, readable=True):
        record, step = self._as(user), self.record.step_ids[0].with_user(user)
        records = record.browse()
        for domain in ([("id", "=", record.id)], [("signs", "ilike", "bruises")], [("step_ids.kind", "=", "help")]):
            self.assertEqual(bool(records.search(domain)), readable)
            self.assertEqual(bool(records.search_count(domain)), readable)
            self.assertEqual(bool(records.name_search("", domain)), readable)
            self.assertEqual(bool(records.formatted_read_group(domain, ["state"], ["__count"])), readable)
        self.assertEqual(bool(step.search([("protection_id", "=", record.id)])), readable)
        reads = (
            lambda: record.read(["signs"]),
            lambda: record.web_read({"signs": {}, "step_ids": {"fields": {"text": {}}}}),
            lambda: step.read(["text"]),
            lambda: self._render(user),
            lambda: record.copy(),
        )
        for read in reads[:-1] if readable else reads:
            if readable:
                self.assertTrue(read())
            else:
                with self.assertRaises(UserError):
                    read()

    def _render(self, user):
        reports = self.env["ir.actions.report"].with_user(user)
        return reports._render_qweb_html("justiq.report_child_protection", self.record.ids)[0].decode()

    # ------------------------------------------------------------
    # Who reads it
    # ------------------------------------------------------------

    def test_key_worker_and_team_lead_read_it(self):
        self.assertReadable(self.key_worker)
        self.assertReadable(self.lead)

    def test_substitute_reads_it_while_she_substitutes(self):
        access = self._substitute(self.case_worker)
        self.assertReadable(self.worker)
        access.action_end()
        self.assertFalse(self._as(self.worker).has_access("read"))

    def test_nobody_else_has_anything_of_it(self):
        for role in ("coordinator", "finance", "auditor", "privacy_officer", "manager"):
            record = self._as(self.users[role])
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    record.search([])
                with self.assertRaises(AccessError):
                    record.read(["signs"])
        self.assertReadable(self.worker, False)

    def test_an_emergency_opens_the_file_and_not_the_record(self):
        self.case.with_user(self.worker).sudo()._open_in_emergency("The police are looking for somebody.")
        self.env.invalidate_all()
        case = self.case.with_user(self.worker)
        self.assertTrue(case.has_access("read"))
        self.assertReadable(self.worker, False)
        self.assertFalse(case.web_read({"protection_ids": {"fields": {"signs": {}}}})[0]["protection_ids"])
        self.assertFalse(case.search([("protection_ids.signs", "ilike", "bruises")]))
        for domain in (
            [("protection_ids", "!=", False)],
            [("protection_ids", "in", self.record.ids)],
            [("protection_ids", "=", self.record.id)],
        ):
            self.assertFalse(case.search(domain))
            self.assertIn(case, case.with_user(self.key_worker).search(domain))
        self.assertIn(case, case.search([("protection_ids", "=", False)]))
        self.assertNotIn(case, case.with_user(self.key_worker).search([("protection_ids", "=", False)]))
        self.assertNotIn("child protection", str(case._gaps_before_closing()))
        with self.assertRaises(AccessError):
            self._create_protection(self.case, self.worker)

    def test_a_lock_holds_for_the_record_too(self):
        self.env["justiq.case.denial"].create(
            {"case_file_id": self.case.id, "user_id": self.lead.id, "reason": "Her nephew"}
        )
        self.assertReadable(self.lead, False)

    def test_a_roster_does_not_open_it(self):
        project = self._create_project(lead_id=self.case_worker.id)
        participation = self._participate(project, enrolment=self.enrolment).with_user(self.worker)
        self.assertTrue(participation.has_access("read"))
        self.assertReadable(self.worker, False)
        self.assertFalse(participation.search([("case_file_id.protection_ids.signs", "ilike", "bruises")]))

    def test_attachment_follows_the_record(self):
        attachment = self.env["ir.attachment"].create(
            {"name": "scan.txt", "raw": b"secret", "res_model": self.record._name, "res_id": self.record.id}
        )
        self.case.with_user(self.worker).sudo()._open_in_emergency("The police are looking for somebody.")
        self.env.invalidate_all()
        self.assertTrue(attachment.with_user(self.key_worker).has_access("read"))
        self.assertFalse(attachment.with_user(self.worker).has_access("read"))

    # ------------------------------------------------------------
    # Kept apart
    # ------------------------------------------------------------

    def test_it_is_in_no_timeline_and_no_export(self):
        case = self.case.with_user(self.key_worker)
        entries = self.env["justiq.case.timeline"].with_user(self.key_worker).search([("case_file_id", "=", case.id)])
        self.assertNotIn("Bruises", str(entries.read()))
        self.assertNotIn(self.record._name, entries.mapped("res_model"))
        self.assertFalse(self._as(self.key_worker).export_data(["signs"])["datas"])
        self.assertFalse(self.record.step_ids.with_user(self.key_worker).export_data(["text"])["datas"])
        for compatible in (True, False):
            rows = case.with_context(import_compat=compatible).export_data(
                ["reference", "protection_ids/signs", "protection_ids/step_ids/text"]
            )
            self.assertNotIn("Bruises", str(rows))

    def test_it_is_printed_by_itself(self):
        self._settle()
        html = self._render(self.key_worker)
        for text in ("Muster", SIGNS, "The family accepts help.", "Dr. Advice", "pseudonymised", "Danger averted."):
            self.assertIn(text, html)

    def test_labels_and_file_names_have_no_name(self):
        self.assertNotIn("Muster", f"{self.record.display_name} {self.record.step_ids[0].display_name}")

    # ------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------

    def test_steps_of_section_8a_come_with_the_record_and_are_due(self):
        self.assertEqual(
            {step.kind: (step.due_date - TODAY).days for step in self.record.step_ids},
            {"assessment": 1, "expert": 3, "young_person": 7, "guardians": 7, "help": 14, "youth_office": 14},
        )
        self.assertEqual(self.record.next_due_date, TODAY + timedelta(days=1))

    def test_acute_danger_makes_everything_due_today(self):
        acute = self._create_protection(self.case, self.key_worker, date=TODAY, is_acute=True)
        self.assertEqual(set(acute.step_ids.mapped("due_date")), {TODAY})
        self.record.is_acute = True
        self.assertEqual(set(self.record.step_ids.mapped("due_date")), {TODAY})

    def test_a_step_is_done_or_left_out_with_words(self):
        for kind, values in (
            ("help", {"date": TODAY}),
            ("help", {"is_left_out": True}),
            ("help", {"is_left_out": True, "date": TODAY, "text": "Both."}),
            ("assessment", {"is_left_out": True, "text": "No time."}),
            ("expert", {"date": TODAY, "text": "Advice."}),
            ("youth_office", {"date": TODAY, "text": "Told them."}),
        ):
            with self.subTest(kind=kind, values=values), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self._step(kind).write(values)
                self.env.flush_all()
        with self.assertRefused("future"):
            self._step("help").write({"date": TODAY + timedelta(days=1), "text": "Tomorrow."})

    def test_server_notes_who_has_entered_a_step(self):
        step = self._step("help").with_user(self.key_worker)
        step.write({"date": TODAY, "text": "Advice on parenting.", "author_id": self.lead.id})
        self.assertEqual(step.author_id, self.key_worker)

    def test_due_steps_come_first_in_my_day(self):
        def due(user, day):
            with freeze_time(day):
                return {
                    kind["key"]: kind["total"] for kind in self.env["justiq.my.day"].with_user(user).get_day()["due"]
                }

        self.assertNotIn("protection_step", due(self.key_worker, TODAY))
        later = due(self.key_worker, TODAY + timedelta(days=3))
        self.assertEqual((next(iter(later)), later["protection_step"]), ("protection_step", 2))
        self.assertNotIn("protection_step", due(self.worker, TODAY + timedelta(days=3)))
        self._conclude(next_review_date=TODAY + timedelta(days=30))
        self.assertNotIn("protection_review", due(self.key_worker, TODAY + timedelta(days=29)))
        self.assertEqual(due(self.key_worker, TODAY + timedelta(days=30))["protection_review"], 1)

    # ------------------------------------------------------------
    # Conclusion
    # ------------------------------------------------------------

    def test_conclusion_needs_every_step_and_a_result(self):
        with self.assertRefused("Help offered", "Assessment", "Result"):
            self.record.action_conclude()
        self._settle()
        self.record.with_user(self.key_worker).action_conclude()
        self.assertEqual((self.record.state, self.record.concluded_by_id), ("concluded", self.key_worker))

    def test_danger_without_the_specialist_is_not_concluded(self):
        self._step("expert").write({"is_left_out": True, "text": "Nobody there."})
        self._settle(danger="latent")
        with self.assertRefused("specialist"):
            self.record.action_conclude()
        self.record.danger = "none"
        self.record.action_conclude()

    def test_concluded_record_stays_as_it_is(self):
        self._conclude()
        step = self._step("help")
        for user in (self.key_worker, self.lead, self.env.user):
            for attempt in (
                lambda user=user: self.record.with_user(user).write({"signs": "Nothing."}),
                lambda user=user: self.record.with_user(user).write({"state": "open"}),
                lambda user=user: self.record.with_user(user).write({"concluded_at": False}),
                lambda user=user: step.with_user(user).write({"text": "Nothing."}),
                lambda user=user: self.record.with_user(user).write(
                    {"step_ids": [Command.update(step.id, {"text": "Nothing."})]}
                ),
                lambda user=user: self.record.with_user(user).write(
                    {"step_ids": [Command.create({"kind": "help", "date": TODAY, "text": "More."})]}
                ),
                lambda user=user: self.record.with_user(user).unlink(),
                lambda user=user: step.with_user(user).unlink(),
            ):
                with self.subTest(user=user.login), self.assertRaises(UserError), self.env.cr.savepoint():
                    attempt()
        self.assertEqual(self.record.signs, SIGNS)

    def test_later_steps_are_added_to_a_concluded_record(self):
        self._conclude(next_review_date=TODAY + timedelta(days=30))
        add = self.env["justiq.child.protection.step"].with_user(self.key_worker).create
        with self.assertRefused("concluded"):
            add({"protection_id": self.record.id, "kind": "review"})
        with freeze_time(TODAY + timedelta(days=30)):
            review = add(
                {
                    "protection_id": self.record.id,
                    "kind": "review",
                    "date": TODAY + timedelta(days=30),
                    "text": "The young person is well.",
                }
            )
        self.assertTrue(self.record.is_reviewed)
        with self.assertRefused("concluded"):
            review.write({"text": "Something else."})

    def test_nobody_deletes_a_record(self):
        for user in (self.key_worker, self.lead):
            with self.assertRaises(AccessError):
                self._as(user).unlink()
        for record in (self.record, self.record.step_ids):
            with self.assertRaises(ValidationError):
                record.sudo().unlink()

    def test_signs_are_not_of_tomorrow(self):
        with self.assertRefused("future"):
            self._create_protection(self.case, date=TODAY + timedelta(days=1))

    def test_of_age_is_told(self):
        adult = self._create_protection(self._create_case(birth_date=date(2013, 3, 4)), date=TODAY)
        self.assertEqual((adult.age, adult.is_adult), (18, True))
        self.assertFalse(self._create_protection(self._create_case(birth_date=date(2013, 3, 5)), date=TODAY).is_adult)

    def test_file_with_a_record_in_progress_is_not_closed(self):
        self.assertIn("child protection", str(self.case.with_user(self.lead)._gaps_before_closing()))
        self._conclude()
        self.env.invalidate_all()
        self.assertNotIn("child protection", str(self.case.with_user(self.lead)._gaps_before_closing()))

    # ------------------------------------------------------------
    # Attacks
    # ------------------------------------------------------------

    def test_the_client_cannot_say_who_wrote_or_concluded(self):
        record = self._create_protection(self.case, self.key_worker, author_id=self.lead.id)
        self.assertEqual(record.author_id, self.key_worker)
        with self.assertRaises(ValidationError):
            record.write({"author_id": self.lead.id})
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self._create_protection(self.case, self.key_worker, state="concluded", danger="none", result="No.")
        with self.assertRaises(UserError):
            record.write({"state": "concluded", "danger": "none", "result": "Nothing."})

    def test_a_record_does_not_move_to_another_file(self):
        other = self._create_case(self.colleague)
        with self.assertRaises(ValidationError):
            self._as(self.key_worker).case_file_id = other
        with self.assertRaises(AccessError):
            self._create_protection(self.case, self.worker)
        with self.assertRaises(AccessError):
            self.env["justiq.child.protection"].with_user(self.worker).new({"case_file_id": self.case.id})
        with self.assertRaises(AccessError):
            self.env["justiq.child.protection.step"].with_user(self.worker).create(
                {"protection_id": self.record.id, "kind": "help", "due_date": TODAY}
            )

from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .case_merge_common import MergeCommon


@tagged("post_install", "-at_install")
class TestCaseMerge(MergeCommon):
    """A team lead makes one file of two; everything moves along."""

    def test_everything_that_refers_to_the_file_moves(self):
        enrolment = self._enrol(self.other)
        participation = self._participate(code="CM", enrolment=enrolment)
        note = self._create_note(self.other, participation_id=participation.id)
        contact = self._create_contact(self.other)
        activity = self.other.activity_schedule(summary="Call", user_id=self.lead.id)
        attachment = self.env["ir.attachment"].create(
            {"name": "scan.txt", "raw": b"x", "res_model": "justiq.case.file", "res_id": self.other.id}
        )
        message = self.other.message_post(body="Came by.")
        self.other.message_subscribe(self.users["team_lead"].partner_id.ids)
        self._merge()
        for record in (enrolment, participation, note, contact):
            with self.subTest(record._name):
                self.assertEqual(record.case_file_id, self.one)
        self.assertEqual(enrolment.reference, self.one.reference)
        self.assertEqual(participation.reference, self.one.reference)
        self.assertEqual((activity.res_id, activity.res_name), (self.one.id, self.one.reference))
        self.assertEqual((attachment.res_id, message.res_id), (self.one.id, self.one.id))
        self.assertIn(self.users["team_lead"].partner_id, self.one.message_partner_ids)
        self.assertEqual((self.one.note_count, self.other.note_count), (1, 0))
        self.assertEqual(self.one.last_contact_date, date(2020, 2, 3))
        self.assertFalse(self.other.last_contact_date)

    def test_the_other_file_is_archived_and_marked(self):
        self._merge()
        self.assertFalse(self.other.active)
        self.assertEqual(self.other.merged_into_id, self.one)
        log = "".join(self.one.message_ids.mapped("body"))
        self.assertIn(self.other.reference, log)
        self.assertNotIn("Muster", log)

    def test_every_reference_in_the_registry_moves(self):
        """Also those of models that will be written later: nothing but the record of merging names the file."""
        self._create_note(
            self.other, participation_id=self._participate(code="CM", enrolment=self._enrol(self.other)).id
        )
        self._create_contact(self.other)
        self.env.flush_all()
        self._merge()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
                     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                    WHERE c.contype = 'f' AND c.confrelid = 'justiq_case_file'::regclass"""
            )
        )
        self.assertGreater(len(rows), 4)
        for table, column in rows:
            # Who was the key worker is the history of each file.
            if table.startswith(
                ("justiq_case_merge", "justiq_case_duplicate", "justiq_case_search", "justiq_case_key_worker")
            ):
                continue
            with self.subTest(table=table, column=column):
                found = self.env.execute_query(
                    SQL(
                        "SELECT count(*) FROM %s WHERE %s = %s",
                        SQL.identifier(table),
                        SQL.identifier(column),
                        self.other.id,
                    )
                )
                self.assertEqual(found, [(0,)])

    def test_values_by_default_empty_ones_are_filled_and_texts_joined(self):
        self.one.potentials = "Draws."
        self._merge()
        self.assertEqual((self.one.zip, self.one.city), ("63065", "Musterstadt"))
        self.assertEqual(self.one.potentials, f"Draws.\n\n[{self.other.reference}] Sings.")
        self.assertEqual(self.one.key_worker_id, self.case_worker)

    def test_team_lead_chooses_which_value_is_taken(self):
        assistant = self._assistant(self.one, self.other)
        line = assistant.line_ids.filtered(lambda line: line.field_name == "zip")
        self.assertEqual((line.kept_value, line.merged_value, line.choice), ("63065", "63067", "keep"))
        line.choice = "take"
        assistant.action_merge()
        self.assertEqual(self.one.zip, "63067")

    def test_preview_names_what_moves(self):
        self._enrol(self.one)
        self._create_note(self.other)
        self._create_note(self.other)
        self._enrol(self.other)
        assistant = self._assistant(self.one, self.other)
        self.assertIn("Entry of the Contact Log: 2", assistant.moves)
        self.assertIn("Enrolment: 1", assistant.moves)
        self.assertEqual(assistant.united, self.grant.name)

    # ------------------------------------------------------------
    # Enrolments in the same grant
    # ------------------------------------------------------------

    def test_enrolments_of_the_same_grant_are_united(self):
        kept = self._enrol(self.one, date_entry=date(2020, 3, 1), legal_basis_date=False, date_exit=date(2020, 9, 30))
        given_up = self._enrol(self.other)
        participation = self._participate(code="CM", enrolment=given_up)
        self._merge()
        self.assertFalse(given_up.exists())
        self.assertEqual(participation.enrolment_id, kept)
        self.assertEqual((kept.date_entry, kept.legal_basis_date), (date(2020, 1, 15), date(2020, 1, 15)))
        self.assertFalse(kept.date_exit, "the second one is still running")
        self.assertTrue(kept.is_counted)

    def test_participations_in_the_same_micro_project_are_united(self):
        project = self._create_project()
        one = self._participate(project, enrolment=self._enrol(self.one))
        other = self._participate(project, enrolment=self._enrol(self.other))
        both = self._hold_session(project, one + other)
        second = self._hold_session(project, other, day=date(2020, 3, 11))
        self._merge()
        self.assertFalse(other.exists())
        self.assertEqual(one.attended_count, 2)
        self.assertEqual(both.attendance_ids.participation_id, one)
        self.assertEqual(second.attendance_ids.participation_id, one)

    # ------------------------------------------------------------
    # While it is merged
    # ------------------------------------------------------------

    def test_a_merged_file_is_not_used(self):
        self._merge()
        for attack in (
            lambda: self.other.write({"city": "Elsewhere"}),
            lambda: self.other.write({"active": True}),
            lambda: self._create_note(self.other),
            lambda: self._create_contact(self.other),
            lambda: self._enrol(self.other),
        ):
            with self.assertRefused(self.one.reference):
                attack()

    def test_a_merged_file_is_found_under_its_old_spelling(self):
        self.other.last_name = "Beispiel-Muster"
        self._merge()
        found = self.env["justiq.case.file"]._find_similar(self.company, "Mia", "Beispiel-Muster")
        self.assertEqual(found, self.one)

    def test_what_is_merged_is_no_longer_proposed(self):
        proposals = self.env["justiq.case.duplicate"]
        self.assertTrue(proposals.search([("case_file_id", "=", self.one.id), ("other_id", "=", self.other.id)]))
        merge = self._merge()
        self.assertFalse(proposals.search([("case_file_id", "=", self.one.id), ("other_id", "=", self.other.id)]))
        self._undo(merge)
        self.assertTrue(proposals.search([("case_file_id", "=", self.one.id), ("other_id", "=", self.other.id)]))

    # ------------------------------------------------------------
    # Attacks
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_case_worker_merges_nothing(self):
        worker = self.users["case_worker"]
        with self.assertRaises(AccessError):
            self._assistant(self.one, self.other, user=worker)
        assistant = self._assistant(self.one, self.other)
        with self.assertRaises(AccessError):
            assistant.with_user(worker).action_merge()
        merge = self._merge()
        with self.assertRaises(AccessError):
            merge.with_user(worker).action_undo()
        with self.assertRaises(AccessError):
            merge.with_user(worker).read()

    def test_files_of_two_providers_are_not_merged(self):
        company = self.env["res.company"].create({"name": "Foreign Provider"})
        stranger = self._create_employee("Steve Stranger", company_id=company.id)
        foreign = self._create_case(stranger, company_id=company.id)
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            self._assistant(self.one, foreign).action_merge()
        self.lead.company_ids += company
        with self.assertRefused("providers", error=UserError):
            self._assistant(self.one, foreign).with_context(
                allowed_company_ids=(self.company + company).ids
            ).action_merge()

    def test_a_file_is_not_merged_with_itself_nor_twice(self):
        with self.assertRefused(error=UserError):
            self._merge(self.one, self.one)
        self._merge()
        third = self._create_case()
        with self.assertRefused(self.other.reference, error=UserError):
            self._merge(third, self.other)
        with self.assertRefused(self.other.reference, error=UserError):
            self._merge(self.other, third)

    def test_nothing_moves_into_a_closed_file(self):
        self.env.flush_all()
        self.env.execute_query(
            SQL("UPDATE justiq_case_file SET state = 'closed' WHERE id = %s RETURNING id", self.one.id)
        )
        self.env.invalidate_all()
        with self.assertRefused("closed", error=UserError):
            self._merge()
        self._merge(self.other, self.one)
        self.assertEqual(self.one.merged_into_id, self.other)

    def test_what_the_team_lead_may_not_see_moves_unseen(self):
        self.other.belief = "Buddhist."
        assistant = self._assistant(self.one, self.other)
        self.assertNotIn("belief", assistant.line_ids.mapped("field_name"))
        merge = self._merge()
        self.assertEqual(self.one.belief, "Buddhist.")
        with self.assertRaises(AccessError):
            merge.with_user(self.lead).read(["steps"])
        self._undo(merge)
        self.assertFalse(self.one.belief)

    def test_a_reason_is_needed(self):
        with self.assertRefused("Reason", error=UserError):
            self._merge(reason=" . ")

    def test_choices_from_a_client_write_no_other_fields(self):
        reference, worker = self.one.reference, self.one.key_worker_id
        assistant = self._assistant(self.one, self.other)
        for name in ("reference", "key_worker_id", "company_id", "state", "search_key", "nonsense"):
            assistant.line_ids.create({"assistant_id": assistant.id, "field_name": name, "choice": "take"})
        assistant.action_merge()
        self.assertEqual((self.one.reference, self.one.key_worker_id), (reference, worker))

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_the_record_is_append_only(self):
        merge = self._merge()
        for attack in (
            lambda: merge.with_user(self.lead).write({"reason": "x"}),
            lambda: merge.with_user(self.lead).unlink(),
            lambda: merge.with_user(self.lead).create({"case_file_id": self.one.id, "merged_file_id": self.other.id}),
        ):
            with self.assertRaises(AccessError):
                attack()
        for attack in (lambda: merge.sudo().write({"steps": {}}), lambda: merge.sudo().unlink()):
            with self.assertRefused("append-only", error=ValidationError):
                attack()

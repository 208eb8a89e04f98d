from contextlib import suppress
from datetime import date, datetime

from psycopg2.errors import CheckViolation, RaiseException

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from ..tools.eraser import FileEraser
from ..tools.personal_data import CASE_FILE, PersonalData, erased_fields
from .anonymise_common import DUE, LOGGERS, NUMBER, SECRET, AnonymiseCommon


@tagged("post_install", "-at_install")
@freeze_time(DUE)
class TestAnonymise(AnonymiseCommon):
    """What goes, and what stays."""

    def _fill(self):
        """A secret in each text of each record of the file, whatever the factories have entered."""
        for name, ids in PersonalData(self.env, self.case).documents():
            model = self.env[name]
            for field in erased_fields(model):
                if model._fields[field].type in ("char", "text", "html"):
                    value = SQL("%s || id", NUMBER) if field == "external_number" else SECRET
                    column = SQL.identifier(field)
                    # A constraint may want some texts empty, such as why something ended that still holds.
                    with mute_logger("odoo.sql_db"), suppress(CheckViolation), self.env.cr.savepoint():
                        self.env.cr.execute(
                            SQL(
                                "UPDATE %s SET %s = %s WHERE id = ANY(%s)",
                                SQL.identifier(model._table),
                                column,
                                value,
                                ids,
                            )
                        )
        self.env.invalidate_all(flush=False)

    def _tables_with(self, *texts):
        """The tables of the whole database in which one of the texts stands."""
        found = set()
        # What goes out to open browsers is kept by Odoo for a day only.
        tables = self.env.execute_query(
            SQL(
                """SELECT quote_ident(tablename) FROM pg_tables
                    WHERE schemaname = 'public' AND tablename !~ '^ir_ui' AND tablename != 'bus_bus'"""
            )
        )
        for (table,) in tables:
            for text in texts:
                query = SQL("SELECT 1 FROM %s t WHERE t::text ILIKE %s LIMIT 1", SQL(table), f"%{text}%")  # noqa: S608
                if self.env.execute_query(query):
                    found.add(table)
        return found

    def test_nothing_of_the_person_is_left_in_the_whole_database(self):
        self._fill()
        self.assertGreaterEqual(len(self._tables_with(SECRET)), 18)
        self._anonymise()
        self.env.flush_all()
        self.assertEqual(self._tables_with(SECRET, NUMBER, "-05-17"), set())

    def test_figures_stay(self):
        enrolment = self.case.enrolment_ids
        participations = enrolment.participation_ids
        Report = self.env["justiq.participation.report"]
        measures = ["participation_count:sum", "contact_count:sum", "hours:sum", "enrolment_number:count_distinct"]
        groups = ["baustein_id", "gender", "age_group"]

        def figures():
            self.env.flush_all()
            self.env.invalidate_all()
            return (
                Report._read_group([("grant_id", "=", self.grant.id)], groups, measures),
                enrolment.read(["age_at_entry", "is_counted", "entry_education", "exit_destination", "gender"]),
                participations.read(["hours", "attended_count", "first_attended_date"]),
                self.case.note_count,
                self.env["justiq.case.assessment.line"].search([("case_file_id", "=", self.case.id)]).mapped("score"),
            )

        before = figures()
        self._anonymise()
        self.assertEqual(figures(), before)
        for model in (enrolment, participations):
            for field in ("age_at_entry", "age_group", "is_counted", "hours"):
                if field in model._fields:
                    self.env.add_to_compute(model._fields[field], model)
        self.assertEqual(figures(), before)

    def test_reference_stays_and_tells_nobody(self):
        reference = self.case.reference
        self._anonymise()
        self.assertEqual(self.case.reference, reference)
        self.assertEqual(self.case.state, "anonymised")
        self.assertEqual(self.case.anonymised_on, date(2029, 1, 2))
        self.assertEqual(self.case.retention_state, "anonymised")

    def test_merged_file_goes_with_it_and_the_merge_is_not_undone(self):
        merge = self.case.merge_ids
        self._anonymise()
        self.assertEqual(merge.merged_file_id.state, "anonymised")
        self.assertFalse(merge.steps)
        with self.assertRaises(UserError):
            merge.with_user(self.lead).action_undo()

    def test_other_files_stay_as_they_are(self):
        before = self.other.read(["first_name", "birth_date", "state"])
        self._anonymise()
        self.assertEqual(self.other.read(["first_name", "birth_date", "state"]), before)

    def test_log_keeps_who_looked_and_forgets_the_text(self):
        log, other = self._log(self.case, SECRET), self._log(self.other, "Names")
        self._anonymise()
        self.assertFalse(log.detail)
        self.assertEqual(log.file_references, self.case.reference)
        self.assertEqual(other.detail, "Names")

    def test_log_stays_append_only_in_postgresql(self):
        log, other = self._log(self.case, "A"), self._log(self.other, "B")
        self._anonymise()
        anonymised = self._log(self.case, "C")
        for record, column, value in (
            (other, "detail", None),
            (anonymised, "detail", "D"),
            (anonymised, "file_references", "FA-1"),
            (log, "path", "form"),
        ):
            with (
                self.subTest(column=column),
                mute_logger("odoo.sql_db"),
                self.assertRaises(RaiseException),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    SQL("UPDATE justiq_access_log SET %s = %s WHERE id = %s", SQL.identifier(column), value, record.id)
                )

    def test_handover_of_several_files_keeps_its_note_until_all_are_anonymised(self):
        with freeze_time("2021-02-01 08:00:00"):
            together = self._create_case() | self._create_case()
            self._hand_over(together, self.team_lead)
            handover = self.env["justiq.case.handover"].search([("case_file_ids", "in", together[:1].ids)])
        FileEraser(self.env, together[0]).run("[removed]")
        self.assertEqual(handover.note, "Change of the team.")
        FileEraser(self.env, together[1]).run("[removed]")
        self.assertEqual(handover.note, "[removed]")

    def test_dry_run_counts_and_removes_nothing(self):
        run = self._make_run(self.case)
        for part in ("Case File: 2", "Attachment", "Message", "texts and names removed"):
            self.assertIn(part, run.summary)
        self.assertNotIn(SECRET, run.summary)
        self.assertEqual(self.case.first_name, SECRET)
        self.assertTrue(self.case.message_ids)

    # ------------------------------------------------------------
    # For good
    # ------------------------------------------------------------

    @mute_logger(*LOGGERS)
    def test_nobody_writes_an_anonymised_file(self):
        self._anonymise()
        case = self.case.with_user(self.lead)
        self.assertTrue(case.has_access("read"))
        enrolment, note = case.enrolment_ids, case.note_ids[:1]
        for write in (
            lambda: case.write({"first_name": "Mia"}),
            lambda: case.write({"state": "closed"}),
            lambda: case.write({"active": False}),
            lambda: case.sudo().write({"first_name": "Mia"}),
            lambda: case._reopen("Came back."),
            lambda: case.message_post(body="It was Mia."),
            lambda: case.activity_schedule("mail.mail_activity_data_todo", summary="Mia"),
            lambda: (
                self.env["ir.attachment"]
                .with_user(self.lead)
                .create({"name": "mia.txt", "raw": b"Mia", "res_model": case._name, "res_id": case.id})
            ),
            lambda: enrolment.write({"date_exit": date(2020, 12, 30)}),
            lambda: enrolment.write({"exit_improved": "no"}),
            lambda: note.write({"is_released": True}),
            lambda: self._create_note(case, self.lead),
            lambda: self._create_contact(case),
            lambda: self._import(case, "first_name", "Mia"),
            lambda: self._decide(case, self.officer),
            lambda: case.unlink(),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                write()
                self.env.flush_all()
        self.env.invalidate_all()
        self.assertNotIn("Mia", self._dump())

    def _dump(self):
        return str(self.case.read()) + str(self.case.message_ids.mapped("body"))

    def test_no_text_about_it_is_added(self):
        self._anonymise(self.case)
        file = {"case_file_id": self.case.id}
        today = date(2029, 1, 2)
        access = {"kind": "file", "employee_id": self.case_worker.id, "company_id": self.company.id, "date_end": today}
        event = {"name": SECRET, "start": datetime(2029, 1, 3, 9), "stop": datetime(2029, 1, 3, 10)}
        for model, values in (
            ("justiq.case.denial", {**file, "user_id": self.worker.id, "reason": SECRET}),
            ("justiq.case.access", {**file, **access, "reason": SECRET}),
            ("justiq.case.handover", self._handover_values(self.case, self.case_worker, note=SECRET)),
            ("calendar.event", {**file, **event}),
        ):
            with self.subTest(model=model), self.assertRefused(self.case.reference):
                self.env[model].with_user(self.lead).create(values)

    def test_postgresql_refuses_to_bring_a_name_back(self):
        self._anonymise()
        for change in (SQL("first_name = 'Mia'"), SQL("state = 'closed'"), SQL("birth_date = '2003-05-17'")):
            with mute_logger("odoo.sql_db"), self.assertRaises(RaiseException), self.env.cr.savepoint():
                self.env.cr.execute(SQL("UPDATE justiq_case_file SET %s WHERE id = %s", change, self.case.id))

    def test_the_same_person_imported_anew_is_another_file(self):
        self._anonymise()
        self.assertFalse(
            self.env[CASE_FILE]._find_similar(self.company, SECRET, f"{SECRET}sson", date(2003, 5, 17)) & self.case
        )

    def test_anonymised_file_is_gone_for_the_case_worker(self):
        self._anonymise()
        self.assertFalse(self.case.with_user(self.worker).search([("id", "=", self.case.id)]))

    @mute_logger(*LOGGERS)
    def test_nobody_writes_the_state_by_hand(self):
        for user in (self.lead, self.worker, self.env.user):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.other.with_user(user).write({"state": "anonymised"})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._create_case(state="anonymised")

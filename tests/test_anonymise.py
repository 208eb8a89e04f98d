import base64
from contextlib import suppress
from datetime import date, datetime

from psycopg2.errors import CheckViolation, RaiseException

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from ..tools.eraser import FileEraser
from ..tools.personal_data import CASE_FILE, TEXT_TYPES, PersonalData, declarations, erased_fields, erases_rows
from .common import EXIT_ANSWERS
from .test_retention import RetentionCommon

SECRET = "Zquirlig"
NUMBER = "98760543210"
SCAN = b"%PDF-1.4\n" + SECRET.encode()
LOGGERS = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.sql_db")
# When the files of the tests are due: five years after the end of the year of the last payment.
DUE = "2029-01-02 08:00:00"


class AnonymiseCommon(RetentionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2021-02-01 08:00:00"):
            cls.case = cls._create_rich_case()
            cls.other = cls._create_closed_case(first_name="Other", last_name="Person", birth_date=date(2001, 9, 9))
            cls._settle_grant()
            cls.env.flush_all()

    @classmethod
    def _create_rich_case(cls):
        """A file with something of everything, each of it telling a secret."""
        case = cls._create_case(first_name=SECRET, last_name=f"{SECRET}sson", city=SECRET, zip=SECRET[:5], needs=SECRET)
        double = cls._create_case(first_name=SECRET, last_name=f"{SECRET}sson")
        cls._create_note(double, text=SECRET)
        project = cls._create_project(name="A project")
        enrolment = cls._enrol(case)
        group = cls._participate(project, enrolment=enrolment)
        single = cls._participate(code="CM", enrolment=enrolment, external_number=NUMBER)
        cls._hold_session(project, group)
        cls._create_note(case, participation_id=single.id, text=SECRET, with_whom=SECRET, minutes=90)
        cls._create_note(case, text=SECRET, is_entrusted=True)
        cls._create_protection(case, signs=SECRET, noticed_by=SECRET)
        cls.env["justiq.case.denial"].create(
            {"case_file_id": case.id, "user_id": cls.users["finance"].id, "reason": SECRET}
        )
        contact = cls._create_contact(case, name=SECRET, phone=SECRET)
        consent = cls._create_consent(case, purpose="photos")
        consent.signature_scan = base64.b64encode(SCAN)
        cls._create_assessment(enrolment, state="complete", summary=SECRET)
        goal = cls._create_goal(case, name=SECRET)
        cls.env["justiq.case.measure"].create({"goal_id": goal.id, "name": SECRET, "contact_id": contact.id})
        plan = cls._create_plan(enrolment, remark=SECRET, participant_ids=contact.ids)
        cls._create_referral(enrolment, offer=SECRET)
        alias = cls._create_alias(name=SECRET)
        contacted = cls._create_outreach(alias, place=SECRET)
        cls._create_note(case, participation_id=single.id, outreach_contact_id=contacted.id)
        cls.env["calendar.event"].create(
            {
                "name": SECRET,
                "start": datetime(2020, 3, 1, 9),
                "stop": datetime(2020, 3, 1, 10),
                "case_file_id": case.id,
            }
        )
        cls._hand_over(case, cls.team_lead)
        message = case.message_post(body=SECRET, attachments=[(f"{SECRET}.pdf", SCAN)])
        message.subject = SECRET
        case.activity_schedule("mail.mail_activity_data_todo", note=SECRET, user_id=cls.lead.id)
        cls.env["justiq.case.merge"]._merge(case, double, reason=SECRET)
        enrolment.write({"date_exit": date(2020, 12, 31), **EXIT_ANSWERS})
        (group | single).date_end = date(2020, 12, 31)
        cls._propose_closing(case, note=SECRET)
        case.state = "closed"
        cls.env["ir.model.data"].create(
            {"module": "__import__", "name": SECRET, "model": case._name, "res_id": case.id}
        )
        cls.plan = plan
        return case

    @classmethod
    def _log(cls, case, detail):
        cls.env.cr.execute(
            SQL(
                """
                INSERT INTO justiq_access_log
                       (user_id, date, path, company_id, file_count, file_references, model_names, detail)
                VALUES (%s, now(), 'export', %s, 1, %s, 'justiq.case.file', %s) RETURNING id
                """,
                cls.env.uid,
                case.company_id.id,
                case.reference,
                detail,
            )
        )
        return cls.env["justiq.access.log"].browse(cls.env.cr.fetchone()[0])

    def _import(self, record, field, value):
        """Import the value; what the import reports is raised."""
        messages = record.load([".id", field], [[str(record.id), value]])["messages"]
        if messages:
            raise UserError(messages[0]["message"])

    def _make_run(self, *cases, user=None):
        files = self.env["justiq.retention.file"].with_user(user or self.officer).browse([case.id for case in cases])
        return self.env["justiq.retention.run"].with_user(user or self.officer)._make(files)

    def _approve(self, *cases):
        run = self._make_run(*(cases or (self.case,)))
        run.action_propose()
        run.with_user(self.lead).action_approve()
        return run

    def _anonymise(self, *cases):
        """What the job does once two persons have agreed, without its commits."""
        run = self._approve(*cases).sudo()
        run.line_ids._anonymise()
        run._finish()
        return run


@tagged("post_install", "-at_install")
class TestPersonalData(AnonymiseCommon):
    """Every model says what of it is identity or text."""

    def test_every_text_of_a_case_file_is_declared(self):
        models = {name for name, _field, _target in PersonalData.links(self.env)} | {CASE_FILE}
        self.assertIn("justiq.case.note", models)
        self.assertIn("justiq.case.assessment.line", models)
        for name in sorted(models):
            model = self.env[name]
            if erases_rows(model):
                continue
            for field in model._fields.values():
                is_text = field.store and field.column_type and field.type in TEXT_TYPES
                if is_text and not field.name.startswith(("message_", "activity_")):
                    with self.subTest(model=name, field=field.name):
                        self.assertIn(field.name, declarations(model), "say in _personal_data what it tells")

    def test_what_is_declared_exists(self):
        for name, model in self.env.registry.items():
            if model._auto and not model._abstract:
                for field in declarations(self.env[name]):
                    with self.subTest(model=name, field=field):
                        self.assertIn(field, model._fields)

    def test_undeclared_text_is_emptied(self):
        self.assertIn("with_whom", erased_fields(self.env["justiq.case.note"]))
        self.assertNotIn("reference", erased_fields(self.env[CASE_FILE]))


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


@tagged("post_install", "-at_install")
@freeze_time(DUE)
class TestFourEyes(AnonymiseCommon):
    """One proposes, another one approves, then the server does it."""

    def test_privacy_officer_proposes_and_team_lead_approves(self):
        run = self._make_run(self.case, self.other)
        self.assertEqual(run.file_count, 2)
        run.action_propose()
        self.assertFalse(run.is_mine_to_approve)
        self.assertTrue(run.with_user(self.lead).is_mine_to_approve)
        run.with_user(self.lead).action_approve()
        self.assertEqual((run.proposed_by_id, run.approved_by_id), (self.officer, self.lead))
        self.assertEqual(self.case.first_name, SECRET)  # the server does it, not the click

    def test_team_lead_proposes_and_privacy_officer_approves(self):
        run = self._make_run(self.case, user=self.lead)
        run.action_propose()
        run.with_user(self.officer).action_approve()
        self.assertEqual(run.state, "approved")

    @mute_logger(*LOGGERS)
    def test_nobody_approves_what_she_has_proposed_whatever_her_roles(self):
        self.lead.group_ids |= self.env.ref("justiq.group_privacy_officer")
        run = self._make_run(self.case, user=self.lead)
        run.action_propose()
        for attack in (
            lambda: run.action_approve(),
            lambda: run.write({"state": "approved"}),
            lambda: run.write({"state": "approved", "approved_by_id": self.officer.id}),
            lambda: run.write({"proposed_by_id": self.officer.id}),
            lambda: run.with_context(force=True, tracking_disable=True).write({"state": "approved"}),
            lambda: run.write({"state": "done"}),
            lambda: run.line_ids.write({"state": "done"}),
            lambda: run.copy(),
            lambda: run.create({"company_id": self.company.id, "state": "approved"}),
            lambda: self._import(run, "state", "approved"),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attack()
                self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(run.state, "proposed")

    @mute_logger(*LOGGERS)
    def test_two_of_one_role_are_not_enough(self):
        second = self.lead.copy({"login": "test_second_lead", "name": "Second Lead"})
        run = self._make_run(self.case, user=self.lead)
        run.action_propose()
        with self.assertRefused("second person", error=AccessError):
            run.with_user(second).action_approve()

    def test_database_refuses_one_person_in_both_parts(self):
        run = self._make_run(self.case).sudo()
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
            run.write({"proposed_by_id": self.lead.id, "approved_by_id": self.lead.id})
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute(SQL("UPDATE justiq_retention_run SET state = 'approved' WHERE id = %s", run.id))

    def test_what_is_not_due_or_on_hold_is_not_even_listed(self):
        with self.assertRefused(self.case.reference, error=UserError), freeze_time("2028-12-31 08:00:00"):
            self.env.invalidate_all()
            self._make_run(self.case)
        self._decide(self.case, self.officer)
        with self.assertRefused(self.case.reference, error=UserError):
            self._make_run(self.case, self.other)

    def test_hold_stops_the_proposal_the_approval_and_the_job(self):
        run = self._make_run(self.case)
        hold = self._decide(self.case, self.officer)
        with self.assertRefused("on hold", error=UserError):
            run.action_propose()
        hold.with_user(self.officer).end_reason = "A mistake."
        run.action_propose()
        hold = self._decide(user=self.officer, grant_id=self.grant.id)
        with self.assertRefused("on hold", error=UserError):
            run.with_user(self.lead).action_approve()
        hold.with_user(self.officer).end_reason = "A mistake."
        run.with_user(self.lead).action_approve()
        self._decide(user=self.lead, grant_id=self.grant.id)
        run.sudo().line_ids._anonymise()
        run.sudo()._finish()
        self.assertEqual(self.case.first_name, SECRET)
        self.assertEqual(run.line_ids.state, "left")
        self.assertEqual(run.state, "done")

    def test_file_is_on_one_list_at_a_time(self):
        run = self._make_run(self.case)
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as refused, self.env.cr.savepoint():  # noqa: B017
            self._make_run(self.case)
        self.assertIn("line_one_list_at_a_time", str(refused.exception))
        run.action_refuse()
        self.assertTrue(self._make_run(self.case))

    def test_approved_list_may_still_be_refused(self):
        run = self._approve(self.case)
        run.with_user(self.lead).action_refuse()
        self.assertEqual(run.line_ids.state, "left")
        with self.assertRaises(ValidationError):
            run.with_user(self.lead).action_approve()

    def test_list_that_is_turned_down_meanwhile_keeps_what_is_done(self):
        run = self._approve(self.case, self.other)
        lines = run.sudo().line_ids
        done = lines.filtered(lambda line: line.case_file_id == self.case)
        done._anonymise()
        run.with_user(self.lead).action_refuse()
        # What the job still has in hand.
        (lines - done)._anonymise()
        self.assertEqual((done.state, (lines - done).state), ("done", "left"))
        self.assertEqual(self.other.first_name, "Other")

    @mute_logger(*LOGGERS)
    def test_other_roles_do_neither(self):
        run = self._make_run(self.case)
        for role in ("case_worker", "coordinator", "finance", "auditor", "manager"):
            user = self.users[role]
            for attack in (
                lambda user=user: run.with_user(user).action_propose(),
                lambda user=user: run.with_user(user).read(["state"]),
                lambda user=user: self._make_run(self.other, user=user),
            ):
                with self.subTest(role=role), self.assertRaises(AccessError):
                    attack()

    @mute_logger(*LOGGERS)
    def test_record_is_kept(self):
        run = self._anonymise(self.case)
        for user in (self.lead, self.officer):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                run.with_user(user).unlink()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            run.unlink()
        self.assertEqual(run.line_ids.reference, self.case.reference)
        self.assertEqual(run.line_ids.state, "done")

    def test_another_provider_sees_and_does_nothing(self):
        foreign = self.env["res.company"].create({"name": "Foreign Provider"})
        run = self._make_run(self.case)
        self.lead.write({"company_ids": [(6, 0, foreign.ids)], "company_id": foreign.id})
        self.assertFalse(self.env["justiq.retention.run"].with_user(self.lead).search([("id", "=", run.id)]))

    def test_job_carries_out_what_was_approved_and_nothing_else(self):
        self._approve(self.case)
        waiting = self._make_run(self.other)
        waiting.action_propose()
        with self.enter_registry_test_mode():
            self.env.ref("justiq.ir_cron_anonymise").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((self.case.state, self.other.state), ("anonymised", "closed"))

    def test_number_of_queries_does_not_grow_with_the_files(self):
        with freeze_time("2021-02-01 08:00:00"):
            others = [self._create_closed_case(enrolled=False) for _number in range(12)]
        few, many = others[:2], others[2:]

        def count(cases):
            line = self._make_run(*cases).sudo().line_ids
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            line._anonymise()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(few)
        self.assertLess(count(many), 120)

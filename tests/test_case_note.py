from datetime import date

from psycopg2.errors import CheckViolation, RestrictViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import format_date, mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestCaseNote(JustiqCommon):
    """The contact log: what happened with the young person, written once and for ever."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.users["case_worker"]
        cls.enrolment = cls._enrol()
        cls.case = cls.enrolment.case_file_id
        cls.participation = cls._participate(code="CM", enrolment=cls.enrolment)
        cls.note = cls._create_note(cls.case, cls.user, participation_id=cls.participation.id).with_env(cls.env)

    def _network(self, **values):
        return self._create_note(self.case, kind="network", partner_id=self.municipality.id, **values)

    # ------------------------------------------------------------
    # Append-only
    # ------------------------------------------------------------

    def _changes(self):
        return (
            {"text": "Something else."},
            {"date": date(2020, 2, 4)},
            {"minutes": 60},
            {"kind": "phone"},
            {"with_whom": "The mother"},
            {"partner_id": self.municipality.id},
            {"participation_id": False},
            {"baustein_id": False},
            {"case_file_id": self._create_case(first_name="Leo").id},
            {"author_id": self.users["team_lead"].id},
            {"amends_id": self._create_note(self.case).id},
            {"is_amended": True},
            {"is_released": False, "text": "Something else."},
        )

    def test_nobody_changes_an_entry(self):
        for values in self._changes():
            for note in (
                self.note.with_user(self.user),
                self.note.with_user(self.users["team_lead"]),
                self.note.sudo(),
                self.note.with_context(force=True, install_mode=True, import_file=True),
            ):
                with self.subTest(values=values, user=note.env.user.login), self.assertRefused("append-only"):
                    note.write(values)
        self.assertEqual((self.note.minutes, self.note.text), (30, "Spoke about the next step."))

    def test_nobody_changes_an_entry_through_the_file_or_the_participation(self):
        change = [Command.update(self.note.id, {"text": "Something else."})]
        for record, commands in (
            (self.case, change),
            (self.participation, change),
            (self.case, [Command.delete(self.note.id)]),
            (self.case, [Command.unlink(self.note.id)]),
            (self.case, [Command.clear()]),
            (self.participation, [Command.unlink(self.note.id)]),
            (self.participation, [Command.clear()]),
        ):
            with self.subTest(model=record._name, commands=commands), self.assertRefused("append-only"):
                record.note_ids = commands
        other = self._participate(code="CL", enrolment=self.enrolment)
        with self.assertRefused("append-only"):
            other.note_ids = [Command.link(self.note.id)]

    def test_nobody_changes_an_entry_by_import(self):
        self.env["ir.model.data"]._update_xmlids([{"xml_id": "justiq.test_note", "record": self.note}])
        result = self.env["justiq.case.note"].load(["id", "text"], [["justiq.test_note", "Something else."]])
        self.assertFalse(result["ids"])
        self.assertIn("append-only", str(result["messages"]))
        self.assertEqual(self.note.text, "Spoke about the next step.")

    def test_nobody_deletes_an_entry(self):
        for note in self.note, self.note.sudo(), self.note.with_context(force_delete=True):
            with self.assertRefused("append-only"):
                note.unlink()
        for role in ("case_worker", "team_lead"):
            with mute_logger("odoo.addons.base.models.ir_model"), self.assertRefused(error=AccessError):
                self.note.with_user(self.users[role]).unlink()

    def test_a_file_with_entries_is_kept(self):
        case = self._create_case()
        self._create_note(case)
        with self.assertRefused(case.reference, "contact log"):
            case.with_user(self.users["team_lead"]).unlink()
        self._create_case().with_user(self.users["team_lead"]).unlink()

    @mute_logger("odoo.sql_db")
    def test_participation_with_entries_is_kept(self):
        with self.assertRefused(error=RestrictViolation), self.env.cr.savepoint():
            self.participation.unlink()

    # ------------------------------------------------------------
    # Who writes it
    # ------------------------------------------------------------

    def test_author_is_who_saves(self):
        self.assertEqual(self.note.author_id, self.user)
        other = self.users["team_lead"]
        self.assertEqual(self._create_note(self.case, self.user, author_id=other.id).author_id, self.user)
        notes = self._note_model(self.user).with_context(default_author_id=other.id)
        note = notes.create({"case_file_id": self.case.id, "text": "By me."})
        self.assertEqual(note.author_id, self.user)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_key_worker_has_the_log_of_her_files_only(self):
        foreign = self._create_note(self._create_case(self.team_lead))
        notes = self._note_model(self.user)
        self.assertEqual(notes.search([("id", "in", (self.note | foreign).ids)]), self.note)
        with self.assertRefused(error=AccessError):
            foreign.with_user(self.user).read(["text"])
        with self.assertRefused(error=AccessError):
            self._create_note(foreign.case_file_id, self.user)
        self.assertEqual(foreign.with_user(self.users["team_lead"]).text, "Spoke about the next step.")

    def test_log_goes_with_the_file_to_the_next_key_worker(self):
        self._hand_over(self.case, self.team_lead)
        self.assertFalse(self._note_model(self.user).search([("id", "=", self.note.id)]))
        self.assertEqual(self.note.with_user(self.users["team_lead"]).author_id, self.user)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_else_reads_the_log(self):
        for role in ("coordinator", "finance", "auditor", "privacy_officer", "manager"):
            with self.subTest(role=role):
                with self.assertRefused(error=AccessError):
                    self.note.with_user(self.users[role]).read(["text"])
                with self.assertRefused(error=AccessError):
                    self._note_model(self.users[role]).search([])
        for role in ("coordinator", "auditor"):
            participation = self.participation.with_user(self.users[role])
            self.assertEqual(participation.hours, 0.5)
            self.assertNotIn("note_ids", participation.read()[0])

    def test_label_is_the_reference_and_the_day(self):
        for user in self.user, self.users["coordinator"]:
            label = self.note.with_user(user).sudo().display_name
            self.assertEqual(label, f"{self.case.reference} · {format_date(self.env, date(2020, 2, 3))}")

    # ------------------------------------------------------------
    # What is written
    # ------------------------------------------------------------

    @freeze_time("2020-05-05 10:00:00")
    def test_the_log_tells_of_the_past(self):
        self._create_note(self.case, date=date(2020, 5, 5))
        with self.assertRefused(format_date(self.env, date(2020, 5, 6)), "future"):
            self._create_note(self.case, date=date(2020, 5, 6))

    @mute_logger("odoo.sql_db")
    def test_minutes_of_one_day(self):
        self._create_note(self.case, minutes=0)
        self._create_note(self.case, minutes=1440)
        for minutes in (-1, 1441):
            with self.subTest(minutes=minutes), self.assertRefused(error=CheckViolation):
                self._create_note(self.case, minutes=minutes)

    def test_participation_is_one_of_the_same_file(self):
        other = self._participate(code="CM")
        with self.assertRefused(self.case.reference, "another case file"):
            self._create_note(self.case, participation_id=other.id)

    def test_baustein_is_that_of_the_participation(self):
        self.assertEqual(self.note.baustein_id, self.bausteine["CM"])
        self.assertFalse(self._create_note(self.case).baustein_id)

    # ------------------------------------------------------------
    # Network contacts
    # ------------------------------------------------------------

    @mute_logger("odoo.sql_db")
    def test_network_contact_names_the_organisation(self):
        self._network()
        with self.assertRefused(error=CheckViolation):
            self._create_note(self.case, kind="network")

    def test_network_contact_is_released_later(self):
        note = self._network().with_user(self.user)
        self.assertFalse(note.is_released)
        note.is_released = True
        self.assertTrue(note.is_released)

    @mute_logger("odoo.sql_db")
    def test_only_network_contacts_are_released(self):
        with self.assertRefused(error=CheckViolation):
            self.note.is_released = True

    def test_private_persons_of_the_address_book_are_no_partners(self):
        person = self.env["res.partner"].create({"name": "Petra Private"})
        with self.assertRefused("Petra Private", "address book"):
            self._create_note(self.case, partner_id=person.id)
        person.parent_id = self.municipality
        self._create_note(self.case, partner_id=person.id)

    # ------------------------------------------------------------
    # Corrections
    # ------------------------------------------------------------

    def test_a_correction_is_a_new_entry(self):
        action = self.note.with_user(self.user).action_amend()
        form = Form(self._note_model(self.user).with_context(**action["context"]), action["views"][0][0])
        self.assertEqual((form.text, form.minutes), ("Spoke about the next step.", 30))
        form.minutes = 90
        new = form.save()
        self.assertEqual((new.amends_id, new.case_file_id), (self.note, self.case))
        self.assertEqual(new.participation_id, self.participation)
        self.assertEqual(self.note.amended_by_ids, new)
        self.assertEqual((self.note.is_amended, new.is_amended), (True, False))
        self.assertEqual(self.note.minutes, 30, "stays readable as it was")

    @mute_logger("odoo.sql_db")
    def test_an_entry_is_amended_once(self):
        new = self._create_note(self.case, amends_id=self.note.id)
        with self.assertRefused(error=UniqueViolation):
            self._create_note(self.case, amends_id=self.note.id)
        self._create_note(self.case, amends_id=new.id)

    def test_a_correction_stays_in_the_file(self):
        with self.assertRefused("another case file"):
            self._create_note(self._create_case(), amends_id=self.note.id)

    # ------------------------------------------------------------
    # What the log adds up to
    # ------------------------------------------------------------

    def test_minutes_become_hours_of_the_participation(self):
        self.assertEqual(self.participation.hours, 0.5)
        self._create_note(self.case, participation_id=self.participation.id, minutes=75)
        self._create_note(self.case, minutes=600)
        self.assertEqual(self.participation.hours, 1.75)

    def test_amended_minutes_count_once(self):
        values = {"participation_id": self.participation.id, "amends_id": self.note.id, "minutes": 90}
        new = self._create_note(self.case, **values)
        self.assertEqual(self.participation.hours, 1.5)
        other = self._participate(code="CL", enrolment=self.enrolment)
        self._create_note(self.case, **values | {"participation_id": other.id, "amends_id": new.id})
        self.assertEqual((self.participation.hours, other.hours), (0.0, 1.5))

    def test_roster_alone_counts_in_a_micro_project(self):
        project = self._create_project("running")
        participation = self._participate(project, enrolment=self.enrolment)
        self._create_note(self.case, participation_id=participation.id, minutes=600)
        self.assertEqual(participation.hours, 0.0)
        self._hold_session(project, participation)
        self.assertEqual(participation.hours, 2.0)

    def test_hours_are_not_entered_by_hand(self):
        for user in self.user, self.users["team_lead"], self.env.user:
            with self.assertRefused("the server computes this"):
                self.participation.with_user(user).hours = 99
        with self.assertRefused("the server computes this"):
            self._participate(code="CL", enrolment=self.enrolment, hours=12.5)

    def test_file_shows_number_and_last_contact(self):
        self.assertEqual((self.case.note_count, self.case.last_contact_date), (1, date(2020, 2, 3)))
        self._network(date=date(2020, 3, 1))
        self.assertEqual((self.case.note_count, self.case.last_contact_date), (2, date(2020, 2, 3)))
        late = self._create_note(self.case, date=date(2020, 2, 28))
        self.assertEqual((self.case.note_count, self.case.last_contact_date), (3, date(2020, 2, 28)))
        self._create_note(self.case, date=date(2020, 2, 18), amends_id=late.id)
        self.assertEqual((self.case.note_count, self.case.last_contact_date), (4, date(2020, 2, 18)))

    # ------------------------------------------------------------
    # Quick entry and import
    # ------------------------------------------------------------

    def test_quick_entry_needs_the_text_only(self):
        action = self.case.with_user(self.user).action_new_note()
        with freeze_time("2020-05-05 10:00:00"):
            form = Form(self._note_model(self.user).with_context(**action["context"]), action["views"][0][0])
            form.text = "Called about tomorrow."
            note = form.save()
        self.assertEqual((note.case_file_id, note.date, note.kind), (self.case, date(2020, 5, 5), "conversation"))

    def test_quick_entry_is_for_the_running_help(self):
        action = self.case.with_user(self.user).action_new_note()
        self.assertEqual(action["context"]["default_participation_id"], self.participation.id)
        self._participate(code="CL", enrolment=self.enrolment)
        self.env.invalidate_all()
        self.assertNotIn("default_participation_id", self.case.action_new_note()["context"])
        self.participation.date_end = date(2020, 6, 30)
        self.assertEqual(
            self.case.action_new_note()["context"]["default_participation_id"],
            self.case.participation_ids.filtered(lambda one: not one.date_end).id,
        )

    def test_button_on_the_file_shows_its_log(self):
        self._create_note()
        action = self.case.with_user(self.user).action_view_notes()
        self.assertEqual(self.env["justiq.case.note"].search(action["domain"]), self.note)

    def test_import_takes_all_rows_or_none(self):
        notes = self._note_model(self.user)
        names = ["case_file_id/.id", "date", "minutes", "kind", "text"]
        good = [str(self.case.id), "2020-03-01", "45", "phone", "Imported."]
        foreign = self._create_case(self.team_lead)
        with mute_logger("odoo.addons.base.models.ir_rule"):
            result = notes.load(names, [good, [str(foreign.id), *good[1:]]])
        self.assertFalse(result["ids"])
        self.assertEqual(self.case.note_count, 1)
        self.assertEqual(len(notes.load(names, [good, good])["ids"]), 2)
        self.assertEqual(self.case.note_count, 3)

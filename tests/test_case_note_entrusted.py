from datetime import date

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

SECRET = "He told me about the debts of his brother."
LOGGERS = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.models.unlink")


@tagged("post_install", "-at_install")
class TestEntrustedNote(JustiqCommon):
    """Section 65 SGB VIII: what was entrusted to one professional is hers, and whom she names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.author = cls.users["case_worker"]
        cls.lead = cls.users["team_lead"]
        cls.enrolment = cls._enrol()
        cls.case = cls.enrolment.case_file_id
        cls.participation = cls._participate(code="CM", enrolment=cls.enrolment)
        cls.open_note = cls._create_note(cls.case, cls.author)
        cls.note = cls._create_note(
            cls.case,
            cls.author,
            participation_id=cls.participation.id,
            kind="phone",
            with_whom="His brother",
            text=SECRET,
            is_entrusted=True,
        )
        for user in cls.users.values():
            user.group_ids += cls.env.ref("base.group_allow_export")

    def setUp(self):
        super().setUp()
        self.env.invalidate_all()
        self.enterContext(mute_logger(*LOGGERS))

    def _as(self, user):
        return self.note.with_user(user)

    def _name(self, user, by=None, **values):
        readers = self.env["justiq.case.note.reader"].with_user(by or self.author)
        return readers.create({"note_id": self.note.id, "user_id": user.id, **values})

    def _substitute(self, employee):
        return self.env["justiq.case.access"].create(
            {
                "company_id": self.company.id,
                "kind": "file",
                "employee_id": employee.id,
                "case_file_id": self.case.id,
                "reason": "Holiday",
                "date_end": date.today(),
            }
        )

    def _colleague(self):
        groups = "justiq.group_case_worker,base.group_allow_export"
        user = new_test_user(self.env, login="test_colleague", groups=groups)
        return self._create_employee("Conny Colleague", user_id=user.id)

    def assertHidden(self, user):
        """Neither found nor read on any path, nor told by whether a search finds something."""
        note, notes = self._as(user), self.env["justiq.case.note"].with_user(user)
        for domain in (
            [("id", "=", self.note.id)],
            [("text", "ilike", "debts")],
            [("with_whom", "ilike", "brother")],
            [("is_entrusted", "=", True)],
            [("participation_id", "=", self.participation.id)],
        ):
            with self.subTest(user=user.login, domain=domain):
                self.assertFalse(notes.search(domain))
                self.assertFalse(notes.search_count(domain))
                self.assertFalse(notes.search_read(domain, ["text"]))
                self.assertFalse(notes.web_search_read(domain, {"text": {}})["records"])
                self.assertFalse(notes.name_search("", domain))
                self.assertFalse(notes.formatted_read_group(domain, ["kind"], ["__count", "minutes:sum"]))
                self.assertFalse(notes._read_group(domain, ["with_whom"], ["minutes:sum"]))
        for path, read in {
            "read": lambda: note.read(["text"]),
            "date": lambda: note.read(["date"]),
            "web_read": lambda: note.web_read({"text": {}, "kind": {}}),
            "export": lambda: note.export_data(["text"]),
            "copy": lambda: note.copy(),
            "amend": lambda: note.action_amend(),
            "amending entry": lambda: self._create_note(self.case, user, amends_id=self.note.id, is_entrusted=True),
            "draft": lambda: notes.new({"amends_id": self.note.id}).amends_id.text,
        }.items():
            with self.subTest(user=user.login, path=path), self.assertRaises(AccessError):
                read()
        case = self.case.with_user(user)
        self.assertFalse(case.search([("note_ids.text", "ilike", "debts")]))
        self.assertFalse(case.search([("participation_ids.note_ids.text", "ilike", "debts")]))
        self.assertNotIn(self.note.id, case.web_read({"note_ids": {"fields": {"text": {}}}})[0]["note_ids"])
        self.assertNotIn("debts", str(case.web_read({"note_ids": {"fields": {"text": {}, "kind": {}}}})))
        self.assertNotIn("debts", str(case.export_data(["reference", "note_ids/text"])))

    def assertReadable(self, user):
        self.assertEqual(self._as(user).search([("text", "ilike", "debts")]), self.note)
        self.assertEqual(self._as(user).read(["text"])[0]["text"], SECRET)

    # ------------------------------------------------------------
    # Who reads it
    # ------------------------------------------------------------

    def test_author_reads_it(self):
        self.assertReadable(self.author)

    def test_team_lead_does_not_read_it(self):
        self.assertHidden(self.lead)
        self.assertEqual(self.env["justiq.case.note"].with_user(self.lead).search_count([]), 1)

    def test_substitute_does_not_read_it(self):
        employee = self._colleague()
        self._substitute(employee)
        self.assertHidden(employee.user_id)

    def test_key_worker_does_not_read_what_was_entrusted_to_a_substitute(self):
        employee = self._colleague()
        self._substitute(employee)
        note = self._create_note(self.case, employee.user_id, text=SECRET, is_entrusted=True)
        self.assertFalse(note.with_user(self.author).has_access("read"))

    def test_named_colleague_reads_it_as_long_as_she_may_read_the_file(self):
        employee = self._colleague()
        access = self._substitute(employee)
        self._name(employee.user_id)
        self.assertReadable(employee.user_id)
        access.action_end()
        self.env.invalidate_all()
        self.assertFalse(self._as(employee.user_id).search([("id", "=", self.note.id)]))

    def test_named_team_lead_reads_it_and_sees_who_else_does(self):
        self._name(self.lead)
        self.assertReadable(self.lead)
        self.assertEqual(self._as(self.lead).reader_ids.user_id, self.lead)

    def test_author_who_has_lost_the_file_has_lost_the_entry(self):
        self._hand_over(self.case, self.team_lead)
        self.assertFalse(self._as(self.author).search([("id", "=", self.note.id)]))

    def test_attachment_of_the_entry_follows_it(self):
        attachment = self.env["ir.attachment"].create(
            {"name": "letter.txt", "raw": b"secret", "res_model": self.note._name, "res_id": self.note.id}
        )
        self.assertTrue(attachment.with_user(self.author).search([("id", "=", attachment.id)]))
        self.assertFalse(attachment.with_user(self.lead).search([("id", "=", attachment.id)]))
        with self.assertRaises(AccessError):
            attachment.with_user(self.lead).read(["raw"])

    # ------------------------------------------------------------
    # What the others see
    # ------------------------------------------------------------

    def test_others_see_date_and_author_in_the_timeline_and_nothing_else(self):
        entries = self.env["justiq.case.timeline"].with_user(self.lead)
        (entry,) = entries.search([("case_file_id", "=", self.case.id), ("kind", "=", "entrusted")])
        self.assertEqual((entry.date, entry.author_id), (self.note.date, self.author))
        for name in ("text", "minutes", "detail", "summary", "baustein_id", "grant_id", "partner_id"):
            self.assertFalse(entry[name], name)
        self.assertFalse(entries.search([("text", "ilike", "debts")]))
        with self.assertRaises(UserError) as refused:
            entry.action_open_source()
        self.assertIn(self.author.name, str(refused.exception))
        self.assertEqual(entry.with_user(self.author).action_open_source()["res_id"], self.note.id)

    def test_file_tells_how_many_entries_were_entrusted_to_others(self):
        self.assertEqual(self.case.with_user(self.lead).hidden_note_count, 1)
        self.env.invalidate_all()
        self.assertEqual(self.case.with_user(self.author).hidden_note_count, 0)

    def test_minutes_count_as_hours_of_the_help(self):
        self.assertEqual(self.participation.hours, 0.5)

    def test_label_is_the_reference(self):
        self.assertNotIn("Muster", self._as(self.lead).sudo().display_name)

    # ------------------------------------------------------------
    # Never in a file
    # ------------------------------------------------------------

    def test_not_even_the_author_exports_it(self):
        notes = (self.open_note + self.note).with_user(self.author)
        self.assertEqual(len(notes.export_data(["text"])["datas"]), 1)
        case = self.case.with_user(self.author)
        for compatible in (True, False):
            rows = case.with_context(import_compat=compatible).export_data(["reference", "note_ids/text"])
            self.assertNotIn("debts", str(rows))
        self._name(self.lead)
        readers = self._as(self.author).reader_ids
        self.assertNotIn("debts", str(readers.export_data(["user_id/name", "note_id/text"])))

    # ------------------------------------------------------------
    # Naming
    # ------------------------------------------------------------

    def test_only_the_author_names(self):
        with self.assertRaises(AccessError):
            self._name(self.lead, by=self.lead)
        self._name(self.lead)
        colleague = self._colleague()
        self._substitute(colleague)
        with self.assertRaises(AccessError):
            self._name(colleague.user_id, by=self.lead)
        with self.assertRaises(UserError):
            self._as(self.lead).write({"reader_ids": [Command.create({"user_id": colleague.user_id.id})]})

    def test_named_in_the_form_of_the_entry(self):
        self._as(self.author).write({"reader_ids": [Command.create({"user_id": self.lead.id, "basis": "risk"})]})
        self.assertReadable(self.lead)

    def test_somebody_who_may_not_read_the_file_is_not_named(self):
        for user in (self.users["finance"], self.users["privacy_officer"], self._colleague().user_id):
            with self.subTest(user=user.login), self.assertRefused(self.case.reference, user.name):
                self._name(user)

    def test_a_naming_stays(self):
        reader = self._name(self.lead)
        for user in (self.author, self.lead):
            with self.assertRaises(AccessError):
                reader.with_user(user).write({"basis": "risk"})
            with self.assertRaises(AccessError):
                reader.with_user(user).unlink()
        for attempt in (lambda: reader.sudo().write({"basis": "risk"}), lambda: reader.sudo().unlink()):
            with self.assertRaises(ValidationError):
                attempt()

    def test_colleagues_do_not_see_who_reads_along(self):
        colleague = self._colleague()
        self._substitute(colleague)
        reader = self._name(self.lead)
        self.assertFalse(reader.with_user(colleague.user_id).search([("id", "=", reader.id)]))

    def test_an_open_entry_needs_no_naming(self):
        with self.assertRefused("not entrusted"):
            self.env["justiq.case.note.reader"].create({"note_id": self.open_note.id, "user_id": self.lead.id})

    # ------------------------------------------------------------
    # Stays entrusted
    # ------------------------------------------------------------

    def test_nobody_opens_or_closes_an_entry_afterwards(self):
        for note, value in ((self.note, False), (self.open_note, True)):
            for user in (self.author, self.env.user):
                with self.assertRefused("append-only"):
                    note.with_user(user).write({"is_entrusted": value})

    def test_an_amendment_is_as_entrusted_as_what_it_amends(self):
        self.assertTrue(self._as(self.author).action_amend()["context"]["default_is_entrusted"])
        with self.assertRefused("Entrusted"):
            self._create_note(self.case, self.author, amends_id=self.note.id)
        with self.assertRefused("Entrusted"):
            self._create_note(self.case, self.author, amends_id=self.open_note.id, is_entrusted=True)

    def test_whoever_read_the_entry_reads_its_amendment(self):
        self._name(self.lead)
        amendment = self._create_note(self.case, self.lead, amends_id=self.note.id, is_entrusted=True)
        self.assertTrue(amendment.with_user(self.author).has_access("read"))
        self.assertEqual(amendment.reader_ids.user_id, self.author)

    def test_a_copy_is_entrusted(self):
        self.assertTrue(self._as(self.author).copy().is_entrusted)

    def test_a_network_contact_is_not_entrusted(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self._create_note(self.case, kind="network", partner_id=self.municipality.id, is_entrusted=True)

    # ------------------------------------------------------------
    # Hand-over
    # ------------------------------------------------------------

    def _hand_over_by(self, user, **values):
        handover = self.env["justiq.case.handover"].with_user(user)
        handover.create(self._handover_values(self.case, self.team_lead, **values)).with_user(self.lead).action_accept()
        self.env.invalidate_all()

    def test_a_hand_over_opens_nothing_by_itself(self):
        self._hand_over_by(self.author)
        self.assertHidden(self.lead)

    def test_old_key_worker_shares_what_was_entrusted_to_her(self):
        self._hand_over_by(self.author, shares_entrusted=True)
        self.assertReadable(self.lead)
        self.assertEqual(self._as(self.lead).reader_ids.mapped("basis"), ["handover"])

    def test_team_lead_cannot_share_what_was_entrusted_to_somebody_else(self):
        self._hand_over_by(self.lead, shares_entrusted=True)
        self.assertHidden(self.lead)

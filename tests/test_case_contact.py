from datetime import date

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestCaseContact(JustiqCommon):
    """Persons and institutions around the case, and the sections of the file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.users["case_worker"]
        cls.case = cls._create_case()
        cls.contact = cls._create_contact(cls.case)

    @mute_logger("odoo.sql_db")
    def test_somebody_is_named(self):
        self._create_contact(self.case, role="jobcenter", name=False, partner_id=self.municipality.id)
        for name in (False, "", "  "):
            with self.subTest(name=name), self.assertRefused(error=CheckViolation):
                self._create_contact(self.case, name=name)

    def test_private_persons_are_not_taken_from_the_address_book(self):
        person = self.env["res.partner"].create({"name": "Petra Private"})
        with self.assertRefused("Petra Private", "address book"):
            self.contact.partner_id = person
        person.parent_id = self.municipality
        self.contact.partner_id = person

    def test_key_worker_keeps_them(self):
        contacts = self.env["justiq.case.contact"].with_user(self.user)
        contact = contacts.create({"case_file_id": self.case.id, "role": "peer", "name": "Merve"})
        contact.write({"may_be_told": "When we meet.", "told_until": date(2020, 12, 31)})
        contact.active = False
        self.assertEqual(self.case.contact_ids, self.contact)
        contact.unlink()

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_else_sees_them(self):
        foreign = self._create_contact(self._create_case(self.team_lead))
        with self.assertRefused(error=AccessError):
            foreign.with_user(self.user).read(["name"])
        for role in ("coordinator", "finance", "auditor", "privacy_officer", "manager"):
            with self.subTest(role=role), self.assertRefused(error=AccessError):
                self.contact.with_user(self.users[role]).read(["name"])

    def test_label_shows_the_name_to_who_may_read_the_file_only(self):
        for role in ("case_worker", "team_lead"):
            self.assertEqual(self.contact.with_user(self.users[role]).display_name, "Berta Beispiel", role)
        for role in ("coordinator", "auditor", "finance", "manager"):
            label = self.contact.with_user(self.users[role]).sudo().display_name
            self.assertEqual(label, f"{self.case.reference} · Mother", role)

    def test_they_stay_in_their_file(self):
        with self.assertRefused("cannot be changed"):
            self.contact.with_user(self.user).case_file_id = self._create_case()

    def test_they_go_with_the_file(self):
        self.case.with_user(self.users["team_lead"]).unlink()
        self.assertFalse(self.contact.exists())

    # ------------------------------------------------------------
    # Sections
    # ------------------------------------------------------------

    def test_sections_stay_out_of_the_chatter(self):
        before = self.case.message_ids
        self.case.with_user(self.user).write({"initial_situation": "Left school.", "needs": "A quiet place."})
        self.env.flush_all()
        self.assertEqual(self.case.message_ids, before)
        self.assertEqual(self.case.with_user(self.users["team_lead"]).needs, "A quiet place.")

    def test_sections_do_not_go_into_a_copy(self):
        self.case.biography = "Moved twice."
        self.assertFalse(self.case.copy().biography)

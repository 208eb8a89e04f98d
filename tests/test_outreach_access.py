from datetime import date

from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install", "security")
@freeze_time("2020-03-02 12:00:00")
class TestOutreachAccess(JustiqCommon):
    """An alias and its contacts follow the case file that they have become."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant.state = "running"
        cls.worker = cls.users["case_worker"]
        user = new_test_user(cls.env, login="test_colleague", groups="justiq.group_case_worker")
        cls.colleague = cls._create_employee("Conny Colleague", user_id=user.id)
        cls.alias = cls._create_alias()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_what_has_become_a_case_file_is_open_to_its_readers_only(self):
        contact = self._create_outreach(self.alias, note="Sleeps at his cousin's.")
        self.env["justiq.outreach.convert"].with_user(self.worker).create(
            {"alias_id": self.alias.id, "first_name": "Mia", "last_name": "Muster", "birth_date": date(2003, 5, 17)}
        ).action_convert()
        case, lead = self.alias.opened_file_id, self.users["team_lead"]
        self._assert_open(contact, (self.worker, lead), True)
        denial = self.env["justiq.case.denial"].create(
            {"case_file_id": case.id, "user_id": lead.id, "reason": "Her nephew"}
        )
        self._assert_open(contact, (lead,), False)
        denial.end_reason = "A mistake."
        self._restrict(case, date(2020, 3, 2))
        self._assert_open(contact, (self.worker,), False)
        self._assert_open(contact, (lead,), True)
        self._restrict(case, None)
        self._hand_over(case, self.colleague)
        self._assert_open(contact, (self.worker,), False)
        for role in ("coordinator", "auditor"):
            self.assertEqual(contact.with_user(self.users[role]).heads, 1, "the figures stay")

    def _restrict(self, case, day):
        self.env.flush_all()
        self.env.cr.execute("UPDATE justiq_case_file SET restriction_date = %s WHERE id = %s", [day, case.id])

    def _assert_open(self, contact, users, is_open):
        self.env.flush_all()
        self.env.invalidate_all()
        for user in users:
            for record in (contact, contact.alias_id):
                with self.subTest(user=user.login, record=record):
                    record = record.with_user(user)
                    self.assertEqual(bool(record.search([("id", "=", record.id)])), is_open)
                    self.assertEqual(record.has_access("read"), is_open)
                    self.assertEqual(record.has_access("write"), is_open)

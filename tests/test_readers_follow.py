from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_case_denial import ProtectedCommon


@tagged("post_install", "-at_install")
class TestReadersFollow(ProtectedCommon):
    """What is written to a record about young persons reaches those who may read it at that moment, and nobody else."""

    def _lock(self, user):
        self.env["justiq.case.denial"].with_user(self.lead).create(
            {"case_file_id": self.case.id, "user_id": user.id, "reason": "Her nephew"}
        )
        self.env.invalidate_all()

    def test_each_model_with_a_chatter_about_case_files_is_followed_by_readers_only(self):
        """Whatever names a case file, or is named by what hangs on one."""
        mixin, thread = self.env.registry["justiq.readers.follow.mixin"], self.env.registry["mail.thread"]
        logged = self.env.registry["justiq.access.logged.mixin"]
        found = set()
        for name, model in self.env.registry.items():
            if name.startswith("justiq.") and issubclass(model, thread) and not model._abstract:
                others = {field.comodel_name for field in model._fields.values() if field.store and field.column_type}
                others |= {field.comodel_name for field in model._fields.values() if field.type == "many2many"}
                if issubclass(model, logged) or any(
                    issubclass(self.env.registry[other], logged) for other in others - {None}
                ):
                    found.add(name)
                    with self.subTest(model=name):
                        self.assertTrue(issubclass(model, mixin))
        self.assertLessEqual({"justiq.case.file", "justiq.case.handover", "justiq.finding"}, found)

    def _records(self):
        project = self._create_project(lead_id=self.case_worker.id)
        handover = self.env["justiq.case.handover"].create(self._handover_values(self.case, self.case_worker))
        finding = self.env["justiq.finding"].create(
            {
                "requirement_id": self.programme.requirement_ids[:1].id,
                "res_model": "justiq.case.file",
                "res_id": self.case.id,
                "grant_id": self.grant.id,
                "message": "Found.",
            }
        )
        return project, handover, finding, self._substitute(self.case_worker)

    def test_nobody_from_outside_follows_or_hears_of_it(self):
        outsider = self.env["res.partner"].create({"name": "Outsider", "email": "outsider@example.com"})
        stranger = self.users["privacy_officer"]
        for record in self._records():
            with self.subTest(record._name):
                with self.assertRaises(AccessError):
                    record.message_subscribe(outsider.ids)
                message = record.message_post(
                    body="Secret",
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                    partner_ids=(outsider | stranger.partner_id | self.lead.partner_id).ids,
                )
                notified = message.notification_ids
                self.assertIn(self.lead.partner_id, notified.res_partner_id)
                for user in notified.res_partner_id.user_ids:
                    self.assertTrue(record.with_user(user).has_access("read"))
                self.assertNotIn(outsider, notified.res_partner_id)
                self.assertEqual(set(notified.mapped("notification_type")), {"inbox"})

    def test_inbox_from_before_a_lock_is_closed_with_the_file(self):
        access = self._substitute(self.case_worker)
        messages = self.env["mail.message"]
        for record in (self.case, access):
            messages += record.message_post(
                body="About her aunt", message_type="comment", partner_ids=self.worker.partner_id.ids
            )
        activity = self.case.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.worker.id, summary="Call her aunt"
        )
        inbox = messages.with_user(self.worker)
        planned = activity.with_user(self.worker)
        needaction = [("needaction", "=", True)]
        self.assertLessEqual(inbox, inbox.search(needaction))
        self.assertEqual(planned.search([("user_id", "=", self.worker.id)]), planned)
        self._lock(self.worker)
        self.assertFalse(inbox.search(needaction))
        self.assertFalse(planned.search([("user_id", "=", self.worker.id)]))
        for record in (*inbox, planned):
            with self.subTest(record), self.assertRaises(AccessError):
                record.read()
        self.assertNotIn("aunt", str(messages.notification_ids.with_user(self.worker).read(["mail_message_id"])))
        for user in (self.lead, self.colleague.user_id):
            self.assertTrue(self.case.message_ids.with_user(user).has_access("read"))

    def test_activity_stays_with_whoever_has_the_file(self):
        activity = self.case.activity_schedule("mail.mail_activity_data_todo", user_id=self.colleague.user_id.id)
        self._hand_over(self.case, self.case_worker)
        self.env.invalidate_all()
        self.assertFalse(activity.with_user(self.colleague.user_id).has_access("read"))
        self.assertTrue(activity.with_user(self.worker).has_access("read"))

    def test_activities_elsewhere_stay_as_odoo_shows_them(self):
        task = self.municipality.activity_schedule("mail.mail_activity_data_todo", user_id=self.worker.id)
        self.assertEqual(task.with_user(self.worker).search([("id", "=", task.id)]), task)
        task.with_user(self.worker).action_done()


@tagged("post_install", "-at_install")
class TestProvidersInTheRoleLog(ProtectedCommon):
    """Another provider widens what somebody reads: it is written down as a role is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other Provider"})

    def _logged(self):
        entries = self.env["justiq.role.change"].search([("role", "=", "provider")], order="id")
        return [(one.change, one.holder_id, one.company_id) for one in entries]

    def test_giving_and_taking_a_provider_of_somebody_with_a_role(self):
        self.worker.company_ids = [Command.link(self.other.id)]
        self.worker.company_ids = [Command.unlink(self.other.id)]
        self.assertEqual(self._logged(), [("given", self.worker, self.other), ("taken", self.worker, self.other)])

    def test_from_the_side_of_the_company(self):
        self.other.user_ids = [Command.link(self.lead.id)]
        self.assertEqual(self._logged(), [("given", self.lead, self.other)])

    def test_with_the_first_role_only_the_other_providers_are_entries(self):
        user = self.env["res.users"].create(
            {
                "name": "New",
                "login": "test_new",
                "company_id": self.company.id,
                "company_ids": [Command.set((self.company | self.other).ids)],
            }
        )
        self.assertFalse(self._logged(), "without a role she reads nothing anywhere")
        user.group_ids += self.env.ref("justiq.group_finance")
        self.assertEqual(self._logged(), [("given", user, self.other)])

import base64
from contextlib import suppress

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.case_attachment import MOST_BYTES
from .common import JustiqCommon

MAIL = """Return-Path: <outsider@example.com>
From: Outsider <outsider@example.com>
To: {to}
Subject: Re: file
Message-Id: <attack@example.com>
In-Reply-To: {parent}
Content-Type: text/plain; charset=utf-8

Read me.
"""


class OutsideCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.worker, cls.lead = cls.users["case_worker"], cls.users["team_lead"]
        cls.outsider = cls.env["res.partner"].create({"name": "Outsider", "email": "outsider@example.com"})
        cls.case = cls._create_case(first_name="Zora", last_name="Geheimnis")
        cls.as_worker = cls.case.with_user(cls.worker)

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"))


@tagged("post_install", "-at_install", "security")
class TestNobodyOutsideListens(OutsideCommon):
    """Followers, mentions and e-mails: nothing of a file leaves, and nothing comes in."""

    def test_nobody_follows_a_file_who_may_not_read_it(self):
        portal = new_test_user(self.env, login="test_portal", groups="base.group_portal")
        for partner in (self.outsider, portal.partner_id):
            with self.subTest(partner=partner.name), self.assertRefused(partner.name, error=AccessError):
                self.as_worker.message_subscribe(partner.ids)
        colleague = self.users["finance"].partner_id
        self.as_worker.message_subscribe(colleague.ids)
        for partner in (self.outsider, portal.partner_id, colleague):
            self.case._message_subscribe(partner.ids)  # as Odoo does by itself
            self.assertNotIn(partner, self.case.message_partner_ids)
        self.as_worker.message_subscribe(self.lead.partner_id.ids)
        self.assertIn(self.lead.partner_id, self.case.message_partner_ids)

    def test_followers_are_added_by_no_other_way(self):
        values = {"res_model": self.case._name, "res_id": self.case.id, "partner_id": self.outsider.id}
        for user in (self.worker, self.lead):
            with self.assertRaises(AccessError):
                self.env["mail.followers"].with_user(user).create(values)
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.case.with_user(user).write({"message_follower_ids": [Command.create(values)]})
                self.env.flush_all()
            self.env.invalidate_all()
            self.assertNotIn(self.outsider, self.case.message_partner_ids)

    def test_who_follows_a_file_shows_to_its_readers_only(self):
        follower = self.case.message_follower_ids[:1] or self.env["mail.followers"].create(
            {"res_model": self.case._name, "res_id": self.case.id, "partner_id": self.lead.partner_id.id}
        )
        for user, shown in ((self.worker, True), (self.users["finance"], False), (self.users["manager"], False)):
            as_user = follower.with_user(user)
            with self.subTest(user=user.login):
                self.assertEqual(bool(as_user.search([("id", "=", follower.id)])), shown)
                self.assertEqual(as_user.has_access("read"), shown)

    def test_a_mention_reaches_nobody_outside(self):
        mails = self.env["mail.mail"].search_count([])
        finance = self.users["finance"].partner_id
        body = f'Hello <a href="#" data-oe-model="res.partner" data-oe-id="{self.outsider.id}">@Outsider</a>'
        values = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        values["partner_ids"] = (self.outsider | finance).ids
        with self.assertRefused("Outsider", error=AccessError):
            self.as_worker.with_context(mail_post_autofollow=True).message_post(body=body, **values)
        message = self.as_worker.message_post(body=body, **values)
        self.env.flush_all()
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertFalse(self.env["mail.notification"].search([("mail_message_id", "=", message.id)]))
        self.assertNotIn(self.outsider, self.case.message_partner_ids)
        self.assertFalse(message.with_user(self.users["finance"]).has_access("read"))

    def test_messages_follow_the_file_and_not_their_author(self):
        """Odoo leaves a message to its author and to whoever was mentioned, for good."""
        message = self.as_worker.message_post(
            body="She told me.", message_type="comment", partner_ids=self.lead.partner_id.ids
        )
        as_worker = message.with_user(self.worker)
        self.assertTrue(as_worker.has_access("read"))
        self._hand_over(self.case, self._create_employee("Conny Colleague"))
        self.env.invalidate_all()
        self.assertFalse(as_worker.has_access("read") or as_worker.has_access("write"))
        self.assertFalse(as_worker.search([("id", "=", message.id)]))
        self.assertTrue(message.with_user(self.lead).search([("id", "=", message.id)]))

    def test_activities_follow_the_file_and_not_their_assignee(self):
        """Odoo leaves an activity to whoever it is assigned to."""
        activity = self.as_worker.activity_schedule("mail.mail_activity_data_todo", user_id=self.worker.id, note="Her")
        for_finance = activity.sudo().copy({"user_id": self.users["finance"].id})  # as the server could by itself
        own, of_finance = activity.with_user(self.worker), for_finance.with_user(self.users["finance"])
        self.assertTrue(own.read(["note"]))
        self._hand_over(self.case, self._create_employee("Conny Colleague"))
        self.env.invalidate_all()
        for closed in (own, of_finance):
            self.assertFalse(closed.search([("user_id", "=", closed.env.uid), ("note", "ilike", "Her")]))
            for operation in ("read", "write", "unlink"):
                with self.subTest(user=closed.env.user.login, operation=operation):
                    self.assertFalse(closed.has_access(operation))
        self.assertTrue(activity.with_user(self.lead).read(["note"]))
        self.env["justiq.case.denial"].create(
            {"case_file_id": self.case.id, "user_id": self.lead.id, "reason": "Her nephew"}
        )
        activity.sudo().user_id = self.lead
        self.env.invalidate_all()
        self.assertFalse(activity.with_user(self.lead).has_access("read"))

    def test_nobody_gets_an_activity_on_a_file_who_may_not_read_it(self):
        activity = self.as_worker.activity_schedule("mail.mail_activity_data_todo", user_id=self.lead.id)
        finance = self.users["finance"]
        for attempt in (
            lambda: self.as_worker.activity_schedule("mail.mail_activity_data_todo", user_id=finance.id),
            lambda: activity.write({"user_id": finance.id}),
        ):
            with self.assertRefused(finance.name, self.case.reference, error=AccessError), self.env.cr.savepoint():
                attempt()

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_an_email_never_gets_into_a_file(self):
        """Neither as an answer, nor by an alias that somebody has set up."""
        message = self.as_worker.message_post(body="Inside", message_type="comment")
        model = self.env["ir.model"]._get("justiq.case.file")
        self.env["mail.alias"].create({"alias_name": "files", "alias_model_id": model.id, "alias_contact": "everyone"})
        files, messages = self.env["justiq.case.file"].search_count([]), len(self.case.message_ids)
        for to, parent in (("files@example.com", "<x@y>"), ("catchall@example.com", message.message_id)):
            with self.subTest(to=to):
                # Where nobody takes it, it bounces.
                with suppress(ValueError), self.env.cr.savepoint():
                    self.env["mail.thread"].message_process("justiq.case.file", MAIL.format(to=to, parent=parent))
                self.env.invalidate_all()
                self.assertEqual(self.env["justiq.case.file"].search_count([]), files)
                self.assertEqual(len(self.case.message_ids), messages)


@tagged("post_install", "-at_install", "security")
class TestAttachmentsStayInside(HttpCase, OutsideCommon):
    def test_no_attachment_of_a_file_opens_by_its_address(self):
        values = {"name": "scan.txt", "raw": b"secret", "res_model": self.case._name, "res_id": self.case.id}
        attachments = self.env["ir.attachment"].with_user(self.worker)
        published = attachments.create({**values, "public": True})
        shared = attachments.create(values)
        [token] = shared.generate_access_token()
        moved = attachments.create({"name": "moved.txt", "raw": b"secret", "public": True})
        moved.write({"res_model": self.case._name, "res_id": self.case.id})
        shared.write({"public": True})
        self.assertFalse((published | shared | moved).filtered(lambda one: one.public or one.access_token))
        self.env.flush_all()
        self.authenticate(None, None)
        for attachment in published | shared | moved:
            for address in (f"/web/content/{attachment.id}", f"/web/image/{attachment.id}"):
                answer = self.url_open(f"{address}?access_token={token}")
                self.assertNotIn(b"secret", answer.content)

    def test_scans_are_pdfs_or_pictures_of_a_sensible_size(self):
        page = b"<html><script>alert(1)</script></html>"
        for content, part in (
            (b"MZ\x90\x00 program", "PDF, JPEG or PNG"),
            (page, "PDF, JPEG or PNG"),
            (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "PDF, JPEG or PNG"),
            (b"%PDF-1.4" + bytes(MOST_BYTES), "at most 20 MB"),
        ):
            with self.subTest(content=content[:12]), self.assertRefused(part), self.env.cr.savepoint():
                self._sign(content)
        self.assertEqual(base64.b64decode(self._sign(b"%PDF-1.4 signed").signature_scan), b"%PDF-1.4 signed")

    def _sign(self, content):
        return self._create_consent(self.case, self.lead, purpose="photos", signature_scan=base64.b64encode(content))


@tagged("post_install", "-at_install", "security")
class TestRoundabout(OutsideCommon):
    """Ways that are not meant: server actions, filters, archived and copied records, guessed ids."""

    def test_nobody_with_a_role_writes_code(self):
        """Server actions, automated code and views run with more than one's own rights."""
        model = self.env["ir.model"]._get("justiq.case.file")
        for role, user in self.users.items():
            for name, values in (
                ("ir.actions.server", {"name": "x", "model_id": model.id, "state": "code", "code": "x = 1"}),
                ("ir.cron", {"name": "x", "model_id": model.id, "state": "code", "code": "x = 1"}),
                ("ir.ui.view", {"name": "x", "model": model.model, "arch": "<form/>"}),
                ("ir.model.fields", {"name": "x_name", "model_id": model.id, "ttype": "char"}),
                ("ir.rule", {"name": "x", "model_id": model.id, "domain_force": "[]"}),
            ):
                with self.subTest(role=role, model=name), self.assertRaises(AccessError):
                    self.env[name].with_user(user).create(values)

    def test_server_action_on_a_file_runs_with_the_rights_of_the_user(self):
        model = self.env["ir.model"]._get("justiq.case.file")
        action = self.env["ir.actions.server"].create(
            {
                "name": "Look",
                "model_id": model.id,
                "state": "code",
                "code": "action = {'name': records.sudo(False).mapped('last_name')}",
            }
        )
        context = {"active_model": "justiq.case.file", "active_ids": self.case.ids, "active_id": self.case.id}
        for role in ("coordinator", "finance", "manager"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                action.with_user(self.users[role]).with_context(**context).run()

    def test_context_keys_open_nothing(self):
        other = self.env["res.company"].create({"name": "Foreign Provider"})
        for context in (
            {"active_test": False},
            {"allowed_company_ids": [self.company.id, other.id]},
            {"force_company": self.company.id},
            {"prefetch_fields": True, "bin_size": False, "import_file": True},
            {"install_mode": True, "module": "justiq"},
            {"skip_res_field_check": True},
            {"default_key_worker_id": 1, "uid": 1, "su": True},
            {"mail_notrack": True, "tracking_disable": True, "mail_create_nosubscribe": True},
        ):
            for role in ("coordinator", "finance", "privacy_officer"):
                files = self.case.with_user(self.users[role])
                with self.subTest(role=role, context=context), self.assertRaises(AccessError):
                    files.with_context(**context).read(["last_name"])

    def test_archived_and_copied_files_stay_closed(self):
        colleague = new_test_user(self.env, login="test_colleague", groups="justiq.group_case_worker")
        copied = self.case.copy()
        self.assertFalse(copied.message_ids.attachment_ids or copied.note_ids or copied.enrolment_ids)
        self.case.active = False
        for case in (self.case, copied):
            as_colleague = case.with_user(colleague).with_context(active_test=False)
            self.assertFalse(as_colleague.search([("id", "=", case.id)]))
            with self.assertRaises(AccessError):
                as_colleague.read(["last_name"])
            with self.assertRaises(AccessError):
                as_colleague.copy()

    def test_guessed_ids_tell_nothing(self):
        colleague = new_test_user(self.env, login="test_colleague", groups="justiq.group_case_worker")
        files = self.env["justiq.case.file"].with_user(colleague)
        missing = self.case.id + 100000
        self.assertFalse(files.search([("id", "in", [self.case.id, missing])]))
        with self.assertRaises(AccessError) as refused:
            files.browse(self.case.id).read(["last_name"])
        self.assertNotIn("Geheimnis", str(refused.exception))
        self.assertFalse(files.browse(missing).read(["last_name"]))

    def test_saved_filters_and_exports_hold_no_rights(self):
        """A filter or a template for exports that somebody shares is a question, and asked as the reader."""
        self.env["ir.filters"].with_user(self.worker).create(
            {"name": "x", "model_id": "justiq.case.file", "domain": "[('last_name', '=', 'x')]", "user_ids": []}
        )
        files = self.env["justiq.case.file"].with_user(self.users["coordinator"])
        with self.assertRaises(AccessError):
            files.search([("last_name", "=", "Geheimnis")])

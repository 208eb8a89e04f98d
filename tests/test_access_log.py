from psycopg2.errors import RaiseException

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

FORM = {
    "display_name": {},
    "last_name": {},
    "note_ids": {"fields": {"text": {}}},
    "enrolment_ids": {"fields": {"grant_id": {"fields": {"display_name": {}}}}},
}


class AccessLogCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.users["case_worker"]
        cls.case = cls._create_case()
        cls.note = cls._create_note(cls.case)
        cls.Log = cls.env["justiq.access.log"]
        cls.env.flush_all()

    def _logged(self):
        """The entries written by what the test has done so far, oldest first."""
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        return self.Log.search([], order="id")

    def _as_user(self, record):
        return record.with_user(self.user)


@tagged("post_install", "-at_install")
class TestAccessLog(AccessLogCommon):
    """Who looked at case files."""

    def test_opening_a_file_is_one_entry(self):
        self._as_user(self.case).web_read(FORM)
        log = self._logged()
        self.assertRecordValues(
            log,
            [
                {
                    "user_id": self.user.id,
                    "path": "form",
                    "company_id": self.company.id,
                    "file_count": 1,
                    "file_references": self.case.reference,
                    "model_names": "justiq.case.file,justiq.case.note",
                }
            ],
        )
        self.assertTrue(log.date)
        self.assertIn("Case File", log.content)

    def test_opening_a_list_is_one_entry_that_names_all_files(self):
        other = self._create_case()
        self.env.flush_all()
        self._as_user(self.env["justiq.case.file"]).web_search_read(
            [("id", "in", (self.case | other).ids)], {"last_name": {}}
        )
        log = self._logged()
        self.assertRecordValues(log, [{"path": "list", "file_count": 2}])
        for case in self.case | other:
            self.assertIn(case.reference, log.file_references)

    def test_each_way_to_the_contents_is_logged(self):
        model = self._as_user(self.env["justiq.case.note"])
        ways = {
            "read": lambda: self._as_user(self.note).read(["text"]),
            "search_read": lambda: model.search_read([("id", "=", self.note.id)], ["text"]),
            "web_search_read": lambda: model.web_search_read([("id", "=", self.note.id)], {"text": {}}),
            "web_read": lambda: self._as_user(self.note).web_read({"text": {}}),
        }
        for name, way in ways.items():
            with self.subTest(way=name):
                before = self._logged()
                way()
                self.assertRecordValues(
                    self._logged() - before,
                    [{"file_references": self.case.reference, "model_names": "justiq.case.note"}],
                )

    def test_an_export_names_its_fields(self):
        self.user.group_ids = [Command.link(self.env.ref("base.group_allow_export").id)]
        self._as_user(self.case).export_data(["last_name", "note_ids/text"])
        self.assertRecordValues(
            self._logged(),
            [{"path": "export", "file_references": self.case.reference, "detail": "last_name, note_ids/text"}],
        )

    def test_a_printed_roster_is_logged(self):
        project = self._create_project(lead_id=self.case_worker.id)
        self._participate(project, enrolment=self._enrol(self.case))
        self.env.flush_all()
        self.env["ir.actions.report"].with_user(self.user)._render_qweb_html("justiq.report_roster", project.ids)
        self.assertRecordValues(self._logged(), [{"path": "print", "file_references": self.case.reference}])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_refused_access_leaves_no_entry(self):
        foreign = self._create_case(key_worker=self._create_employee("Conny Colleague"))
        self.env.flush_all()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._as_user(foreign).web_read(FORM)
        self.assertFalse(self._logged())

    def test_logging_adds_one_query_to_opening_a_file(self):
        self._as_user(self.case).web_read(FORM)
        self.Log._file_columns()
        with self.assertQueryCount(1):
            self.env.cr.precommit.run()

    def test_a_list_of_two_providers_is_an_entry_for_each(self):
        foreign = self.env["res.company"].create({"name": "Foreign Provider"})
        lead = self.users["team_lead"]
        lead.company_ids = [Command.link(foreign.id)]
        worker = self._create_employee("Steve Stranger", company_id=foreign.id)
        cases = self.case | self._create_case(worker, company_id=foreign.id)
        self.env.flush_all()
        as_lead = cases.with_user(lead).with_context(allowed_company_ids=(self.company | foreign).ids)
        as_lead.web_read({"last_name": {}})
        self.assertEqual(self._logged().company_id, self.company | foreign)


@tagged("post_install", "-at_install")
class TestAccessLogAppendOnly(AccessLogCommon):
    """Nobody changes or deletes what the log says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._as_user(cls, cls.case).web_read(FORM)
        cls.env.cr.precommit.run()
        cls.log = cls.Log.search([])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_an_entry_by_hand(self):
        values = {
            "user_id": self.user.id,
            "company_id": self.company.id,
            "path": "form",
            "file_references": "F-1",
            "model_names": "justiq.case.file",
        }
        for role, user in self.users.items():
            with self.subTest(role=role), self.assertRefused(error=AccessError):
                self.Log.with_user(user).create(values)

    def test_the_orm_refuses_to_change_and_delete_even_in_sudo(self):
        with self.assertRefused("append-only", error=AccessError):
            self.log.sudo().write({"path": "list"})
        with self.assertRefused("append-only", error=AccessError):
            self.log.sudo().unlink()

    @mute_logger("odoo.sql_db")
    def test_postgresql_refuses_to_change_delete_and_truncate(self):
        for statement in (
            "UPDATE justiq_access_log SET path = 'list'",
            "DELETE FROM justiq_access_log",
            "TRUNCATE justiq_access_log",
        ):
            with self.subTest(statement), self.assertRaises(RaiseException), self.env.cr.savepoint():
                self.env.cr.execute(statement)

    def test_reference_in_another_record_opens_no_file(self):
        consent = self._create_consent(self.case)
        self.env.flush_all()
        before = self._logged()
        label = {"case_file_id": {"fields": {"display_name": {}}}}
        [values] = consent.with_user(self.users["privacy_officer"]).web_read(label)
        self.assertEqual(values["case_file_id"]["display_name"], self.case.reference)
        [entry] = self._logged() - before
        self.assertEqual(entry.model_names, "justiq.consent")

    def test_privacy_officer_finds_the_accesses_to_a_file_by_its_reference(self):
        officer = self.users["privacy_officer"]
        found = self.Log.with_user(officer).search([("file_references", "ilike", self.case.reference)])
        self.assertEqual(found.sudo(), self.log)
        self.assertTrue(found.read())


@tagged("post_install", "-at_install")
class TestAccessLogOverHttp(HttpCase, JustiqCommon):
    """With a real session, whatever the client calls."""

    def test_a_session_that_opens_a_file_is_logged(self):
        user = self.users["case_worker"]
        user.password = "a long password"
        case = self._create_case()
        self.authenticate(user.login, "a long password")
        self.make_jsonrpc_request(
            "/web/dataset/call_kw/justiq.case.file/web_read",
            {"model": "justiq.case.file", "method": "web_read", "args": [case.ids, FORM], "kwargs": {}},
        )
        log = self.env["justiq.access.log"].search([])
        self.assertRecordValues(log, [{"user_id": user.id, "path": "form", "file_references": case.reference}])

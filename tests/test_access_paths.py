import json
import logging
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import ROLES
from .test_access_matrix import CASE_MODELS, CHANGE, MATRIX, NEW, AccessCommon

_logger = logging.getLogger(__name__)

LOGGERS = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.models.unlink", "odoo.http")
PASSWORD = "a long password"
WITHOUT_A_ROLE = ("base.group_user", "base.group_system", "base.group_portal", "base.group_public")


def _ids(rows):
    return [row["id"] for row in rows]


# Ways to look for a record: each gives the ids or the number of what the user finds.
SEARCHES = {
    "search": lambda record, domain: record.search(domain).ids,
    "search_count": lambda record, domain: record.search_count(domain),
    "search_read": lambda record, domain: _ids(record.search_read(domain, ["display_name"])),
    "web_search_read": lambda record, domain: _ids(record.web_search_read(domain, {"display_name": {}})["records"]),
    "name_search": lambda record, domain: record.name_search("", domain),
    "_read_group": lambda record, domain: record._read_group(domain, [], ["__count"])[0][0],
    "formatted_read_group": lambda record, domain: record.formatted_read_group(domain, [], ["__count"])[0]["__count"],
}
# Ways to the contents of a record whose id is guessed.
READS = {
    "read": lambda record: record.read(["display_name"]),
    "web_read": lambda record: record.web_read({"display_name": {}}),
    "export_data": lambda record: record.export_data([".id", "display_name"]),
    "copy": lambda record: record.copy(),
}


class AccessPathsCommon(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case_worker.user_id = False
        cls.team_lead.user_id = False
        for user in cls.users.values():
            user.group_ids += cls.env.ref("base.group_allow_export")

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*LOGGERS))

    def _test_each_record(self, user, permissions, test):
        """Of each model and relation a new record, as the user meets it, and whether she may read it."""
        if user._is_internal():
            self._set_employee(user)
        for model in sorted(NEW):
            permission = permissions.get(model, {}).get(user, "-")
            for relation in self._relations(model):
                with self.env.cr.savepoint() as savepoint:
                    record = self._new_record(model, relation)
                    self.env.flush_all()
                    as_user = record.with_user(user).with_context(
                        allowed_company_ids=self.company.ids, active_test=False
                    )
                    with self.subTest(user=user.login, model=model, relation=relation):
                        test(as_user, permission, self._is_allowed(permission, "r", relation))
                    savepoint.rollback()
                self.env.invalidate_all()

    def _permissions(self):
        """The matrix: dictionary by model and user."""
        return {
            model: {self.users[role]: permissions[f"group_{role}"] for role in ROLES}
            for model, permissions in MATRIX["models"].items()
        }


@tagged("post_install", "-at_install")
class TestAccessPaths(AccessPathsCommon):
    """`access_matrix.yaml` on every path of the ORM: what a role may not read, it finds nowhere."""

    def test_roles_on_every_path_of_the_orm(self):
        for role in ROLES:
            self._test_each_record(self.users[role], self._permissions(), self._test_paths)

    def test_users_without_a_role_find_nothing_on_any_path(self):
        for group in WITHOUT_A_ROLE:
            user = new_test_user(self.env, login=f"test_{group}", groups=group)
            self._test_each_record(user, {}, self._test_paths)

    def _test_paths(self, record, permission, readable):
        self._test_searches(record, readable)
        self._test_reads(record, readable)
        self._test_import(record, permission, readable)
        self._test_attached(record, readable)

    def _test_searches(self, record, readable):
        for path, search in SEARCHES.items():
            with self.subTest(path=path):
                try:
                    found = search(record.browse(), [("id", "=", record.id)])
                except AccessError:
                    found = False
                self.assertEqual(bool(found), readable)
            self.tried_cases += 1

    def _test_reads(self, record, readable):
        for path, read in READS.items():
            if path == "copy" and readable:
                continue  # whether it may be copied is the business of each model
            with self.subTest(path=path), self._tried():
                if readable:
                    self.assertTrue(read(record))
                else:
                    with self.assertRaises(UserError):
                        read(record)
            self.tried_cases += 1

    def _test_import(self, record, permission, readable):
        """A file that names the id of a record does not change it, and its refusal tells nothing."""
        if readable and "u" in permission:
            return
        name, value = next(iter(CHANGE.get(record._name, {"name": "Another name"}).items()))
        if record._fields[name].type == "properties_definition":
            return  # Odoo has no import of it
        stored = record.sudo().with_context(prefetch_fields=False)
        before = stored.read([name])
        with self._tried():
            try:
                result = record.load([".id", name], [[str(record.id), str(value)]])
            except AccessError:
                result = {"ids": False, "messages": []}
            self.assertFalse(result["ids"])
            self.assertNotIn("Geheim", str(result["messages"]))
        self.assertEqual(stored.read([name]), before)
        self.tried_cases += 1

    def _test_attached(self, record, readable):
        """Attachments, messages, activities and followers go with the record."""
        values = {"res_model": record._name, "res_id": record.id}
        by_another = record.with_env(self.env)
        attached = [self.env["ir.attachment"].create({"name": "scan.txt", "raw": b"secret", **values})]
        if "message_ids" in record._fields:
            attached.append(by_another.message_post(body="secret", subtype_xmlid="mail.mt_comment"))
        if "activity_ids" in record._fields:
            assignees = self.env.user
            if record._name in self.env["justiq.document.readers"]._models_of_readers():
                assignees |= record.env.user  # elsewhere Odoo leaves an activity to its assignee
            for user in assignees:
                if user != self.env.user and not user._is_internal():
                    with self.subTest(path="activity of an outsider"), self._tried(), self.assertRaises(AccessError):
                        by_another.activity_schedule("mail.mail_activity_data_todo", user_id=user.id)
                    continue
                attached.append(by_another.activity_schedule("mail.mail_activity_data_todo", user_id=user.id))
        attached += self._followers(by_another)
        for other in attached:
            as_user = other.with_user(record.env.user)
            with self.subTest(path=other._name):
                try:
                    found = as_user.search([("id", "=", other.id)])
                except AccessError:
                    found = as_user.browse()
                # Activities of others show to whoever may write the record.
                if other._name != "mail.activity" or not readable:
                    self.assertEqual(bool(found), readable)
            if not readable:
                with self.subTest(path=f"{other._name} read"), self._tried(), self.assertRaises(AccessError):
                    as_user.read()
            self.tried_cases += 1

    def _followers(self, record):
        """A follower of the record, where its followers show to its readers only."""
        if record._name not in self.env["justiq.document.readers"]._models_of_readers():
            return []
        values = {"res_model": record._name, "res_id": record.id, "partner_id": self.company.partner_id.id}
        return [self.env["mail.followers"].create(values)]


@tagged("post_install", "-at_install")
class TestAccessOverHttp(AccessPathsCommon, HttpCase):
    """The same from outside, with a real session or key."""

    def _keys(self, user):
        expires = fields.Datetime.now() + timedelta(hours=1)
        return self.env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "test", expires)

    def _found_by_json2(self, key, record):
        answer = self.url_open(
            f"/json/2/{record._name}/search_read",
            data=json.dumps({"domain": [["id", "=", record.id]], "fields": ["display_name"]}),
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        return answer.status_code == 200 and bool(answer.json())

    def _found_by_session(self, record):
        answer = self.url_open(
            "/web/dataset/call_kw",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "method": "call",
                    "params": {
                        "model": record._name,
                        "method": "web_read",
                        "args": [record.ids, {"display_name": {}}],
                        "kwargs": {},
                    },
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        return bool(answer.json().get("result"))

    def _refuse_over_json2(self, key, record, method, **values):
        answer = self.url_open(
            f"/json/2/{record._name}/{method}",
            data=json.dumps({"ids": record.ids, **values}, default=str),
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        self.assertGreaterEqual(answer.status_code, 400, f"JSON-2 {method}")
        self.assertNotIn("Geheim", answer.text)

    def _found_by_jsonrpc(self, user, record):
        args = [[["id", "=", record.id]], ["display_name"]]
        answer = self.url_open(
            "/jsonrpc",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "method": "call",
                    "params": {
                        "service": "object",
                        "method": "execute_kw",
                        "args": [self.env.cr.dbname, user.id, PASSWORD, record._name, "search_read", args],
                    },
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        return bool(answer.json().get("result"))

    def _with_password(self, user):
        user.password = PASSWORD
        return user

    def _found_by_address(self, attachment):
        return self.url_open(f"/web/content/{attachment.id}").content == b"secret"

    def test_users_without_a_role_find_nothing_over_http(self):
        records = [
            self._new_record(model, "company")
            for model in sorted(NEW, key=lambda model: model != "justiq.own.questions")
        ]
        attachments = self.env["ir.attachment"].create(
            [
                {"name": "scan.txt", "raw": b"secret", "res_model": record._name, "res_id": record.id}
                for record in records
            ]
        )
        users = [new_test_user(self.env, login=f"test_{group}", groups=group) for group in WITHOUT_A_ROLE[:3]]
        for user in users:
            self._with_password(user)
        self.env.flush_all()
        for user in [*users, None]:
            self.authenticate(user and user.login, user and PASSWORD)
            key = user and user._is_internal() and self._keys(user)
            for record, attachment in zip(records, attachments, strict=True):
                if key:
                    self.assertFalse(self._found_by_json2(key, record), "JSON-2")
                with self.subTest(user=user and user.login, model=record._name):
                    self.assertFalse(self._found_by_session(record), "session")
                    self.assertFalse(self._found_by_address(attachment), "/web/content")
                self.tried_cases += 2

    def test_each_model_over_http(self):
        """With a key and with a session: what may not be read is not found, what may not be changed stays."""
        for role in ROLES:
            user = self._with_password(self.users[role])
            key = self._keys(user)
            self.authenticate(user.login, PASSWORD)
            self._set_employee(user)
            for model in sorted(NEW):
                permission = MATRIX["models"][model][f"group_{role}"]
                for relation in self._relations(model):
                    readable = self._is_allowed(permission, "r", relation)
                    with self.subTest(role=role, model=model, relation=relation), self._tried():
                        record = self._new_record(model, relation)
                        self.env.flush_all()
                        self.assertEqual(self._found_by_json2(key, record), readable, "JSON-2")
                        self.assertEqual(self._found_by_session(record), readable, "session")
                        if not self._is_allowed(permission, "u", relation):
                            self._refuse_over_json2(key, record, "write", vals=CHANGE.get(model, {"name": "Changed"}))
                        if not self._is_allowed(permission, "d", relation):
                            self._refuse_over_json2(key, record, "unlink")
                    self.tried_cases += 4

    def test_files_of_case_models_over_http(self):
        for role in ROLES:
            user = self._with_password(self.users[role])
            self.authenticate(user.login, PASSWORD)
            self._set_employee(user)
            for model in sorted(CASE_MODELS & NEW.keys()):
                permission = MATRIX["models"][model][f"group_{role}"]
                for relation in self._relations(model):
                    record = self._new_record(model, relation)
                    attachment = self.env["ir.attachment"].create(
                        {"name": "scan.txt", "raw": b"secret", "res_model": model, "res_id": record.id}
                    )
                    self.env.flush_all()
                    readable = self._is_allowed(permission, "r", relation)
                    with self.subTest(role=role, model=model, relation=relation):
                        self.assertEqual(self._found_by_address(attachment), readable, "/web/content")
                        self.assertEqual(self._found_by_jsonrpc(user, record), readable, "/jsonrpc")
                        if not readable:
                            image = self.url_open(f"/web/image/ir.attachment/{attachment.id}/raw").content
                            self.assertNotIn(b"secret", image, "/web/image")
                    self.tried_cases += 3

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .test_access_matrix import CASE_MODELS, NEW, AccessCommon
from .test_attack_outside import OutsideCommon

NAME = "Geheimnis"
LOGGERS = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.models.unlink")


@tagged("post_install", "-at_install", "security")
class TestBorrowedRights(OutsideCommon):
    """Code and templates of an administrator that run with the rights of the server, started by somebody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.env["ir.model"]._get("justiq.case.file")
        cls.colleague = new_test_user(cls.env, login="test_colleague", groups="justiq.group_case_worker")
        cls.strangers = [cls.colleague, *(cls.users[role] for role in ("coordinator", "finance", "auditor", "manager"))]

    def test_an_action_with_sudo_runs_on_no_file_that_its_user_may_not_write(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Look",
                "model_id": self.model.id,
                "state": "code",
                "code": "action = {'name': records.sudo().mapped('last_name')}",
            }
        )
        context = {"active_model": "justiq.case.file", "active_ids": self.case.ids, "active_id": self.case.id}
        for user in self.strangers:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                action.with_user(user).with_context(**context).run()
        shown = action.with_user(self.worker).with_context(**context).run()
        self.assertEqual(shown, {"name": [NAME]}, "the action does what it is made for")

    def test_a_template_with_sudo_renders_no_file_that_its_user_may_not_read(self):
        template = self.env["mail.template"].create(
            {
                "name": "Look",
                "model_id": self.model.id,
                "subject": "{{ object.sudo().last_name }}",
                "body_html": '<p t-out="object.sudo().last_name"/>',
            }
        )
        for user in self.strangers:
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    template.with_user(user).send_mail(self.case.id)
                self.assertNotIn(NAME, self._composed(user, template))

    def _composed(self, user, template):
        """What the dialog for a mail shows to the user."""
        dialogs = (
            self.env["mail.compose.message"]
            .with_user(user)
            .with_context(
                default_model="justiq.case.file", default_res_ids=self.case.ids, default_template_id=template.id
            )
        )
        try:
            with self.env.cr.savepoint():
                return str(dialogs.create({}).read(["subject", "body"]))
        except AccessError:
            return ""

    def test_nobody_with_a_role_writes_a_template_with_code(self):
        for role, user in self.users.items():
            values = {"name": "x", "model_id": self.model.id, "body_html": '<p t-out="object.sudo().last_name"/>'}
            with self.subTest(role=role), self.assertRaises(UserError), self.env.cr.savepoint():
                template = self.env["mail.template"].with_user(user).create(values)
                template.send_mail(self.case.id)


@tagged("post_install", "-at_install", "security")
class TestForeignPersons(AccessCommon):
    """Files of a colleague: by no draft, no copy and no archive does a case worker learn who it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.users["case_worker"]
        cls.case_worker.user_id = False
        cls._set_employee(cls.user)

    @classmethod
    def _new_case(cls, world):
        return cls._create_case(world.key_worker, company_id=world.company.id, last_name=NAME, first_name=NAME)

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*LOGGERS))

    def _as_user(self, record):
        return record.with_user(self.user).with_context(
            allowed_company_ids=self.company.ids, active_test=False, prefetch_fields=False
        )

    def test_no_draft_computes_anything_of_a_foreign_person(self):
        """Computed fields run with the rights of the server, also in a form that is never saved."""
        foreign = {model: self._new_record(model, "company") for model in sorted(CASE_MODELS & NEW.keys())}
        self.env.flush_all()
        names = sorted(name for name, model in self.env.registry.items() if name.startswith("justiq."))
        for name in names:
            model = self._as_user(self.env[name])
            if model._abstract or not model.has_access("create"):
                continue
            spec = {
                field.name: {"fields": {"display_name": {}}} if field.type == "many2one" else {}
                for field in model._fields.values()
                if model._has_field_access(field, "read") and field.type not in ("one2many", "many2many", "reference")
            }
            for field in model._fields.values():
                if field.name in spec and field.type == "many2one" and field.comodel_name in foreign:
                    with self.subTest(model=name, field=field.name):
                        self.assertNotIn(NAME, self._drafted(model, field, foreign[field.comodel_name], spec))
                    self.tried_cases += 1
        self.assertGreater(self.tried_cases, 40)

    def _drafted(self, model, field, record, spec):
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint():
                return str(model.onchange({field.name: record.id}, [field.name], spec))
        except UserError:
            return ""

    def test_archived_and_copied_records_of_a_file_stay_closed(self):
        for name in sorted(CASE_MODELS & NEW.keys()):
            record = self._new_record(name, "company")
            found = record | self._copied(record)
            for archived in (record, "case_file_id" in record._fields and record.case_file_id):
                if archived and "active" in archived._fields:
                    archived.active = False
            self.env.flush_all()
            self.env.invalidate_all()
            as_user = self._as_user(found)
            with self.subTest(model=name):
                self.assertFalse(as_user.browse().has_access("read") and as_user._filtered_access("read"))
                self.assertFalse(as_user.browse().has_access("read") and as_user.search([("id", "in", found.ids)]))
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    as_user[:1].copy()
            self.tried_cases += len(found)

    def _copied(self, record):
        """A copy, where the model has any."""
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                copied = record.copy()
                self.env.flush_all()
                return copied
        except Exception:  # whatever keeps it from being copied
            return record.browse()

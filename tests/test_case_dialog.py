from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_case_denial import LOGGERS, ProtectedCommon

# A hit of the search is written by the server: it shows under the reference what the user may ask to be opened.
WRITTEN_BY_SERVER = {"justiq.case.search.hit"}


@tagged("post_install", "-at_install")
class TestCaseDialog(ProtectedCommon):
    """No dialog shows the label of a file that its user may not read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls._create_case(cls.colleague)
        cls.env["justiq.case.denial"].create(
            {"case_file_id": cls.foreign.id, "user_id": cls.lead.id, "reason": "Her nephew"}
        )

    def _dialogs(self):
        """Names of the dialogs with a reference to case files, and of these references."""
        for name, model in sorted(self.env.registry.items()):
            fields = [field for field in model._fields.values() if field.comodel_name == "justiq.case.file"]
            if name.startswith("justiq.") and model._transient and fields and name not in WRITTEN_BY_SERVER:
                yield name, fields

    def test_each_dialog_of_case_files_takes_readable_ones_only(self):
        mixin = self.env.registry["justiq.case.dialog.mixin"]
        found = dict(self._dialogs())
        self.assertIn("justiq.case.lock", found)
        for name in found:
            with self.subTest(name):
                self.assertTrue(issubclass(self.env.registry[name], mixin))

    def test_foreign_file_is_refused_before_any_label_shows(self):
        for name, fields in self._dialogs():
            dialogs = self.env[name].with_user(self.lead)
            for field in fields:
                if field.type != "many2one":
                    continue
                values = {field.name: self.foreign.id}
                with self.subTest(name, field=field.name), mute_logger(*LOGGERS):
                    with self.assertRaises(AccessError):
                        dialogs.onchange(values, [field.name], {field.name: {"fields": {"display_name": {}}}})
                    with self.assertRaises(AccessError):
                        dialogs.with_context(**{f"default_{field.name}": self.foreign.id}).default_get([field.name])

    def test_lock_dialog_of_a_foreign_file_is_not_saved(self):
        dialogs = self.env["justiq.case.lock"].with_user(self.lead)
        values = {"user_id": self.worker.id, "reason": "Because"}
        with self.assertRaises(AccessError):
            dialogs.create({**values, "case_file_id": self.foreign.id})
        dialog = dialogs.create({**values, "case_file_id": self.case.id})
        with self.assertRaises(AccessError):
            dialog.write({"case_file_id": self.foreign.id})

    def test_list_of_files_of_a_dialog_has_no_foreign_one(self):
        project = self._create_project(lead_id=self.case_worker.id)
        with self.assertRaises(AccessError):
            self.env["justiq.participant.add"].with_user(self.worker).create(
                {"micro_project_id": project.id, "case_file_ids": [Command.set(self.foreign.ids)]}
            )

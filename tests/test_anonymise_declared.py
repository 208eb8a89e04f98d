from odoo.tests import tagged

from ..tools.personal_data import CASE_FILE, TEXT_TYPES, PersonalData, declarations, erased_fields, erases_rows
from .anonymise_common import AnonymiseCommon


@tagged("post_install", "-at_install")
class TestPersonalData(AnonymiseCommon):
    """Every model says what of it is identity or text."""

    def test_every_text_of_a_case_file_is_declared(self):
        models = {name for name, _field, _target in PersonalData.links(self.env)} | {CASE_FILE}
        self.assertIn("justiq.case.note", models)
        self.assertIn("justiq.case.assessment.line", models)
        for name in sorted(models):
            model = self.env[name]
            if erases_rows(model):
                continue
            for field in model._fields.values():
                is_text = field.store and field.column_type and field.type in TEXT_TYPES
                if is_text and not field.name.startswith(("message_", "activity_")):
                    with self.subTest(model=name, field=field.name):
                        self.assertIn(field.name, declarations(model), "say in _personal_data what it tells")

    def test_what_is_declared_exists(self):
        for name, model in self.env.registry.items():
            if model._auto and not model._abstract:
                for field in declarations(self.env[name]):
                    with self.subTest(model=name, field=field):
                        self.assertIn(field, model._fields)

    def test_undeclared_text_is_emptied(self):
        self.assertIn("with_whom", erased_fields(self.env["justiq.case.note"]))
        self.assertNotIn("reference", erased_fields(self.env[CASE_FILE]))

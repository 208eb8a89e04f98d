from odoo.tests import tagged

from .common import JustiqCommon

FOLLOWS = "case_file_id.is_accessible"


@tagged("post_install", "-at_install")
class TestCaseSatellite(JustiqCommon):
    """What hangs on a case file follows its access, by one mechanism."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls._create_case()
        cls.colleagues = cls._create_case(key_worker=cls._create_employee("Conny Colleague"))

    def _models_of_case_files(self):
        return [
            name
            for name, model in sorted(self.env.registry.items())
            if name.startswith("justiq.")
            and not model._abstract
            and not model._transient
            and "case_file_id" in model._fields
        ]

    def test_every_model_of_a_case_file_has_the_rule_that_follows_it(self):
        models = self._models_of_case_files()
        self.assertIn("justiq.case.note", models)
        for name in models:
            rules = self.env["ir.rule"].sudo().search([("model_id.model", "=", name)])
            with self.subTest(model=name):
                self.assertIn(FOLLOWS, "".join(rules.mapped("domain_force")))

    def test_satellites_have_no_group_rule_that_could_widen_the_access(self):
        """Rules of groups are alternatives to each other, global ones always bind."""
        mixin = self.env.registry["justiq.case.satellite.mixin"]
        for name in self._models_of_case_files():
            if issubclass(self.env.registry[name], mixin):
                rules = self.env["ir.rule"].sudo().search([("model_id.model", "=", name)])
                with self.subTest(model=name):
                    self.assertTrue(
                        rules.filtered(lambda rule: FOLLOWS in rule.domain_force and not rule.groups and rule.perm_read)
                    )

    def test_reading_and_searching_agree_on_who_may_open_a_file(self):
        for role, accessible in (
            ("case_worker", self.mine),
            ("team_lead", self.mine | self.colleagues),
            ("coordinator", self.mine.browse()),
        ):
            files = (self.mine | self.colleagues).with_user(self.users[role])
            with self.subTest(role=role):
                self.assertEqual(files.sudo().filtered("is_accessible"), accessible)
                of_these = [("id", "in", files.ids)]
                found = files.sudo().search([*of_these, ("is_accessible", "=", True)])
                self.assertEqual(found, accessible)
                hidden = files.sudo().search([*of_these, ("is_accessible", "=", False)])
                self.assertEqual(hidden, files - accessible)

    def test_an_archived_file_is_followed_too(self):
        note = self._create_note(self.mine)
        self.mine.active = False
        self.assertEqual(self._note_model(self.users["case_worker"]).search([("id", "=", note.id)]), note)

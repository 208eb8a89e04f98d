from odoo import Command
from odoo.tests import tagged

from .common import JustiqCommon

FOLLOWS = "case_file_id.is_accessible"
# Models with a reference to a case file whose rules do not follow it, and by what they are held instead.
PSEUDONYMOUS = "roles without the file see a pseudonymous part, see `pseudonymous` in access_matrix.yaml"
OPENED_OTHERWISE = {
    "justiq.enrolment": PSEUDONYMOUS,
    "justiq.participation": PSEUDONYMOUS,
    "justiq.participation.report": PSEUDONYMOUS,
    "justiq.attendance": PSEUDONYMOUS,
    "justiq.consent": PSEUDONYMOUS,
    "justiq.retention.decision": "the privacy officer decides under the reference",
    "justiq.retention.run.line": "the privacy officer decides under the reference",
    "justiq.case.access": "opens the file, so whoever gets one reads it before; the privacy officer reviews them",
    "justiq.case.file": "is the file, and the one that it was merged into is in its own rules' hands",
    "justiq.outreach.alias": "becomes a file later; what opens it is its own key worker",
}


@tagged("post_install", "-at_install")
class TestCaseSatellite(JustiqCommon):
    """What hangs on a case file follows its access, by one mechanism."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls._create_case()
        cls.colleagues = cls._create_case(key_worker=cls._create_employee("Conny Colleague"))

    def _models_of_case_files(self):
        """Whatever module they are of."""
        return [
            name
            for name, model in sorted(self.env.registry.items())
            if not model._abstract
            and not model._transient
            and any(
                field.type == "many2one" and field.comodel_name == "justiq.case.file" and field.store
                for field in model._fields.values()
            )
        ]

    def _follows(self, name):
        """Whether a rule for everybody opens it with the file only; rules of groups are alternatives to each other."""
        rules = self.env["ir.rule"].sudo().search([("model_id.model", "=", name), ("groups", "=", False)])
        return any(FOLLOWS in rule.domain_force for rule in rules if rule.active and rule.perm_read)

    def test_every_model_of_a_case_file_follows_it_by_a_rule_for_everybody(self):
        models = self._models_of_case_files()
        self.assertIn("justiq.case.note", models)
        self.assertIn("calendar.event", models)
        followers = {name for name in models if self._follows(name)}
        self.assertEqual(set(models) - followers, set(OPENED_OTHERWISE), "one line in security/ir.rule.csv")

    def test_what_inherits_the_mixin_is_no_exception(self):
        mixin = self.env.registry["justiq.case.satellite.mixin"]
        satellites = {name for name in self._models_of_case_files() if issubclass(self.env.registry[name], mixin)}
        self.assertGreater(len(satellites), 10)
        self.assertFalse(satellites & OPENED_OTHERWISE.keys())

    def test_what_a_model_without_its_rule_shows_is_found(self):
        rule = self.env.ref("justiq.justiq_case_contact_rule_follow")
        for values in (
            {"perm_read": False},
            {"active": False},
            {"groups": [Command.set(self.env.ref("justiq.group_case_worker").ids)]},
            {"domain_force": "[(1, '=', 1)]"},
        ):
            with self.subTest(values=values), self.env.cr.savepoint() as savepoint:
                rule.write(values)
                self.assertFalse(self._follows("justiq.case.contact"))
                savepoint.rollback()
                self.env.invalidate_all()

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

from psycopg2.errors import RaiseException

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install", "security")
class TestRoleChange(JustiqCommon):
    """Who gives a role to whom is written down, whatever the way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(cls.env, login="test_admin", groups="base.group_system,base.group_erp_manager")
        cls.somebody = new_test_user(cls.env, login="test_somebody")
        cls.lead = cls.env.ref("justiq.group_team_lead")
        cls.Change = cls.env["justiq.role.change"]

    def assertLogged(self, block, *expected):
        """The block writes just these entries: change, role, whose."""
        before = self.Change.search([])
        block()
        found = self.Change.search([]) - before
        self.assertEqual(found.user_id, self.admin if expected else self.Change.user_id)
        self.assertEqual(
            sorted((one.change, one.role, one.holder_id.login) for one in found),
            sorted((*what, login) for *what, login in expected),
        )

    def _as_admin(self, record):
        return record.with_user(self.admin)

    def test_giving_and_taking_a_role_in_the_form_of_the_user(self):
        user = self._as_admin(self.somebody)
        given = [("given", "group_case_worker", "test_somebody"), ("given", "group_team_lead", "test_somebody")]
        self.assertLogged(lambda: user.write({"group_ids": [Command.link(self.lead.id)]}), *given)
        self.assertLogged(
            lambda: user.write({"group_ids": [Command.unlink(self.lead.id)]}),
            *[("taken", role, login) for _change, role, login in given],
        )

    def test_day_of_the_entry_is_not_a_default_of_the_client(self):
        user = self._as_admin(self.somebody).with_context(default_date="2001-01-01 00:00:00")
        user.write({"group_ids": [Command.link(self.lead.id)]})
        changes = self.Change.search([("holder_id", "=", self.somebody.id)])
        self.assertTrue(changes)
        self.assertNotIn(2001, [change.date.year for change in changes])

    def test_in_the_form_of_the_group(self):
        group = self._as_admin(self.env.ref("justiq.group_finance"))
        self.assertLogged(
            lambda: group.write({"user_ids": [Command.link(self.somebody.id)]}),
            ("given", "group_finance", "test_somebody"),
        )

    def test_by_a_group_that_comes_to_imply_it(self):
        other = self.env["res.groups"].create({"name": "Others", "user_ids": [Command.link(self.somebody.id)]})
        auditor = self.env.ref("justiq.group_auditor")
        self.assertLogged(
            lambda: self._as_admin(other).write({"implied_ids": [Command.link(auditor.id)]}),
            ("given", "group_auditor", "test_somebody"),
        )
        self.assertLogged(
            lambda: self._as_admin(auditor).write({"implied_by_ids": [Command.unlink(other.id)]}),
            ("taken", "group_auditor", "test_somebody"),
        )

    def test_by_a_new_group_that_implies_it(self):
        values = {
            "name": "Others",
            "user_ids": [Command.link(self.somebody.id)],
            "implied_ids": [Command.link(self.env.ref("justiq.group_auditor").id)],
        }
        self.assertLogged(
            lambda: self._as_admin(self.env["res.groups"]).create(values), ("given", "group_auditor", "test_somebody")
        )

    def test_by_the_template_of_new_users(self):
        default = self.env.ref("base.default_user_group")
        self.assertLogged(
            lambda: self._as_admin(default).write({"implied_ids": [Command.link(self.lead.id)]}),
        )
        self.assertLogged(
            lambda: self._as_admin(self.env["res.users"]).create({"name": "New", "login": "test_new"}),
            ("given", "group_case_worker", "test_new"),
            ("given", "group_team_lead", "test_new"),
        )

    def test_by_copying_a_user(self):
        self.somebody.group_ids += self.env.ref("justiq.group_manager")
        self.assertLogged(
            lambda: self._as_admin(self.somebody).copy({"login": "test_copy"}), ("given", "group_manager", "test_copy")
        )

    def test_by_an_import(self):
        def load():
            result = self._as_admin(self.env["res.users"]).load(
                ["name", "login", "group_ids/id"], [["Imported", "test_import", "justiq.group_privacy_officer"]]
            )
            self.assertTrue(result["ids"], result["messages"])

        self.assertLogged(load, ("given", "group_privacy_officer", "test_import"))

    def test_a_change_that_touches_no_role_is_no_entry(self):
        extra = self.env.ref("base.group_allow_export")
        self.assertLogged(lambda: self._as_admin(self.somebody).write({"group_ids": [Command.link(extra.id)]}))
        self.assertLogged(lambda: self._as_admin(self.somebody).write({"signature": "S."}))

    def test_a_role_given_to_oneself_stands_out(self):
        self._as_admin(self.admin).group_ids += self.lead
        own = self.Change.search([("is_own", "=", True)])
        self.assertEqual(own.holder_id, self.admin)
        self.assertEqual(set(own.mapped("role")), {"group_team_lead", "group_case_worker"})

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.sql_db")
    def test_the_log_is_append_only_and_the_privacy_officers(self):
        officer = self.users["privacy_officer"]
        change = self.Change.with_user(officer).search([("holder_id", "=", self.users["team_lead"].id)], limit=1)
        self.assertIn(change.role, ("group_team_lead", "group_case_worker"))
        self.assertTrue(change.read())
        for refused in (lambda: change.sudo().write({"change": "taken"}), lambda: change.sudo().unlink()):
            with self.assertRefused("append-only", error=AccessError):
                refused()
        for role in self.users.keys() - {"privacy_officer"}:
            with self.subTest(role=role), self.assertRefused(error=AccessError):
                self.Change.with_user(self.users[role]).search([])
        for statement in ("UPDATE justiq_role_change SET role = 'x'", "DELETE FROM justiq_role_change"):
            with self.subTest(statement), self.assertRaises(RaiseException), self.env.cr.savepoint():
                self.env.cr.execute(statement)

    def test_no_group_of_odoo_comes_with_a_role(self):
        """Above all not that of the administrator."""
        ours = self.env["res.groups"].browse(self.Change._roles())
        self.assertFalse(ours.all_implied_by_ids - ours)
        self.assertNotIn(self.env.ref("base.group_system"), ours.all_implied_by_ids)

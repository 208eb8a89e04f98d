from datetime import date

from odoo.modules.migration import exec_script
from odoo.tests import freeze_time, tagged
from odoo.tools import file_path

from .test_retention import RetentionCommon

SCRIPT = "justiq/migrations/19.0.3.0.0/post-keep.py"


@tagged("post_install", "-at_install")
@freeze_time("2021-02-01 08:00:00")
class TestMigrationKeep(RetentionCommon):
    """Rules of the outreach keep aliases from 19.0.3.0.0 on, and case files no more."""

    def _migrate(self):
        self.env.flush_all()
        exec_script(self.env.cr, "19.0.2.0.0", file_path(SCRIPT), "justiq", "post", "19.0.3.0.0")
        self.env.invalidate_all()

    def test_rule_counts_from_an_event_that_an_alias_has(self):
        rule = self.programme.retention_rule_ids.filtered(lambda rule: rule.record_class == "outreach")
        alias = self._create_alias()
        self._create_outreach(alias)
        self.env.flush_all()
        self.env.cr.execute("UPDATE justiq_retention_rule SET event = 'exit' WHERE id = %s", [rule.id])
        self.env.invalidate_all()
        self._migrate()
        self.assertEqual(rule.event, "last_contact")
        self.assertEqual(alias.retention_date, date(2021, 12, 31))

    def test_closed_file_is_kept_by_its_own_rules(self):
        case = self._create_closed_case()
        self._settle_grant()
        rule = self.programme.retention_rule_ids.filtered(lambda rule: rule.record_class == "outreach")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE justiq_case_file SET retention_rule_id = %s, retention_date = '2099-12-31' WHERE id = %s",
            [rule.id, case.id],
        )
        self._migrate()
        self.assertEqual(case.retention_date, date(2028, 12, 31))
        self.assertEqual(case.retention_rule_id.event, "last_payment")

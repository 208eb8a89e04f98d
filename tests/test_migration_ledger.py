from datetime import date

from odoo.modules.migration import exec_script
from odoo.tests import tagged
from odoo.tools import SQL, file_path

from .test_voucher import VoucherCommon


@tagged("post_install", "-at_install")
class TestMigrationLedger(VoucherCommon):
    """Vouchers that 19.0.2.0.0 left half-moved are charged as a whole, and all figures follow."""

    def _migrate(self):
        self.env.flush_all()
        script = file_path("justiq/migrations/19.0.3.0.0/post-ledger.py")
        exec_script(self.env.cr, "19.0.2.0.0", script, "justiq", "post", "19.0.3.0.0")
        self.env.invalidate_all()

    def _half_move(self, voucher, account):
        """As 19.0.2.0.0 did it: only account, grant, Baustein and micro-project follow."""
        self.env.flush_all()
        values = {self.account.plan_id._column_name(): account} | {"justiq_account_id": account}
        values |= {name: account[name] for name in ("justiq_grant_id", "justiq_baustein_id", "justiq_micro_project_id")}
        columns = SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), record.id or None) for name, record in values.items()
        )
        self.env.cr.execute(SQL("UPDATE account_analytic_line SET %s WHERE id = %s", columns, voucher.id))
        self.env.invalidate_all()

    def test_moved_voucher_counts_where_it_is(self):
        project = self._create_project()
        planned = self._create_budget_line(
            self.year, 50.0, planned=100.0, cost_category_id=self.fees.id, micro_project_id=project.id
        )
        voucher = self._enter()
        self._half_move(voucher, self._project_account(project))
        self._migrate()
        self.assertEqual(voucher.justiq_budget_line_id, planned)
        self.assertEqual((self.line.spent_amount, planned.spent_amount), (0.0, 100.0))
        self.assertEqual((project.spent_amount, project.esf_spent), (100.0, 50.0))
        self.assertEqual((self.year.esf_spent, self.year.esf_group_spent), (50.0, 50.0))

    def test_voucher_in_another_grant_leaves_the_first(self):
        other = self._create_grant(name="Vorhaben II")
        voucher = self._enter()
        self._half_move(voucher, self._account(self.bausteine["ASJ"], other))
        self._migrate()
        self.assertEqual(voucher.justiq_funding_year_id, self._year(2020, other))
        self.assertFalse(voucher.justiq_budget_line_id)
        self.assertEqual((self.year.spent_amount, self._year(2020, other).spent_amount), (0.0, 100.0))

    def test_item_taken_away_is_no_voucher(self):
        item = self._from_accounting(justiq_payment_date=date(2020, 3, 1))
        self._half_move(item, self.env["account.analytic.account"])
        self._migrate()
        self.assertEqual((item.justiq_amount, item.justiq_state, self.year.spent_amount), (0.0, False, 0.0))

    def test_item_charged_in_later_is_one(self):
        item = self.env["account.analytic.line"].create({"name": "Bill 2", "amount": -70.0, "date": date(2020, 3, 1)})
        self._half_move(item, self.account)
        self._migrate()
        self.assertEqual(
            (item.justiq_amount, item.justiq_eligible_amount, item.justiq_reason, item.justiq_state),
            (70.0, 70.0, "Bill 2", "incomplete"),
        )
        self.assertEqual((item.justiq_funding_year_id, self.year.committed_amount), (self.year, 70.0))

    def test_names_in_reasons_are_found_by_later_files(self):
        voucher = self._enter(justiq_reason="Ticket for Mia Muster")
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_analytic_line SET justiq_person_keys = NULL WHERE id = %s", [voucher.id])
        self.env.invalidate_all()
        self._migrate()
        self._create_case(first_name="Mia", last_name="Muster")
        self.assertTrue(voucher.justiq_names_person)

    def test_vouchers_that_are_right_stay_as_they_are(self):
        voucher = self._enter(justiq_eligible_share=0.0, justiq_payee="Club")
        self._migrate()
        self.assertEqual((voucher.justiq_eligible_share, voucher.justiq_payee), (0.0, "Club"))
        self.assertEqual(self.year.spent_amount, 0.0)

from datetime import date

from odoo.modules.migration import exec_script
from odoo.tests import tagged
from odoo.tools import file_path

from .test_financing_plan import SHARES
from .test_voucher import VoucherCommon


@tagged("post_install", "-at_install")
class TestMigrationShares(VoucherCommon):
    """Until 19.0.3.0.0 a grant had one set of shares; its years take it, and all ESF money follows."""

    def _migrate(self):
        self.env.flush_all()
        for stage in ("pre", "post"):
            script = file_path(f"justiq/migrations/19.0.4.0.0/{stage}-shares.py")
            exec_script(self.env.cr, "19.0.3.0.0", script, "justiq", stage, "19.0.4.0.0")
            self.env.invalidate_all()

    def _forget(self):
        """As 19.0.3.0.0 left it."""
        self.env.flush_all()
        for statement in (
            "UPDATE justiq_funding_year SET share_esf = NULL, share_federal = NULL, share_municipality_cash = NULL, "
            "share_seconded_staff = NULL, share_third_party = NULL, esf_rate = NULL",
            "UPDATE justiq_budget_line SET esf_only_amount = NULL",
            "UPDATE account_analytic_line SET justiq_esf_only_amount = NULL",
            "UPDATE justiq_funding_year SET esf_group_amount = esf_amount",
            "UPDATE justiq_plan_version SET figures = figures - 'lines' - 'shares' - 'esf_rate'",
        ):
            self.env.cr.execute(statement)
        self.env.invalidate_all()

    def test_years_take_the_shares_of_their_grant(self):
        self.grant.write(SHARES)
        self._create_budget_line(self.year, 6000.0, planned=10000.0)
        self.year.action_propose_financing()
        self.year.state = "approved"
        self._forget()
        self._migrate()
        for year in self.grant.funding_year_ids:
            self.assertEqual({name: year[name] for name in SHARES}, SHARES)
            self.assertEqual(year.esf_rate, 60.0)
        self.assertEqual(self.year.esf_group_amount, 5000.0)

    def test_rate_without_shares_is_taken_too(self):
        self._forget()
        self._migrate()
        self.assertEqual((self.year.esf_rate, self.year.share_total), (60.0, 0.0))

    def test_approved_version_tells_its_shares_and_no_new_one_is_needed(self):
        self.grant.write(SHARES)
        self._create_budget_line(self.year, 6000.0, planned=10000.0)
        self.year.action_propose_financing()
        self.year.state = "approved"
        kept = self.year.plan_version_ids.figures
        self._forget()
        self._migrate()
        self.assertEqual(self.year.plan_version_ids.figures, kept)
        self.year.state = "draft"
        self.year.state = "approved"
        self.assertEqual(len(self.year.plan_version_ids), 1)

    def test_vouchers_have_the_esf_money_that_their_data_say(self):
        project = self._create_project()
        staff = self.env.ref("justiq.cost_staff")
        self._create_flat_rate(22.0)
        self._create_budget_line(self.year, 60.0, code="CM", planned=100.0, cost_category_id=staff.id)
        paid = {"justiq_payment_date": date(2020, 3, 1)}
        with_line = self._enter(justiq_amount=100.0, justiq_cost_category_id=self.fees.id, **paid)
        without, base = (
            self._enter(justiq_amount=100.0, justiq_cost_category_id=category, **paid) for category in (False, staff.id)
        )
        outside = self._enter(justiq_amount=100.0, justiq_voucher_date=date(2018, 12, 1))
        of_project = self._create_voucher(self._project_account(project), justiq_amount=-0.03, **paid)
        vouchers = with_line | without | base | outside | of_project
        self.grant.write(SHARES)
        self.env.flush_all()
        names = ("justiq_esf_amount", "justiq_esf_only_amount")
        expected = [[voucher[name] for name in names] for voucher in vouchers]
        figures = [self.year[name] for name in ("esf_spent", "esf_group_spent", "esf_group_amount")]
        self._forget()
        # A voucher that was saved while another rate held.
        self.env.cr.execute("UPDATE account_analytic_line SET justiq_esf_amount = 1 WHERE id = %s", [without.id])
        self._migrate()
        self.assertEqual([[voucher[name] for name in names] for voucher in vouchers], expected)
        self.assertEqual([self.year[name] for name in ("esf_spent", "esf_group_spent", "esf_group_amount")], figures)
        self.assertEqual(project.esf_spent, of_project.justiq_esf_only_amount)

from datetime import date

from odoo.tests import tagged

from .test_voucher import VoucherCommon


@tagged("post_install", "-at_install")
class TestVoucherMoved(VoucherCommon):
    """A voucher that is charged to another account takes all its figures along, and leaves none behind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.column = cls.account.plan_id._column_name()

    def _figures(self, *records):
        self.env.flush_all()
        self.env.invalidate_all()
        return [record.spent_amount for record in records]

    def test_finance_moves_a_voucher_to_another_baustein(self):
        other = self._create_budget_line(self.year, 0.0, code="ASJ", planned=500.0, cost_category_id=self.fees.id)
        voucher = self._enter()
        voucher.justiq_account_id = self._account(self.bausteine["ASJ"])
        self.assertEqual(voucher.justiq_budget_line_id, other)
        self.assertEqual(self._figures(self.line, other, self.year), [0.0, 100.0, 100.0])
        self.assertEqual((voucher.justiq_esf_amount, self.year.esf_spent), (0.0, 0.0))

    def test_finance_moves_a_voucher_to_another_grant(self):
        grant = self._create_grant(name="Vorhaben II")
        voucher = self._enter()
        voucher.justiq_account_id = self._account(self.bausteine["CM"], grant)
        there = self._year(2020, grant)
        self.assertEqual((voucher.justiq_funding_year_id, voucher.justiq_budget_line_id.id), (there, False))
        self.assertEqual(self._figures(self.line, self.year, there), [0.0, 0.0, 100.0])

    def test_s19_money_moved_onto_a_micro_project_counts(self):
        self.grant.esf_rate = 60.0
        project, voucher = self._create_project(), self._enter(justiq_amount=90000.0)
        voucher.justiq_account_id = self._project_account(project)
        self.assertEqual(self._figures(project), [90000.0])
        self.assertEqual((project.esf_spent, self.year.esf_group_spent), (54000.0, 54000.0))
        finding = self.year.finding_ids.filtered(lambda finding: finding.state == "open")
        self.assertIn("esf_ceiling_spent", finding.requirement_id.mapped("check"))
        voucher.justiq_account_id = self.account
        self.assertEqual(self._figures(project), [0.0])
        self.assertFalse(finding.filtered(lambda one: one.requirement_id.check == "esf_ceiling_spent").state == "open")

    def test_accounting_takes_an_item_away(self):
        item = self._from_accounting(
            account_id=self._create_department().id,
            justiq_payment_date=date(2020, 3, 1),
            justiq_cost_category_id=self.fees.id,
        )
        self.assertEqual(self._figures(self.line, self.year), [100.0, 100.0])
        item[self.column] = False
        self.assertEqual(self._figures(self.line, self.year), [0.0, 0.0])
        self.assertEqual((item.justiq_amount, item.justiq_state), (0.0, False))

    def test_accounting_charges_an_item_in_later(self):
        item = self.env["account.analytic.line"].create({"name": "Bill 2", "amount": -70.0, "date": date(2020, 3, 1)})
        self.env.flush_all()
        item[self.column] = self.account
        self.env.flush_all()
        self.assertEqual(
            (item.justiq_amount, item.justiq_eligible_share, item.justiq_state), (70.0, 100.0, "incomplete")
        )
        self.assertEqual((item.justiq_funding_year_id, self.year.committed_amount), (self.year, 70.0))

    def test_share_of_nothing_stays_when_the_voucher_moves(self):
        voucher = self._enter(justiq_eligible_share=0.0)
        voucher.justiq_account_id = self._account(self.bausteine["ASJ"])
        self.assertEqual(self._figures(self.year), [0.0])
        self.assertEqual(voucher.justiq_eligible_share, 0.0)

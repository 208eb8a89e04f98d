from datetime import date

from odoo.tests import HttpCase, tagged

from .test_voucher import VoucherCommon


class ProofOfUseTour(VoucherCommon, HttpCase):
    """To the frozen proof of use, in the browser and in German."""

    # The last screen of the tours is a form in which nothing was changed.
    allow_end_on_form = True
    books = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.env["ir.module.module"]._load_module_terms(["base", "web", "mail", "hr", "justiq", *cls.books], ["de_DE"])
        cls.finance.write({"lang": "de_DE", "tz": "Europe/Berlin", "password": cls.finance.login})

    def _walk(self, tour):
        self.start_tour("/odoo", tour, login=self.finance.login, timeout=400)
        voucher = self.env["account.analytic.line"].search([("justiq_grant_id", "=", self.grant.id)])
        self.assertEqual((voucher.justiq_state, voucher.justiq_budget_line_id), ("paid", self.line))
        report = self.env["justiq.funder.report"].search([("grant_id", "=", self.grant.id)])
        self.assertEqual((report.kind, report.state), ("financial", "frozen"))
        return voucher


@tagged("browser", "post_install", "-at_install")
class TestTourVoucherToProofOfUse(ProofOfUseTour):
    """Where the provider does not use Odoo's accounting."""

    def test_finance_enters_a_voucher_and_freezes_the_proof_of_use(self):
        voucher = self._walk("justiq_voucher_to_proof_of_use")
        self.assertTrue(voucher.justiq_by_hand)


@tagged("browser", "post_install", "-at_install", "accounting")
class TestTourBillToProofOfUse(ProofOfUseTour):
    """Where it does: the bill is entered, posted and paid in the accounting, and nothing of it is entered twice."""

    books = ("account", "analytic")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading("generic_coa", company=cls.company, install_demo=False)
        cls.company.account_purchase_tax_id = False
        cls.env["res.partner"].create({"name": "Radwerk Südring GbR"})
        # In a small provider, one person keeps the books and the vouchers of the grant.
        accounting = ("account.group_account_user", "analytic.group_analytic_accounting")
        cls.finance.group_ids |= cls.env["res.groups"].union(*map(cls.env.ref, accounting))

    def test_a_bill_entered_in_the_accounting_ends_in_the_frozen_proof_of_use(self):
        voucher = self._walk("justiq_bill_to_proof_of_use")
        self.assertFalse(voucher.justiq_by_hand)
        self.assertEqual(
            (voucher.justiq_voucher_number, voucher.justiq_voucher_date, voucher.justiq_payment_date),
            ("RW-17", date(2020, 3, 1), date(2020, 3, 20)),
        )
        self.assertEqual((voucher.justiq_payee, voucher.justiq_amount), ("Radwerk Südring GbR", 480.0))

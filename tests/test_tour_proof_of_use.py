from datetime import date

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .test_voucher import VoucherCommon


class ProofOfUseTour(VoucherCommon, HttpCase):
    """From the voucher to the frozen proof of use, in the browser and in German."""

    # The last screen of the tours is a form in which nothing was changed.
    allow_end_on_form = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.env["ir.module.module"]._load_module_terms(["base", "web", "mail", "hr", "justiq"], ["de_DE"])
        cls.finance.write({"lang": "de_DE", "tz": "Europe/Berlin", "password": cls.finance.login})

    def _walk(self, tour):
        self.start_tour("/odoo", tour, login=self.finance.login, timeout=180)
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
    """Where she does: the bill is posted and paid in the accounting."""

    def test_a_paid_bill_ends_in_the_frozen_proof_of_use(self):
        accountant = new_test_user(self.env, "accountant", groups="account.group_account_user")
        if not self.company.chart_template:
            self.env["account.chart.template"].try_loading("generic_coa", company=self.company, install_demo=False)
        line = {"name": "Werkstatt", "price_unit": 480.0, "tax_ids": []}
        bill = (
            self.env["account.move"]
            .with_user(accountant)
            .create(
                {
                    "move_type": "in_invoice",
                    "partner_id": self.env["res.partner"].create({"name": "Radwerk Südring GbR"}).id,
                    "ref": "RW-17",
                    "invoice_date": date(2020, 3, 1),
                    "date": date(2020, 3, 1),
                    "invoice_line_ids": [
                        Command.create({**line, "analytic_distribution": {str(self.account.id): 100}})
                    ],
                }
            )
        )
        bill.action_post()
        payment = self.env["account.payment.register"].with_user(accountant)
        payment = payment.with_context(active_model="account.move", active_ids=bill.ids)
        payment.create({"payment_date": date(2020, 3, 20)})._create_payments()
        voucher = self._walk("justiq_bill_to_proof_of_use")
        self.assertFalse(voucher.justiq_by_hand)
        self.assertEqual((voucher.justiq_voucher_number, voucher.justiq_payment_date), ("RW-17", date(2020, 3, 20)))

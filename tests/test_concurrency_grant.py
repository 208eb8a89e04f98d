from datetime import date

from odoo.tests import tagged

from .concurrency import COMMITTED, PROGRAMME, ConcurrencyCommon


@tagged("post_install", "-at_install")
class TestConcurrencyGrant(ConcurrencyCommon):
    """Nothing slips into a grant while it is being closed."""

    committed = {
        "justiq.financing.receipt": "grant_id",
        "justiq.financing.line": "grant_id",
        **COMMITTED,
    }

    def _domain(self, model):
        if model in COMMITTED:
            return super()._domain(model)
        return [("grant_id.programme_id.code", "=", PROGRAMME)]

    def _create_plan(self):  # pylint: disable=missing-return
        super()._create_plan()
        with self._connection() as env:
            self.line_id = (
                env["justiq.financing.line"]
                .create({"funding_year_id": self.year_id, "source": "municipality_cash", "planned_amount": 100.0})
                .id
            )

    def _close(self, env, meet):
        """Somebody who has closed the grant, past its rules, but not committed it when the other one goes on."""
        env.cr.execute("UPDATE justiq_grant SET state = 'closed' WHERE id = %s", [self.grant_id])
        meet()

    def _receive(self, env, meet):
        env["justiq.grant"].browse(self.grant_id).read(["state"])
        meet()
        env["justiq.financing.receipt"].create(
            {
                "financing_line_id": self.line_id,
                "date": date(2019, 3, 1),
                "payer": PROGRAMME,
                "amount": 10.0,
            }
        )

    def _pay(self, env, meet):
        account = env["account.analytic.account"].search(
            [("justiq_grant_id", "=", self.grant_id), ("justiq_baustein_id", "=", self.individual_id)], limit=1
        )
        account.read(["name"])
        meet()
        env["account.analytic.line"].create(
            {"justiq_account_id": account.id, "justiq_amount": 10.0, "justiq_payment_date": date(2019, 3, 1)}
        )

    def test_receipt_does_not_slip_into_a_grant_that_is_being_closed(self):
        self.assertOneRefused(self._at_the_same_moment(self._close, self._receive), "closed")

    def test_voucher_does_not_slip_into_a_grant_that_is_being_closed(self):
        self.assertOneRefused(self._at_the_same_moment(self._close, self._pay), "closed")

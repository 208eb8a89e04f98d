"""Why: hours without an hourly cost counted as paid with 0.00, timesheets did not say the day of work, and bills in
foreign currency were paid on the day on which Odoo books the difference of the exchange rate, which may lie in another
year.

Nothing changes in a closed grant.
"""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    items = env["account.analytic.line"]
    vouchers = [("justiq_grant_id", "!=", False), ("justiq_grant_id.state", "!=", "closed")]
    without_amount = items.search([*vouchers, ("justiq_amount", "=", 0)])
    env.add_to_compute(items._fields["justiq_state"], without_amount)
    if "employee_id" in items._fields:
        hours = items.search([*vouchers, ("employee_id", "!=", False)])
        env.add_to_compute(items._fields["justiq_voucher_date"], hours)
    if "move_line_id" in items._fields:
        paid = items.search([*vouchers, ("justiq_is_payment_booked", "=", True)])
        abroad = paid.filtered(lambda line: line.move_line_id.currency_id != line.company_id.currency_id)
        env.add_to_compute(items._fields["justiq_payment_date"], abroad)
    env.flush_all()

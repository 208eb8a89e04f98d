"""Why: figures of vouchers that were charged to another account stayed those of the first one, flat rates were rounded
otherwise in the plan than in what was spent, and federal money counted as ESF money for micro-projects (S18 to S20).

Funding year, budget line, amount, ESF money and state of such a voucher are computed anew, and so is what was spent of
all budget lines, micro-projects and funding years. The vouchers are found by one statement, so that a provider with
hundreds of thousands of right ones does not wait for them. Reasons of payment get the keys by which a later case file
finds them.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools.misc import split_every

BATCH_SIZE = 1000
# Not what finance enters: payee, reason and share were proposed once and may have been corrected since.
FOLLOW = (
    "justiq_amount",
    "justiq_eligible_amount",
    "justiq_funding_year_id",
    "justiq_budget_line_id",
    "justiq_esf_amount",
    "justiq_state",
)
STALE = """
    SELECT line.id, line.justiq_grant_id IS NOT NULL AND line.justiq_state IS NULL
      FROM account_analytic_line line
      LEFT JOIN justiq_funding_year of_day
             ON of_day.grant_id = line.justiq_grant_id
            AND COALESCE(line.justiq_payment_date, line.justiq_voucher_date, line.date)
                BETWEEN of_day.date_start AND of_day.date_end
      LEFT JOIN justiq_budget_line budget ON budget.id = line.justiq_budget_line_id
     WHERE line.justiq_grant_id IS NULL AND line.justiq_state IS NOT NULL
        OR line.justiq_grant_id IS NOT NULL AND (
               line.justiq_state IS NULL
            OR line.justiq_funding_year_id IS DISTINCT FROM of_day.id
            OR budget.funding_year_id <> of_day.id
            OR budget.micro_project_id IS NULL AND budget.baustein_id <> line.justiq_baustein_id
            OR budget.micro_project_id <> COALESCE(line.justiq_micro_project_id, 0)
           )
"""


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    cr.execute(STALE)
    stale = dict(cr.fetchall())
    vouchers = env["account.analytic.line"]
    for batch in split_every(BATCH_SIZE, stale, vouchers.browse):
        for name in FOLLOW:
            env.add_to_compute(vouchers._fields[name], batch)
        late = batch.filtered(lambda line: stale[line.id])
        for name in ("justiq_payee", "justiq_reason", "justiq_eligible_share"):
            env.add_to_compute(vouchers._fields[name], late)
        batch.flush_recordset()
    cr.execute(
        "SELECT id FROM account_analytic_line WHERE justiq_grant_id IS NOT NULL AND justiq_reason ~ '[^ ] +[^ ]'"
    )
    for batch in split_every(BATCH_SIZE, [line_id for (line_id,) in cr.fetchall()], vouchers.browse):
        env.add_to_compute(vouchers._fields["justiq_person_keys"], batch)
        env.add_to_compute(vouchers._fields["justiq_names_person"], batch)
        batch.flush_recordset()
        batch.invalidate_recordset()
    for model, names in (
        ("justiq.budget.line", ("spent_amount", "left_amount")),
        ("justiq.micro.project", ("spent_amount", "planned_amount")),
        ("justiq.funding.year", ("spent_amount", "planned_amount", "left_amount", "greatest_overspending")),
    ):
        records = env[model].search([])
        for name in names:
            env.add_to_compute(records._fields[name], records)
    env.flush_all()

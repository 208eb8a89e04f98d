"""Why: bills are now charged to analytic accounts of the grants, and approved funding years keep their plan.

- Grants and micro-projects that are there already have no analytic account yet; new ones get theirs by themselves.
- Years that were approved before would have nothing to compare a change with, and their first change would become their
  first plan. What is approved now is kept as their version 1.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools.misc import split_every

BATCH_SIZE = 1000


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    accounts = env["account.analytic.account"]
    for model in ("justiq.grant", "justiq.micro.project"):
        for batch in split_every(BATCH_SIZE, env[model].search([]).ids, env[model].browse):
            accounts._ensure_for(batch)
    approved = env["justiq.funding.year"].search([("state", "=", "approved"), ("plan_version_ids", "=", False)])
    approved._keep_version()

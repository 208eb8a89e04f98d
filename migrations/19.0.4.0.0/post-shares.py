"""Why: `pre-shares.py` has given each funding year its shares, and its vouchers their ESF money.

What funding years, budget lines and micro-projects have spent of it follows. The version of a plan that was approved
last tells its shares and the records behind its rows, so that the next one can be compared with it.
"""

import json

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    for year in env["justiq.funding.year"].search([("plan_version_ids", "!=", False)]):
        _complete(year.plan_version_ids.sorted("number")[-1], year._plan_figures())
    env.invalidate_all()
    for model in ("justiq.budget.line", "justiq.micro.project", "justiq.funding.year"):
        records = env[model].search([])
        env.add_to_compute(records._fields["esf_spent"], records)
    env.flush_all()


def _complete(kept, figures):
    """Add what former versions did not know; the version itself refuses every change."""
    names = {"shares", "esf_rate"}
    if kept.figures["spending"] == figures["spending"]:
        names.add("lines")  # the same rows, so these are the records behind them
    added = {name: figures[name] for name in names if name not in kept.figures}
    if added:
        kept.env.cr.execute(
            SQL(
                "UPDATE justiq_plan_version SET figures = figures || %s::jsonb WHERE id = %s",
                json.dumps(added),
                kept.id,
            )
        )

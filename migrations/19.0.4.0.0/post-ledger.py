"""Why: the codes of the cost categories were English abbreviations, which no German finance clerk reads. Money that had
come on calls for funds stayed with the funding year it had been counted in, when the borders of the years moved. A flat
rate was lost where its base had not been planned.

Codes become numbers in the order of the plan, where nobody has changed them. What was spent of the years and lines with
flat rates is computed anew. Open grants count the money of their calls anew; a line that still has receipts of its own
is left to whoever has entered them.
"""

from odoo import SUPERUSER_ID, api

CODES = {
    "cost_staff": ("STAFF", "1"),
    "cost_fees": ("FEES", "2"),
    "cost_volunteers": ("VOL", "3"),
    "cost_material": ("MAT", "4"),
    "cost_rent": ("RENT", "5"),
    "cost_travel": ("TRAVEL", "6"),
    "cost_flat_rate": ("FLAT", "7"),
}


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, (old, new) in CODES.items():
        category = env.ref(f"justiq.{name}", raise_if_not_found=False)
        taken = category and category.with_context(active_test=False).search_count([("code", "=", new)], limit=1)
        if category and category.code == old and not taken:
            category.code = new
    years = env["justiq.funding.year"].search([("grant_id.flat_rate_ids", "!=", False)])
    for records in (years.budget_line_ids.filtered("flat_rate_id"), years):
        for name in ("spent_amount", "esf_spent", "committed_amount"):
            env.add_to_compute(records._fields[name], records)
    env.flush_all()
    grants = env["justiq.grant"].with_context(active_test=False).search([("state", "!=", "closed")])
    for grant in grants._fed_by_calls():
        if not grant._funder_lines().receipt_ids:
            grant._feed_received()

"""Why: approved funding years now keep their plan, and a change is measured against it.

Years that were approved before would have nothing to compare a change with, and their first change would become their
first plan. What is approved now is kept as their version 1.
"""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    approved = env["justiq.funding.year"].search([("state", "=", "approved"), ("plan_version_ids", "=", False)])
    approved._keep_version()

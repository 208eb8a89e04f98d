"""Why: rules of the class "Outreach" now keep the aliases that never became a case file, and no case file any more.

Such a rule could count from the closing of a file or the exit of a person, which an alias never has: it then counts
from the last contact. The dates of closed files are told anew: a rule for the outreach may have been the longest.
"""

from odoo import SUPERUSER_ID, api
from odoo.fields import Domain


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute(
        """
        UPDATE justiq_retention_rule SET event = 'last_contact'
         WHERE record_class = 'outreach' AND event NOT IN ('grant_end', 'last_payment', 'proof_of_use', 'last_contact')
        """
    )
    env.invalidate_all()
    aliases = env["justiq.outreach.alias"].with_context(active_test=False).search([])
    for name in ("retention_date", "retention_rule_id"):
        env.add_to_compute(aliases._fields[name], aliases)
    env.flush_all()
    env["justiq.case.file"]._update_retention(Domain("state", "=", "closed"))

"""Why: outreach and clearing lead over to Case Management as well, as micro-projects do (S2).

Only where nobody has decided otherwise: the shipped Bausteine that lead nowhere so far.
"""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for phase in ("phase1", "phase2"):
        case_management = env.ref(f"justiq.{phase}_baustein_cm", raise_if_not_found=False)
        for code in ("asj", "cl"):
            baustein = env.ref(f"justiq.{phase}_baustein_{code}", raise_if_not_found=False)
            if case_management and baustein and not baustein.leads_to_id:
                baustein.leads_to_id = case_management

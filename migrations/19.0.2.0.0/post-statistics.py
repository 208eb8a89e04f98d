"""Why: the statistics are made of a set of indicators; programmes of databases that exist have none yet."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    indicators = env.ref("justiq.indicators_esf_2014")
    for name in ("phase1", "phase2"):
        programme = env.ref(f"justiq.programme_{name}", raise_if_not_found=False)
        if programme and not programme.indicator_set_id:
            programme.indicator_set_id = indicators

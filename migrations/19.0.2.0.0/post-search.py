"""Why: likely duplicates are proposed when a file is saved; those that exist already are proposed once, here."""

from odoo import SUPERUSER_ID, api
from odoo.tools.misc import split_every


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    files = env["justiq.case.file"].with_context(active_test=False).search([], order="id")
    for batch in split_every(1000, files.ids, files.browse):
        env["justiq.case.duplicate"]._propose(batch)

"""Why: whether a person counts now depends on her entry data, which did not exist before.

Nothing that is stored is lost: enrolments keep their dates and legal basis. A person whose entry data nobody has
entered yet is shown as not counted with the reason “incomplete”, until they are. The columns have been filled by Odoo
before the questions were loaded; here everything follows from the questions as they are.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools.misc import split_every

BATCH_SIZE = 1000


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    enrolments = env["justiq.enrolment"]
    enrolments._refresh_completeness(env["justiq.programme"].with_context(active_test=False).search([]))
    for batch in split_every(BATCH_SIZE, enrolments.search([], order="id").ids, enrolments.browse):
        env.add_to_compute(enrolments._fields["is_counted"], batch)
        env.flush_all()
        env.invalidate_all()

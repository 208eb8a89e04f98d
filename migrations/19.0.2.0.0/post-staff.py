"""Why: S29 now keeps who was the key worker from when to when. Files that exist already get their first line: their
key worker of today since the file was opened here, because nobody has written down who was it before."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    reason = env["justiq.case.file"]._reason_of_first_key_worker()
    cr.execute(
        SQL(
            """
            INSERT INTO justiq_case_key_worker
                   (case_file_id, company_id, employee_id, date_from, reason, changed_by_id, create_uid, create_date)
            SELECT file.id, file.company_id, file.key_worker_id, date_trunc('second', file.create_date), %s,
                   COALESCE(file.create_uid, %s), %s, NOW() AT TIME ZONE 'UTC'
              FROM justiq_case_file file
             WHERE NOT EXISTS (SELECT FROM justiq_case_key_worker line WHERE line.case_file_id = file.id)
            """,
            reason,
            SUPERUSER_ID,
            SUPERUSER_ID,
        )
    )

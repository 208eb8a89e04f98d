"""Why: case files now know since when they are open, for their ageing and for new files without any contact.

For the files that exist, the first trace of them counts: their first entry into a grant, their first entry in the
contact log, or the day on which they were created.
"""

from odoo.tools import SQL


def migrate(cr, version):
    cr.execute(
        SQL(
            """
            UPDATE justiq_case_file file
               SET date_opened = LEAST(
                       file.create_date::date,
                       (SELECT MIN(date_entry) FROM justiq_enrolment WHERE case_file_id = file.id),
                       (SELECT MIN(date) FROM justiq_case_note WHERE case_file_id = file.id)
                   )
            """
        )
    )

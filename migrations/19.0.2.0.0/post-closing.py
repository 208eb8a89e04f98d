"""Why: the consents are now records of their own, and so are the closings.

Of an enrolment in a programme that rests on consent, only the date of the consent was stored. It becomes a consent for
the ESF data in that grant; who signed it stands on paper and is left open. Whoever counts before the update counts
after it.

Files could be closed without saying why. What is known of such a closing is its day; reason and outcome stay open, so
that nobody takes them for documented.
"""

from odoo import SUPERUSER_ID, api

NOTE = "Closed before closings were recorded with reason and outcome."
CLOSING_FIELDS = ("is_closing_proposed", "closing_date", "closing_reason", "closing_outcome")


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    create_consents(cr)
    create_closings(cr)
    env.invalidate_all()
    closed = env["justiq.case.file"].with_context(active_test=False).search([("state", "=", "closed")])
    for name in CLOSING_FIELDS:
        env.add_to_compute(closed._fields[name], closed)
    enrolments = env["justiq.enrolment"].search([("legal_basis_date", "!=", False)])
    env.add_to_compute(enrolments._fields["consent_withdrawn_on"], enrolments)
    env.flush_all()


def create_consents(cr):
    cr.execute(
        """
        INSERT INTO justiq_consent (case_file_id, company_id, reference, purpose, grant_id, date,
                                    create_uid, create_date, write_uid, write_date)
        SELECT enrolment.case_file_id, file.company_id, file.reference, 'esf_data', enrolment.grant_id,
               enrolment.legal_basis_date, enrolment.create_uid, enrolment.create_date, enrolment.write_uid, NOW()
          FROM justiq_enrolment enrolment
          JOIN justiq_case_file file ON file.id = enrolment.case_file_id
          JOIN justiq_grant vorhaben ON vorhaben.id = enrolment.grant_id
          JOIN justiq_programme programme ON programme.id = vorhaben.programme_id
         WHERE programme.legal_basis = 'consent'
           AND enrolment.legal_basis_date IS NOT NULL
           AND NOT EXISTS (SELECT FROM justiq_consent consent
                            WHERE consent.case_file_id = enrolment.case_file_id
                              AND consent.grant_id = enrolment.grant_id
                              AND consent.purpose = 'esf_data')
        """
    )


def create_closings(cr):
    cr.execute(
        """
        INSERT INTO justiq_case_closing (case_file_id, company_id, state, date, reason, outcome, note,
                                         create_uid, create_date, write_uid, write_date)
        SELECT file.id, file.company_id, 'closed', file.write_date::date, 'other', 'unknown', %s,
               file.write_uid, NOW(), file.write_uid, NOW()
          FROM justiq_case_file file
         WHERE file.state = 'closed'
           AND NOT EXISTS (SELECT FROM justiq_case_closing closing
                            WHERE closing.case_file_id = file.id AND closing.state = 'closed')
        """,
        [NOTE],
    )

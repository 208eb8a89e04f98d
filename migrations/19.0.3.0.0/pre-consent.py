"""Why: from now on nothing leaves the house on the strength of a consent without a recorded signer.

Consents that came with an enrolment's date named none. Whoever was of full age on that day can only have signed
herself; for minors the signers have to be added by those who hold the form. Runs before the module's own update, which
then computes which consents are signed.
"""

import logging

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    cr.execute(
        """
        UPDATE justiq_consent consent
           SET signed_by = 'young_person'
          FROM justiq_case_file case_file
         WHERE case_file.id = consent.case_file_id
           AND consent.signed_by IS NULL
           AND consent.date >= case_file.birth_date + INTERVAL '18 years'
        """
    )
    signed = cr.rowcount
    cr.execute("SELECT COUNT(*) FROM justiq_consent WHERE signed_by IS NULL")
    _logger.info("%s consents were signed by the person of full age; %s lack the signer", signed, cr.fetchone()[0])

"""Why: the proof of use cannot be ticked "for the public" any more, where it changed nothing; else its open
reports could not be saved again. Frozen ones never change.
"""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE justiq_funder_report
           SET is_for_outside = false
         WHERE kind = 'financial' AND state = 'open' AND is_for_outside
        """
    )

"""Why: from now on a person takes part in an individual Baustein once at a time, and the database holds that.

Where several participations of a person in the same Baustein were left running, all but the last one
end on the day on which the next one started: nothing is deleted, and the hours stay where they are.
"""

import logging

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    cr.execute(
        """
        UPDATE justiq_participation participation
           SET date_end = GREATEST(later.date_start, participation.date_start)
          FROM (
                SELECT id, LEAD(date_start) OVER (PARTITION BY enrolment_id, baustein_id ORDER BY date_start, id)
                       AS date_start
                  FROM justiq_participation
                 WHERE date_end IS NULL AND baustein_kind = 'individual'
               ) later
         WHERE later.id = participation.id AND later.date_start IS NOT NULL
        """
    )
    if cr.rowcount:
        _logger.info("%s participations that ran twice at a time were ended", cr.rowcount)

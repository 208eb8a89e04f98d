"""Why: papers about the time since 14 March 2018 name the ministry that has been responsible since.

The new ministry comes with the update; the one before gets its last day, unless somebody has renamed or dated it.
"""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE justiq_programme_funder funder
           SET valid_until = DATE '2018-03-13'
          FROM ir_model_data data
         WHERE data.module = 'justiq' AND data.name = 'phase1_funder_bmub' AND data.res_id = funder.id
           AND funder.valid_from IS NULL AND funder.valid_until IS NULL AND funder.name LIKE '%Umwelt%'
        """
    )

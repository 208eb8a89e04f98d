"""Why: papers of the first phase until March 2018 named a ministry that was not yet there, in one sentence for all.

The shipped sentence gives way to one per time. Where a provider has a sentence of her own, it stays the only one.
"""

SHIPPED = (
    "Funded under the programme “JUGEND STÄRKEN im Quartier” by the BMFSFJ, the BMUB (since March 2018 the BMI) and "
    "the European Social Fund."
)
CHANGES = {"the BMUB (since March 2018 the BMI)": "the BMI", "das BMUB (seit März 2018 das BMI)": "das BMI"}


def migrate(cr, version):
    cr.execute(
        """
        SELECT programme.id, programme.funding_note
          FROM justiq_programme programme
          JOIN ir_model_data data ON data.model = 'justiq.programme' AND data.res_id = programme.id
         WHERE data.module = 'justiq' AND data.name = 'programme_phase1'
        """
    )
    for programme_id, note in cr.fetchall():
        if note and note.get("en_US") == SHIPPED:
            for old, new in CHANGES.items():
                cr.execute(
                    """
                    UPDATE justiq_programme
                       SET funding_note = replace(funding_note::text, %s, %s)::jsonb
                     WHERE id = %s
                    """,
                    (old, new, programme_id),
                )
        else:
            cr.execute("DELETE FROM justiq_programme_wording WHERE programme_id = %s", (programme_id,))

"""Holds a sample of what SQL has copied against what the ORM computes of it."""

SAMPLE = 15


def check_stored(env, tables, say):
    """Recompute the stored computed fields of some copies.

    :return: list of (model, field, id, stored, computed) that differ; empty if all is well
    """
    differences, compared = [], 0
    for model in env.registry.values():
        table = tables.get(model._table)
        if table and table.first is not None and model._name.startswith(("justiq.", "account.analytic.line")):
            found, number = check_model(env[model._name].sudo().with_context(active_test=False), table)
            differences += found
            compared += number
            env.invalidate_all(flush=False)
    say(f"  {compared:,} stored values compared, {len(differences)} differ")
    for name, field, record_id, stored, computed in differences[:20]:
        say(f"    {name}.{field} of {record_id}: stored {stored!r}, computed {computed!r}")
    return differences


def check_model(model, table):
    fields = [
        field
        for field in model._fields.values()
        # What the user may change is what the user has said.
        if field.store and field.compute and field.readonly and field.column_type and not field.inherited
    ]
    if not fields:
        return [], 0
    model.env.cr.execute(
        f'SELECT id FROM "{table.name}" WHERE id > %s ORDER BY md5(id::text) LIMIT %s',  # noqa: S608 - of the catalogue
        (table.last, SAMPLE),
    )
    records = model.browse(row[0] for row in model.env.cr.fetchall())
    stored = {(field.name, record.id): record[field.name] for field in fields for record in records}
    for field in fields:
        model.env.add_to_compute(field, records)
    differences = [
        (model._name, name, record_id, before, after)
        for (name, record_id), before in stored.items()
        if not same(before, after := model.browse(record_id)[name])
    ]
    return differences, len(stored)


def same(before, after):
    if isinstance(before, float):
        return abs(before - (after or 0.0)) < 0.005
    return before == after or (not before and not after)

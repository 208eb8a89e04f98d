"""Hands over what refers to one record to another one, in such a way that it can be taken back exactly.

Written in SQL on purpose: keys that never change and entries that nobody may write have to move, too, and nothing but
the reference may change in them. The stored fields that depend on it are computed anew by the ORM.
"""

import json

from psycopg2 import IntegrityError, errors

from odoo.tools import SQL

# Records of merging itself, and what looks back: they tell of the file as it was.
# Who was its key worker from when to when is told of each file by itself (S29).
LEFT_ALONE = {"justiq.case.merge", "justiq.case.duplicate", "justiq.access.log", "justiq.case.key.worker"}


class Relinker:
    """Moves references, and keeps in `steps` what it did, as plain data for `undo`."""

    def __init__(self, env):
        self.env = env
        self.cr = env.cr
        self.steps = []

    # ------------------------------------------------------------
    # What refers to a record
    # ------------------------------------------------------------

    def references(self, model):
        """The stored fields of all models that refer to records of the model: pairs of model and field."""
        for name, source in sorted(self.env.registry.items()):
            if source._abstract or source._transient or not source._auto or name in LEFT_ALONE:
                continue
            for field in source._fields.values():
                if self._refers_to(field, model) and field.name != "merged_into_id":
                    yield self.env[name], field

    def _refers_to(self, field, model):
        if not field.store or not field.column_type:
            return False
        if field.type == "many2one":
            return field.comodel_name == model
        return field.type in ("many2one_reference", "reference")

    def count(self, record):
        """How many records refer to it: a dictionary by model."""
        numbers = {}
        for source, field in self.references(record._name):
            found = self._find(source, field, record._name, record.id)
            if found:
                numbers[source._name] = max(len(found), numbers.get(source._name, 0))
        return numbers

    def _find(self, source, field, model, record_id):
        query = SQL(
            "SELECT id FROM %s WHERE %s ORDER BY id",
            SQL.identifier(source._table),
            self._refers_sql(source, field, model, record_id),
        )
        return [row_id for (row_id,) in self.env.execute_query(query)]

    def _refers_sql(self, source, field, model, record_id):
        column = SQL.identifier(field.name)
        if field.type == "reference":
            return SQL("%s = %s", column, f"{model},{record_id}")
        condition = SQL("%s = %s", column, record_id)
        if field.type == "many2one_reference":
            condition = SQL("%s AND %s = %s", condition, SQL.identifier(field.model_field), model)
        if source._name == "ir.attachment":  # files of a field stay with the record
            condition = SQL("%s AND res_field IS NULL", condition)
        return condition

    # ------------------------------------------------------------
    # Moving
    # ------------------------------------------------------------

    def move_all(self, origin, target):
        """Let everything refer to the target; what a unique key would hold twice stays with the origin."""
        self.env.flush_all()
        for source, field in list(self.references(origin._name)):
            self._move(source, field, origin, target)
        for field in origin._fields.values():
            if field.type == "many2many" and field.store:
                self._move_relation(field.relation, field.column1, field.column2, origin.id, target.id)
        for source, field in self._relations(origin._name):
            if not source._transient:
                self._move_relation(field.relation, field.column2, field.column1, origin.id, target.id)

    def unite(self, origin, target):
        """Let everything refer to the target, and take the origin away.

        What a unique key would hold twice is united with its twin in the same way.
        """
        self.env.flush_all()
        for source, field in list(self.references(origin._name)):
            for row_id, key in self._move(source, field, origin, target).items():
                row = source.browse(row_id)
                twin = self._twin(row, field, target, key)
                if twin:
                    self.unite(row, twin)
                else:
                    self._delete(row)
        self._delete(origin)

    def _move(self, source, field, origin, target):
        """Returns what could not be moved: the name of the violated key by id."""
        ids = self._find(source, field, origin._name, origin.id)
        refused = {}
        if ids:
            step = {"do": "move", "model": source._name, "field": field.name, "of": origin._name}
            step |= {"from": origin.id, "to": target.id, "ids": ids}
            refused = self.relink(source, field, ids, origin._name, target.id)
            step["ids"] = [row_id for row_id in ids if row_id not in refused]
            self.steps.append(step)
        return refused

    def relink(self, source, field, ids, model, record_id):
        """Let the records refer to another one; returns what a unique key refuses, as `_move` does."""
        self._notify(source.browse(ids), field, before=True)
        refused = self._update(source, field, ids, model, record_id)
        self._notify(source.browse(ids), field)
        return refused

    def _update(self, source, field, ids, model, record_id):
        value = f"{model},{record_id}" if field.type == "reference" else record_id
        query = SQL(
            "UPDATE %s SET %s = %s WHERE id IN %s",
            SQL.identifier(source._table),
            SQL.identifier(field.name),
            value,
            tuple(ids),
        )
        try:
            with self.cr.savepoint(flush=False):
                self.cr.execute(query, log_exceptions=False)
        except (errors.UniqueViolation, errors.ExclusionViolation) as error:
            if len(ids) == 1:
                return {ids[0]: error.diag.constraint_name}
            refused = {}
            for row_id in ids:
                refused |= self._update(source, field, [row_id], model, record_id)
            return refused
        return {}

    def _notify(self, records, field, before=False):
        """Tell the ORM, which computes anew what depends on it."""
        if before:
            self.env.flush_all()
        else:
            self.env.invalidate_all(flush=False)
        records.modified([field.name], before=before)

    def _twin(self, row, field, target, key):
        """The row that holds the unique key in the way of the row, or none."""
        found = self.env.execute_query(
            SQL(
                """SELECT array_agg(a.attname::text), pg_get_expr(i.indpred, i.indrelid)
                     FROM pg_class c
                     JOIN pg_index i ON i.indexrelid = c.oid
                     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
                    WHERE c.relname = %s AND i.indrelid = %s::regclass
                 GROUP BY i.indpred, i.indrelid""",
                key,
                row._table,
            )
        )
        if not found:
            return None
        columns, predicate = found[0]
        others = [name for name in columns if name != field.name]
        same = SQL(" AND ").join(
            SQL(
                "%(column)s IS NOT DISTINCT FROM (SELECT %(column)s FROM %(table)s WHERE id = %(id)s)",
                column=SQL.identifier(name),
                table=SQL.identifier(row._table),
                id=row.id,
            )
            for name in others
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE id != %s AND %s AND %s AND %s LIMIT 1",
                SQL.identifier(row._table),
                row.id,
                self._refers_sql(row, field, target._name, target.id),
                same if others else SQL("TRUE"),
                # The text comes from the catalogue of the database itself.
                SQL(predicate.replace("%", "%%")) if predicate else SQL("TRUE"),  # pylint: disable=sql-injection
            )
        )
        return row.browse(rows[0]) if rows else None

    def _delete(self, row):
        self.env.flush_all()
        table = SQL.identifier(row._table)
        [(values,)] = self.env.execute_query(SQL("SELECT row_to_json(t) FROM %s t WHERE id = %s", table, row.id))
        relations = [
            (field.relation, field.column1, field.column2, self._linked(field, row.id))
            for field in row._fields.values()
            if field.type == "many2many" and field.store
        ]
        names = [field.name for field in row._fields.values() if field.store]
        row.modified(names, before=True)
        self.cr.execute(SQL("DELETE FROM %s WHERE id = %s", table, row.id))
        self.env.invalidate_all(flush=False)
        self.steps.append({"do": "delete", "model": row._name, "values": values, "relations": relations})

    def _linked(self, field, record_id):
        query = SQL(
            "SELECT %s FROM %s WHERE %s = %s",
            SQL.identifier(field.column2),
            SQL.identifier(field.relation),
            SQL.identifier(field.column1),
            record_id,
        )
        return [other for (other,) in self.env.execute_query(query)]

    def _relations(self, model):
        """Many2many fields of other models that hold records of the model; each table once."""
        own = {field.relation for field in self.env[model]._fields.values() if field.type == "many2many"}
        for name, source in sorted(self.env.registry.items()):
            if source._abstract or not source._auto:
                continue
            for field in source._fields.values():
                is_relation = field.type == "many2many" and field.store and field.comodel_name == model
                if is_relation and field.relation not in own:
                    own.add(field.relation)
                    yield self.env[name], field

    def _move_relation(self, relation, column, other, origin_id, target_id):
        self.env.flush_all()
        names = {"table": SQL.identifier(relation), "column": SQL.identifier(column), "other": SQL.identifier(other)}
        rows = self.env.execute_query(
            SQL(
                """UPDATE %(table)s r SET %(column)s = %(to)s WHERE %(column)s = %(from)s
                      AND NOT EXISTS (SELECT 1 FROM %(table)s o WHERE o.%(column)s = %(to)s
                                         AND o.%(other)s = r.%(other)s)
                RETURNING %(other)s""",
                **names,
                **{"from": origin_id, "to": target_id},
            )
        )
        if rows:
            step = {"do": "relation", "relation": relation, "column": column, "other": other}
            self.steps.append(step | {"from": origin_id, "to": target_id, "ids": [row_id for (row_id,) in rows]})
            self.env.invalidate_all(flush=False)

    def write_values(self, record, values):
        """Write values through the ORM, and keep the old ones."""
        before = {name: plain(record, name) for name in values}
        record.write(values)
        after = {name: plain(record, name) for name in values}
        changed = {name: [before[name], after[name]] for name in values if before[name] != after[name]}
        if changed:
            self.steps.append({"do": "write", "model": record._name, "id": record.id, "values": changed})

    # ------------------------------------------------------------
    # Taking it back
    # ------------------------------------------------------------

    def undo(self, steps):
        """Take the steps back, the last one first. What was changed by hand since then stays as it is."""
        # Values last: what they speak about has to be back in its place before a rule looks at them.
        links = [step for step in steps if step["do"] != "write"]
        values = [step for step in steps if step["do"] == "write"]
        for step in [*reversed(links), *reversed(values)]:
            self.env.flush_all()
            getattr(self, f"_undo_{step['do']}")(step)

    def _undo_move(self, step):
        source = self.env[step["model"]]
        field = source._fields[step["field"]]
        still = set(self._find(source, field, step["of"], step["to"]))
        ids = [row_id for row_id in step["ids"] if row_id in still]
        if ids:
            refused = self.relink(source, field, ids, step["of"], step["from"])
            if refused:
                raise IntegrityError(f"{source._name}: {', '.join(map(str, refused))}")

    def _undo_delete(self, step):
        source = self.env[step["model"]]
        table = SQL.identifier(source._table)
        values = json.dumps(step["values"])
        self.cr.execute(SQL("INSERT INTO %s SELECT * FROM json_populate_record(NULL::%s, %s)", table, table, values))
        for relation, column1, column2, ids in step["relations"]:
            for other in ids:
                self.cr.execute(
                    SQL(
                        "INSERT INTO %s (%s, %s) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                        SQL.identifier(relation),
                        SQL.identifier(column1),
                        SQL.identifier(column2),
                        step["values"]["id"],
                        other,
                    )
                )
        self.env.invalidate_all(flush=False)
        source.browse(step["values"]["id"]).modified([f.name for f in source._fields.values() if f.store], create=True)

    def _undo_relation(self, step):
        if step["ids"]:
            self.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE %s = %s AND %s IN %s",
                    SQL.identifier(step["relation"]),
                    SQL.identifier(step["column"]),
                    step["from"],
                    SQL.identifier(step["column"]),
                    step["to"],
                    SQL.identifier(step["other"]),
                    tuple(step["ids"]),
                )
            )
            self.env.invalidate_all(flush=False)

    def _undo_write(self, step):
        record = self.env[step["model"]].browse(step["id"])
        record.write({name: old for name, (old, new) in step["values"].items() if plain(record, name) == new})


def plain(record, name):
    """The value as JSON can hold it."""
    field = record._fields[name]
    value = field.convert_to_write(record[name], record)
    return field.to_string(value) if field.type in ("date", "datetime") and value else value or False

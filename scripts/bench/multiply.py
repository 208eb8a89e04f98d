"""Copies all that one grant consists of, in SQL, until the database holds as many grants as wanted.

A copy is the original with shifted ids: copy k of the row with id i gets `i + k * span`, where `span` is the same for
all rows of a table and leaves no copy where there is a row, and a foreign key into the original is shifted alike. So
each copy hangs together as the original does, and all that the ORM has computed of it holds for the copy, also in
tables and columns that this file knows nothing of.
"""

from typing import NamedTuple

from psycopg2 import sql

from .seed import TOKEN

ROWS_AT_ONCE = 250_000
# Of the server or the provider, not of the grant; files of the original do not come along.
LEFT_OUT = ("ir_", "bus_", "digest_", "discuss_", "res_device", "justiq_own_questions")
# Pairs of columns that say which record of which model is meant, without a foreign key.
REFERENCES = {"res_id": ("res_model", "model")}


class Table(NamedTuple):
    name: str
    first: int | None  # ids of the original; None for the table of a many2many field
    last: int | None
    span: int | None = None


class Column(NamedTuple):
    name: str
    type: str
    target: str | None  # table that a foreign key leads into


class Copier:
    def __init__(self, env, say):
        self.env, self.cr, self.say = env, env.cr, say
        self.known_columns = {}
        self.models = {model._table: model._name for model in env.registry.values() if not model._abstract}

    def query(self, statement, *parameters):
        self.cr.execute(statement, parameters)
        return self.cr.fetchall()

    # ------------------------------------------------------------
    # What the original consists of
    # ------------------------------------------------------------

    def last_ids(self):
        """The highest id of each table; taken before the original is made."""
        rows = self.query(
            """
            SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_name)
             WHERE columns.table_schema = 'public' AND column_name = 'id' AND table_type = 'BASE TABLE'
          ORDER BY table_name
            """
        )
        return {name: self.last_id(name) for (name,) in rows if not name.startswith(LEFT_OUT)}

    def last_id(self, name):
        return self.query(f'SELECT COALESCE(max(id), 0) FROM "{name}"')[0][0]  # noqa: S608 - a name of the catalogue

    def first_id_after(self, name, last):
        return self.query(f'SELECT min(id) FROM "{name}" WHERE id > %s', last)[0][0]  # noqa: S608 - as above

    def find_original(self, before):
        """The tables that have got rows since then, and the tables between them.

        :param before: what `last_ids` said
        """
        after = self.last_ids()
        tables = {
            name: Table(name, self.first_id_after(name, before.get(name, 0)), last)
            for name, last in after.items()
            if last > before.get(name, 0)
        }
        for (name,) in self.query(
            """
            SELECT relname FROM pg_class
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
               AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'id')
          ORDER BY relname
            """
        ):
            if not name.startswith(LEFT_OUT) and any(column.target in tables for column in self.columns(name)):
                tables[name] = Table(name, None, None)
        return tables

    def columns(self, name):
        """Kept for the table: the foreign keys, which tell where a column leads, are away while it is filled."""
        if name not in self.known_columns:
            self.known_columns[name] = self._read_columns(name)
        return self.known_columns[name]

    def _read_columns(self, name):
        return [
            Column(*row)
            for row in self.query(
                """
                SELECT attname, atttypid::regtype::text, confrelid::regclass::text
                  FROM pg_attribute
             LEFT JOIN pg_constraint ON contype = 'f' AND conrelid = attrelid AND conkey = ARRAY[attnum]
                 WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
              ORDER BY attnum
                """,
                name,
            )
        ]

    # ------------------------------------------------------------
    # Copying
    # ------------------------------------------------------------

    def copy(self, tables, copies):
        """Insert the copies 1 to `copies - 1`; the original is copy 0."""
        self.tables = tables = {
            name: table._replace(span=table.first and self.last_id(name) - table.first + 1)
            for name, table in tables.items()
        }
        for name in tables:
            self.columns(name)
        with Slim(self, list(tables)):
            for table in tables.values():
                self._copy_table(table, copies)
        for table in tables.values():
            if table.first is not None:
                self.cr.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (table.name, self.last_id(table.name))
                )

    def count(self, table):
        where = self._of_original(table, self.columns(table.name))
        return self.query(sql.SQL("SELECT count(*) FROM {} o WHERE {}").format(sql.Identifier(table.name), where))[0][0]

    def _of_original(self, table, columns):
        if table.first is not None:
            return sql.SQL("o.id BETWEEN {} AND {}").format(sql.Literal(table.first), sql.Literal(table.last))
        inside = [self._is_inside(column) for column in columns if column.target in self.tables_with_ids()]
        return sql.SQL(" OR ").join(inside) if inside else sql.SQL("FALSE")

    def tables_with_ids(self):
        return {name: table for name, table in self.tables.items() if table.first is not None}

    def _is_inside(self, column):
        target = self.tables[column.target]
        return sql.SQL("o.{} BETWEEN {} AND {}").format(
            sql.Identifier(column.name), sql.Literal(target.first), sql.Literal(target.last)
        )

    def _copy_table(self, table, copies):
        columns = self.columns(table.name)
        rows = self.count(table)
        if not rows:
            return
        where = self._of_original(table, columns)
        statement = sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {values} FROM {table} o CROSS JOIN generate_series(%s, %s) AS copy(k)"
            " WHERE {where}"
        ).format(
            table=sql.Identifier(table.name),
            names=sql.SQL(", ").join(sql.Identifier(column.name) for column in columns),
            values=sql.SQL(", ").join(self._value(table, column) for column in columns),
            where=where,
        )
        step = max(ROWS_AT_ONCE // rows, 1)
        for first in range(1, copies, step):
            last = min(first + step, copies) - 1
            self.cr.execute(statement, (first, last))
            if rows * copies > 20_000:
                self.say(f"  {table.name}: {rows * (last + 1):,} of {rows * copies:,}")

    def _value(self, table, column):
        """The value of a column in copy k, as an SQL expression."""
        own = sql.SQL("o.{}").format(sql.Identifier(column.name))
        if column.name == "id" and table.first is not None:
            return self._shifted(own, table)
        if column.target in self.tables_with_ids():
            return self._shifted(own, self.tables[column.target])
        if column.name in REFERENCES:
            return self._shifted_reference(table, own, REFERENCES[column.name])
        if column.type in ("character varying", "text", "jsonb"):
            return sql.SQL("replace(o.{}::text, {}, {} || lpad(k::text, 3, '0'))::{}").format(
                sql.Identifier(column.name),
                sql.Literal(TOKEN),
                sql.Literal(TOKEN[:-3]),
                sql.SQL(column.type),
            )
        return own

    def _shifted(self, own, target):
        return sql.SQL("CASE WHEN {own} BETWEEN {first} AND {last} THEN {own} + k * {span} ELSE {own} END").format(
            own=own, first=sql.Literal(target.first), last=sql.Literal(target.last), span=sql.Literal(target.span)
        )

    def _shifted_reference(self, table, own, names):
        known = {column.name for column in self.columns(table.name)}
        model = next((name for name in names if name in known), None)
        cases = [
            sql.SQL("WHEN {} THEN {}").format(sql.Literal(self.models[target.name]), self._shifted(own, target))
            for target in self.tables_with_ids().values()
            if target.name in self.models
        ]
        if not model or not cases:
            return own
        return sql.SQL("CASE o.{} {} ELSE {} END").format(sql.Identifier(model), sql.SQL(" ").join(cases), own)


class Slim:
    """Tables without foreign keys and secondary indexes, as long as they are filled; both come back at the end.

    That a copy hangs together is checked then, in one pass for each foreign key.
    """

    def __init__(self, copier, names):
        self.copier, self.names = copier, names

    def __enter__(self):
        query = self.copier.query
        self.keys = query(
            """
            SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
              FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
            """,
            self.names,
        )
        self.indexes = query(
            """
            SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
              FROM pg_index WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique AND NOT indisexclusion
            """,
            self.names,
        )
        for table, name, _definition in self.keys:
            self.copier.cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _definition in self.indexes:
            self.copier.cr.execute(f"DROP INDEX {name}")

    def __exit__(self, error, *_details):
        if error:
            return
        self.copier.say(f"  {len(self.indexes)} indexes and {len(self.keys)} foreign keys")
        self.copier.cr.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _name, definition in self.indexes:
            self.copier.cr.execute(definition)
        for table, name, definition in self.keys:
            self.copier.cr.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")

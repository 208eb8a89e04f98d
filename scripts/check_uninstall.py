#!/usr/bin/env python3
"""Shows that nothing of the module is left in a database after it was uninstalled.

check_uninstall.py remember DATABASE FILE  writes down the database's tables and columns before the installation
check_uninstall.py compare DATABASE FILE   after the uninstallation, says what is left
"""

import json
import sys
from pathlib import Path

import psycopg2
from psycopg2 import sql

COLUMNS = """
    SELECT c.table_name, c.column_name, c.data_type
      FROM information_schema.columns c
      JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
"""
SCHEMA = """
    SELECT 'column ' || c.table_name || '.' || c.column_name FROM information_schema.columns c
     WHERE c.table_schema = 'public'
     UNION SELECT 'relation ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
     UNION SELECT 'constraint ' || conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
     UNION SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
     UNION SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def schema(cursor):
    cursor.execute(SCHEMA)
    return {name for (name,) in cursor.fetchall()}


def references(cursor):
    """Rows that name a model, a record or a setting of the module, whatever table they are in."""
    cursor.execute(COLUMNS)
    for table, column, kind in cursor.fetchall():
        if kind not in ("character varying", "text"):
            continue
        query = sql.SQL(r"SELECT {column}, count(*) FROM {table} WHERE {column} ~ '^justiq[._]' GROUP BY 1").format(
            column=sql.Identifier(column), table=sql.Identifier(table)
        )
        cursor.execute(query)
        yield from (f"{table}.{column} = {value!r} ({count} rows)" for value, count in cursor.fetchall())
    cursor.execute("SELECT name FROM ir_model_data WHERE module = 'justiq'")
    yield from (f"ir_model_data: justiq.{name}" for (name,) in cursor.fetchall())


def main():
    action, database, file = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    with psycopg2.connect(dbname=database) as connection, connection.cursor() as cursor:
        if action == "remember":
            file.write_text(json.dumps(sorted(schema(cursor))))
            return
        cursor.execute("SELECT state FROM ir_module_module WHERE name = 'justiq'")
        left = [] if cursor.fetchone() == ("uninstalled",) else ["the module itself"]
        left += sorted(schema(cursor) - set(json.loads(file.read_text())))
        left += references(cursor)
    if left:
        sys.exit("Left in the database after uninstallation:\n  " + "\n  ".join(left))
    print("Nothing is left in the database.")


if __name__ == "__main__":
    main()

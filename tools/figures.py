"""Figures of the funder's reports as plain data: one structure for screen, PDF, XLSX, freezing and comparison.

A report is a list of sections, of tables, of rows, of cells (see `justiq.funder.report`). Values are exact and the same
each time: money, percentages and hours are decimal strings ("1234.50"), dates ISO strings, counts whole numbers. A
number that is not shown (a suppressed cell) is a text instead. Nothing here reads the database.
"""

import hashlib
import json
from decimal import Decimal, InvalidOperation

from . import money
from .drill import changed_records

NUMBERS = ("money", "percent", "hours", "integer")
# Of a row: the records behind it, and those behind a cell that has others.
RECORDS = ("records", "drill_records")


def amount(value):
    """Money, or another number with two decimals, as it is kept: "1234.50"."""
    return str(money.exact(value))


def share(part, whole):
    """How many percent of the whole the part is, as it is kept; None where there is no whole."""
    return str(money.part(100, part, whole)) if whole else None


def number(value):
    """The number in a cell, or None where there is none: empty, or a text such as "< 3"."""
    if value is None or value is False:
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def tables(sections):
    """Each table of a report with its key path, which stays the same from run to run."""
    for section in sections:
        for table in section.get("tables", ()):
            yield (section["key"], table["key"]), section, table


def canonical(sections) -> bytes:
    """The figures as bytes, independent of how the database orders keys."""
    return json.dumps(sections, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def fingerprint(content: bytes) -> str:
    """SHA-256 of a content, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def without_records(sections):
    """The figures without the records behind them, as a reader gets them."""
    return [
        {
            **section,
            "tables": [
                {
                    **table,
                    "rows": [
                        {name: value for name, value in row.items() if name not in RECORDS} for row in table["rows"]
                    ],
                }
                for table in section.get("tables", ())
            ],
        }
        for section in sections
    ]


def changes(old, new, same_template=True):
    """Every cell that differs between two runs of the same kind of report.

    :param same_template: a column that only one run has comes from the data then, such as a further funding year; else
        it is one of another template and is not compared, see `lone_columns`
    :return: list of dictionaries: `path` of (section, table, row, column), section and table with their titles, row and
        column (from the new run where it has them), `old` and `new` value, `records`: ids of the records that were
        added, removed or changed behind the cell, and `drill`, which says of which model they are
    """
    result = []
    old_tables = {path: (section, table) for path, section, table in tables(old)}
    new_tables = {path: (section, table) for path, section, table in tables(new)}
    lone = _lone_columns(old_tables, new_tables)
    for path in [*new_tables, *(path for path in old_tables if path not in new_tables)]:
        section, table = new_tables.get(path) or old_tables[path]
        old_rows = _rows(old_tables.get(path))
        new_rows = _rows(new_tables.get(path))
        for key in [*new_rows, *(key for key in old_rows if key not in new_rows)]:
            before, after = old_rows.get(key), new_rows.get(key)
            for column in [*table["columns"], *_lost_columns(path, old_tables, new_tables)]:
                if column.get("compare") is False or (column["key"] in lone.get(path, ()) and not same_template):
                    continue
                values = [row["cells"].get(column["key"]) if row else None for row in (before, after)]
                if values[0] != values[1]:
                    result.append(
                        {
                            "path": (*path, key, column["key"]),
                            "section": section,
                            "table": table,
                            "row": after or before,
                            "column": column,
                            "old": values[0],
                            "new": values[1],
                            **changed_records(before, after, column),
                        }
                    )
    return result


def lone_columns(old, new):
    """Columns that only one of two runs has, because they were made with different templates.

    :return: list of their labels, each after the title of its table
    """
    old_tables, new_tables = (
        {path: (section, table) for path, section, table in tables(sections)} for sections in (old, new)
    )
    return [
        f"{new_tables[path][1]['title']}: {label}"
        for path, columns in _lone_columns(old_tables, new_tables).items()
        for label in columns.values()
    ]


def _lost_columns(path, old_tables, new_tables):
    """Columns of a table that only the old run has."""
    if path not in old_tables or path not in new_tables:
        return []
    kept = {column["key"] for column in new_tables[path][1]["columns"]}
    return [column for column in old_tables[path][1]["columns"] if column["key"] not in kept]


def _lone_columns(old_tables, new_tables):
    """Of each table that both runs have: the columns that only one has, as {key: label}."""
    result = {}
    for path in new_tables.keys() & old_tables.keys():
        before, after = (
            {column["key"]: column["label"] for column in found[path][1]["columns"]}
            for found in (old_tables, new_tables)
        )
        lone = {key: {**before, **after}[key] for key in sorted(before.keys() ^ after.keys())}
        if lone:
            result[path] = lone
    return dict(sorted(result.items()))


def _rows(found):
    return {row["key"]: row for row in found[1]["rows"]} if found else {}

"""The list of participations of the funder's own case system, as a CSV file."""

import csv
import io
import re
from datetime import date, datetime
from typing import NamedTuple

from .names import fold_name

DATE_FORMATS = ("%d.%m.%Y", "%Y-%m-%d", "%d.%m.%y", "%d/%m/%Y")
DELIMITERS = ";\t,"
# What a number may look like. A name has no digit, a formula of a spreadsheet starts otherwise.
NUMBER_PATTERN = r"[A-Za-z0-9][A-Za-z0-9./_-]{0,31}"
CODE_PATTERN = r"[A-Za-z0-9]{1,10}"
# Headings as such lists write them, in whatever spelling.
HEADINGS = {
    "number": ("Nr", "Nummer", "Teilnahme-Nr", "Teilnahmenummer", "Fallnummer", "ID", "Number"),
    "code": ("Baustein", "Baustein-Code", "Bausteinkürzel", "Component"),
    "date_start": ("Eintritt", "Eintrittsdatum", "Datum Eintritt", "Entry", "Entry date"),
    "date_end": ("Austritt", "Austrittsdatum", "Datum Austritt", "Exit", "Exit date"),
    "fill_entry": ("Füllstand Eintritt", "Füllstand Eintrittsdaten", "Eintrittsdaten", "Entry data"),
    "fill_exit": ("Füllstand Austritt", "Füllstand Austrittsdaten", "Austrittsdaten", "Exit data"),
}
NAME_HEADINGS = ("Name", "Vorname", "Nachname", "Familienname", "Teilnehmer", "Teilnehmerin", "First name", "Last name")
REQUIRED = ("number", "code", "date_start")


class FunderRow(NamedTuple):
    """One participation there. Percentages are whole numbers, None where the list says nothing.

    `names` serves to find the person and is never stored.
    """

    number: str
    code: str
    date_start: date
    date_end: date | None
    fill_entry: int | None
    fill_exit: int | None
    names: frozenset


class BadValue(Exception):
    """A value that cannot be read: line of the file, column, value."""

    def __init__(self, line, column, value):
        super().__init__(line, column, value)
        self.line, self.column, self.value = line, column, value[:40]


class MissingColumns(Exception):
    """Columns without which nothing can be compared."""

    def __init__(self, columns):
        super().__init__(columns)
        self.columns = columns


def decode(content):
    """Text of a file as Excel, LibreOffice or a database saves it in Germany.

    :raises UnicodeDecodeError: if it is no text at all
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def fold_names(*names):
    """The parts of a name as they sound, in whatever order and column they stand."""
    return frozenset(fold_name(" ".join(name or "" for name in names)).split())


def read(content):
    """All rows of the file, and the values that cannot be read.

    :param content: bytes of the file
    :return: list of `FunderRow`, list of `BadValue`
    :raises MissingColumns: naming the columns
    :raises UnicodeDecodeError: if it is no text
    :raises csv.Error: if it is no table
    """
    text = decode(content)
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns, name_columns = _find_columns(next(table, []))
    rows, errors = [], []
    for cells in table:
        if any(cell.strip() for cell in cells):
            try:
                rows.append(_read_row(table.line_num, cells, columns, name_columns))
            except BadValue as error:
                errors.append(error)
    return rows, errors


def _find_columns(heading):
    keys = [_heading_key(cell) for cell in heading]

    def places(headings):
        known = {_heading_key(text) for text in headings}
        return [index for index, key in enumerate(keys) if key in known]

    columns = {name: found[0] for name, headings in HEADINGS.items() if (found := places(headings))}
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise MissingColumns(missing)
    return columns, places(NAME_HEADINGS)


def _heading_key(text):
    return fold_name(text).replace(" ", "")


def _read_row(line, cells, columns, name_columns):
    def cell(index):
        return cells[index].strip() if index is not None and index < len(cells) else ""

    def value(column, convert, required=False):
        text = cell(columns.get(column))
        if not text and not required:
            return None
        try:
            return convert(text)
        except ValueError as error:
            raise BadValue(line, column, text) from error

    return FunderRow(
        number=value("number", _to_number, required=True),
        code=value("code", _to_code, required=True),
        date_start=value("date_start", _to_date, required=True),
        date_end=value("date_end", _to_date),
        fill_entry=value("fill_entry", _to_percent),
        fill_exit=value("fill_exit", _to_percent),
        names=fold_names(*map(cell, name_columns)),
    )


def _to_number(text):
    if not re.fullmatch(NUMBER_PATTERN, text) or not re.search("[0-9]", text):
        raise ValueError
    return text


def _to_code(text):
    if not re.fullmatch(CODE_PATTERN, text):
        raise ValueError
    return text.upper()


def _to_date(text):
    for date_format in DATE_FORMATS:
        try:
            return datetime.strptime(text, date_format).date()
        except ValueError:
            continue
    raise ValueError


def _to_percent(text):
    percent = float(text.removesuffix("%").strip().replace(",", "."))
    if not 0 <= percent <= 100:  # also refuses what is not a number
        raise ValueError
    return int(percent)  # 99.9 is not complete yet

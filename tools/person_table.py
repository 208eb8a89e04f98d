"""Tables of persons as offices have them: Excel's CSV in German or English, with whatever encoding and dates."""

import csv
import io
import re
from datetime import date

MOST_BYTES = 10 * 1024 * 1024
DELIMITERS = ";,\t|"
# What makes a spreadsheet take a cell for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

# Headings by field, in lower case; beside them, the labels of the fields in the user's language count.
HEADINGS = {
    "former_number": ("former number", "frühere nummer", "fruehere nummer", "aktenzeichen", "reference", "referenz"),
    "first_name": ("first_name", "first name", "vorname"),
    "last_name": ("last_name", "last name", "family name", "nachname", "familienname", "name"),
    "birth_date": ("birth_date", "birth date", "date of birth", "geburtsdatum", "geboren am", "geburtstag"),
    "gender": ("gender", "sex", "geschlecht"),
    "zip": ("zip", "postcode", "postal code", "plz", "postleitzahl"),
    "city": ("city", "town", "ort", "wohnort", "stadt"),
    "key_worker": ("key_worker", "key_worker_id", "key worker", "ansprechperson", "fachkraft", "bezugsperson"),
    "grant": ("grant", "grant_id", "vorhaben", "förderkennzeichen", "foerderkennzeichen"),
    "date_entry": ("date_entry", "date of entry", "entry", "eintritt", "eintrittsdatum", "eintritt am", "aufnahme"),
    "legal_basis_date": (
        "legal_basis_date",
        "consent or information on",
        "consent",
        "einwilligung",
        "einwilligung am",
        "einwilligung oder information am",
    ),
}
GENDERS = {
    "female": ("female", "f", "w", "weiblich", "frau"),
    "male": ("male", "m", "männlich", "maennlich", "mann"),
    "diverse": ("diverse", "d", "x", "divers"),
    "not_stated": ("not stated", "not_stated", "", "-", "k. a.", "k.a.", "keine angabe", "unbekannt", "ohne angabe"),
}
_GENDER_BY_WORD = {word: gender for gender, words in GENDERS.items() for word in words}
_DATES = (
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?"), (1, 2, 3)),
    (re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})"), (3, 2, 1)),
)


class UnreadableTable(Exception):
    """`args[0]` is one of: binary, empty, csv."""


def read_rows(raw):
    """The rows of the table, each with its line number in the spreadsheet; empty rows are left out.

    :raises UnreadableTable: nothing that could be read as a table
    """
    text = _decode(raw)
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first_line.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableTable("csv") from error
    rows = [(number, [_cell(cell) for cell in row]) for number, row in enumerate(rows, 1)]
    rows = [(number, row) for number, row in rows if any(row)]
    if len(rows) < 2:
        raise UnreadableTable("empty")
    return rows


def _decode(raw):
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    if b"\0" in raw or raw.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise UnreadableTable("binary")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel writes on a German Windows; the few bytes without a meaning there become question marks.
        return raw.decode("cp1252", errors="replace")


def _cell(cell):
    """Take back the apostrophe with which `safe_cell` has disarmed a formula."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:2] in FORMULA else cell


def safe_cell(value):
    """The value as text that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def parse_date(text):
    """2005-12-31 or 31.12.2005; none for anything else, also for years of two digits, which are ambiguous."""
    for pattern, groups in _DATES:
        if found := pattern.fullmatch(text):
            try:
                return date(*(int(found[group]) for group in groups))
            except ValueError:
                return None
    return None


def parse_gender(text):
    """The key of the gender, or none if the word is not known."""
    return _GENDER_BY_WORD.get(text.casefold())

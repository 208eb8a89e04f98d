"""The server's log names what failed and where, never what somebody wrote about a person.

PostgreSQL repeats a refused row in its message, Odoo writes the statement with its values beside it and the filter of
each export, and refusals of users name the value found. Filters of Python's own logging are the one place that all of
it passes, whatever the model or the path; they are installed when the module is loaded, and act on what is about its
tables or passes its code.
"""

import logging
import re
from pathlib import Path

import psycopg2
from psycopg2 import errorcodes

from odoo.exceptions import UserError

MODULE = Path(__file__).parent.parent
# Tables of the module, and those of Odoo that hold texts, appointments and scans of its records.
ABOUT_PEOPLE = re.compile(r"justiq|\bmail_|\bcalendar_|\bir_attachment\b", re.IGNORECASE)
HEAD = re.compile(r'\s*(\w+(?:\s+(?:INTO|FROM))?)\s+"?(\w+)')
# Their messages quote the value itself.
QUOTES_VALUE = psycopg2.DataError


def without_values(error):
    """The error of PostgreSQL with no more than what happened and which constraint says so.

    It is changed in place: the same error goes on to the client, with its trace, and to every other log.
    """
    found = error.diag.message_primary
    if not found or isinstance(error, QUOTES_VALUE):
        found = errorcodes.lookup(error.pgcode) if error.pgcode else type(error).__name__
    error.args = (found,)
    return error


def _statement_without_values(query):
    head = HEAD.match(query)
    return f"{head[1]} {head[2]} ..." if head else "..."


def _last_line_of_module(error):
    """File, line and function of the module that the error comes from, if any."""
    place, trace = None, error.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        if MODULE in Path(code.co_filename).parents:
            place = f"{Path(code.co_filename).relative_to(MODULE)}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next
    return place


def _quiet_statement(record):
    """Of a refused statement: what it does with which table, and the constraint."""
    if not (isinstance(record.args, tuple) and len(record.args) == 2 and isinstance(record.args[1], psycopg2.Error)):
        return True
    query, error = record.args
    query = query.decode(errors="replace") if isinstance(query, bytes) else str(query)
    if ABOUT_PEOPLE.search(query):
        record.args = (_statement_without_values(query), without_values(error))
    return True


def _quiet_refusal(record):
    """Of a refusal that a user was shown: its kind and the line of code; the text is for her alone."""
    if isinstance(record.msg, UserError) and (place := _last_line_of_module(record.msg)):
        record.msg, record.args = "%s: %s", (type(record.msg).__name__, place)
    return True


def _quiet_export(record):
    """Of an export: who, how many, which model and fields; not by which filter, and no ids.

    Whatever the model: partners, appointments and messages are filtered by names, too.
    """
    if isinstance(record.args, tuple) and len(record.args) > 3:
        record.args = (*record.args[:-1], "...")
    return True


def install():
    """Quieten the loggers of this process; twice is the same as once."""
    logging.getLogger("odoo.addons.web.controllers.export").addFilter(_quiet_export)
    logging.getLogger("odoo.sql_db").addFilter(_quiet_statement)
    logging.getLogger("odoo.http").addFilter(_quiet_refusal)

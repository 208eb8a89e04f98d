"""Locks for values that a check has read and somebody else may be changing."""

from odoo.tools import SQL


def lock_against_change(records):
    """Make sure that what was just read of the records is still true at our commit.

    Without it, somebody could lower a limit at the very moment in which somebody
    else saves up to the old one, and both would succeed. Whoever comes second is
    tried again by the server.
    """
    if records.ids:
        records.env.execute_query(
            SQL("SELECT id FROM %s WHERE id IN %s FOR SHARE", SQL.identifier(records._table), tuple(records.ids))
        )


def let_one_pass(records):
    """Make sure that of several who do the same with the records at the same moment, one comes first.

    For checks of what others have not committed yet, so that it could not be read.
    Whoever comes second is tried again by the server, and then sees it.
    """
    if records.ids:
        table = SQL.identifier(records._table)
        records.env.cr.execute(SQL("UPDATE %s SET write_uid = write_uid WHERE id IN %s", table, tuple(records.ids)))

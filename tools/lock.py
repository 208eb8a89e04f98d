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

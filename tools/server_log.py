"""No personal data in the log of the server: whoever looks after the machine need not know who it is about.

Odoo writes the filter of each export into its log, and of each statement that PostgreSQL refuses the values as well.
Where these are about records of this module, the line says that they are left out.
"""

import logging
import re

LEFT_OUT = "(left out)"
_HEAD = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM|SELECT)(?:\s+\"?justiq_\w+\"?)?", re.IGNORECASE)


def _without_domain(record):
    """Of an export: who, how many, which model, which fields; not by which filter, and no ids."""
    args = record.args
    if isinstance(args, tuple) and len(args) > 3 and str(args[2]).startswith("justiq."):
        record.args = (*args[:-1], LEFT_OUT)
    return True


def _without_values(record):
    """Of a refused statement: its beginning, and what PostgreSQL says without the row that it has refused."""
    if isinstance(record.args, tuple) and len(record.args) == 2 and record.msg.startswith("bad query"):
        query, error = record.args
        query = query.decode(errors="replace") if isinstance(query, bytes) else str(query)
        if "justiq_" in query:
            head = _HEAD.match(query)
            record.args = (f"{head.group() if head else ''} {LEFT_OUT}", str(error).partition("\n")[0])
    return True


logging.getLogger("odoo.addons.web.controllers.export").addFilter(_without_domain)
logging.getLogger("odoo.sql_db").addFilter(_without_values)

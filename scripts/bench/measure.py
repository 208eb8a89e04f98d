"""Times one action of one user as a request of its own would take it, and counts its queries and the rows they read."""

import time
from collections.abc import Callable
from typing import NamedTuple

from odoo import api

RUNS = 3
SLOW = 2.0  # seconds; what takes longer is not run again


class Case(NamedTuple):
    """Something to measure.

    :param group: heading of the table
    :param title: what is done
    :param login: who does it
    :param action: called with the user's environment
    :param bare: the same figures or rows in SQL alone: called with a cursor; for the ratio
    :param engine: for a PDF, the seconds that the PDF engine took of each run: what nothing can be faster than
    """

    group: str
    title: str
    login: str
    action: Callable
    bare: Callable | None = None
    engine: list | None = None


class Result(NamedTuple):
    seconds: float
    queries: int
    rows: int
    bare: float | None = None


def measure(registry, case):
    """The quickest of some runs, which other work on the machine disturbs least; one before warms up the caches."""
    seconds = []
    run(registry, case)
    while len(seconds) < RUNS and sum(seconds) < SLOW:
        taken, queries, rows = run(registry, case)
        seconds.append(taken)
    bare = min(case.engine[1:]) if case.engine else case.bare and measure_bare(registry, case.bare)
    return Result(min(seconds), queries, rows, bare)


def run(registry, case):
    """Once, in a transaction of its own that leaves nothing behind."""
    with registry.cursor() as cr:
        env = api.Environment(cr, user_id(cr, case.login), {"lang": "de_DE", "tz": "Europe/Berlin"})
        env = env(context={**env.context, "allowed_company_ids": env.user.company_ids.ids})
        rows, before, start = rows_read(cr), cr.sql_log_count, time.perf_counter()
        case.action(env)
        cr.flush()  # what is written at the end of the request, the access log too
        seconds, queries = time.perf_counter() - start, cr.sql_log_count - before
        rows = rows_read(cr) - rows
        cr.rollback()
    return seconds, queries, rows


def rows_read(cr):
    """How many rows the transaction has read so far, without those that helpers of PostgreSQL read for it."""
    cr._obj.execute("SELECT sum(seq_tup_read + COALESCE(idx_tup_fetch, 0))::int FROM pg_stat_xact_user_tables")
    return cr._obj.fetchone()[0]


def measure_bare(registry, bare):
    seconds = []
    with registry.cursor() as cr:
        while len(seconds) <= RUNS and sum(seconds) < SLOW:
            start = time.perf_counter()
            bare(cr)
            seconds.append(time.perf_counter() - start)
        cr.rollback()
    return min(seconds[1:] or seconds)


def user_id(cr, login):
    cr.execute("SELECT id FROM res_users WHERE login = %s", (login,))
    return cr.fetchone()[0]

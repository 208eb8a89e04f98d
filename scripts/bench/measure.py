"""Times one action of one user as a request of its own would take it, and counts its queries."""

import statistics
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
    bare: float | None = None


def measure(registry, case):
    """The median of some runs, after one that warms up what outlives a request."""
    seconds, queries = [], 0
    run(registry, case)
    while len(seconds) < RUNS and sum(seconds) < SLOW:
        taken, queries = run(registry, case)
        seconds.append(taken)
    bare = statistics.median(case.engine[1:]) if case.engine else case.bare and measure_bare(registry, case.bare)
    return Result(statistics.median(seconds), queries, bare)


def run(registry, case):
    """Once, in a transaction of its own that leaves nothing behind."""
    with registry.cursor() as cr:
        env = api.Environment(cr, user_id(cr, case.login), {"lang": "de_DE", "tz": "Europe/Berlin"})
        env = env(context={**env.context, "allowed_company_ids": env.user.company_ids.ids})
        before, start = cr.sql_log_count, time.perf_counter()
        case.action(env)
        cr.flush()  # what is written at the end of the request, the access log too
        result = time.perf_counter() - start, cr.sql_log_count - before
        cr.rollback()
    return result


def measure_bare(registry, bare):
    seconds = []
    with registry.cursor() as cr:
        while len(seconds) <= RUNS and sum(seconds) < SLOW:
            start = time.perf_counter()
            bare(cr)
            seconds.append(time.perf_counter() - start)
        cr.rollback()
    return statistics.median(seconds[1:] or seconds)


def user_id(cr, login):
    cr.execute("SELECT id FROM res_users WHERE login = %s", (login,))
    return cr.fetchone()[0]

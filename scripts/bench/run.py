"""Fills an empty database and measures; called in `odoo shell` by scripts/bench.sh."""

import time
import traceback

from odoo import SUPERUSER_ID, api

from .check import check_stored
from .measure import measure, user_id
from .multiply import Copier
from .people import give_names
from .reports import reports, serve_styles
from .screens import forms, screens
from .seed import Seed
from .table import keep, lines
from .works import works

COUNTED = {
    "justiq_case_file": "case files",
    "justiq_participation": "participations",
    "justiq_case_note": "notes",
    "justiq_attendance": "attendances",
    "account_analytic_line": "vouchers",
    "justiq_micro_project": "micro-projects",
}
begin = time.perf_counter()


def say(text):
    print(f"{time.perf_counter() - begin:7.1f} s  {text}", flush=True)


def main(registry, grants, folder):
    """Fill the database with so many grants, unless it is, and measure.

    :return: exit status of the script
    """
    file = folder / "bench.json"
    failed = []
    if is_empty(registry):
        file.unlink(missing_ok=True)
        fill(registry, grants, file, failed)
        with registry.cursor() as cr:  # for the next call of the script
            cr.execute(f"COMMENT ON DATABASE \"{cr.dbname}\" IS 'bench {grants}'")
    say(f"Measuring with {grants} grants ...")
    measure_all(registry, grants, file, failed)
    with registry.cursor() as cr:
        text = "\n".join(lines(file, sizes(cr), failed))
    (folder / "bench.md").write_text(text + "\n")
    print(text)
    say(f"Written to {folder / 'bench.md'}")
    return bool(failed)


def is_empty(registry):
    with registry.cursor() as cr:
        cr.execute("SELECT NOT EXISTS (SELECT FROM justiq_grant)")
        return cr.fetchone()[0]


def fill(registry, grants, file, failed):
    """One grant, measured for itself; then the others."""
    say("Making one grant through the ORM ...")
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"lang": "de_DE"})
        copier, seed = Copier(env, say), Seed(env, say)
        seed.make_users()
        env.flush_all()
        before = copier.last_ids()
        seed.make_grant()
    vacuum(registry)
    with registry.cursor() as cr:
        original = Copier(api.Environment(cr, SUPERUSER_ID, {}), say).find_original(before)
    say("Measuring with 1 grant ...")
    measure_all(registry, 1, file, failed)
    say(f"Copying it to {grants} grants ...")
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"lang": "de_DE"})
        Copier(env, say).copy(original, grants)
        say("  names")
        give_names(env)
    say("  statistics of the tables")
    vacuum(registry)
    say("Holding a sample of the copies against what the ORM computes ...")
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"lang": "de_DE"})
        if check_stored(env, original, say):
            failed.append("Stored values of the copies differ from what the ORM computes.")
        cr.rollback()


def vacuum(registry):
    """What PostgreSQL otherwise does by itself after a while."""
    with registry.cursor() as cr:
        cr.commit()
        cr._cnx.autocommit = True
        cr.execute("VACUUM ANALYZE")
        cr._cnx.autocommit = False


def measure_all(registry, grants, file, failed):
    results = {}
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        serve_styles(env)
        cr.commit()

        def env_of(login):
            user_env = env(user=user_id(cr, login))
            return user_env(context={"allowed_company_ids": user_env.user.company_ids.ids})

        kinds = [kind for kind, _label in env["justiq.funder.report"]._fields["kind"].selection]
        cases = [*reports(kinds), *works(), *forms(env_of), *screens(env_of)]
        cr.rollback()
    for number, case in enumerate(cases, 1):
        try:
            results[case.group, case.title] = measure(registry, case)
        except Exception as error:  # noqa: BLE001 - the others are measured all the same
            failed.append(f"{case.group}: {case.title} failed: {error!r}")
            traceback.print_exc()
        if number % 50 == 0:
            say(f"  {number} of {len(cases)}")
    keep(file, grants, results)


def sizes(cr):
    counts = []
    for table, label in COUNTED.items():
        cr.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - one of the above
        counts.append(f"{cr.fetchone()[0]:,} {label}")
    return ", ".join(counts)

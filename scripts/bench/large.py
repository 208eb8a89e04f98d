"""A list of ten thousand vouchers, as PDF and as a workbook: time and peak memory, each in a process of its own."""

import resource
import time

from odoo import SUPERUSER_ID, api

from .measure import user_id
from .reports import COORDINATOR, XLSX, report_of, serve_styles, timing_the_engine
from .run import say
from .seed import Seed

TOKEN = "Bench-large"
VOUCHERS = 10_000


def fill(registry):
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"lang": "de_DE"})
        if not env["justiq.grant"].search_count([("name", "=", f"Vorhaben {TOKEN}")]):
            say(f"Making a grant with {VOUCHERS:,} vouchers through the ORM ...")
            Seed(env, say, token=TOKEN, vouchers=VOUCHERS).make_list_of_vouchers()


def main(registry, what, folder):
    """Make the paper and add a line on it to the table.

    :param what: "figures", "pdf" or "xlsx"
    """
    fill(registry)
    engine = []
    before = memory(resource.RUSAGE_SELF)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        serve_styles(env)
        cr.commit()
        env = env(user=user_id(cr, COORDINATOR))
        env = env(context={"lang": "de_DE", "allowed_company_ids": env.user.company_ids.ids})
        report = report_of("vouchers", TOKEN, whole=True)(env)
        start, queries = time.perf_counter(), cr.sql_log_count
        with timing_the_engine(engine):
            size = PAPERS[what](env, report)
        seconds, queries = time.perf_counter() - start, cr.sql_log_count - queries
        cr.rollback()
    line = (
        f"- List of {VOUCHERS:,} vouchers, {what}: {seconds:.1f} s"
        + (f", of these {sum(engine):.1f} s PDF engine" if engine else "")
        + f"; {queries} queries; {size}; memory of Odoo at most {memory(resource.RUSAGE_SELF)} MB"
        + f" ({before} MB before)"
        + (f", of the PDF engine {memory(resource.RUSAGE_CHILDREN)} MB" if engine else "")
    )
    say(line)
    with (folder / "bench.md").open("a") as file:
        file.write(line + "\n")


def figures(_env, report):
    return f"{sum(len(table['rows']) for section in report._readable_figures() for table in section['tables']):,} rows"


def pdf(env, report):
    content, _format = env["ir.actions.report"]._render_qweb_pdf("justiq.report_funder_report", report.ids)
    return f"{len(content) / 2**20:.1f} MB"


def xlsx(env, report):
    content, _format = env["ir.actions.report"]._render_xlsx(XLSX, report.ids, {})
    return f"{len(content) / 2**20:.1f} MB"


PAPERS = {"figures": figures, "pdf": pdf, "xlsx": xlsx}


def memory(who):
    """The most that was in use so far, in MB."""
    return resource.getrusage(who).ru_maxrss // 1024

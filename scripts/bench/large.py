"""A list of ten thousand vouchers, as PDF, as a workbook, and frozen: time and memory, each in a process of its own."""

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

    :param what: "figures", "pdf", "xlsx" or "frozen"
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
        start, queries, work = time.perf_counter(), cr.sql_log_count, processor_time()
        with timing_the_engine(engine):
            size = PAPERS[what](env, report)
        seconds, queries, work = time.perf_counter() - start, cr.sql_log_count - queries, processor_time() - work
        cr.rollback()
    line = (
        f"- List of {VOUCHERS:,} vouchers, {what}: {seconds:.1f} s, processor {work:.1f} s"
        + (f"; PDF engine alone {sum(engine):.1f} s, ratio {seconds / sum(engine):.2f}" if engine else "")
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


def frozen(_env, report):
    report.action_freeze()
    return f"{len(report.sudo().frozen_figures):,} sections, PDF and XLSX kept"


PAPERS = {"figures": figures, "pdf": pdf, "xlsx": xlsx, "frozen": frozen}


def processor_time():
    """Seconds of this process and the PDF engine; what a busy machine does not lengthen."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


def memory(who):
    """The most that was in use so far, in MB."""
    return resource.getrusage(who).ru_maxrss // 1024

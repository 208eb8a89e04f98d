"""Figures and papers of one grant, whatever else the database holds."""

import contextlib
import socket
import time
from unittest.mock import patch

from odoo import http
from odoo.service.server import ThreadedServer
from odoo.tools import config

from odoo.addons.base.models import ir_actions_report

from .measure import Case
from .screens import LOGINS
from .seed import TOKEN

COORDINATOR, FINANCE = LOGINS["coordinator"], LOGINS["finance"]


def grant_of(env, token=TOKEN):
    return env["justiq.grant"].search([("name", "=", f"Vorhaben {token}")])


def last_year(env):
    """The funding year before the present one: with all that a year has."""
    return grant_of(env).funding_year_ids.sorted("date_start")[1]


def reports():
    yield Case("Figures of one grant", "micro-projects in the funding year", COORDINATOR, funding_year, count_people)
    yield Case("Figures of one grant", "professionals in the funding year", COORDINATOR, staff)
    yield Case("Figures of one grant", "persons and participations (analysis)", COORDINATOR, analysis, count_persons)
    yield Case("Figures of one grant", "vouchers by Baustein and category (pivot)", FINANCE, pivot, sum_vouchers)
    yield Case("Figures of one grant", "call for funds", FINANCE, fund_call, sum_due)
    yield from funder_reports()
    for report, records in (
        ("report_funding_year", last_year),
        ("report_staff", last_year),
        ("report_fund_call", lambda env: grant_of(env).env["justiq.fund.call"].search([], order="id", limit=1)),
        ("report_micro_project", lambda env: grant_of(env).micro_project_ids[:1]),
    ):
        yield pdf(report, records)


def funding_year(env):
    env["report.justiq.report_funding_year"]._get_report_values(last_year(env).ids)


def staff(env):
    env["report.justiq.report_staff"]._get_report_values(last_year(env).ids)


def analysis(env):
    env["justiq.participation.report"].formatted_read_group(
        [("grant_id", "=", grant_of(env).id)],
        ["baustein_id", "gender"],
        ["enrolment_number:count_distinct", "participation_count:sum", "hours:sum"],
    )


def pivot(env):
    env["account.analytic.line"].formatted_read_group(
        [("justiq_grant_id", "=", grant_of(env).id)],
        ["justiq_baustein_id", "justiq_cost_category_id"],
        ["justiq_eligible_amount:sum", "justiq_esf_amount:sum"],
    )


def fund_call(env):
    env["justiq.fund.call"].search([("grant_id", "=", grant_of(env).id)], limit=1).read(["amount", "in_hand_amount"])


# ------------------------------------------------------------
# The same in SQL alone
# ------------------------------------------------------------


def bare(statement):
    def act(cr):
        cr.execute(statement, {"grant": f"Vorhaben {TOKEN}"})
        cr.fetchall()

    return act


count_people = bare(
    """
    SELECT enrolment.gender, enrolment.age_group, count(*), count(DISTINCT enrolment.id),
           count(DISTINCT enrolment.id) FILTER (WHERE enrolment.is_counted)
      FROM justiq_participation participation
      JOIN justiq_enrolment enrolment ON enrolment.id = participation.enrolment_id
      JOIN justiq_grant ON justiq_grant.id = participation.grant_id
     WHERE justiq_grant.name = %(grant)s AND participation.micro_project_id IS NOT NULL
  GROUP BY GROUPING SETS ((enrolment.gender), (enrolment.age_group), ())
    """
)
count_persons = bare(
    """
    SELECT baustein_id, gender, count(DISTINCT enrolment_id), count(*), sum(hours)
      FROM justiq_participation JOIN justiq_grant ON justiq_grant.id = grant_id
     WHERE justiq_grant.name = %(grant)s GROUP BY baustein_id, gender
    """
)
sum_vouchers = bare(
    """
    SELECT justiq_baustein_id, justiq_cost_category_id, sum(justiq_eligible_amount), sum(justiq_esf_amount), count(*)
      FROM account_analytic_line JOIN justiq_grant ON justiq_grant.id = justiq_grant_id
     WHERE justiq_grant.name = %(grant)s GROUP BY justiq_baustein_id, justiq_cost_category_id
    """
)
sum_due = bare(
    """
    SELECT sum(justiq_eligible_amount), sum(justiq_esf_amount),
           sum(justiq_esf_amount) FILTER (WHERE justiq_payment_date >= justiq_fund_call.date_start)
      FROM account_analytic_line
      JOIN justiq_grant ON justiq_grant.id = justiq_grant_id
      JOIN justiq_fund_call ON justiq_fund_call.grant_id = justiq_grant.id
     WHERE justiq_grant.name = %(grant)s GROUP BY justiq_fund_call.id
    """
)


# ------------------------------------------------------------
# The funder's reports
# ------------------------------------------------------------


def funder_reports():
    return ()


# ------------------------------------------------------------
# PDF
# ------------------------------------------------------------


def pdf(report, records):
    """A PDF, and how long the engine alone needs for its pages."""
    engine = []

    def act(env):
        with timing_the_engine(engine):
            env["ir.actions.report"]._render_qweb_pdf(f"justiq.{report}", records(env).ids)

    return Case("PDF", report, COORDINATOR, act, engine=engine)


@contextlib.contextmanager
def timing_the_engine(seconds):
    run = ir_actions_report._run_wkhtmltopdf

    def timed(args):
        start = time.perf_counter()
        process = run(args)
        seconds.append(time.perf_counter() - start)
        return process

    with patch.object(ir_actions_report, "_run_wkhtmltopdf", timed):
        yield


def serve_styles(env):
    """The PDF engine fetches styles and pictures from a server: this process, on a port that is free."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    config["http_interface"], config["http_port"] = "127.0.0.1", port
    ThreadedServer(http.root).http_spawn()
    env["ir.config_parameter"].set_param("report.url", f"http://127.0.0.1:{port}")

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

FIGURES = "Figures of one grant"
COORDINATOR, FINANCE = LOGINS["coordinator"], LOGINS["finance"]


def grant_of(env, token=TOKEN):
    return env["justiq.grant"].search([("name", "=", f"Vorhaben {token}")])


def last_year(env):
    """The funding year before the present one: with all that a year has."""
    return grant_of(env).funding_year_ids.sorted("date_start")[1]


def reports(kinds):
    """Cases of all papers; of the reports to the funder, those of these kinds."""
    yield Case(FIGURES, "micro-projects in the funding year", COORDINATOR, funding_year, count_people)
    yield Case(FIGURES, "professionals in the funding year", COORDINATOR, staff)
    yield Case(FIGURES, "persons and participations (analysis)", COORDINATOR, analysis, count_persons)
    yield Case(FIGURES, "vouchers by Baustein and category (pivot)", FINANCE, pivot, sum_vouchers)
    yield Case(FIGURES, "call for funds", FINANCE, fund_call, sum_due)
    yield from funder_reports(kinds)
    for report, records in (
        ("report_funding_year", last_year),
        ("report_staff", last_year),
        ("report_fund_call", first_call),
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


def first_call(env):
    return env["justiq.fund.call"].search([("grant_id", "=", grant_of(env).id)], order="id", limit=1)


def fund_call(env):
    first_call(env).read(["amount", "in_hand_amount"])


# ------------------------------------------------------------
# The same in SQL alone
# ------------------------------------------------------------

# Grant and funding year that the reports are about.
ABOUT = """
    SELECT year.grant_id, year.id AS year, year.date_start AS first, year.date_end AS last
      FROM justiq_funding_year year JOIN justiq_grant ON justiq_grant.id = grant_id
     WHERE justiq_grant.name = %s ORDER BY year.date_start OFFSET 1 LIMIT 1
"""


def bare(statement):
    def act(cr):
        cr.execute(ABOUT, [f"Vorhaben {TOKEN}"])
        cr.execute(statement, cr.dictfetchone())
        cr.fetchall()

    return act


count_people = bare(
    """
    SELECT enrolment.gender, enrolment.age_group, count(*), count(DISTINCT enrolment.id),
           count(DISTINCT enrolment.id) FILTER (WHERE enrolment.is_counted)
      FROM justiq_participation participation
      JOIN justiq_enrolment enrolment ON enrolment.id = participation.enrolment_id
     WHERE participation.grant_id = %(grant_id)s AND participation.micro_project_id IS NOT NULL
  GROUP BY GROUPING SETS ((enrolment.gender), (enrolment.age_group), ())
    """
)
count_persons = bare(
    """
    SELECT baustein_id, gender, count(DISTINCT enrolment_id), count(*), sum(hours)
      FROM justiq_participation WHERE grant_id = %(grant_id)s GROUP BY baustein_id, gender
    """
)
sum_vouchers = bare(
    """
    SELECT justiq_baustein_id, justiq_cost_category_id, sum(justiq_eligible_amount), sum(justiq_esf_amount), count(*)
      FROM account_analytic_line WHERE justiq_grant_id = %(grant_id)s
  GROUP BY justiq_baustein_id, justiq_cost_category_id
    """
)
sum_due = bare(
    """
    SELECT sum(justiq_eligible_amount), sum(justiq_esf_amount),
           sum(justiq_esf_amount) FILTER (WHERE justiq_payment_date >= justiq_fund_call.date_start)
      FROM account_analytic_line
      JOIN justiq_fund_call ON justiq_fund_call.grant_id = justiq_grant_id
     WHERE justiq_grant_id = %(grant_id)s GROUP BY justiq_fund_call.id
    """
)
list_vouchers = bare(
    """
    SELECT line.*, category.name FROM account_analytic_line line
      LEFT JOIN justiq_cost_category category ON category.id = justiq_cost_category_id
     WHERE justiq_grant_id = %(grant_id)s AND justiq_payment_date BETWEEN %(first)s AND %(last)s
  ORDER BY justiq_payment_date, line.id
    """
)
sum_spending = bare(
    """
    SELECT justiq_baustein_id, justiq_cost_category_id, sum(justiq_eligible_amount), sum(justiq_esf_amount), NULL
      FROM account_analytic_line
     WHERE justiq_grant_id = %(grant_id)s AND justiq_payment_date BETWEEN %(first)s AND %(last)s
  GROUP BY justiq_baustein_id, justiq_cost_category_id
     UNION ALL
    SELECT baustein_id, cost_category_id, sum(planned_amount), sum(esf_amount), flat_rate_id
      FROM justiq_budget_line WHERE funding_year_id = %(year)s
  GROUP BY baustein_id, cost_category_id, flat_rate_id
     UNION ALL
    SELECT NULL, NULL, sum(planned_amount), sum(received_amount), NULL
      FROM justiq_financing_line WHERE funding_year_id = %(year)s GROUP BY source
    """
)
count_answers = bare(
    """
    SELECT gender, age_group, entry_employment, entry_education, entry_foreign_background, is_counted, count(*)
      FROM justiq_enrolment WHERE grant_id = %(grant_id)s
  GROUP BY GROUPING SETS ((gender, age_group, is_counted), (gender, entry_employment, is_counted),
                          (gender, entry_education, is_counted), (gender, entry_foreign_background, is_counted))
    """
)

sum_work = bare(
    """
    SELECT COALESCE(author.id, help.key_worker_id), help.baustein_id, sum(note.minutes)
      FROM justiq_case_note note
      JOIN justiq_participation help ON help.id = note.participation_id
 LEFT JOIN hr_employee author ON author.user_id = note.author_id AND author.company_id = help.company_id
     WHERE help.grant_id = %(grant_id)s AND note.date BETWEEN %(first)s AND %(last)s AND note.is_amended IS NOT TRUE
  GROUP BY 1, 2
     UNION ALL
    SELECT project.lead_id, NULL, sum(session.duration)
      FROM justiq_session session JOIN justiq_micro_project project ON project.id = session.micro_project_id
     WHERE session.grant_id = %(grant_id)s AND session.state = 'held'
       AND session.date_start::date BETWEEN %(first)s AND %(last)s
  GROUP BY project.lead_id
    """
)
list_projects = bare(
    """
    SELECT project.*, (SELECT count(*) FROM justiq_session WHERE micro_project_id = project.id AND state = 'held'),
           (SELECT count(DISTINCT enrolment_id) FROM justiq_participation WHERE micro_project_id = project.id)
      FROM justiq_micro_project project
     WHERE grant_id = %(grant_id)s AND date_start <= %(last)s AND date_end >= %(first)s
    """
)
list_findings = bare(
    """
    SELECT requirement.code, finding.* FROM justiq_finding finding
      JOIN justiq_requirement requirement ON requirement.id = requirement_id
     WHERE grant_id = %(grant_id)s AND finding.state IN ('open', 'justified')
    """
)
count_files = bare(
    """
    SELECT count(DISTINCT enrolment.case_file_id), count(help.id), sum(help.hours)
      FROM justiq_enrolment enrolment LEFT JOIN justiq_participation help ON help.enrolment_id = enrolment.id
     WHERE enrolment.grant_id = %(grant_id)s
    """
)


def together(*acts):
    """A report that is made of several queries."""

    def act(cr):
        for one in acts:
            one(cr)

    return act


# ------------------------------------------------------------
# The funder's reports
# ------------------------------------------------------------

XLSX = "justiq.action_report_funder_report_xlsx"
BARE = {
    "narrative": together(count_people, count_answers, sum_work, list_projects, list_findings, sum_spending),
    "financial": sum_spending,
    "vouchers": list_vouchers,
    "statistics": count_answers,
    "audit": together(list_findings, list_projects, count_files, sum_work, sum_spending),
}


def funder_reports(kinds):
    for kind in kinds:
        yield Case(FIGURES, f"funder report “{kind}”", COORDINATOR, figures_of(kind), BARE[kind])
        yield Case("XLSX", f"funder report “{kind}”", COORDINATOR, workbook(kind), BARE[kind])
        yield pdf("report_funder_report", report_of(kind), f"funder report “{kind}”")


def report_of(kind, token=TOKEN, whole=False):
    """Finds the report of a kind: of a funding year, or of the whole grant."""
    operator = "=" if whole else "!="
    return lambda env: env["justiq.funder.report"].search(
        [("kind", "=", kind), ("grant_id.name", "=", f"Vorhaben {token}"), ("funding_year_id", operator, False)]
    )


def figures_of(kind):
    return lambda env: report_of(kind)(env)._readable_figures()


def workbook(kind):
    return lambda env: env["ir.actions.report"]._render_xlsx(XLSX, report_of(kind)(env).ids, {})


# ------------------------------------------------------------
# PDF
# ------------------------------------------------------------


def pdf(report, records, title=None):
    """A PDF, and how long the engine alone needs for its pages."""
    engine = []

    def act(env):
        with timing_the_engine(engine):
            env["ir.actions.report"]._render_qweb_pdf(f"justiq.{report}", records(env).ids)

    return Case("PDF", title or report, COORDINATOR, act, engine=engine)


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
    """The PDF engine may fetch fonts from a server: this process, on a port that is free."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    config["http_interface"], config["http_port"] = "127.0.0.1", port
    ThreadedServer(http.root).http_spawn()
    env["ir.config_parameter"].set_param("report.url", f"http://127.0.0.1:{port}")

"""What people do all day: begin the day, search, write, save; and whole tables at once."""

from datetime import date, timedelta

from .measure import Case
from .screens import LOGINS
from .seed import TEXT

WORKER, LEAD = LOGINS["case worker"], LOGINS["team lead"]
TODAY = date.today()


def works():
    yield from day()
    yield from searches()
    yield from saves()


def day():
    mine = "SELECT count(*) FROM justiq_case_file WHERE key_worker_id = %s AND state = 'open'"
    yield Case("My Day", "own files, case worker", WORKER, lambda env: env["justiq.my.day"].get_day(), own_files(mine))
    yield Case("My Day", "the team's, team lead", LEAD, lambda env: env["justiq.my.day"].get_day("team"))


def own_files(statement):
    def bare(cr):
        cr.execute(
            "SELECT employee.id FROM hr_employee employee JOIN res_users ON res_users.id = user_id WHERE login = %s",
            (WORKER,),
        )
        cr.execute(statement, cr.fetchone())
        cr.fetchall()

    return bare


def searches():
    def find(model, text):
        return lambda env: env[model].name_search(text, limit=8)

    for role in ("case worker", "team lead"):
        login = LOGINS[role]
        yield Case("Search", f"name_search of a case file, {role}", login, find("justiq.case.file", "Müll"), by_name)
        yield Case("Search", f"Search First, {role}", login, search_first, similar)
    for model, text, role in (
        ("justiq.enrolment", "Bench-000/0042", "coordinator"),
        ("justiq.participation", "Bench-000/0042", "coordinator"),
        ("justiq.micro.project", "project 7", "team lead"),
        ("justiq.session", "project 7", "team lead"),
        ("justiq.grant", "Bench-000", "finance"),
        ("justiq.funding.year", str(TODAY.year), "finance"),
        ("account.analytic.account", "project 7", "finance"),
    ):
        yield Case("Search", f"name_search of {model}, {role}", LOGINS[role], find(model, text))


def by_name(cr):
    cr.execute(
        "SELECT id, reference, first_name, last_name FROM justiq_case_file"
        " WHERE last_name ILIKE %s OR first_name ILIKE %s ORDER BY reference DESC LIMIT 8",
        ("%Müll%", "%Müll%"),
    )
    cr.fetchall()


def search_first(env):
    values = {"first_name": "Aylin", "last_name": "Müller", "birth_date": TODAY - timedelta(days=17 * 365)}
    env["justiq.case.search"].create(values).action_search()


def similar(cr):
    cr.execute(
        "SELECT id FROM justiq_case_file WHERE search_key %% %s ORDER BY similarity(search_key, %s) DESC LIMIT 10",
        ("ailin muler", "ailin muler"),
    )
    cr.fetchall()


def saves():
    yield Case("Saving", "an entry of the contact log, case worker", WORKER, write_note)
    yield Case("Saving", "a case file with an enrolment, case worker", WORKER, open_file)
    yield Case("Saving", "everybody present on a roster, case worker", WORKER, call_the_roll)
    yield Case("Saving", "a voucher, finance", LOGINS["finance"], enter_voucher)
    yield Case("Saving", "a budget line, finance", LOGINS["finance"], change_budget_line)
    yield Case("Saving", "a micro-project's dates, team lead", LEAD, change_project)


def own_file(env):
    return env["justiq.case.file"].search([("is_mine", "=", True), ("state", "=", "open")], limit=1)


def write_note(env):
    env["justiq.case.note"].create({"case_file_id": own_file(env).id, "date": TODAY, "minutes": 30, "text": TEXT})


def open_file(env):
    grant = own_file(env).enrolment_ids.grant_id[:1]
    case = env["justiq.case.file"].create(
        {
            "first_name": "Noor",
            "last_name": "Beispiel",
            "birth_date": TODAY - timedelta(days=6000),
            "date_opened": TODAY,
        }
    )
    env["justiq.enrolment"].create({"case_file_id": case.id, "grant_id": grant.id, "date_entry": TODAY})


def call_the_roll(env):
    project = env["justiq.micro.project"].search(
        [("lead_id.user_id", "=", env.uid), ("state", "=", "running")], limit=1
    )
    session = env["justiq.session"].create(
        {
            "micro_project_id": project.id,
            "date_start": f"{TODAY - timedelta(days=1)} 14:00:00",
            "date_end": f"{TODAY - timedelta(days=1)} 16:00:00",
        }
    )
    session.action_open_roster()
    session.action_all_present()
    session.action_held()


def enter_voucher(env):
    account = env["account.analytic.account"].search([("justiq_grant_id", "!=", False)], limit=1)
    env["account.analytic.line"].create(
        {
            "justiq_account_id": account.id,
            "justiq_amount": 12.34,
            "justiq_voucher_number": "Bench new",
            "justiq_payment_date": TODAY,
            "justiq_payee": "Company",
            "justiq_reason": "Paint and brushes",
            "justiq_cost_category_id": env.ref("justiq.cost_material").id,
        }
    )


def change_budget_line(env):
    line = env["justiq.budget.line"].search([("flat_rate_id", "=", False)], limit=1)
    line.write({"planned_amount": line.planned_amount + 10.0, "esf_amount": line.esf_amount})


def change_project(env):
    project = env["justiq.micro.project"].search([("state", "=", "running")], limit=1)
    project.date_end += timedelta(days=1)

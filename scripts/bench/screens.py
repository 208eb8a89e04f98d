"""Every screen that a menu of the module opens, for every role that has the menu: nothing has to be listed here."""

import ast
from datetime import date

from lxml import etree

from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from odoo.addons.justiq.tests.test_performance import specification

from .measure import Case
from .seed import TOKEN

LOGINS = {
    "case worker": f"{TOKEN}-0",
    "team lead": "bench_team_lead",
    "coordinator": "bench_coordinator",
    "finance": "bench_finance",
    "privacy officer": "bench_privacy_officer",
}
PAGE = 80  # records of a list or of a column of a kanban
COUNTED = 10_001  # as far as the web client lets the server count
FORMS = (
    "justiq.case.file",
    "justiq.enrolment",
    "justiq.participation",
    "justiq.case.note",
    "justiq.micro.project",
    "justiq.session",
    "justiq.grant",
    "justiq.funding.year",
    "justiq.budget.line",
    "account.analytic.line",
    "justiq.fund.call",
    "justiq.funder.report",
)


def screens(env_of):
    """Cases of all screens.

    :param env_of: gives the environment of a login
    """
    seen = set()
    for role, login in LOGINS.items():
        env = env_of(login)
        for action in menu_actions(env):
            for view_type in action["view_mode"].split(","):
                case = screen(env, action, view_type, role, login)
                if case and (case.title, role) not in seen:
                    seen.add((case.title, role))
                    yield case


def forms(env_of):
    """The form of the first record that each role finds."""
    for role, login in LOGINS.items():
        env = env_of(login)
        for name in FORMS:
            if name in env and env[name].has_access("read") and (case := form(env, name, role, login)):
                yield case


def menu_actions(env):
    """What the menus of the module open for the user."""
    menus = env["ir.ui.menu"].search([("id", "child_of", env.ref("justiq.menu_justiq_root").id)])
    actions = menus._filter_visible_menus().mapped("action")
    for action in actions:
        if action and action._name == "ir.actions.act_window" and env[action.res_model].has_access("read"):
            yield action.sudo().read()[0]


def screen(env, action, view_type, role, login):
    opener = OPENERS.get(view_type)
    if not opener:
        return None
    model = env[action["res_model"]]
    views = {mode: view for view, mode in action["views"]}
    arch = etree.fromstring(model.get_views([(views.get(view_type), view_type)])["views"][view_type]["arch"])
    values = {"uid": env.uid, "active_id": False, "active_ids": [], "allowed_company_ids": env.companies.ids}
    context = safe_eval(action["context"] or "{}", values)
    domain, groups = defaults(env, action, context)
    domain &= Domain(safe_eval(action["domain"] or "[]", values))
    act = opener(arch, domain, groups)
    if not act:
        return None
    # Between its name and the model, because several menus open one model in different ways.
    title = f"{view_type}: {action['name']} ({model._name})"
    bare = bare_page(model, domain) if view_type in ("list", "kanban") and model._auto else None
    return Case("Screens", title, login, lambda env: act(env[action["res_model"]]), bare)._replace(
        title=f"{title}, {role}"
    )


def defaults(env, action, context):
    """Domain and grouping of the filters that are on when the screen opens."""
    arch = env[action["res_model"]].get_views([((action["search_view_id"] or [False])[0], "search")])
    arch = etree.fromstring(arch["views"]["search"]["arch"])
    domain, groups = Domain.TRUE, []
    for key, value in context.items():
        name = key.removeprefix("search_default_")
        if name == key or not value:
            continue
        for node in arch.iterfind(f".//filter[@name='{name}']"):
            if node.get("domain"):
                domain &= Domain(safe_eval(node.get("domain"), {"uid": env.uid}))
            if node.get("default_period") == "year":
                first = date.today().replace(month=1, day=1)
                domain &= Domain(node.get("date"), ">=", first)
                domain &= Domain(node.get("date"), "<=", first.replace(month=12, day=31))
            if "group_by" in node.get("context", ""):
                groups.append(ast.literal_eval(node.get("context"))["group_by"])
    return domain, groups


# ------------------------------------------------------------
# What the web client asks for
# ------------------------------------------------------------


def open_list(arch, domain, groups):
    def act(model):
        fields = {"display_name": {}} | specification(model, arch)
        if groups:
            model.web_read_group(domain, groups[:1], ["__count", *sums(model, arch)], limit=PAGE)
        else:
            model.web_search_read(domain, fields, limit=PAGE, order=arch.get("default_order"), count_limit=COUNTED)

    return act


def open_kanban(arch, domain, groups):
    groups = groups or list(filter(None, [arch.get("default_group_by")]))

    def act(model):
        fields = {"display_name": {}} | specification(model, arch)
        if groups:
            model.web_read_group(
                domain,
                groups[:1],
                ["__count"],
                auto_unfold=True,
                unfold_read_specification=fields,
                unfold_read_default_limit=PAGE,
            )
        else:
            model.web_search_read(domain, fields, limit=40, count_limit=COUNTED)

    return act


def open_pivot(arch, domain, groups):
    rows = groups or group_names(arch, lambda node: node.get("type") == "row")
    columns = group_names(arch, lambda node: node.get("type") == "col")
    # As the web client asks: each grouping once, also where the filter that is on groups by what stands in the columns.
    sets = [[], rows[:1], columns[:1], list(dict.fromkeys(rows[:1] + columns[:1]))]
    sets = [one for index, one in enumerate(sets) if one not in sets[:index]]
    return lambda model: model.formatted_read_grouping_sets(domain, sets, measures(model, arch))


def open_graph(arch, domain, groups):
    names = groups or group_names(arch, lambda node: node.get("type") != "measure")
    return lambda model: model.formatted_read_group(domain, names, measures(model, arch))


OPENERS = {"list": open_list, "kanban": open_kanban, "pivot": open_pivot, "graph": open_graph}


def group_names(arch, is_group):
    return [
        f"{node.get('name')}:{node.get('interval')}" if node.get("interval") else node.get("name")
        for node in arch.iterfind(".//field")
        if is_group(node)
    ]


def measures(model, arch):
    names = [node.get("name") for node in arch.iterfind(".//field[@type='measure']")]
    return ["__count", *aggregates(model, names)]


def sums(model, arch):
    return aggregates(model, [node.get("name") for node in arch.iterfind(".//field[@sum]")])


def aggregates(model, names):
    fields = (model._fields[name] for name in names if name in model._fields)
    return [f"{field.name}:{field.aggregator or 'sum'}" for field in fields]


def form(env, name, role, login):
    domain = [("justiq_grant_id", "!=", False)] if name == "account.analytic.line" else []
    record = env[name].search(domain, limit=1)
    if not record:
        return None
    view = env.ref("justiq.justiq_voucher_view_form") if domain else env["ir.ui.view"]
    arch = etree.fromstring(env[name].get_views([(view.id, "form")])["views"]["form"]["arch"])

    def act(env):
        one = env[name].browse(record.id)
        one.web_read({"display_name": {}} | specification(one, arch))

    return Case("Forms", f"{name}, {role}", login, act, bare_row(record))


# ------------------------------------------------------------
# The same in SQL alone
# ------------------------------------------------------------


def bare_page(model, domain):
    """The rows of the first page, and their number as far as it is counted; without rights and labels."""

    def act(cr):
        query = model.sudo().with_env(model.env(cr=cr, su=True))._search(domain, limit=PAGE, order=model._order)
        cr.execute(query.select(SQL("%s.*", SQL.identifier(model._table))))
        cr.fetchall()
        every = model.with_env(model.env(cr=cr, su=True))._search(domain, limit=COUNTED)
        cr.execute(SQL("SELECT count(*) FROM %s AS counted", every.subselect()))
        cr.fetchall()

    return act


def bare_row(record):
    def act(cr):
        cr.execute(SQL("SELECT * FROM %s WHERE id = %s", SQL.identifier(record._table), record.id))
        cr.fetchall()

    return act

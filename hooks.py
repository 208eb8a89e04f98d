from odoo.tools import SQL


def uninstall_hook(env):
    """Take all records of the module away at once, before Odoo deletes what the module has created.

    Odoo would delete record by record, and the rules of the guideline would refuse that halfway: a year below its
    minimum, a session that took place. All of it goes anyway, with its tables.
    """
    models = [
        model
        for name, model in env.registry.items()
        if name.startswith("justiq.") and model._auto and not (model._abstract or model._transient)
    ]
    _release_analytic_items(env)
    env["ir.model.data"].search([("model", "in", [model._name for model in models])]).unlink()
    # The triggers go with their functions: logs are append-only, frozen reports and anonymised files stay as they are.
    for function in (
        "justiq_is_append_only",
        "justiq_access_log_only_forgets",
        "justiq_stays_anonymised",
        "justiq_alias_stays_anonymised",
        "justiq_funder_report_is_frozen",
    ):
        env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(function)))
    # Documents of others that refer to ours stay; ours take what is only about them along.
    env["mail.activity"].with_context(active_test=False).search([("res_model", "=like", "justiq.%")]).unlink()
    _drop_references(env, models)
    tables = SQL(", ").join(SQL.identifier(model._table) for model in models)
    env.cr.execute(SQL("TRUNCATE %s CASCADE", tables))
    env.invalidate_all()


def _drop_references(env, models):
    """Let the records of other modules stand on their own, or emptying our tables would take them along."""
    ours = {model._table for model in models}
    others = {
        model._table
        for model in env.registry.values()
        if model._auto and not model._abstract and model._table not in ours
    }
    references = env.execute_query(
        SQL(
            """
            SELECT other.relname, pg_constraint.conname
              FROM pg_constraint
              JOIN pg_class AS other ON other.oid = pg_constraint.conrelid
              JOIN pg_class AS our ON our.oid = pg_constraint.confrelid
             WHERE pg_constraint.contype = 'f' AND our.relname IN %s AND other.relname IN %s
            """,
            tuple(ours),
            tuple(others),
        )
    )
    for table, constraint in references:
        env.cr.execute(SQL("ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(constraint)))


def _release_analytic_items(env):
    """Leave the provider's accounting as it is, and take away what it does not need.

    Vouchers entered by hand and empty accounts go. Accounts that bills or timesheets are charged to stay, and their
    plan with them: they are the provider's own books.
    """
    accounts = env["account.analytic.account"].with_context(active_test=False)
    accounts = accounts.search([("justiq_grant_id", "!=", False)])
    items = env["account.analytic.line"]
    items.search([("justiq_by_hand", "=", True)]).unlink()
    charged = items._read_group([("justiq_account_id", "in", accounts.ids)], ["justiq_account_id"])
    kept = accounts.browse().union(*(account for (account,) in charged))
    (accounts - kept).unlink()
    plan = env.ref("justiq.analytic_plan", raise_if_not_found=False)
    if plan and env["account.analytic.account"].search_count([("plan_id", "child_of", plan.id)], limit=1):
        env["ir.model.data"].search([("module", "=", "justiq"), ("name", "=", "analytic_plan")]).unlink()

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
    env["ir.model.data"].search([("model", "in", [model._name for model in models])]).unlink()
    # The trigger that keeps the access log append-only goes with its function.
    env.cr.execute("DROP FUNCTION IF EXISTS justiq_access_log_is_append_only() CASCADE")
    tables = SQL(", ").join(SQL.identifier(model._table) for model in models)
    env.cr.execute(SQL("TRUNCATE %s CASCADE", tables))
    env.invalidate_all()

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class AppendOnlyMixin(models.AbstractModel):
    """A log: nobody changes or deletes an entry.

    The ORM refuses it to everybody, PostgreSQL to whoever gets past the ORM.
    """

    _name = "justiq.append.only.mixin"
    _description = "Log That Is Only Added To"
    _log_access = False

    def init(self):
        if not self._abstract:
            self.env.cr.execute(
                SQL(
                    """
                    CREATE OR REPLACE FUNCTION justiq_is_append_only() RETURNS trigger AS $$
                    BEGIN
                        RAISE EXCEPTION '%% is append-only: %% is refused.', TG_TABLE_NAME, TG_OP;
                    END
                    $$ LANGUAGE plpgsql;
                    DROP TRIGGER IF EXISTS %(trigger)s ON %(table)s;
                    CREATE TRIGGER %(trigger)s BEFORE UPDATE OR DELETE OR TRUNCATE ON %(table)s
                    FOR EACH STATEMENT EXECUTE FUNCTION justiq_is_append_only()
                    """,
                    table=SQL.identifier(self._table),
                    trigger=SQL.identifier(f"{self._table}_append_only"),
                )
            )
        return super().init()

    def write(self, vals):
        self._refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _refuse_change(self):
        """Refuse everybody, in words."""
        raise AccessError(self.env._("This log is append-only: nobody changes or deletes an entry."))

from odoo import fields, models
from odoo.tools import SQL

from ..tools.eraser import AliasEraser


class RetentionAlias(models.Model):
    """Aliases of the low-threshold work that never became a case file, as the privacy officer sees them.

    By their number, with grant, dates, rule and state, and without the alias itself. Privacy officer and team lead read
    those of their companies; nobody else does, and nobody writes. From here they propose what is due to be anonymised.
    A hold on the grant holds its aliases, too.
    """

    _name = "justiq.retention.alias"
    _inherit = ["justiq.retention.mixin"]
    _description = "Retention of Aliases"
    _auto = False
    _order = "retention_date, id"
    _rec_name = "reference"

    _file_state_field = "alias_state"
    _depends = {
        "justiq.outreach.alias": [
            "grant_id",
            "company_id",
            "opened_file_id",
            "contact_count",
            "last_contact_date",
            "retention_date",
            "retention_rule_id",
            "anonymised_on",
        ],
        "justiq.retention.decision": ["kind", "grant_id", "ended_at"],
    }

    reference = fields.Char(string="Alias", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", string="Provider", readonly=True)
    grant_id = fields.Many2one(comodel_name="justiq.grant", readonly=True)
    alias_state = fields.Selection(
        selection=[("open", "Open"), ("anonymised", "Anonymised")], string="State of the Alias", readonly=True
    )
    contact_count = fields.Integer(string="Contacts", readonly=True)
    last_contact_date = fields.Date(string="Last Contact", readonly=True)
    is_on_hold = fields.Boolean(string="On Hold", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT alias.id, 'A-' || alias.id AS reference, alias.company_id, alias.grant_id,
                   CASE WHEN alias.anonymised_on IS NULL THEN 'open' ELSE 'anonymised' END AS alias_state,
                   alias.contact_count, alias.last_contact_date,
                   NULL::date AS restriction_date, alias.retention_date, alias.retention_rule_id,
                   EXISTS (SELECT FROM justiq_retention_decision hold
                            WHERE hold.kind = 'hold' AND hold.ended_at IS NULL
                              AND hold.grant_id = alias.grant_id) AS is_on_hold
              FROM justiq_outreach_alias alias
             WHERE alias.opened_file_id IS NULL
            """
        )

    def _eraser(self):
        # sudo: what stands under the aliases, to count or to remove it; nothing of it is shown.
        aliases = self.env["justiq.outreach.alias"].sudo().browse(self.ids)
        return AliasEraser(aliases.env, aliases)

    def _run_line_values(self):
        return {"alias_id": self.id}

    def action_make_list(self):
        """Make a list of the chosen aliases, to be proposed, with a count of what would be removed."""
        return self.env["justiq.retention.run"]._action_make(self)

from contextlib import contextmanager

from odoo import api, fields, models
from odoo.tools import SQL

WATCHING = "justiq.watching.roles"


class RoleChange(models.Model):
    """Who gave a role of this module to whom, or took it away, and when.

    The server writes it, whatever the way: the form of a user or of a group, a
    group that implies the role, the template of new users, a copy, an import.
    The privacy officer reads it for the users of the own companies; nobody else
    reads it, and nobody changes or deletes an entry.
    """

    _name = "justiq.role.change"
    _inherit = ["justiq.append.only.mixin"]
    _description = "Change of Roles"
    _order = "date desc, id desc"
    _rec_name = "date"
    _log_access = False

    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)
    user_id = fields.Many2one(
        comodel_name="res.users", string="Changed By", required=True, readonly=True, ondelete="restrict", index=True
    )
    change = fields.Selection(selection=[("given", "Given"), ("taken", "Taken away")], required=True, readonly=True)
    role = fields.Selection(selection="_select_role", required=True, readonly=True)
    holder_id = fields.Many2one(
        comodel_name="res.users", string="User", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        comodel_name="res.company", string="Provider", required=True, readonly=True, ondelete="restrict", index=True
    )
    is_own = fields.Boolean(string="To Oneself", readonly=True, help="Somebody changed a role of her own.")

    @api.model
    def _select_role(self):
        names = self._roles()
        # sudo: names of roles are no secret.
        groups = self.env["res.groups"].sudo().browse(names)
        return [(names[group.id], group.name) for group in groups.sorted("sequence")]

    @api.model
    def _roles(self):
        """The groups of this module: external name by id."""
        # sudo: as above.
        data = self.env["ir.model.data"].sudo()
        of_module = [("module", "=", "justiq"), ("model", "=", "res.groups")]
        return {one["res_id"]: one["name"] for one in data.search_read(of_module, ["res_id", "name"], order="id")}

    @api.model
    @contextmanager
    def _watch(self):
        """Log which roles somebody has after the block and had not before, and the other way round.

        Of all users, because a group may come by another group. What happens
        within such a block belongs to it, so that a change is one entry.
        """
        watching = self.env.cr.precommit.data
        if watching.get(WATCHING):
            yield
            return
        watching[WATCHING] = True
        try:
            before = self._holders()
            yield
            self._log(before, self._holders())
        finally:
            watching.pop(WATCHING, None)

    @api.model
    def _holders(self):
        """Who has which role, be it by another group: pairs of user and group."""
        return set(
            self.env.execute_query(
                SQL(
                    """
                    WITH RECURSIVE giving(role, gid) AS (
                        SELECT id, id FROM res_groups WHERE id = ANY(%s)
                        UNION
                        SELECT giving.role, implied.gid
                          FROM giving JOIN res_groups_implied_rel implied ON implied.hid = giving.gid
                    )
                    SELECT DISTINCT held.uid, giving.role
                      FROM giving JOIN res_groups_users_rel held ON held.gid = giving.gid
                    """,
                    list(self._roles()),
                )
            )
        )

    @api.model
    def _log(self, before, after):
        roles = self._roles()
        changes = [("given", *pair) for pair in sorted(after - before)]
        changes += [("taken", *pair) for pair in sorted(before - after)]
        # sudo: nobody may write the log by herself; of the users only the company is read.
        holders = self.env["res.users"].sudo().browse(user for _change, user, _role in changes).exists()
        companies = {user.id: user.company_id.id for user in holders}
        # sudo: as above
        self.sudo().create(
            [
                {
                    "user_id": self.env.uid,
                    "change": change,
                    "role": roles[role],
                    "holder_id": user,
                    "is_own": user == self.env.uid,
                    "company_id": companies[user],
                }
                for change, user, role in changes
                if user in companies
            ]
        )

from contextlib import contextmanager

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

WATCHING = "justiq.watching.roles"
PROVIDER = "provider"


class RoleChange(models.Model):
    """Who gave a role of this module to whom, or took it away, and when; and the same of the providers of its holders.

    Another provider widens what somebody reads as a role does. The server writes it, whatever the way: the form of
    a user, a group or a company, a group that implies the role, the template of new users, a copy, an import.
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

    @api.depends("date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for entry in self:
            entry.display_name = format_datetime(self.env, entry.date) if entry.date else False

    @api.model
    def _select_role(self):
        names = self._roles()
        # sudo: names of roles are no secret.
        groups = self.env["res.groups"].sudo().browse(names)
        roles = [(names[group.id], group.name) for group in groups.sorted("sequence")]
        return [*roles, (PROVIDER, self.env._("Access to the provider"))]

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
        """Who has which role, be it by another group, and at which providers: triples of user, role and company."""
        roles = self._roles()
        held = self.env.execute_query(
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
                list(roles),
            )
        )
        holders = {user for user, _role in held}
        reached = self.env.execute_query(
            SQL("SELECT user_id, cid FROM res_company_users_rel WHERE user_id = ANY(%s)", list(holders))
        )
        return {(user, roles[role], None) for user, role in held} | {(user, PROVIDER, one) for user, one in reached}

    @api.model
    def _log(self, before, after):
        changes = [("given", *change) for change in self._sorted(after - before)]
        changes += [("taken", *change) for change in self._sorted(before - after)]
        # sudo: nobody may write the log by herself; of the users only the company is read.
        users = self.env["res.users"].sudo().browse({user for _change, user, *_what in changes}).exists()
        home = {user.id: user.company_id.id for user in users}
        steady = {user for user, *_what in before} & {user for user, *_what in after}
        # sudo: as above
        self.sudo().create(
            [
                {
                    "user_id": self.env.uid,
                    "change": change,
                    "role": role,
                    "holder_id": user,
                    "is_own": user == self.env.uid,
                    "company_id": company or home[user],
                }
                for change, user, role, company in changes
                # The role that somebody is given first, or loses last, is that at her own provider.
                if user in home and (user in steady or company != home[user])
            ]
        )

    @api.model
    def _sorted(self, changes):
        return sorted(changes, key=lambda change: (change[0], change[1], change[2] or 0))

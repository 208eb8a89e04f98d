from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AnalyticPlan(models.Model):
    """The analytic plan “JUSTiQ”: what the provider's accounting charges to the grants."""

    _inherit = "account.analytic.plan"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_justiq(self):
        if self.env.ref("justiq.analytic_plan", raise_if_not_found=False) in self:
            raise ValidationError(
                self.env._("The analytic plan of the grants cannot be deleted: their vouchers are charged to it.")
            )


class AnalyticAccount(models.Model):
    """The analytic accounts of grants: one per Baustein, and one per micro-project.

    They make themselves and carry the names of grant, Baustein and micro-project,
    never of a person. Whoever does the provider's accounting charges bills and
    timesheets to them; what is charged is a voucher of the grant. Finance reads
    them, to choose one for a voucher entered by hand.
    """

    _inherit = "account.analytic.account"

    justiq_grant_id = fields.Many2one(
        comodel_name="justiq.grant",
        string="Grant",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )
    justiq_baustein_id = fields.Many2one(
        comodel_name="justiq.baustein", string="Baustein", ondelete="cascade", readonly=True, copy=False
    )
    justiq_micro_project_id = fields.Many2one(
        comodel_name="justiq.micro.project", string="Micro-Project", ondelete="cascade", readonly=True, copy=False
    )

    _justiq_baustein_unique = models.UniqueIndex(
        "(justiq_grant_id, justiq_baustein_id) WHERE justiq_grant_id IS NOT NULL AND justiq_micro_project_id IS NULL",
        "This Baustein of the grant already has an analytic account.",
    )
    _justiq_micro_project_unique = models.UniqueIndex(
        "(justiq_micro_project_id) WHERE justiq_micro_project_id IS NOT NULL",
        "This micro-project already has an analytic account.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_of_grant(vals)
        # No default of the context, which comes from the client, makes an account one of a grant.
        blank = dict.fromkeys(self._justiq_fields(), False)
        return super().create([blank | vals for vals in vals_list])

    def write(self, vals):
        self._check_not_of_grant(vals)
        return super().write(vals)

    @api.model
    def _justiq_fields(self):
        return ("justiq_grant_id", "justiq_baustein_id", "justiq_micro_project_id")

    def _check_not_of_grant(self, vals):
        if not self.env.su and any(vals.get(name) for name in self._justiq_fields()):
            raise ValidationError(
                self.env._("The analytic accounts of a grant make themselves; an account cannot be turned into one.")
            )

    @api.model
    def _ensure_for(self, owners):
        """Make, rename and move the accounts of grants or micro-projects.

        Called in sudo: the accounts follow, whoever may change their owners.

        :param owners: recordset with `_analytic_accounts_wanted`
        """
        # Who creates a grant does not follow its accounts, and nobody is told of them.
        # sudo: as the docstring says; nothing is returned.
        accounts = self.sudo().with_context(
            active_test=False, tracking_disable=True, mail_create_nosubscribe=True, mail_create_nolog=True
        )
        wanted = owners._analytic_accounts_wanted()
        domain = [("justiq_grant_id", "!=", False), (owners._analytic_account_field, "in", owners.ids)]
        if owners._name == "justiq.grant":
            domain.append(("justiq_micro_project_id", "=", False))
        known = {account._justiq_key(): account for account in accounts.search(domain)}
        missing = []
        for key, values in wanted.items():
            account = known.get(key)
            if not account:
                missing.append({**values, "plan_id": self.env.ref("justiq.analytic_plan").id})
            else:
                account._bring_up_to(values)
        accounts.create(missing)

    def _justiq_key(self):
        return self.justiq_micro_project_id or (self.justiq_grant_id, self.justiq_baustein_id)

    def _bring_up_to(self, values):
        changed = {
            name: value
            for name, value in values.items()
            if (self[name].id if self._fields[name].relational else self[name]) != value
        }
        if changed:
            self.write(changed)


class Grant(models.Model):
    """The analytic accounts of a grant's Bausteine."""

    _inherit = "justiq.grant"

    _analytic_account_field = "justiq_grant_id"

    @api.model_create_multi
    def create(self, vals_list):
        grants = super().create(vals_list)
        # sudo: the accounts come with their grant, whoever may create it; nothing is returned.
        self.env["account.analytic.account"].sudo()._ensure_for(grants.sudo())
        return grants

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"name", "baustein_ids", "company_id"}:
            # sudo: the accounts follow their grant, whoever may change it.
            grants = self.sudo().with_context(active_test=False)
            # sudo: as above
            self.env["account.analytic.account"].sudo()._ensure_for(grants)
            if vals.keys() & {"name", "company_id"}:
                # sudo: as above
                self.env["account.analytic.account"].sudo()._ensure_for(grants.micro_project_ids)
        return result

    def _analytic_accounts_wanted(self):
        """Values of the accounts, by the key under which they are found."""
        return {
            (grant, baustein): {
                "name": f"{grant.name} · {baustein.name}",
                "company_id": grant.company_id.id,
                "justiq_grant_id": grant.id,
                "justiq_baustein_id": baustein.id,
            }
            for grant in self
            for baustein in grant.baustein_ids
        }


class MicroProject(models.Model):
    """The analytic account of a micro-project."""

    _inherit = "justiq.micro.project"

    _analytic_account_field = "justiq_micro_project_id"

    @api.model_create_multi
    def create(self, vals_list):
        projects = super().create(vals_list)
        # sudo: the account comes with its micro-project, whoever may create it; nothing is returned.
        self.env["account.analytic.account"].sudo()._ensure_for(projects.sudo())
        return projects

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"name", "grant_id"}:
            # sudo: the account follows its micro-project, whoever may change it.
            self.env["account.analytic.account"].sudo()._ensure_for(self.sudo())
        return result

    def _analytic_accounts_wanted(self):
        """As for grants; the Baustein is the first of the grant for groups."""
        wanted = {}
        for project in self:
            grant = project.grant_id
            baustein = grant.baustein_ids.filtered(lambda baustein: baustein.kind == "group")[:1]
            wanted[project] = {
                "name": f"{grant.name} · {project.name}",
                "company_id": grant.company_id.id,
                "justiq_grant_id": grant.id,
                "justiq_baustein_id": baustein.id,
                "justiq_micro_project_id": project.id,
            }
        return wanted

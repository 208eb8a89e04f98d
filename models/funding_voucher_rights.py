from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


class Users(models.Model):
    _inherit = "res.users"

    def _sees_analytic_items_anyway(self, operation="read"):
        """Whether another role opens all analytic items to the user, with no rule of its own.

        Roles of this module add the vouchers to what a user sees. Record rules of
        several groups add up, but a rule takes away from a right that has none:
        then ours must not narrow it.
        """
        self.ensure_one()
        access = self.env["ir.model.access"].sudo()  # sudo: which roles may do something is no secret of a record
        roles = access.search(
            [
                ("model_id.model", "=", "account.analytic.line"),
                (f"perm_{operation}", "=", True),
                ("group_id", "in", self.all_group_ids.ids),
                ("group_id", "not in", self._voucher_groups().ids),
            ],
        ).group_id
        # sudo: as above
        rules = self.env["ir.rule"].sudo()
        narrowed = rules.search_count(
            [
                ("model_id.model", "=", "account.analytic.line"),
                (f"perm_{operation}", "=", True),
                ("groups", "in", (self.all_group_ids - self._voucher_groups()).ids),
            ],
            limit=1,
        )
        return bool(roles) and not narrowed

    def _voucher_groups(self):
        names = ("group_finance", "group_coordinator", "group_auditor")
        return self.env["res.groups"].union(*(self.env.ref(f"justiq.{name}") for name in names))


class Voucher(models.Model):
    """Who may change what of a voucher; the server holds it on every path.

    - Finance writes what this module adds; amount and account only of vouchers
      entered by hand. A voucher of the accounting changes in the accounting.
    - Nothing changes in a closed grant.
    - What the server computes, nobody enters.
    """

    _inherit = "account.analytic.line"

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._values_by_hand(self._tidied(vals)) for vals in vals_list])

    @api.model
    def _tidied(self, vals):
        """Number and payee without the blanks that come along when they are pasted: they would hide a double."""
        tidied = {
            name: " ".join(vals[name].split()) or False
            for name in ("justiq_voucher_number", "justiq_payee")
            if isinstance(vals.get(name), str)
        }
        return {**vals, **tidied}

    def write(self, vals):
        vals = self._tidied(vals)
        own = {name for name in vals if name.startswith("justiq_")}
        self._check_nothing_computed(own)
        if not own:
            self._check_may_write_more(vals)
            return super().write(vals)
        self.check_access("write")
        others = vals.keys() - own
        self._check_may_write_more(others)
        # sudo: the state decides, and the account is asked for its grant; the user may write the vouchers.
        vouchers = self.sudo()
        vouchers.justiq_grant_id._check_takes_money()
        if {"justiq_account_id", "justiq_amount"} & own:
            vouchers._check_by_hand()
            vals = self._translate_by_hand(vals)
        # sudo: of what only this module adds; the user may write the vouchers, but other modules ask for more rights.
        writer = self if others else vouchers
        result = super(Voucher, writer).write(vals)
        vouchers.justiq_grant_id._check_takes_money()
        if "justiq_account_id" in own:
            vouchers._check_payment_in_grant()
            vouchers._check_cost_category()
        return result

    def unlink(self):
        if self._only_vouchers("unlink"):
            self.check_access("unlink")
            # sudo: only how the voucher came, and the state of its grant.
            self.sudo()._check_by_hand()
            # sudo: as above
            self.sudo().justiq_grant_id._check_takes_money()
        return super().unlink()

    # ------------------------------------------------------------
    # By hand, or from accounting
    # ------------------------------------------------------------

    def _only_vouchers(self, operation):
        """Whether the user works on analytic items by a role of this module alone."""
        if self.env.su or not self.env.user.has_group("justiq.group_finance"):
            return False
        others = self.env.user.all_group_ids - self.env.user._voucher_groups()
        access = self.env["ir.model.access"].sudo()  # sudo: which roles may do something is no secret
        return not access.search_count(
            [
                ("model_id.model", "=", self._name),
                (f"perm_{operation}", "=", True),
                ("group_id", "in", others.ids),
            ],
            limit=1,
        )

    def _check_may_write_more(self, names):
        if names and self._only_vouchers("write"):
            raise AccessError(
                self.env._(
                    "%s: this comes from the accounting and is changed there. You can add what the list of vouchers "
                    "needs.",
                    sorted(self._fields[name]._description_string(self.env) for name in names if name in self._fields),
                )
            )

    def _check_by_hand(self):
        other = self.filtered(lambda line: not line.justiq_by_hand)
        if other:
            raise ValidationError(
                self.env._(
                    "“%s” comes from the accounting: its amount and what it is charged to are changed there, and it is "
                    "deleted there.",
                    other[0].name,
                )
            )

    @api.model
    def _check_nothing_computed(self, names):
        computed = [name for name in names if name in self._fields and self._fields[name].readonly]
        if computed:
            raise ValidationError(
                self.env._(
                    "%s: the server computes this, nobody can enter it. Change what it is computed from.",
                    sorted(self._fields[name]._description_string(self.env) for name in computed),
                )
            )

    @api.model
    def _values_by_hand(self, vals):
        """What is stored of a voucher that is entered by hand; other items are left as they are."""
        self._check_nothing_computed({name for name in vals if name.startswith("justiq_")})
        # Said for every item: a default of the context, which comes from the client, decides nothing.
        if not vals.get("justiq_account_id"):
            if self._only_vouchers("create"):
                raise ValidationError(
                    self.env._("Charged to: choose the Baustein or micro-project that the voucher is charged to.")
                )
            return {**{name: value for name, value in vals.items() if name != "justiq_amount"}, "justiq_by_hand": False}
        others = {name for name in vals if not name.startswith("justiq_")} - {"name", "date"}
        if others and self._only_vouchers("create"):
            self._check_may_write_more(others)
        values = self._translate_by_hand({"justiq_amount": 0.0, **vals})
        day = vals.get("justiq_voucher_date") or vals.get("justiq_payment_date")
        values["justiq_by_hand"] = True
        if not values.get("justiq_budget_line_id"):
            values.pop("justiq_budget_line_id", None)  # left empty, it is found
        values["name"] = vals.get("name") or vals.get("justiq_reason") or self.env._("Voucher")
        values["date"] = vals.get("date") or day or fields.Date.context_today(self)
        return values

    @api.model
    def _translate_by_hand(self, vals):
        """Amount and account in the way in which analytic items keep them."""
        values = dict(vals)
        if "justiq_amount" in values:
            values["amount"] = -(values.pop("justiq_amount") or 0.0)
        if "justiq_account_id" in values:
            account = self.env["account.analytic.account"].browse(values.pop("justiq_account_id")).exists()
            account.check_access("read")
            # sudo: of the account, which the user may read, only grant, company and plan.
            account = account.sudo()
            if not account.justiq_grant_id:
                raise ValidationError(self.env._("Charged to: choose the account of a Baustein or micro-project."))
            account.justiq_grant_id._check_takes_money()
            values[account.plan_id._column_name()] = account.id
            values["company_id"] = account.company_id.id
        return values

    # ------------------------------------------------------------
    # What has to hold
    # ------------------------------------------------------------

    @api.model
    def _check_none_charged_to(self, field_name, records):
        """Refuse to delete what vouchers are charged to."""
        # sudo: only whether there are vouchers, also for whoever may not read them.
        line = self.sudo().search([(field_name, "in", records.ids)], limit=1)
        if line:
            raise ValidationError(
                self.env._("Vouchers are charged to %s, so it cannot be deleted.", line[field_name].display_name)
            )

    @api.constrains("justiq_payment_date")
    def _check_payment_in_grant(self):
        for line in self:
            grant, day = line.justiq_grant_id, line.justiq_payment_date
            if grant and day and not grant.date_start <= day <= grant.date_end:
                raise ValidationError(
                    self.env._(
                        "Payment date: %(day)s lies outside the period of %(grant)s, %(start)s to %(end)s. Correct the "
                        "date, or charge the voucher to the grant of that time.",
                        day=fields.Date.to_string(day),
                        grant=grant.name,
                        start=fields.Date.to_string(grant.date_start),
                        end=fields.Date.to_string(grant.date_end),
                    )
                )

    @api.constrains("justiq_cost_category_id")
    def _check_cost_category(self):
        for line in self:
            category, grant = line.justiq_cost_category_id, line.justiq_grant_id
            if not (category and grant):
                continue
            if category in grant.flat_rate_ids.cost_category_id:
                raise ValidationError(
                    self.env._(
                        "Cost category: “%s” is a flat rate of this grant. It computes itself and needs no voucher; "
                        "choose the category of what was paid, or set the eligible share to 0.",
                        category.name,
                    )
                )
            if line.justiq_baustein_id:
                line.justiq_baustein_id._check_category_eligible(category)

    @api.constrains("justiq_budget_line_id")
    def _check_budget_line(self):
        for line in self:
            budget = line.justiq_budget_line_id
            if budget and budget not in line._justiq_possible_budget_lines():
                raise ValidationError(
                    self.env._(
                        "Budget line: “%(budget)s” is not one of the funding year %(year)s with the same Baustein or "
                        "micro-project and the same cost category. Leave it empty to have it found.",
                        budget=budget.display_name,
                        year=line.justiq_funding_year_id.label or "–",
                    )
                )


class Grant(models.Model):
    """Vouchers keep what they are charged to."""

    _inherit = "justiq.grant"

    @api.constrains("date_start", "date_end")
    def _check_payments_stay_inside(self):
        """The period cannot leave a payment behind."""
        for grant in self:
            outside = self.env["account.analytic.line"].search_count(
                [
                    ("justiq_grant_id", "=", grant.id),
                    "|",
                    ("justiq_payment_date", "<", grant.date_start),
                    ("justiq_payment_date", ">", grant.date_end),
                ]
            )
            if outside:
                raise ValidationError(
                    self.env._(
                        "%(grant)s: %(count)s vouchers were paid outside the new period. Correct them first.",
                        grant=grant.name,
                        count=outside,
                    )
                )

    @api.constrains("baustein_ids")
    def _check_bausteine_of_vouchers(self):
        """A Baustein stays in the grant as long as a voucher is charged to it."""
        for grant in self:
            used = self.env["account.analytic.line"]._read_group(
                [("justiq_grant_id", "=", grant.id)], ["justiq_baustein_id"]
            )
            gone = self.env["justiq.baustein"].union(*(baustein for (baustein,) in used)) - grant.baustein_ids
            if gone:
                raise ValidationError(
                    self.env._(
                        "Bausteine of %(grant)s: vouchers are charged to %(bausteine)s.",
                        grant=grant.name,
                        bausteine=gone.mapped("name"),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_vouchers(self):
        self.env["account.analytic.line"]._check_none_charged_to("justiq_grant_id", self)


class MicroProject(models.Model):
    """A micro-project with vouchers stays, in its grant."""

    _inherit = "justiq.micro.project"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_vouchers(self):
        self.env["account.analytic.line"]._check_none_charged_to("justiq_micro_project_id", self)

    @api.constrains("grant_id")
    def _check_vouchers_of_grant(self):
        for project in self:
            line = self.env["account.analytic.line"].search(
                [
                    ("justiq_micro_project_id", "=", project.id),
                    ("justiq_grant_id", "!=", project.grant_id.id),
                ],
                limit=1,
            )
            if line:
                raise ValidationError(
                    self.env._("Vouchers are charged to %s; it stays in its grant.", project.display_name)
                )

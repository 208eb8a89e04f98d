from odoo import api, models
from odoo.exceptions import AccessError, ValidationError


class Base(models.AbstractModel):
    """What the server keeps takes no default of the context, which comes from the client and survives `sudo`."""

    _inherit = "base"

    @api.model
    def default_get(self, fields):
        if not self._name.startswith("justiq.") or self._transient:
            return super().default_get(fields)
        kept = {f"default_{name}" for name, field in self._fields.items() if field.readonly}
        context = {key: value for key, value in self.env.context.items() if key not in kept}
        without = self.with_context(context)  # pylint: disable=context-overridden
        return super(Base, without).default_get(fields)


class ComputedMixin(models.AbstractModel):
    """Records whose stored totals and copies only the server writes.

    Odoo lets whoever may write a record also write its stored computed fields,
    read-only or not, by RPC or import. Rules and access rights rest on them: a
    budget could hide its ESF money, a roster line point at another case file.
    Neither does a record go over to another provider.
    """

    _name = "justiq.computed.mixin"
    _description = "Computed Fields Stay Computed"

    @api.model_create_multi
    def create(self, vals_list):
        self._check_not_computed({name for vals in vals_list for name in vals})
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_computed(vals)
        result = super().write(vals)
        if any(name in self._fields and self._fields[name].type == "many2one" for name in vals):
            self._check_still_own_company()
        return result

    def _check_still_own_company(self):
        """Refuse to hand a record to another provider by what it refers to; Odoo asks its rules before a change only.

        :raises AccessError: where it would belong to a company that the user does not work for
        """
        if self.env.su or "company_id" not in self._fields:
            return
        # sudo: only to compare, also where the record is out of reach already.
        if self.sudo().company_id - self.env.companies:
            raise AccessError(
                self.env._("This would move the record to another provider. Choose something of your own provider.")
            )

    @api.model
    def default_get(self, fields):
        # A default may come from the context, that is, from the client.
        defaults = super().default_get(fields)
        return {name: value for name, value in defaults.items() if not self._is_only_computed(name)}

    @api.model
    def _is_only_computed(self, name):
        field = self._fields.get(name)
        return bool(field and field.store and field.compute and field.readonly)

    @api.model
    def _check_not_computed(self, names):
        computed = [name for name in names if self._is_only_computed(name)]
        if computed:
            raise ValidationError(
                self.env._(
                    "%s: the server computes this, nobody can enter it. Change what it is computed from.",
                    sorted(self._fields[name]._description_string(self.env) for name in computed),
                )
            )

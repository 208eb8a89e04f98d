from odoo import api, fields, models
from odoo.exceptions import ValidationError


class Requirement(models.Model):
    """A rule of a programme's guideline (S1-S36) with its strength and limits.

    Everybody with a JUSTiQ role reads the rules; only the programme
    administrator changes them. A rule names a check of the rule engine
    (`justiq.checked.mixin`); strength and limits are data. A change holds at
    once for all existing records: it is refused where a record would break the
    rule as it reads now, and findings are opened or resolved.
    """

    _name = "justiq.requirement"
    _description = "Rule of the Guideline"
    _order = "programme_id, sequence, code, id"
    _rec_names_search = ["code", "name"]

    # description
    programme_id = fields.Many2one(
        comodel_name="justiq.programme",
        required=True,
        ondelete="cascade",
        index=True,
    )
    sequence = fields.Integer(default=10)
    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    source = fields.Char(translate=True, help="Document and section in which the funder says so.")

    # how it is checked
    check = fields.Selection(
        selection="_selection_check",
        help="What is examined. Without a check, the rule is documented and reported, "
        "or held by the data model itself.",
    )
    enforcement = fields.Selection(
        selection=[
            ("block", "Refuse"),
            ("warn", "Finding with justification"),
            ("document", "Document only"),
            ("off", "Off"),
        ],
        required=True,
        default="document",
        help="Refuse: nothing that breaks the rule can be saved.\n"
        "Finding: saving succeeds, a finding is opened, and the next approval needs a "
        "written justification.\n"
        "Document only: offered and reported, stops nobody.",
    )

    # limits
    value_min = fields.Float(string="Minimum", digits=(16, 2), aggregator=None)
    value_max = fields.Float(string="Maximum", digits=(16, 2), aggregator=None)
    value_count = fields.Integer(string="Count", aggregator=None)
    per_full_year = fields.Boolean(
        default=True,
        help="Amounts of a shorter funding year are extrapolated to twelve months "
        "before they are compared with the limits (S20).",
    )

    _code_check_unique = models.UniqueIndex(
        "(programme_id, code, COALESCE(\"check\", ''))",
        "This programme already has this rule with the same check.",
    )
    _limits_not_negative = models.Constraint(
        "CHECK (value_min >= 0 AND value_max >= 0 AND value_count >= 0)",
        "Limits must not be negative.",
    )

    @api.model
    def _selection_check(self):
        """All checks of the rule engine, of whichever checked model."""
        # A check may be one of several models: a rule on professionals binds whatever they are assigned to.
        labels = {
            name: self.env._(check.label)
            for model in self._checked_models()
            for name, check in sorted(model._requirement_checks().items())
        }
        return list(labels.items())

    def _checked_models(self):
        """The models that the rule engine looks after, as empty recordsets."""
        mixin = self.env.registry["justiq.checked.mixin"]
        return [
            self.env[name]
            for name, model in sorted(self.env.registry.items())
            if issubclass(model, mixin) and not model._abstract
        ]

    @api.depends("code", "name")
    def _compute_display_name(self):
        for requirement in self:
            requirement.display_name = f"{requirement.code} {requirement.name or ''}"

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        requirements = super().create(vals_list)
        requirements._check_existing_records(requirements._bound_checks())
        return requirements

    def write(self, vals):
        if not vals.keys() & self._binding_fields():
            return super().write(vals)
        before = self._bound_checks()
        result = super().write(vals)
        self._check_existing_records(before | self._bound_checks())
        return result

    def unlink(self):
        # sudo: findings go with their rule, whoever may delete that; the database alone would leave their messages.
        findings = self.env["justiq.finding"].sudo().search([("requirement_id", "in", self.ids)])
        self._unlink_except_justified()
        findings.unlink()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_justified(self):
        # sudo: the proof has to be kept, whoever may see it.
        findings = self.env["justiq.finding"].sudo()
        justified = findings.search([("requirement_id", "in", self.ids), ("justification", "!=", False)], limit=1)
        if justified:
            raise ValidationError(
                self.env._(
                    "%s: findings on this rule have been justified, which is proof for the funder. Set its strength to "
                    "“Off” instead of deleting it.",
                    justified.requirement_id.display_name,
                )
            )

    @api.model
    def _binding_fields(self):
        """The fields that decide what a rule refuses or finds."""
        return {"programme_id", "check", "enforcement", "value_min", "value_max", "value_count", "per_full_year"}

    # ------------------------------------------------------------
    # Rule engine
    # ------------------------------------------------------------

    def _bound_checks(self):
        """Which checks the rules use, by programme, as a set of pairs."""
        return {(requirement.programme_id, requirement.check) for requirement in self if requirement.check}

    @api.model
    def _check_existing_records(self, bound):
        """Hold all existing records against rules that have changed.

        :param bound: set of (programme, check), as from `_bound_checks`
        :raises ValidationError: where a record breaks a rule that refuses
        """
        for model in self._checked_models():
            checks = model._requirement_checks()
            for programme in {programme for programme, check in bound if check in checks}:
                # sudo: a rule speaks about all providers' records, which the
                # programme administrator may not read; nothing is returned.
                model.sudo()._check_all_records(programme)

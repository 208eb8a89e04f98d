from odoo import api, fields, models
from odoo.exceptions import ValidationError


class GrantBaustein(models.Model):
    """A Baustein of a grant, and how many persons it shall reach.

    The lines come and go with the Bausteine of the grant; the server makes them. Coordination, finance and programme
    administrator enter the targets for the grants that they may change; who reads the grant reads them.

    Persons, as in the target of the grant: whoever comes back to a Baustein counts there once. Somebody may be in
    several Bausteine, so the targets of the Bausteine need not add up to that of the grant.
    """

    _name = "justiq.grant.baustein"
    _inherit = ["justiq.computed.mixin"]
    _description = "Target of a Baustein"
    _order = "grant_id, baustein_id"
    _rec_name = "baustein_id"

    grant_id = fields.Many2one(comodel_name="justiq.grant", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="grant_id.company_id", store=True, index=True)
    baustein_id = fields.Many2one(comodel_name="justiq.baustein", required=True, ondelete="cascade", index=True)
    target_persons = fields.Integer(
        string="Target", help="Number of young people that the Baustein shall reach, each counted once."
    )

    _once_per_grant = models.Constraint("UNIQUE (grant_id, baustein_id)", "This Baustein already has a target.")
    _target_not_negative = models.Constraint("CHECK (target_persons >= 0)", "The target must not be negative.")

    def write(self, vals):
        if any(vals[name] != record[name].id for name in vals.keys() & {"grant_id", "baustein_id"} for record in self):
            raise ValidationError(
                self.env._(
                    "Target of a Baustein: it stays with its grant and Baustein. Choose the Bausteine in the grant."
                )
            )
        return super().write(vals)


class Grant(models.Model):
    """How many persons each Baustein of the grant shall reach."""

    _inherit = "justiq.grant"

    baustein_target_ids = fields.One2many(
        comodel_name="justiq.grant.baustein",
        inverse_name="grant_id",
        string="Targets per Baustein",
        help="One line for each Baustein of the grant; a person may be in several of them.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        grants = super().create(vals_list)
        grants._fit_targets()
        return grants

    def write(self, vals):
        result = super().write(vals)
        if "baustein_ids" in vals:
            self._fit_targets()
        return result

    def _fit_targets(self):
        """Give each Baustein of the grants its line, and take those away whose Baustein has left."""
        # sudo: the lines follow the Bausteine, whoever may choose these.
        grants = self.sudo()
        lines = grants.baustein_target_ids
        lines.filtered(lambda line: line.baustein_id not in line.grant_id.baustein_ids).unlink()
        lines.create(
            [
                {"grant_id": grant.id, "baustein_id": baustein.id}
                for grant in grants
                for baustein in grant.baustein_ids - grant.baustein_target_ids.baustein_id
            ]
        )

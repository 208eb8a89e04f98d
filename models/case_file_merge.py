from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CaseFile(models.Model):
    """A file that was merged into another one: archived, and not used while it is."""

    _inherit = "justiq.case.file"

    merged_into_id = fields.Many2one(
        comodel_name="justiq.case.file",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="The case file that has taken over everything of this one.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_marked_as_merged(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_marked_as_merged(vals)
        return super().write(vals)

    @api.model
    def _check_not_marked_as_merged(self, vals):
        # The merge itself writes the mark past this, and records what it has done.
        if vals.get("merged_into_id"):
            raise ValidationError(self.env._("A case file is merged with the assistant only, which records it."))

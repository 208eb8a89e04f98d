from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


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
    merge_ids = fields.One2many(
        comodel_name="justiq.case.merge",
        inverse_name="case_file_id",
        string="Merges",
        groups="justiq.group_team_lead",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_marked_as_merged(vals)
        # Set in any case: a default may come from the context, that is, from the client, and the search would then
        # tell of the other file under a name of the client's choice.
        return super().create([{**vals, "merged_into_id": False} for vals in vals_list])

    def write(self, vals):
        self._check_not_marked_as_merged(vals)
        if not all(name.startswith(("message_", "activity_")) for name in vals):
            self._check_not_merged()
        return super().write(vals)

    @api.model
    def _check_not_marked_as_merged(self, vals):
        # The merge itself writes the mark past this, and records what it has done.
        if vals.get("merged_into_id"):
            raise ValidationError(self.env._("A case file is merged with the assistant only, which records it."))

    def _check_not_merged(self):
        """Refuse the use of files that were merged away.

        :raises ValidationError: naming the file that took over
        """
        # sudo: the mark binds also where the user may not read the file; only references are named.
        for case in self.sudo():
            if case.merged_into_id:
                raise ValidationError(
                    self.env._(
                        "Case file %(merged)s was merged into %(remaining)s and is not used any more. Go on in "
                        "%(remaining)s, or ask the team lead to undo the merge.",
                        merged=case.reference,
                        remaining=case.merged_into_id.reference,
                    )
                )

    def action_merge(self):
        """Open the assistant for one file or two chosen ones; the older one remains by default."""
        if len(self) > 2:
            raise UserError(self.env._("Choose two case files to merge; you have chosen %s.", len(self)))
        return self.sorted("id")._action_merge_into_first()

    def _action_merge_into_first(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge Case Files"),
            "res_model": "justiq.case.merge.assistant",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_file_id": self[:1].id, "default_merged_file_id": self[1:].id},
        }


class CaseSatelliteMixin(models.AbstractModel):
    _inherit = "justiq.case.satellite.mixin"

    @api.constrains("case_file_id")
    def _check_file_not_merged(self):
        self.case_file_id._check_not_merged()


class Enrolment(models.Model):
    _inherit = "justiq.enrolment"

    @api.constrains("case_file_id")
    def _check_file_not_merged(self):
        self.case_file_id._check_not_merged()

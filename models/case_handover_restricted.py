from odoo import api, fields, models
from odoo.fields import Domain


class CaseHandover(models.Model):
    """A hand-over, its note included, tells of its files: once one of them is restricted, its sides read it no more."""

    _inherit = "justiq.case.handover"

    has_restricted_file = fields.Boolean(
        compute="_compute_has_restricted_file",
        search="_search_has_restricted_file",
        export_string_translation=False,
        help="Whether the processing of one of the files is restricted.",
    )

    @api.depends("case_file_ids.restriction_date")
    def _compute_has_restricted_file(self):
        # sudo: whether there is one. By a search: files read in sudo would stay in the cache of somebody who may not
        # open them.
        restricted = set(self.sudo().search(Domain("id", "in", self._origin.ids) & self._with_restricted_file())._ids)
        for handover in self:
            handover.has_restricted_file = handover._origin.id in restricted

    @api.model
    def _search_has_restricted_file(self, operator, value):
        if operator != "in":
            return NotImplemented
        restricted = self._with_restricted_file()
        return restricted if True in value else ~restricted

    @api.model
    def _with_restricted_file(self):
        # Asked beside the access of the user, who may open none of them; archived ones, too.
        files = self.env["justiq.case.file"].sudo().with_context(active_test=False)  # sudo: see above
        return Domain("case_file_ids", "any!", Domain("id", "in", files._search([("is_restricted", "=", True)])))

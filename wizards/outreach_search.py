from odoo import fields, models


class CaseSearch(models.TransientModel):
    """Search before the file of an alias is opened, as for every other file."""

    _inherit = "justiq.case.search"

    alias_id = fields.Many2one(comodel_name="justiq.outreach.alias", ondelete="cascade")

    def _action_new_file(self):
        action = super()._action_new_file()
        return self.alias_id._action_convert(action["context"]) if self.alias_id else action


class CaseSearchHit(models.TransientModel):
    """A file that is there already can take the contacts of the alias."""

    _inherit = "justiq.case.search.hit"

    def action_open(self):
        action = super().action_open()
        alias = self.search_id.alias_id
        return alias._action_convert({"default_case_file_id": self.case_file_id.id}) if alias else action

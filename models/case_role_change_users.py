from odoo import api, models


class Users(models.Model):
    """Roles of this module that a user gets or loses, and providers of whoever has one, are logged."""

    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        with self.env["justiq.role.change"]._watch():
            return super().create(vals_list)

    def write(self, vals):
        # The form of a user sends roles under names of its own, too.
        if not any("group" in name or name == "company_ids" for name in vals):
            return super().write(vals)
        with self.env["justiq.role.change"]._watch():
            return super().write(vals)


class Groups(models.Model):
    """Roles may also be given by the members of a group, and by what a group implies."""

    _inherit = "res.groups"

    @api.model_create_multi
    def create(self, vals_list):
        with self.env["justiq.role.change"]._watch():
            return super().create(vals_list)

    def write(self, vals):
        with self.env["justiq.role.change"]._watch():
            return super().write(vals)

    def unlink(self):
        with self.env["justiq.role.change"]._watch():
            return super().unlink()


class Company(models.Model):
    """Users may also be let in from the side of the company."""

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        with self.env["justiq.role.change"]._watch():
            return super().create(vals_list)

    def write(self, vals):
        if "user_ids" not in vals:
            return super().write(vals)
        with self.env["justiq.role.change"]._watch():
            return super().write(vals)

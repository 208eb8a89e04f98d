from odoo import api, fields, models


class Grant(models.Model):
    """The low-threshold contacts of a grant: heads, apart from the persons."""

    _inherit = "justiq.grant"

    outreach_contact_count = fields.Integer(
        string="Low-Threshold Contacts",
        compute="_compute_outreach",
        groups="justiq.group_case_worker,justiq.group_coordinator,justiq.group_auditor",
    )
    outreach_heads = fields.Integer(
        string="Low-Threshold Heads",
        compute="_compute_outreach",
        groups="justiq.group_case_worker,justiq.group_coordinator,justiq.group_auditor",
        help="Young people of anonymous contacts and under an alias; heads, not persons.",
    )

    def _compute_outreach(self):
        # sudo: two numbers of the grant, which the user reads; a case worker does not read all contacts.
        contacts = self.env["justiq.outreach.contact"].sudo()
        groups = contacts._read_group([("grant_id", "in", self.ids)], ["grant_id"], ["__count", "heads_counted:sum"])
        figures = {grant.id: numbers for grant, *numbers in groups}
        for grant in self:
            grant.outreach_contact_count, grant.outreach_heads = figures.get(grant._origin.id, (0, 0))

    @api.model
    def _uses_of_bausteine(self):
        return {**super()._uses_of_bausteine(), "justiq.outreach.contact": "_check_baustein_of_grant"}

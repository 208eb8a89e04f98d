from odoo import api, fields, models
from odoo.exceptions import ValidationError


class OrganisationMixin(models.AbstractModel):
    """Records of a case file that name an organisation of the address book.

    Private persons around a young person never come into the address book,
    which every employee can open: only organisations and their staff are taken.
    """

    _name = "justiq.organisation.mixin"
    _description = "Names an Organisation"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Organisation",
        domain=[("commercial_partner_id.is_company", "=", True)],
        ondelete="restrict",
        index="btree_not_null",
        help="School, Jobcenter, advice centre, company ... from the address book. "
        "Private persons are not entered there: every employee can open it.",
    )

    @api.constrains("partner_id")
    def _check_partner_is_organisation(self):
        for record in self:
            partner = record.partner_id
            if partner and not partner.commercial_partner_id.is_company:
                raise ValidationError(
                    self.env._(
                        "Organisation: %s is a private person in the address book, which every employee can open. "
                        "Write the name of private persons into the case file instead.",
                        partner.name,
                    )
                )

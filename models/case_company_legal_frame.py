from odoo import fields, models

FRAMES = [
    ("gdpr", "GDPR and BDSG"),
    ("sgb", "Social Code (public body)"),
    ("kdg", "KDG (Catholic church)"),
    ("dsg_ekd", "DSG-EKD (Protestant church)"),
]
# Where the right to information, its limits, the complaint and the restriction of processing stand.
SECTIONS = {
    "gdpr": ("Art. 15 DSGVO", "§ 34 BDSG, § 83 SGB X", "Art. 77 DSGVO", "Art. 18 DSGVO"),
    "sgb": ("Art. 15 DSGVO, § 83 SGB X", "§ 83 SGB X", "Art. 77 DSGVO, § 81 SGB X", "Art. 18 DSGVO, § 84 SGB X"),
    "kdg": ("§ 17 KDG", "§ 17 Abs. 6 KDG", "§ 48 KDG", "§ 20 KDG"),
    "dsg_ekd": ("§ 19 DSG-EKD", "§ 19 Abs. 2 bis 4 DSG-EKD", "§ 46 DSG-EKD", "§ 22 DSG-EKD"),
}


class ResCompany(models.Model):
    """Which data protection law the provider applies.

    Only texts and addresses depend on it: what is protected and how stays at the strictest level for all.
    """

    _inherit = "res.company"

    legal_frame = fields.Selection(selection=FRAMES, required=True, default="gdpr")
    privacy_authority = fields.Text(
        string="Supervisory Authority",
        help="Name and address of the authority to which a person may complain; printed in the information to her.",
    )
    privacy_contact = fields.Text(
        string="Data Protection Officer", help="Name and address, printed in the information to the person."
    )

    def _legal_sections(self):
        """The provisions of the provider's law: right to information, its limits, complaint, restriction."""
        self.ensure_one()
        return dict(zip(("access", "limits", "complaint", "restriction"), SECTIONS[self.legal_frame], strict=True))


class ResConfigSettings(models.TransientModel):
    """Data protection law of the provider at work."""

    _inherit = "res.config.settings"

    legal_frame = fields.Selection(related="company_id.legal_frame", readonly=False)
    privacy_authority = fields.Text(related="company_id.privacy_authority", readonly=False)
    privacy_contact = fields.Text(related="company_id.privacy_contact", readonly=False)

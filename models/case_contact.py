from odoo import api, fields, models

ROLES = [
    ("mother", "Mother"),
    ("father", "Father"),
    ("guardian", "Legal guardian"),
    ("relative", "Sibling or relative"),
    ("peer", "Friend or peer"),
    ("school", "School"),
    ("jobcenter", "Jobcenter"),
    ("employment_agency", "Employment agency"),
    ("advice_centre", "Advice centre"),
    ("quartier_management", "Quartier management"),
    ("company", "Company"),
    ("other", "Other"),
]


class CaseContact(models.Model):
    """A person or an institution around the young person (S33, S34).

    Follows the access to the case file: the key worker keeps those of her
    files, the team lead those of the own companies; nobody else sees anything
    of it. Organisations are contacts of the address book; private persons are
    written down here only.
    """

    _name = "justiq.case.contact"
    _inherit = ["justiq.organisation.mixin", "justiq.case.satellite.mixin"]
    _description = "Person or Institution around the Case"
    _order = "case_file_id, role, id"
    _rec_names_search = ["name", "partner_id.name"]

    # file
    case_file_id = fields.Many2one(ondelete="cascade")
    active = fields.Boolean(default=True)

    # who
    role = fields.Selection(selection=ROLES, required=True)
    name = fields.Char(string="Person", help="A private person, or whom to speak to in the organisation.")
    phone = fields.Char()

    # confidentiality
    may_be_told = fields.Text(help="What the young person allows to be passed on to this person or institution.")
    told_until = fields.Date(string="May Be Told Until")

    _somebody = models.Constraint(
        "CHECK (partner_id IS NOT NULL OR TRIM(COALESCE(name, '')) != '')",
        "Name a person or choose an organisation.",
    )

    @api.depends("name", "partner_id.name", "case_file_id.reference", "role")
    @api.depends_context("uid", "lang")
    def _compute_display_name(self):
        # As with the file: labels are computed in sudo, the name must not show.
        readable = self.sudo(False)._filtered_access("read")
        roles = dict(self._fields["role"]._description_selection(self.env))
        for contact in self:
            if not contact._origin or contact in readable:
                names = [name for name in (contact.name, contact.partner_id.name) if name]
                contact.display_name = ", ".join(names) or False
            else:
                contact.display_name = f"{contact.case_file_id.reference} · {roles.get(contact.role, '')}"

from odoo import api, fields, models


class MicroProjectStaff(models.Model):
    """Somebody who works in a micro-project besides its lead (S35).

    Also people with another profession, such as an artist or a town planner:
    an employee of the provider or a partner, with role and reason. Employees on
    this list may read and write the roster of the micro-project. Case workers
    and team leads keep the list; coordination and auditor read it.
    """

    _name = "justiq.micro.project.staff"
    _inherit = ["justiq.computed.mixin"]
    _description = "Staff of a Micro-Project"
    _order = "micro_project_id, id"
    _rec_names_search = ["employee_id", "partner_id", "role"]

    micro_project_id = fields.Many2one(
        comodel_name="justiq.micro.project",
        required=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="micro_project_id.company_id", store=True, index=True)
    employee_id = fields.Many2one(comodel_name="hr.employee", ondelete="restrict", index="btree_not_null")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="External Person",
        ondelete="restrict",
        index="btree_not_null",
    )
    role = fields.Char(required=True, help="Artist, town planner, coach ...")
    reason = fields.Text(required=True, help="Why this person is needed in the micro-project.")

    _employee_or_partner = models.Constraint(
        "CHECK ((employee_id IS NULL) != (partner_id IS NULL))",
        "Name either an employee or an external person.",
    )

    @api.depends("employee_id", "partner_id", "role")
    def _compute_display_name(self):
        for staff in self:
            person = staff.employee_id or staff.partner_id
            staff.display_name = f"{person.name or ''} ({staff.role or ''})"

    @api.model_create_multi
    def create(self, vals_list):
        staff = super().create(vals_list)
        staff.micro_project_id._check_may_change_team()
        return staff

    def write(self, vals):
        self.micro_project_id._check_may_change_team()
        result = super().write(vals)
        self.micro_project_id._check_may_change_team()
        return result

    def unlink(self):
        self.micro_project_id._check_may_change_team()
        return super().unlink()

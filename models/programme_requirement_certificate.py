from odoo import fields, models


class Requirement(models.Model):
    """Which certificates prove what a rule asks of the professionals (S25-S28)."""

    _inherit = "justiq.requirement"

    skill_type_ids = fields.Many2many(
        comodel_name="hr.skill.type",
        string="Certificates",
        domain=[("is_certification", "=", True)],
        help="One of them has to be valid on the day of the assignment. The count is the number of days before its end "
        "from which on a finding shows.",
    )
    skill_ids = fields.Many2many(
        comodel_name="hr.skill",
        string="Only These",
        domain="[('skill_type_id', 'in', skill_type_ids)]",
        help="Empty: every certificate of the kinds named.",
    )

    def _binding_fields(self):
        return super()._binding_fields() | {"skill_type_ids", "skill_ids"}

    def _certificates(self, employees):
        """The certificates by which the employees may prove the rule, by employee.

        In sudo, called by the rule engine: what leaves is the name of the employee and
        of a certificate, which colleagues see anyway.
        """
        self.ensure_one()
        types, skills = self.skill_type_ids, self.skill_ids
        # From the cache: a rule is held against the same people as the rule before it.
        # sudo: as the docstring says.
        held = employees.sudo().employee_skill_ids.filtered(
            lambda one: one.skill_type_id in types and (not skills or one.skill_id in skills)
        )
        return held.grouped("employee_id")

    def _certificate_names(self):
        return (self.skill_ids or self.skill_type_ids).mapped("name")

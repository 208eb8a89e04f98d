from datetime import date, timedelta

from odoo import api, models
from odoo.exceptions import AccessError


class EmployeeSkill(models.Model):
    """A certificate of an employee, as proof of a rule of the guideline (S25-S28).

    In Odoo everybody keeps the own skills. A certificate that proves a rule is entered,
    changed and deleted by Human Resources or the team lead: nobody certifies herself.
    With each change the rule engine looks again at the work of the employee.
    """

    _inherit = "hr.employee.skill"

    def _is_valid_on(self, day):
        self.ensure_one()
        return (self.valid_from or date.min) <= day and (self.valid_to or date.max) >= day

    def _covered_until(self, day):
        """The last day of an unbroken validity from the day on, or the last end before it; empty: for good."""
        certificates = self.sorted(lambda certificate: certificate.valid_from or date.min)
        past = [
            certificate.valid_to for certificate in certificates if certificate.valid_to and certificate.valid_to < day
        ]
        end = max(past, default=day - timedelta(days=1))
        for certificate in certificates:
            if (certificate.valid_from or date.min) <= max(end, day) + timedelta(days=1):
                if not certificate.valid_to:
                    return False
                end = max(end, certificate.valid_to)
        return end

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        skills = super().create(vals_list)
        skills._check_may_certify()
        skills._check_work_again()
        return skills

    def write(self, vals):
        self._check_may_certify()
        before = self.employee_id
        types = self.skill_type_id
        result = super().write(vals)
        self._check_may_certify()
        self._check_work_again(before, types)
        return result

    def unlink(self):
        self._check_may_certify()
        employees, types = self.employee_id, self.skill_type_id
        result = super().unlink()
        self.browse()._check_work_again(employees, types)
        return result

    def _proved_rules(self, types):
        # sudo: rules are no secret, and asked here for whoever keeps skills.
        return self.env["justiq.requirement"].sudo().search([("skill_type_ids", "in", types.ids)])

    def _check_may_certify(self):
        if self.env.su or self.env.user.has_groups("hr.group_hr_user,justiq.group_team_lead"):
            return
        rules = self._proved_rules(self.skill_type_id)
        if rules:
            raise AccessError(
                self.env._(
                    "%(certificates)s: such a certificate proves a rule of the funding guideline (%(rules)s). Human "
                    "Resources or the team lead enters it.",
                    certificates=self.skill_type_id.mapped("name"),
                    rules=sorted(set(rules.mapped("code"))),
                )
            )

    def _check_work_again(self, employees=None, types=None):
        """Open and resolve the findings that rest on these certificates."""
        employees = (employees or self.env["hr.employee"]) | self.employee_id
        types = (types or self.env["hr.skill.type"]) | self.skill_type_id
        if not employees or not self._proved_rules(types):
            return
        # sudo: the rule engine looks at all work, whoever keeps certificates; nothing is returned.
        for model in ("justiq.participation", "justiq.micro.project"):
            # sudo: as above
            Work = self.env[model].sudo().with_context(active_test=False)
            Work.search([(Work._professional_field, "in", employees.ids)])._check_again()
        # sudo: as above
        Grant = self.env["justiq.grant"].sudo()
        Grant._grants_of(employees)._check_again()

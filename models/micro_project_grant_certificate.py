from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import LazyTranslate, format_date

from .programme_checked_mixin import Deviation, requirement_check

_lt = LazyTranslate(__name__)


class Grant(models.Model):
    """Certificates of the professionals of a grant that run out while they work in it (S25-S28).

    One finding for each rule and grant, and not one for each young person.
    """

    _inherit = "justiq.grant"

    # Without dependencies: several rules ask for it one after the other.
    professional_ids = fields.Many2many(
        comodel_name="hr.employee",
        string="Professionals",
        compute="_compute_professional_ids",
        groups=fields.NO_ACCESS,
        help="Key workers of individual help and leads of micro-projects, as of today.",
    )

    @requirement_check(
        _lt("Professionals: valid certificate on the day of the assignment"),
        fields=["state", "programme_id"],
        states=["closed"],
        ahead=["draft", "running"],
    )
    def _requirement_certificate(self, rule):
        """S25-S28: a certificate runs out within the number of days of the rule, or has run out."""
        today = fields.Date.context_today(self)
        certificates = rule._certificates(self.professional_ids)
        deviations = {}
        for grant in self:
            ends = {
                professional: certificates[professional]._covered_until(today)
                for professional in grant.professional_ids
                if professional in certificates
            }
            limit = today + timedelta(days=rule.value_count)
            running_out = {professional: end for professional, end in ends.items() if end and end <= limit}
            if running_out:
                deviations[grant] = Deviation(
                    self.env._(
                        "%(grant)s: certificates run out, or have run out (%(certificates)s): %(professionals)s. Enter "
                        "the renewed ones under “Certificates”.",
                        grant=grant.name,
                        certificates=rule._certificate_names(),
                        professionals=[
                            self.env._("%(name)s on %(day)s", name=professional.name, day=format_date(self.env, end))
                            for professional, end in running_out.items()
                        ],
                    ),
                    len(running_out),
                )
        return deviations

    def _compute_professional_ids(self):
        today = fields.Date.context_today(self)
        going_on = ["|", ("date_end", "=", False), ("date_end", ">=", today)]
        self.professional_ids = False
        grants = self.filtered(lambda grant: grant.state != "closed")
        # sudo: only who works in the grant, which stands in its reports.
        for model, field, domain in (
            ("justiq.participation", "key_worker_id", [("baustein_kind", "=", "individual")]),
            ("justiq.micro.project", "lead_id", [("state", "in", ("approved", "running"))]),
        ):
            of_these = [("grant_id", "in", grants.ids), (field, "!=", False), *domain, *going_on]
            # sudo: as above
            for grant, professional in self.env[model].sudo()._read_group(of_these, ["grant_id", field]):
                grants.browse(grant.id).professional_ids |= professional

    def _hold_against_rules(self, existing=False):
        if existing:
            self.invalidate_recordset(["professional_ids"])  # may be older than what has changed
        return super()._hold_against_rules(existing)

    @api.model
    def _check_certificates_daily(self):
        """Look again at the grants in which a certificate runs out soon, or a finding says so; called by a cron."""
        rules = self.env["justiq.requirement"].search([("check", "=", "certificate"), ("enforcement", "!=", "off")])
        today = fields.Date.context_today(self)
        soon = today + timedelta(days=max(rules.mapped("value_count"), default=0))
        ending = self.env["hr.employee.skill"].search(
            [("skill_type_id", "in", rules.skill_type_ids.ids), ("valid_to", "<=", soon), ("valid_to", "!=", False)]
        )
        found = self.env["justiq.finding"].search(
            [("res_model", "=", self._name), ("requirement_id", "in", rules.ids), ("state", "!=", "resolved")]
        )
        grants = self.browse(found.mapped("res_id")) | self._grants_of(ending.employee_id)
        grants._check_again()

    @api.model
    def _grants_of(self, professionals):
        """The grants in which the professionals work or have worked."""
        of_these = [("grant_id.state", "!=", "closed")]
        participations = self.env["justiq.participation"]._read_group(
            [*of_these, ("key_worker_id", "in", professionals.ids)], ["grant_id"]
        )
        projects = self.env["justiq.micro.project"]._read_group(
            [*of_these, ("lead_id", "in", professionals.ids)], ["grant_id"]
        )
        return self.union(*[grant for (grant,) in participations + projects])

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from .programme_checked_mixin import Deviation, requirement_check

_lt = LazyTranslate(__name__)


class Grant(models.Model):
    """The micro-projects of a grant and their minimum number (S21)."""

    _inherit = "justiq.grant"

    micro_project_ids = fields.One2many(
        comodel_name="justiq.micro.project",
        inverse_name="grant_id",
        groups="justiq.group_case_worker,justiq.group_coordinator,"
        "justiq.group_finance,justiq.group_auditor,justiq.group_manager",
    )
    micro_project_count = fields.Integer(compute="_compute_micro_project_counts", store=True)
    micro_project_counted = fields.Integer(
        string="Micro-Projects Carried Out",
        compute="_compute_micro_project_counts",
        store=True,
        help="Done, with a session that took place and an attendance (S21).",
    )

    @api.depends("micro_project_ids.is_counted")
    def _compute_micro_project_counts(self):
        projects = self.env["justiq.micro.project"].with_context(active_test=False)
        groups = projects._read_group([("grant_id", "in", self.ids)], ["grant_id", "is_counted"], ["__count"])
        for grant in self:
            by_counted = {is_counted: count for owner, is_counted, count in groups if owner == grant._origin}
            grant.micro_project_count = sum(by_counted.values())
            grant.micro_project_counted = by_counted.get(True, 0)

    @requirement_check(
        _lt("Grant: number of micro-projects carried out"),
        fields=["state", "programme_id", "baustein_ids", "micro_project_counted"],
        states=["closed"],
        ahead=["running"],
    )
    def _requirement_micro_project_count(self, rule):
        """S21, where the group Baustein is part of the grant (S22)."""
        return {
            grant: Deviation(
                self.env._(
                    "%(grant)s: %(found)s micro-projects were carried out (done, with a "
                    "session that took place and an attendance), at least %(limit)s are "
                    "required. Complete further micro-projects.",
                    grant=grant.name,
                    found=grant.micro_project_counted,
                    limit=rule.value_count,
                ),
                grant.micro_project_counted,
            )
            for grant in self
            if grant.has_group_baustein and grant.micro_project_counted < rule.value_count
        }

    def action_view_micro_projects(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Micro-Projects"),
            "res_model": "justiq.micro.project",
            "view_mode": "kanban,list,form",
            "domain": [("grant_id", "=", self.id)],
            "context": {"default_grant_id": self.id},
        }

from odoo import api, fields, models
from odoo.exceptions import ValidationError

COUNTED = {
    "assessment_count": ("justiq.case.assessment", [("state", "!=", "discarded")]),
    "goal_count": ("justiq.case.goal", [("state", "=", "open")]),
    "plan_count": ("justiq.case.plan", []),
    "referral_count": ("justiq.case.referral", []),
}


class CaseFile(models.Model):
    """Assessments, goals, plans and referrals of the case file."""

    _inherit = "justiq.case.file"

    assessment_ids = fields.One2many(
        comodel_name="justiq.case.assessment", inverse_name="case_file_id", string="Assessments"
    )
    goal_ids = fields.One2many(comodel_name="justiq.case.goal", inverse_name="case_file_id", string="Goals")
    plan_ids = fields.One2many(comodel_name="justiq.case.plan", inverse_name="case_file_id", string="Plans")
    referral_ids = fields.One2many(comodel_name="justiq.case.referral", inverse_name="case_file_id", string="Referrals")
    assessment_count = fields.Integer(compute="_compute_plan_counts")
    goal_count = fields.Integer(string="Open Goals", compute="_compute_plan_counts")
    plan_count = fields.Integer(compute="_compute_plan_counts")
    referral_count = fields.Integer(compute="_compute_plan_counts")
    goals_needed = fields.Char(compute="_compute_goals_needed", help="Weak domains without an open goal.")
    assessment_picture = fields.Html(
        compute="_compute_assessment_picture", sanitize=False, export_string_translation=False
    )

    def _compute_plan_counts(self):
        for name, (model, domain) in COUNTED.items():
            counts = dict(
                self.env[model]._read_group([("case_file_id", "in", self.ids), *domain], ["case_file_id"], ["__count"])
            )
            for case in self:
                case[name] = counts.get(case._origin, 0)

    @api.depends("assessment_ids.line_ids.needs_goal")
    def _compute_goals_needed(self):
        lines = self.env["justiq.case.assessment.line"].search(
            [("case_file_id", "in", self.ids), ("needs_goal", "=", True)]
        )
        of_files = lines.grouped("case_file_id")
        for case in self:
            case.goals_needed = ", ".join(of_files.get(case._origin, lines.browse()).domain_id.mapped("name"))

    @api.depends("assessment_ids.state")
    @api.depends_context("lang")
    def _compute_assessment_picture(self):
        for case in self:
            latest = case.assessment_ids.filtered("is_latest")
            case.assessment_picture = (latest._find_first() | latest)._draw(as_image=True) if latest else False

    def action_view_assessments(self):
        return self._view_of_file("justiq.justiq_case_assessment_action")

    def action_view_goals(self):
        return self._view_of_file("justiq.justiq_case_goal_action")

    def action_view_plans(self):
        return self._view_of_file("justiq.justiq_case_plan_action")

    def action_view_referrals(self):
        return self._view_of_file("justiq.justiq_case_referral_action")

    def _view_of_file(self, action):
        """An action that shows what hangs on this file, and makes more of it."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(action),
            "domain": [("case_file_id", "=", self.id)],
            "context": {"default_case_file_id": self.id},
        }

    def action_new_assessment(self):
        occasion = "interim" if self.assessment_ids else "start"
        return self._new_of_file("justiq.case.assessment", self.env._("New Assessment"), default_occasion=occasion)

    def action_new_plan(self):
        """Open the version in preparation, or begin the next one."""
        draft = self.plan_ids.filtered(lambda plan: plan.state == "draft")
        action = self._new_of_file("justiq.case.plan", self.env._("Support Plan"))
        return {**action, "res_id": draft.id} if draft else action

    def action_new_referral(self):
        return self._new_of_file("justiq.case.referral", self.env._("New Referral"))

    def _check_enrolled(self):
        """Refuse what belongs to a grant on a file that has no enrolment yet.

        :raises ValidationError: naming the file by its reference, and the way out
        """
        for case in self:
            if not case.enrolment_ids:
                raise ValidationError(
                    self.env._(
                        "Enrolment: case file %s has none, and this belongs to a grant. "
                        "Enrol the young person in a grant first.",
                        case.reference,
                    )
                )

    def _new_of_file(self, model, name, **context):
        self.ensure_one()
        self._check_enrolled()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "context": {"default_case_file_id": self.id, **context},
        }

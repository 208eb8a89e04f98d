from odoo import models
from odoo.tools import format_date


class CasePlanReport(models.AbstractModel):
    """A version of the plan, to sign.

    Printed by whoever may read the case file. An agreed version prints what
    was frozen; the picture compares the assessments completed until then.
    """

    _name = "report.justiq.report_case_plan"
    _inherit = "justiq.report.mixin"
    _description = "Plan to Sign"

    _printed_model = "justiq.case.plan"

    def _contents(self, plans):
        return {plan.id: self._content(plan) for plan in plans}

    def _content(self, plan):
        case, content = plan.case_file_id, plan._get_content()
        return {
            "title": self.env._("Plan, version %s", plan.version),
            "is_draft": plan.state == "draft",
            "overview": [
                {"label": self.env._("Young person"), "text": f"{case.first_name} {case.last_name}"},
                *self._facts(case, ("birth_date", "reference")),
                {"label": self.env._("Key worker"), "text": content["key_worker"]},
                *self._day(plan),
                {"label": self.env._("Also present"), "text": ", ".join(content["participants"])},
                *self._facts(plan, ("next_review_date",)),
            ],
            "content": content,
            "remark": plan.remark,
            "picture": self._picture(plan),
            "signed_on": format_date(self.env, plan.signed_on) if plan.signed_on else "",
            "signatures": [
                f"{case.first_name} {case.last_name}",
                *([self.env._("Parents or legal guardian")] if plan._needs_guardian() else []),
                self.env._("Key worker: %s", content["key_worker"]),
            ],
        }

    def _day(self, plan):
        """The day of the agreement; nothing has been agreed on a draft."""
        if plan.state == "draft":
            return [{"label": self.env._("As of"), "text": format_date(self.env, plan.date)}]
        return self._facts(plan, ("date",))

    def _picture(self, plan):
        """First and last of the assessments completed until the day of the agreement."""
        completed = plan.case_file_id.assessment_ids.filtered(
            lambda one: one.state == "complete" and one.date <= plan.date and one.programme_id == plan.programme_id
        )
        return completed.sorted(lambda one: (one.date, one.id))._draw()

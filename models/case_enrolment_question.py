from odoo import api, models

from .programme_question import PHASES


class Question(models.Model):
    """The questions that the enrolment has a field for, and what a changed questionnaire means for it."""

    _inherit = "justiq.question"

    @api.model
    def _answer_fields(self):
        enrolment = self.env["justiq.enrolment"]
        return {name: (enrolment._fields[name], phase) for name, phase in enrolment._answer_fields().items()}

    @api.model
    def _apply_to_answers(self, programmes):
        # sudo: the questionnaire binds all providers' enrolments, which the programme administrator may not read;
        # nothing of them is returned.
        self.env["justiq.enrolment"].sudo()._refresh_completeness(programmes)
        return super()._apply_to_answers(programmes)

    def _mandatory_by_phase(self):
        """The questions that count for the completeness, by phase."""
        mandatory = self.filtered("is_mandatory")
        return {phase: mandatory.filtered(lambda question, phase=phase: question.phase == phase) for phase, _ in PHASES}

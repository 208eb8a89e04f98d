from odoo import api, fields, models
from odoo.exceptions import ValidationError

PHASES = [("entry", "Entry"), ("exit", "Exit"), ("follow_up", "Follow-up")]


class Question(models.Model):
    """A question of the funder's questionnaire, as one programme version puts it.

    Everybody with a JUSTiQ role reads the questions; only the programme
    administrator changes them. Which questions can be put is code: each has a
    typed field with codes of its own on the enrolment. Whether a programme
    puts it, must have it answered, and takes “no answer”, is data.
    """

    _name = "justiq.question"
    _description = "Question of the Questionnaire"
    _order = "programme_id, phase, sequence, id"

    programme_id = fields.Many2one(comodel_name="justiq.programme", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    code = fields.Selection(
        string="Question",
        selection="_selection_code",
        required=True,
        help="What is asked. The answers have fixed codes, so that they can be reported in every programme.",
    )
    phase = fields.Selection(selection=PHASES, compute="_compute_phase", store=True, precompute=True, required=True)
    wording = fields.Char(translate=True, help="The question as it is put to the young person.")
    hint = fields.Text(translate=True, help="How the funder defines the answers.")
    source = fields.Char(translate=True, help="Document and section in which the funder asks it.")

    is_asked = fields.Boolean(string="Asked", default=True)
    is_mandatory = fields.Boolean(
        string="Mandatory",
        help="Counts for the completeness. A person with incomplete entry data does not count for the funder.",
    )
    allows_no_answer = fields.Boolean(
        string="“No Answer” Possible",
        help="“No answer” is an answer then; elsewhere the server refuses it.",
    )

    _code_unique = models.UniqueIndex("(programme_id, code)", "This programme already has this question.")
    _mandatory_is_asked = models.Constraint(
        "CHECK (is_asked OR is_mandatory IS NOT TRUE)",
        "A mandatory question has to be asked.",
    )

    @api.model
    def _answer_fields(self):
        """Fields that hold the answers: (field, phase) by code. The case room fills it."""
        return {}

    @api.model
    def _selection_code(self):
        return [(code, field._description_string(self.env)) for code, (field, _phase) in self._answer_fields().items()]

    @api.depends("code")
    def _compute_phase(self):
        answers = self._answer_fields()
        for question in self:
            if question.code and question.code not in answers:
                raise ValidationError(
                    self.env._(
                        "Question: there is no “%(code)s”. Choose one of: %(possible)s.",
                        code=question.code,
                        possible=sorted(answers),
                    )
                )
            question.phase = answers[question.code][1] if question.code else False

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._selection_code())
        for question in self:
            question.display_name = labels.get(question.code, question.code)

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        questions = super().create(vals_list)
        questions._apply_to_answers(questions.programme_id)
        return questions

    def write(self, vals):
        if not vals.keys() & {"programme_id", "code", "is_asked", "is_mandatory", "allows_no_answer"}:
            return super().write(vals)
        before = self.programme_id
        result = super().write(vals)
        self._apply_to_answers(before | self.programme_id)
        return result

    def unlink(self):
        programmes = self.programme_id
        result = super().unlink()
        self._apply_to_answers(programmes)
        return result

    @api.model
    def _apply_to_answers(self, programmes):
        """Hold the answers that are there against changed questions. The case room does it."""


class Programme(models.Model):
    """A programme has a questionnaire."""

    _inherit = "justiq.programme"

    question_ids = fields.One2many(comodel_name="justiq.question", inverse_name="programme_id", copy=True)
    follow_up_months = fields.Integer(
        string="Follow-Up after Exit",
        default=0,
        help="Months after the exit at which former participants are asked once more. 0: they are not.",
    )

    _follow_up_months_in_reach = models.Constraint(
        "CHECK (follow_up_months >= 0 AND follow_up_months <= 60)",
        "Follow-up: between 0 (off) and 60 months after the exit.",
    )

    def action_add_questions(self):
        """Add all questions that the programme does not have yet, none of them asked."""
        self.ensure_one()
        existing = set(self.question_ids.mapped("code"))
        answers = self.question_ids._answer_fields()
        self.env["justiq.question"].create(
            [
                {"programme_id": self.id, "code": code, "sequence": 10 * number, "is_asked": False}
                for number, code in enumerate(answers, 1)
                if code not in existing
            ]
        )
        return True

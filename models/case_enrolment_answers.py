from lxml.builder import E

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

NO_ANSWER = "no_answer"
YES_NO = [("yes", "Yes"), ("no", "No"), (NO_ANSWER, "No answer")]
EMPLOYMENT = [
    ("employed", "Employed or self-employed, also apprentices"),
    ("unemployed", "Registered as unemployed"),
    ("long_term_unemployed", "Long-term unemployed"),
    ("pupil", "School pupil"),
    ("inactive_training", "Inactive, in education or training"),
    ("inactive", "Inactive, not in education or training"),
    (NO_ANSWER, "No answer"),
]
EDUCATION = [
    ("isced_0", "ISCED 0: no school leaving certificate, no primary education"),
    ("isced_1", "ISCED 1: primary education"),
    ("isced_2", "ISCED 2: lower secondary education"),
    ("isced_3", "ISCED 3: upper secondary education or vocational training"),
    ("isced_4", "ISCED 4: post-secondary education, not tertiary"),
    ("isced_5_8", "ISCED 5 to 8: tertiary education"),
    (NO_ANSWER, "No answer"),
]
HOUSING = [
    ("secure", "Secure housing"),
    ("homeless", "Homeless"),
    ("exclusion", "Threatened by loss of the home, or in an emergency shelter"),
    (NO_ANSWER, "No answer"),
]
DESTINATION = [
    ("school", "School"),
    ("pre_vocational", "Pre-vocational measure"),
    ("training", "Vocational training"),
    ("work", "Work"),
    ("higher_education", "Higher education"),
    ("voluntary_service", "Voluntary service"),
    ("other_help", "Other help or counselling"),
    ("none", "None of these"),
    ("unknown", "Not known, contact lost"),
    ("other", "Other"),
    (NO_ANSWER, "No answer"),
]
QUALIFICATION = [
    ("none", "None"),
    ("certificate", "Certificate of a course or module"),
    ("school", "School leaving certificate"),
    ("vocational", "Vocational qualification"),
    (NO_ANSWER, "No answer"),
]
CASE_WORK = "justiq.group_case_worker"


class Enrolment(models.Model):
    """The answers to the questionnaires of the ESF, in both funding periods.

    Each answer is a typed field with codes that never change. `answer_phase`
    makes a field an answer and says at what time it is asked; a further question
    is one more such field. What belongs to special categories of personal data,
    or tells of the life situation, is for case workers and team leads alone;
    status, education and outcome are also read under the reference.
    """

    _inherit = "justiq.enrolment"

    # entry: on the day of entry
    entry_employment = fields.Selection(
        selection=EMPLOYMENT,
        string="Employment Status at Entry",
        answer_phase="entry",
        index=True,
        help="Unemployed: registered with the employment agency or the Jobcenter, also beside a small job. Long-term: "
        "for more than 12 months, under 25 years for more than 6 months. Pupils and students who are not registered "
        "as unemployed are inactive.",
    )
    entry_education = fields.Selection(
        selection=EDUCATION,
        string="Education at Entry",
        answer_phase="entry",
        help="The highest level that has been completed.",
    )
    entry_school_absence = fields.Selection(
        selection=YES_NO,
        string="School Absence",
        answer_phase="entry",
        groups=CASE_WORK,
        help="Stays away from school, or is at risk of it.",
    )
    entry_school_certificate = fields.Selection(
        selection=YES_NO, string="School Leaving Certificate", answer_phase="entry", groups=CASE_WORK
    )
    entry_vocational_degree = fields.Selection(
        selection=YES_NO, string="Vocational Qualification", answer_phase="entry", groups=CASE_WORK
    )
    entry_foreign_background = fields.Selection(
        selection=YES_NO,
        string="Migrant or Foreign Background",
        answer_phase="entry",
        groups=CASE_WORK,
        help="The person or a parent was born abroad or has a foreign nationality.",
    )
    entry_minority = fields.Selection(
        selection=YES_NO,
        string="Minority",
        answer_phase="entry",
        groups=CASE_WORK,
        help="Belongs to a national minority, such as Danes, Frisians, Sorbs, or Sinti and Roma.",
    )
    entry_third_country = fields.Selection(
        selection=YES_NO,
        string="Third-Country National",
        answer_phase="entry",
        groups=CASE_WORK,
        help="Has the nationality of no member state of the European Union, or is stateless.",
    )
    entry_newly_arrived = fields.Selection(
        selection=YES_NO, string="Newly Arrived in Germany", answer_phase="entry", groups=CASE_WORK
    )
    entry_disability = fields.Selection(
        selection=YES_NO,
        string="Disability",
        answer_phase="entry",
        groups=CASE_WORK,
        help="A recognised disability. Nobody has to tell.",
    )
    entry_other_disadvantage = fields.Selection(
        selection=YES_NO,
        string="Other Disadvantage",
        answer_phase="entry",
        groups=CASE_WORK,
        help="Such as addiction, debts, imprisonment, or no school leaving certificate.",
    )
    entry_care_leaver = fields.Selection(
        selection=YES_NO,
        string="Care Leaver",
        answer_phase="entry",
        groups=CASE_WORK,
        help="Lives in residential or foster care, or has left it.",
    )
    entry_housing = fields.Selection(
        selection=HOUSING, string="Housing Situation", answer_phase="entry", groups=CASE_WORK
    )
    entry_rural = fields.Selection(selection=YES_NO, string="Lives in a Rural Area", answer_phase="entry")

    # exit: on the day of leaving and up to four weeks later
    exit_destination = fields.Selection(
        selection=DESTINATION,
        string="Outcome",
        answer_phase="exit",
        index=True,
        help="Where the person goes on leaving or within four weeks.",
    )
    exit_employment = fields.Selection(selection=EMPLOYMENT, string="Employment Status at Exit", answer_phase="exit")
    exit_qualification = fields.Selection(selection=QUALIFICATION, string="Qualification Gained", answer_phase="exit")
    exit_job_searching = fields.Selection(
        selection=YES_NO,
        string="Looking for Work",
        answer_phase="exit",
        help="Has begun to look for work or training; registered or not.",
    )
    exit_improved = fields.Selection(
        selection=YES_NO,
        string="Situation Improved",
        answer_phase="exit",
        help="At school, in training, at work or in life, compared with the day of entry.",
    )

    # follow-up: some months after leaving, where the programme asks for it
    follow_up_employment = fields.Selection(
        selection=EMPLOYMENT, string="Employment Status at Follow-Up", answer_phase="follow_up"
    )
    follow_up_improved = fields.Selection(
        selection=YES_NO, string="Situation Improved since Exit", answer_phase="follow_up"
    )

    questionnaire = fields.Json(compute="_compute_questionnaire", export_string_translation=False)

    @api.model
    def _valid_field_parameter(self, field, name):
        return name == "answer_phase" or super()._valid_field_parameter(field, name)

    @api.model
    @ormcache()
    def _answer_fields(self):
        """Phase by name of the field, in the order of the questionnaire."""
        return {
            name: field.answer_phase
            for name, field in sorted(self._fields.items(), key=lambda item: item[1]._sequence)
            if getattr(field, "answer_phase", None)
        }

    @api.depends("grant_id.programme_id")
    @api.depends_context("lang")
    def _compute_questionnaire(self):
        """What is asked of whom, for the form: wording and conditions by field."""
        for programme, enrolments in self.grouped(lambda enrolment: enrolment.grant_id.programme_id).items():
            asked = programme.question_ids.filtered("is_asked")
            enrolments.questionnaire = {
                question.code: {
                    "phase": question.phase,
                    "label": question.display_name,
                    "wording": question.wording or "",
                    "hint": question.hint or "",
                    "mandatory": question.is_mandatory,
                    "no_answer": question.allows_no_answer,
                }
                for question in asked
            }

    @api.constrains(lambda self: [*self._answer_fields()])
    def _check_no_answer_is_possible(self):
        """Refuse “no answer” where the programme wants to know.

        :raises ValidationError: naming the person's reference and the questions
        """
        for programme, enrolments in self.grouped(lambda enrolment: enrolment.grant_id.programme_id).items():
            strict = programme.question_ids.filtered(
                lambda question: question.is_asked and not question.allows_no_answer
            )
            for enrolment in enrolments:
                refused = strict.filtered(lambda question, answers=enrolment: answers[question.code] == NO_ANSWER)
                if refused:
                    raise ValidationError(
                        self.env._(
                            "%(reference)s: “No answer” is not possible for %(questions)s in the programme "
                            "%(programme)s. Choose one of the other answers, or leave it empty until you know.",
                            reference=enrolment.reference,
                            questions=refused.mapped("display_name"),
                            programme=programme.code,
                        )
                    )

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Put each answer into the form: where the questionnaire of its phase stands, if it is asked."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            for name, phase in self._answer_fields().items():
                for place in arch.xpath(f"//group[@name='answers_{phase}']"):
                    shown = f"'{name}' not in (questionnaire or {{}})"
                    place.append(E.field(name=name, widget="justiq_answer", invisible=shown))
        return arch, view

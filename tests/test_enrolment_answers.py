from datetime import date

from lxml import etree
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ENTRY_ANSWERS, EXIT_ANSWERS, JustiqCommon

NO_ANSWER = "no_answer"
SENSITIVE = {
    "entry_care_leaver",
    "entry_disability",
    "entry_foreign_background",
    "entry_housing",
    "entry_minority",
    "entry_newly_arrived",
    "entry_other_disadvantage",
    "entry_school_absence",
    "entry_school_certificate",
    "entry_third_country",
    "entry_vocational_degree",
}


@tagged("post_install", "-at_install")
class TestQuestion(JustiqCommon):
    """Which questions are asked, must be answered and take “no answer” is data of the programme version."""

    def _question(self, code, programme=None):
        return (programme or self.programme).question_ids.filtered(lambda question: question.code == code)

    def test_both_phases_are_shipped_with_the_questions_of_the_first_period(self):
        phases = [self.env.ref(f"justiq.programme_phase{number}").question_ids for number in (1, 2)]
        self.assertEqual(*(questions.mapped("code") for questions in phases))
        for questions in phases:
            self.assertTrue(all(questions.mapped("source")))
            mandatory = questions.filtered("is_mandatory")
            self.assertEqual(
                set(mandatory.mapped("code")) - {"follow_up_employment", "follow_up_improved"},
                ENTRY_ANSWERS.keys() | EXIT_ANSWERS.keys(),
            )
        self.assertFalse(self._question("entry_third_country"), "asked since 2021 only")

    def test_core_data_know_no_refusal_and_special_categories_do(self):
        for code, allowed in (
            ("entry_employment", False),
            ("entry_education", False),
            ("exit_destination", False),
            ("entry_disability", True),
            ("entry_minority", True),
            ("entry_foreign_background", True),
        ):
            with self.subTest(code=code):
                self.assertEqual(self._question(code).allows_no_answer, allowed)

    def test_every_question_has_a_typed_field_and_a_phase(self):
        enrolment = self.env["justiq.enrolment"]
        for code, phase in enrolment._answer_fields().items():
            with self.subTest(code=code):
                self.assertTrue(code.startswith(phase))
                self.assertIn(NO_ANSWER, dict(enrolment._fields[code].selection))
                question = self._question(code)
                if question:
                    self.assertEqual(question.phase, phase)

    def test_programme_administrator_makes_another_questionnaire_by_clicking(self):
        manager = self.users["manager"]
        programme = self.programme.with_user(manager).copy({"code": "JBE"})
        self.assertEqual(len(programme.question_ids), len(self.programme.question_ids))
        programme.action_add_questions()
        self.assertEqual(
            set(programme.question_ids.mapped("code")), self.env["justiq.enrolment"]._answer_fields().keys()
        )
        added = self._question("entry_third_country", programme)
        self.assertFalse(added.is_asked)
        added.write({"is_asked": True, "is_mandatory": True})
        self.assertFalse(self._question("entry_third_country"), "the other programme stays as it is")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_else_changes_the_questionnaire(self):
        for role in ("case_worker", "team_lead", "coordinator", "finance", "auditor", "privacy_officer"):
            question = self._question("entry_employment").with_user(self.users[role])
            self.assertTrue(question.is_asked)
            with self.subTest(role=role), self.assertRaises(AccessError):
                question.is_mandatory = False
            with self.subTest(role=role), self.assertRaises(AccessError):
                question.programme_id.action_add_questions()

    @mute_logger("odoo.sql_db")
    def test_a_question_is_there_once_and_asked_if_mandatory(self):
        with self.assertRefused(error=UniqueViolation):
            self.env["justiq.question"].create({"programme_id": self.programme.id, "code": "entry_education"})
        with self.assertRefused(error=CheckViolation):
            self._question("entry_education").is_asked = False

    def test_unknown_question_is_refused(self):
        with self.assertRefused("legal_basis_date", "entry_education"):
            self.env["justiq.question"].create({"programme_id": self.programme.id, "code": "legal_basis_date"})


@tagged("post_install", "-at_install")
class TestEnrolmentAnswers(JustiqCommon):
    """The answers: typed, asked as the programme wants it, and seen by who may see them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enrolment = cls._enrol()
        cls.questions = {question.code: question for question in cls.programme.question_ids}

    # ------------------------------------------------------------
    # No answer
    # ------------------------------------------------------------

    def test_no_answer_is_refused_where_the_programme_wants_to_know(self):
        strict = [code for code, question in self.questions.items() if not question.allows_no_answer]
        self.assertIn("entry_employment", strict)
        for code in strict:
            with (
                self.subTest(code=code),
                self.assertRefused(self.enrolment.reference, self.questions[code].display_name),
            ):
                self.enrolment.with_user(self.users["case_worker"]).write({code: NO_ANSWER})
            self.enrolment.invalidate_recordset()

    def test_no_answer_is_taken_where_the_programme_allows_it(self):
        for code in ("entry_minority", "entry_disability", "entry_foreign_background", "exit_improved"):
            self.enrolment.with_user(self.users["case_worker"]).write({code: NO_ANSWER})
        self.assertTrue(self.enrolment.is_counted)

    def test_no_answer_is_data_of_the_programme(self):
        self.questions["entry_education"].allows_no_answer = True
        self.enrolment.entry_education = NO_ANSWER
        self.assertTrue(self.enrolment.is_counted)
        self.questions["entry_education"].allows_no_answer = False
        self.assertEqual(self.enrolment.not_counted_reason, "incomplete")

    def test_no_answer_is_refused_on_every_path(self):
        values = {"case_file_id": self._create_case().id, "grant_id": self.grant.id, "date_entry": date(2020, 1, 15)}
        enrolments = self.env["justiq.enrolment"].with_user(self.users["case_worker"])
        with self.assertRefused("No answer"):
            enrolments.create({**values, "entry_employment": NO_ANSWER})
        with self.assertRefused("No answer"):
            enrolments.with_context(
                import_file=True, install_mode=True, module="x", default_entry_employment=NO_ANSWER
            ).create(values)
        with self.assertRefused("No answer"):
            self.enrolment.sudo().write({"entry_employment": NO_ANSWER})
        with self.assertRefused("No answer"):
            self.enrolment.case_file_id.write(
                {"enrolment_ids": [(1, self.enrolment.id, {"exit_destination": NO_ANSWER})]}
            )

    @mute_logger("odoo.sql_db")
    def test_no_answer_is_refused_in_an_import(self):
        case = self._create_case()
        result = (
            self.env["justiq.enrolment"]
            .with_user(self.users["case_worker"])
            .load(
                ["case_file_id/.id", "grant_id/.id", "date_entry", "entry_employment", "entry_education"],
                [[str(case.id), str(self.grant.id), "2020-01-15", NO_ANSWER, "isced_2"]],
            )
        )
        self.assertFalse(result["ids"])
        self.assertIn("No answer", result["messages"][0]["message"])
        self.assertFalse(case.enrolment_ids)

    def test_unknown_codes_are_refused(self):
        with self.assertRaises(ValueError):
            self.enrolment.entry_employment = "rich"

    # ------------------------------------------------------------
    # Form
    # ------------------------------------------------------------

    def _shown(self, role, enrolment=None):
        enrolment = (enrolment or self.enrolment).with_user(self.users[role])
        arch = etree.fromstring(enrolment.get_view(view_type="form")["arch"])
        fields = arch.xpath("//group[starts-with(@name, 'answers_')]/field")
        questionnaire = enrolment.questionnaire or {}
        return {
            field.get("name")
            for field in fields
            if field.get("invisible") == f"'{field.get('name')}' not in (questionnaire or {{}})"
            and field.get("name") in questionnaire
        }

    def test_form_shows_just_what_is_asked(self):
        asked = {code for code, question in self.questions.items() if question.is_asked}
        self.assertEqual(self._shown("case_worker"), asked)
        self.questions["entry_rural"].is_asked = False
        self.enrolment.invalidate_recordset()
        self.assertEqual(self._shown("case_worker"), asked - {"entry_rural"})

    def test_form_shows_pseudonymous_readers_no_sensitive_question(self):
        self.assertFalse(self._shown("auditor") & SENSITIVE)
        self.assertIn("exit_destination", self._shown("auditor"))

    def test_case_worker_fills_the_form(self):
        case = self._create_case()
        with Form(self.env["justiq.enrolment"].with_user(self.users["case_worker"])) as form:
            form.case_file_id = case
            form.grant_id = self.grant
            form.date_entry = date(2020, 1, 15)
            form.legal_basis_date = date(2020, 1, 15)
            for code, answer in ENTRY_ANSWERS.items():
                setattr(form, code, answer)
            self.assertEqual(form.entry_completeness, 100)
        self.assertTrue(case.enrolment_ids.is_counted)

    # ------------------------------------------------------------
    # Who sees what
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_pseudonymous_readers_learn_no_sensitive_answer(self):
        self.enrolment.write({"entry_disability": "yes", "own_answers": {"shoe": "38"}})
        for role in ("coordinator", "auditor"):
            self.users[role].group_ids += self.env.ref("base.group_allow_export")
        for role in ("coordinator", "auditor"):
            enrolment = self.enrolment.with_user(self.users[role])
            self.assertFalse(SENSITIVE & enrolment.fields_get().keys())
            self.assertFalse(SENSITIVE & enrolment.read()[0].keys())
            for code in sorted(SENSITIVE | {"own_answers", "missing_entry_data", "age_limit_date"}):
                with self.subTest(role=role, code=code):
                    with self.assertRaises(AccessError):
                        enrolment.read([code])
                    with self.assertRaises(AccessError):
                        enrolment.export_data([code])
                    if enrolment._fields[code].store:
                        path = "own_answers.shoe" if code == "own_answers" else code
                        with self.assertRaises(AccessError):
                            enrolment.search([(path, "!=", False)])
                        with self.assertRaises(AccessError):
                            enrolment.search([], order=path)
                        with self.assertRaises(AccessError):
                            enrolment._read_group([], [path], ["__count"])

    def test_pseudonymous_readers_read_status_education_and_outcome(self):
        self.enrolment.write({"date_exit": date(2020, 6, 30), **EXIT_ANSWERS})
        for role in ("coordinator", "auditor"):
            enrolment = self.enrolment.with_user(self.users[role])
            self.assertEqual(enrolment.exit_destination, "training")
            self.assertEqual(enrolment.entry_education, "isced_2")
            self.assertEqual(enrolment.entry_completeness, 100)

    def test_all_sensitive_answers_are_for_case_workers_alone(self):
        fields = self.env["justiq.enrolment"]._fields
        open_to_all = {"entry_employment", "entry_education", "entry_rural"}
        for code, phase in self.env["justiq.enrolment"]._answer_fields().items():
            if phase == "entry" and code not in open_to_all:
                with self.subTest(code=code):
                    self.assertEqual(fields[code].groups, "justiq.group_case_worker")
                    self.assertIn(code, SENSITIVE)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_answers_of_foreign_files_stay_closed(self):
        foreign = self._enrol(self._create_case(self._create_employee("Conny Colleague")))
        as_user = foreign.with_user(self.users["case_worker"])
        for attempt in (
            lambda: as_user.read(["entry_education"]),
            lambda: as_user.write({"entry_education": "isced_3"}),
            lambda: as_user.questionnaire,
        ):
            with self.assertRaises(AccessError):
                attempt()

    # ------------------------------------------------------------
    # Own questions
    # ------------------------------------------------------------

    def _ask(self, role, enrolment=None, **question):
        """Add a question as the web client does, from the form of an enrolment."""
        question = {"name": "shoe_size", "string": "Shoe size", "type": "char", **question, "definition_changed": True}
        (enrolment or self.enrolment).with_user(self.users[role]).write({"own_answers": [question]})

    def test_team_lead_adds_own_questions_without_code(self):
        self._ask("team_lead", value="38")
        other = self._enrol(self._create_case(first_name="Leo")).with_user(self.users["case_worker"])
        (asked,) = other.read(["own_answers"])[0]["own_answers"]
        self.assertEqual((asked["string"], asked.get("value")), ("Shoe size", None))
        other.own_answers = {"shoe_size": "40"}
        self.assertEqual(other.own_answers["shoe_size"], "40")
        self.assertEqual(self.enrolment.own_answers["shoe_size"], "38")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_case_worker_answers_but_adds_no_own_questions(self):
        with self.assertRaises(AccessError):
            self._ask("case_worker")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_own_questions_are_the_providers_own(self):
        self._ask("team_lead")
        other = self.env["res.company"].create({"name": "Another provider"})
        worker = self._create_employee("Olga Other", company_id=other.id)
        grant = self._create_grant(name="Other grant", company_id=other.id)
        foreign = self._enrol(self._create_case(worker, company_id=other.id), grant_id=grant.id)
        self.assertFalse(foreign.own_questions_id.definition)
        self.assertNotEqual(foreign.own_questions_id, self.enrolment.own_questions_id)
        with self.assertRaises(AccessError):
            foreign.own_questions_id.with_user(self.users["team_lead"]).read(["definition"])

    def test_script_in_an_own_answer_is_taken_out(self):
        evil = "<p>Hi<script>alert(1)</script><img src='x' onerror='alert(1)'/></p>"
        self._ask("team_lead", name="story_html", type="html", value=evil)
        self.assertIn("Hi", self.enrolment.own_answers["story_html"])
        self.assertNotIn("script", self.enrolment.own_answers["story_html"])
        self.assertNotIn("onerror", self.enrolment.own_answers["story_html"])
        self.enrolment.with_user(self.users["case_worker"]).own_answers = {"story_html": evil}
        self.assertNotIn("script", self.enrolment.own_answers["story_html"])

    def test_sheet_of_own_questions_cannot_be_swapped(self):
        sheet = self.env["justiq.own.questions"].create(
            {"company_id": self.env["res.company"].create({"name": "X"}).id}
        )
        with self.assertRefused("server computes"):
            self.enrolment.with_user(self.users["team_lead"]).write({"own_questions_id": sheet.id})

import random
from datetime import date

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .common import ENTRY_ANSWERS, EXIT_ANSWERS, JustiqCommon

NO_ANSWER = "no_answer"


@tagged("post_install", "-at_install")
class TestEnrolmentCompleteness(JustiqCommon):
    """How much of the mandatory data is there, in percent, and what is missing by name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enrolment = cls._enrol(**dict.fromkeys(ENTRY_ANSWERS, False))
        cls.questions = {question.code: question for question in cls.programme.question_ids}

    def test_percent_of_the_mandatory_questions_is_rounded_down(self):
        for number, (code, answer) in enumerate(ENTRY_ANSWERS.items(), 1):
            self.enrolment[code] = answer
            self.assertEqual(self.enrolment.entry_completeness, 100 * number // 7)
        self.assertEqual(self.enrolment.exit_completeness, 0)
        self.enrolment.write(EXIT_ANSWERS)
        self.assertEqual(self.enrolment.exit_completeness, 100)

    def test_voluntary_questions_do_not_count(self):
        self.enrolment.write({"entry_housing": "homeless", "entry_rural": "no", "entry_newly_arrived": "yes"})
        self.assertEqual(self.enrolment.entry_completeness, 0)

    def test_each_missing_item_is_named(self):
        self.enrolment.write({**ENTRY_ANSWERS, "entry_education": False, "entry_minority": False})
        enrolment = self.enrolment.with_user(self.users["case_worker"])
        self.assertEqual(enrolment.missing_entry_data, "Education at Entry, Minority")
        self.assertIn("Outcome", enrolment.missing_exit_data)
        self.enrolment.write(ENTRY_ANSWERS)
        self.assertEqual(enrolment.missing_entry_data, "")

    def test_programme_without_questions_is_complete(self):
        programme = self.programme.copy({"code": "NONE", "question_ids": False})
        programme.question_ids.unlink()
        grant = self._create_grant([], programme_id=programme.id, name="Other grant")
        enrolment = self._enrol(grant_id=grant.id, **dict.fromkeys(ENTRY_ANSWERS, False))
        self.assertEqual((enrolment.entry_completeness, enrolment.exit_completeness), (100, 100))
        self.assertTrue(enrolment.is_counted)

    def test_changed_questionnaire_holds_at_once_for_everybody_enrolled(self):
        complete = self._enrol(self._create_case(first_name="Leo"))
        housing = self.questions["entry_housing"].with_user(self.users["manager"])
        for change, percent, counted in (
            (lambda: housing.write({"is_mandatory": True}), 87, False),
            (lambda: housing.write({"is_mandatory": False}), 100, True),
            (lambda: self.questions["entry_minority"].write({"allows_no_answer": False}), 85, False),
            (lambda: self.questions["entry_minority"].unlink(), 100, True),
        ):
            change()
            self.assertEqual(complete.entry_completeness, percent)
            self.assertEqual(complete.is_counted, counted)
        self.env["justiq.question"].create(
            {"programme_id": self.programme.id, "code": "entry_third_country", "is_mandatory": True}
        )
        self.assertEqual(complete.not_counted_reason, "incomplete")

    def test_changed_questionnaire_leaves_other_programmes_alone(self):
        programme = self.programme.copy({"code": "OTHER"})
        grant = self._create_grant([], programme_id=programme.id, name="Other grant")
        enrolment = self._enrol(grant_id=grant.id)
        self.questions["entry_housing"].is_mandatory = True
        self.assertEqual(enrolment.entry_completeness, 100)

    def test_database_and_form_agree_on_the_percentage(self):
        """The statement for all enrolments and the computation of one, on answers and questionnaires by chance."""
        chance = random.Random(19)
        fields = self.env["justiq.enrolment"]._fields
        enrolments = self.env["justiq.enrolment"].create(
            [
                {
                    "case_file_id": self._create_case(last_name=f"Muster {number}").id,
                    "grant_id": self.grant.id,
                    "date_entry": date(2020, 1, 15),
                }
                for number in range(30)
            ]
        )
        self.questions["entry_education"].allows_no_answer = True
        for enrolment in enrolments:
            enrolment.write(
                {
                    code: chance.choice([False, *(value for value, _label in fields[code].selection)])
                    for code, question in self.questions.items()
                    if question.allows_no_answer
                }
            )
        names = ["entry_completeness", "exit_completeness", "follow_up_completeness", "is_counted"]
        for _round in range(5):
            for question in self.programme.question_ids:
                question.write({"is_mandatory": chance.random() < 0.5, "allows_no_answer": chance.random() < 0.5})
            self.env.flush_all()
            self.env.invalidate_all()
            stored = enrolments.read(names)
            # Again, one by one, in Python.
            self.env.add_to_compute(enrolments._fields["entry_completeness"], enrolments)
            self.assertEqual(enrolments.read(names), stored)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_what_is_computed(self):
        for role in ("case_worker", "team_lead"):
            for values in (
                {"entry_completeness": 100},
                {"exit_completeness": 100},
                {"is_counted": True},
                {"not_counted_reason": False},
                {"exit_due_date": date(2030, 1, 1)},
                {"follow_up_due_date": date(2030, 1, 1)},
                {"age_limit_date": date(2030, 1, 1)},
                {"key_worker_id": self.team_lead.id},
            ):
                with self.subTest(role=role, values=values), self.assertRefused("server computes"):
                    self.enrolment.with_user(self.users[role]).write(values)
        self.assertFalse(self.enrolment.is_counted)
        with self.assertRefused("server computes"):
            self._enrol(entry_completeness=100, **dict.fromkeys(ENTRY_ANSWERS, False))


@tagged("post_install", "-at_install")
class TestExitData(JustiqCommon):
    """Exit data are due some days after the exit, and the key worker is reminded, each time once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enrolment = cls._enrol()
        cls.case = cls.enrolment.case_file_id
        cls.user = cls.users["case_worker"]

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time("2020-06-30"))

    def _reminders(self, enrolment=None):
        """Deadlines of the open reminders."""
        return (enrolment or self.enrolment).reminder_ids.sorted("date_deadline")

    def _cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("justiq.cron_reminders").method_direct_trigger()
        self.env.invalidate_all()

    def _leave(self, day=date(2020, 6, 30)):
        self.enrolment.with_user(self.user).date_exit = day

    def test_exit_data_are_due_as_the_programme_says(self):
        self.assertFalse(self.enrolment.exit_due_date)
        self._leave()
        self.assertEqual(self.enrolment.exit_due_date, date(2020, 7, 28))
        self.programme.exit_data_days = 10
        self.assertEqual(self.enrolment.exit_due_date, date(2020, 7, 10))

    @mute_logger("odoo.sql_db")
    def test_exit_before_entry_is_refused(self):
        with self.assertRefused(error=CheckViolation):
            self._leave(date(2020, 1, 14))

    def test_key_worker_is_reminded_at_half_time_and_shortly_before(self):
        self._leave()
        half, soon = self._reminders()
        self.assertEqual((half.date_deadline, soon.date_deadline), (date(2020, 7, 14), date(2020, 7, 21)))
        for activity in half + soon:
            self.assertEqual(activity.user_id, self.user)
            self.assertEqual((activity.res_model, activity.res_id), ("justiq.case.file", self.case.id))

    def test_reminder_names_the_reference_only_and_sends_no_mail(self):
        mails = self.env["mail.mail"].search_count([])
        self.enrolment.with_user(self.users["team_lead"]).date_exit = date(2020, 6, 30)
        for activity in self._reminders():
            told = f"{activity.display_name} {activity.res_name} {activity.summary} {activity.note}"
            self.assertIn(self.case.reference, told)
            self.assertNotIn("Mia", told)
            self.assertNotIn("Muster,", told)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_reminders_are_never_doubled(self):
        self._leave()
        first = self._reminders()
        self._cron()
        self.enrolment.exit_job_searching = "yes"
        self._leave()
        self.assertEqual(self._reminders(), first)
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception):  # noqa: B017 (the database refuses it)
            first[0].copy({"enrolment_id": self.enrolment.id, "enrolment_due_date": first[0].enrolment_due_date})
            self.env.flush_all()

    def test_reminder_that_was_done_does_not_come_back(self):
        self._leave()
        self._reminders()[0].with_user(self.user).action_done()
        self._cron()
        self.assertEqual(self._reminders().mapped("date_deadline"), [date(2020, 7, 21)])

    def test_reminder_that_was_put_off_stays_put_off(self):
        self._leave()
        self._reminders()[0].date_deadline = date(2020, 7, 17)
        self._cron()
        self.assertEqual(self._reminders()[0].date_deadline, date(2020, 7, 17))

    def test_reminders_go_when_nothing_is_missing_any_more(self):
        self._leave()
        self.enrolment.with_user(self.user).write(EXIT_ANSWERS)
        self.assertFalse(self._reminders())

    def test_reminders_go_with_the_exit(self):
        self._leave()
        self.enrolment.with_user(self.user).date_exit = False
        self.assertFalse(self._reminders())

    def test_reminders_move_with_the_exit(self):
        self._leave()
        self._leave(date(2020, 7, 2))
        self.assertEqual(self._reminders().mapped("date_deadline"), [date(2020, 7, 16), date(2020, 7, 23)])

    def test_second_exit_is_reminded_of_again(self):
        self._leave(date(2020, 6, 20))
        self._reminders().action_done()
        self._leave(False)
        self._leave()
        self.assertEqual(len(self._reminders()), 2)

    def test_daily_job_follows_what_has_changed_elsewhere(self):
        self._leave()
        self._hand_over(self.case, self.team_lead)
        self._cron()
        self.assertEqual(self._reminders().user_id, self.users["team_lead"])
        self.programme.exit_data_days = 14
        self._cron()
        self.assertEqual(self._reminders().mapped("date_deadline"), [date(2020, 7, 7), date(2020, 7, 10)])
        for question in self.programme.question_ids.filtered(lambda question: question.phase == "exit"):
            question.is_mandatory = False
        self._cron()
        self.assertFalse(self._reminders())

    def test_late_exit_goes_to_the_list_of_what_is_overdue(self):
        self._leave(date(2020, 5, 1))
        self._cron()
        self.assertFalse(self._reminders())
        overdue = [("exit_due_date", "<", "today"), ("exit_completeness", "<", 100)]
        self.assertIn(self.enrolment, self.env["justiq.enrolment"].with_user(self.users["team_lead"]).search(overdue))
        self.enrolment.write(EXIT_ANSWERS)
        self.assertNotIn(self.enrolment, self.env["justiq.enrolment"].search(overdue))

    def test_exit_data_may_follow_when_the_file_is_closed(self):
        with freeze_time("2021-01-05"):
            self._close_case(self.case)
        self.enrolment.with_user(self.user).write(EXIT_ANSWERS)
        self.assertEqual(self.enrolment.exit_completeness, 100)
        with self.assertRefused(self.case.reference):
            self.enrolment.with_user(self.user).entry_education = "isced_3"

    def test_key_worker_without_a_user_is_not_reminded(self):
        enrolment = self._enrol(self._create_case(self._create_employee("Conny Colleague")))
        enrolment.date_exit = date(2020, 6, 30)
        self.assertFalse(self._reminders(enrolment))

    def test_imported_exits_are_reminded_of(self):
        enrolment = self._enrol(self._create_case(first_name="Leo"), date_exit=date(2020, 6, 25))
        self.assertEqual(len(self._reminders(enrolment)), 2)
        self.assertFalse(self._reminders(self._enrol(self._create_case(), date_exit=date(2020, 6, 25), **EXIT_ANSWERS)))

    def test_deleted_enrolment_takes_its_reminders_along(self):
        self._leave()
        reminders = self._reminders()
        self.enrolment.with_user(self.users["team_lead"]).unlink()
        self.assertFalse(reminders.exists())

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_pseudonymous_readers_see_no_reminders(self):
        self._leave()
        for role in ("coordinator", "auditor"):
            activities = self.env["mail.activity"].with_user(self.users[role])
            self.assertFalse(activities.search([("id", "in", self._reminders().ids)]))
            with self.assertRaises(AccessError):
                self.enrolment.with_user(self.users[role]).read(["reminder_ids"])

    def test_follow_up_is_off_by_default(self):
        self._leave()
        self.assertFalse(self.enrolment.follow_up_due_date)

    def test_follow_up_after_six_months(self):
        self.programme.follow_up_months = 6
        self.enrolment.write({"date_exit": date(2020, 6, 30), **EXIT_ANSWERS})
        self.assertEqual(self.enrolment.follow_up_due_date, date(2020, 12, 30))
        self.assertEqual(self._reminders().mapped("date_deadline"), [date(2020, 12, 30)])
        self.enrolment.write({"follow_up_employment": "employed", "follow_up_improved": NO_ANSWER})
        self.assertEqual(self.enrolment.follow_up_completeness, 100)
        self.assertFalse(self._reminders())

    # ------------------------------------------------------------
    # My day
    # ------------------------------------------------------------

    def _due(self, key, scope="mine", user=None):
        groups = self.env["justiq.my.day"].with_user(user or self.user).get_day(scope)["due"]
        return next((group for group in groups if group["key"] == key), None)

    def test_my_day_tells_what_is_missing_once(self):
        self._leave(date(2020, 6, 1))
        due = self._due("exit_data")
        self.assertEqual([item["id"] for item in due["items"]], self.enrolment.ids)
        self.assertIn("Outcome", due["items"][0]["detail"])
        self.assertFalse(self._due("activity"), "the reminder would show it twice")
        incomplete = self._enrol(self.case, grant_id=self._create_grant(name="Other").id, entry_education=False)
        self.assertEqual(self._due("entry_data")["items"][0]["id"], incomplete.id)

    def test_my_day_of_somebody_else_stays_empty(self):
        other = new_test_user(self.env, login="other_worker", groups="justiq.group_case_worker")
        other.company_ids = [Command.set(self.company.ids)]
        self._leave()
        self.assertFalse(self._due("exit_data", user=other))
        self.assertTrue(self._due("exit_data", "team", self.users["team_lead"]))

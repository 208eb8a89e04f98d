from datetime import date

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestCaseGoal(JustiqCommon):
    """Goals in the young person's own words, and who does what by when."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.users["case_worker"]
        cls.enrolment = cls._enrol()
        cls.case = cls.enrolment.case_file_id
        cls.goal = cls._create_goal(cls.case, review_date=date(2020, 5, 4))
        cls.contact = cls._create_contact(cls.case)

    def _measure(self, **values):
        return self.env["justiq.case.measure"].create({"goal_id": self.goal.id, "name": "Call the school", **values})

    def test_key_worker_keeps_goals_with_measures(self):
        with Form(
            self.env["justiq.case.goal"].with_user(self.user).with_context(default_case_file_id=self.case.id)
        ) as form:
            form.name = "I want a room of my own."
            form.domain_id = self.programme.assessment_domain_ids[0]
            with form.measure_ids.new() as measure:
                measure.name = "Apply for a flat"
                measure.due_date = date(2020, 4, 1)
        goal = form.record
        self.assertEqual((goal.measure_count, goal.measure_done_count), (1, 0))
        goal.measure_ids.is_done = True
        self.assertEqual(goal.measure_done_count, 1)
        goal.unlink()

    def test_domain_is_of_a_programme_of_the_young_person(self):
        foreign = self.env.ref("justiq.programme_phase1").assessment_domain_ids[0]
        with self.assertRefused(foreign.name, foreign.programme_id.name):
            self.goal.domain_id = foreign

    # ------------------------------------------------------------
    # Result
    # ------------------------------------------------------------

    def test_result_needs_a_reflection(self):
        for state in ("reached", "partly", "missed", "dropped"):
            for reflection in (False, " "):
                with self.subTest(state=state), self.assertRefused(self.goal.name, "reflection"):
                    self.goal.with_user(self.user).write({"state": state, "reflection": reflection})
        with self.assertRefused("cannot start"):
            self._create_goal(self.case, state="reached", reflection="Fine.")

    @mute_logger("odoo.sql_db")
    def test_reflection_of_a_result_stays(self):
        self.goal.write({"state": "reached", "reflection": "She did it."})
        with self.assertRefused(error=CheckViolation), self.env.cr.savepoint():
            self.goal.reflection = False

    @freeze_time("2020-06-15 12:00:00")
    def test_result_has_its_day_and_may_be_taken_back(self):
        goal = self.goal.with_user(self.user)
        goal.reflection = "The certificate is there."
        goal.action_reached()
        self.assertEqual(goal.result_date, date(2020, 6, 15))
        with self.assertRefused("set by the server"):
            goal.result_date = date(2020, 6, 1)
        with self.assertRefused("Possible next steps"):
            goal.action_partly()
        goal.action_reopen()
        self.assertFalse(goal.result_date)

    @mute_logger("odoo.sql_db")
    def test_review_after_the_day_it_was_set(self):
        with self.assertRefused(error=CheckViolation), self.env.cr.savepoint():
            self.goal.review_date = date(2020, 1, 1)

    # ------------------------------------------------------------
    # Measures
    # ------------------------------------------------------------

    def test_who_does_it(self):
        expected = {
            "young_person": "Young person",
            "key_worker": self.case_worker.name,
            "contact": "Berta Beispiel",
            "organisation": "Musterstadt",
        }
        for responsible, name in expected.items():
            measure = self._measure(
                responsible=responsible, contact_id=self.contact.id, partner_id=self.municipality.id
            )
            self.assertEqual(measure._who(), name)

    @mute_logger("odoo.sql_db")
    def test_who_does_it_is_named(self):
        for responsible in ("contact", "organisation"):
            with self.subTest(responsible), self.assertRefused(error=CheckViolation), self.env.cr.savepoint():
                self._measure(responsible=responsible)

    def test_person_is_of_the_same_file(self):
        stranger = self._create_contact(role="father")
        with self.assertRefused("another case file"):
            self._measure(responsible="contact", contact_id=stranger.id)

    def test_organisation_is_no_private_person(self):
        person = self.env["res.partner"].create({"name": "Petra Private"})
        with self.assertRefused("Petra Private"):
            self._measure(responsible="organisation", partner_id=person.id)

    def test_person_named_in_a_measure_is_kept_until_the_file_goes(self):
        measure = self._measure(responsible="contact", contact_id=self.contact.id)
        with self.assertRefused("Berta Beispiel", "Call the school"):
            self.contact.with_user(self.user).unlink()
        measure.unlink()
        case = self._create_case()
        contact = self._create_contact(case)
        goal = self._create_goal(case)
        goal.measure_ids = [Command.create({"name": "Call", "responsible": "contact", "contact_id": contact.id})]
        case.with_user(self.users["team_lead"]).unlink()
        self.assertFalse(goal.exists())

    # ------------------------------------------------------------
    # Access
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_else_sees_or_moves_any(self):
        measure = self._measure()
        hidden = self._create_goal(self._create_case(self.team_lead))
        goal = self.goal.with_user(self.user)
        with self.assertRefused(error=AccessError):
            hidden.with_user(self.user).read()
        with self.assertRefused(error=AccessError):
            measure.with_user(self.user).create({"goal_id": hidden.id, "name": "Spy"})
        for record, values in (
            (goal, {"case_file_id": hidden.case_file_id.id}),
            (measure.with_user(self.user), {"goal_id": hidden.id}),
        ):
            with self.assertRefused("cannot be changed"):
                record.write(values)
        with self.assertRefused("cannot be changed"):
            self._create_goal(self.case).measure_ids = [Command.link(measure.id)]
        for role in ("coordinator", "finance", "auditor", "privacy_officer", "manager"):
            for record in (self.goal, measure):
                with self.subTest(role=role), self.assertRefused(error=AccessError):
                    record.with_user(self.users[role]).read()

    def test_label_shows_the_words_to_who_may_read_the_file_only(self):
        measure = self._measure()
        for role in ("case_worker", "team_lead"):
            self.assertEqual(self.goal.with_user(self.users[role]).display_name, self.goal.name)
        for role in ("coordinator", "manager"):
            for record in (self.goal, measure):
                label = record.with_user(self.users[role]).sudo().display_name
                self.assertNotIn(record.name, label)
                self.assertIn(self.case.reference, label)

    @freeze_time("2020-05-04 12:00:00")
    def test_due_in_my_day(self):
        self._measure(due_date=date(2020, 5, 1))
        self._measure(due_date=date(2020, 5, 1), is_done=True)
        self._measure(due_date=date(2020, 5, 5))
        day = self.env["justiq.my.day"].with_user(self.user)
        totals = {group["key"]: group["total"] for group in day.get_day()["due"]}
        self.assertEqual((totals["goal_review"], totals["measure"]), (1, 1))
        self.goal.write({"state": "dropped", "reflection": "Something else matters more."})
        keys = {group["key"] for group in day.get_day()["due"]}
        self.assertFalse({"goal_review", "measure"} & keys)

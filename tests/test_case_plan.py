import base64
from datetime import date

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

SCAN = base64.b64encode(b"%PDF-1.4 signed")


@tagged("post_install", "-at_install")
class TestCasePlan(JustiqCommon):
    """The plan: agreed in versions, each of which stays as it was agreed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.users["case_worker"]
        cls.enrolment = cls._enrol()
        cls.case = cls.enrolment.case_file_id
        cls.contact = cls._create_contact(cls.case)
        cls.goal = cls._create_goal(cls.case, domain_id=cls.programme.assessment_domain_ids[0].id)
        cls.measure = cls.env["justiq.case.measure"].create(
            {"goal_id": cls.goal.id, "name": "Call the school", "due_date": date(2020, 3, 2)}
        )
        cls.plan = cls._create_plan(cls.enrolment, participant_ids=[Command.set(cls.contact.ids)])

    def _agreed(self):
        self.plan.with_user(self.user).action_agree()
        return self.plan

    def test_without_an_enrolment_the_buttons_say_what_to_do(self):
        case = self._create_case().with_user(self.user)
        for button in (case.action_new_assessment, case.action_new_plan, case.action_new_referral):
            with self.assertRefused(case.reference, "Enrol the young person in a grant first"):
                button()

    # ------------------------------------------------------------
    # Versions
    # ------------------------------------------------------------

    def test_draft_shows_the_goals_as_they_stand(self):
        self.assertIn("I want to finish school.", self.plan.preview)
        self.goal.name = "I want to learn a trade."
        self.plan.invalidate_recordset()
        self.assertIn("I want to learn a trade.", self.plan.preview)

    def test_agreed_version_stays_whatever_becomes_of_the_goals(self):
        plan = self._agreed()
        before = str(plan.preview)
        self.measure.write({"name": "Something else", "is_done": True})
        self.contact.name = "Another Name"
        self._hand_over(self.case, self.team_lead)
        self.goal.unlink()
        self.env.invalidate_all()
        self.assertEqual(str(plan.preview), before)
        for text in ("I want to finish school.", "Call the school"):
            self.assertIn(text, before)
        self.assertEqual(plan.content["participants"], ["Berta Beispiel"])
        self.assertEqual(plan.content["key_worker"], self.case_worker.name)

    def test_change_is_a_new_version(self):
        first = self._agreed()
        self.assertTrue(first.is_current)
        with Form(
            self.env["justiq.case.plan"].with_user(self.user).with_context(default_case_file_id=self.case.id)
        ) as form:
            form.date = date(2020, 8, 3)
        second = form.record
        self.assertEqual((first.version, second.version), (1, 2))
        self.assertTrue(first.is_current)
        second.action_agree()
        self.assertEqual((first.is_current, second.is_current), (False, True))

    def test_ended_goals_are_not_in_the_next_version(self):
        self._agreed()
        self.goal.write({"state": "reached", "reflection": "She did it."})
        self._create_goal(self.case, name="I want to learn a trade.")
        second = self._create_plan(self.enrolment)
        second.action_agree()
        self.assertEqual([goal["name"] for goal in second.content["goals"]], ["I want to learn a trade."])

    @mute_logger("odoo.sql_db")
    def test_one_version_at_a_time_is_in_preparation(self):
        with self.assertRefused(error=UniqueViolation), self.env.cr.savepoint():
            self._create_plan(self.enrolment)
        action = self.case.with_user(self.user).action_new_plan()
        self.assertEqual(action["res_id"], self.plan.id)
        self._agreed()
        self.assertNotIn("res_id", self.case.with_user(self.user).action_new_plan())

    def test_there_is_something_to_agree_on(self):
        self.goal.write({"state": "dropped", "reflection": "No."})
        with self.assertRefused(self.case.reference, "no open goal"):
            self.plan.with_user(self.user).action_agree()

    @freeze_time("2020-02-09 12:00:00")
    def test_nothing_is_agreed_in_the_future(self):
        with self.assertRefused("Agreed On", "future"):
            self.plan.action_agree()

    def test_no_version_from_before_the_one_it_replaces(self):
        self._agreed()
        second = self._create_plan(self.enrolment, date=date(2020, 2, 9))
        with self.assertRefused("02/09/2020", "02/10/2020", "version 1"):
            second.action_agree()

    def test_signed_paper_may_come_after_the_closing(self):
        plan = self._agreed()
        self._close_case(self.case)
        plan.with_user(self.user).signed_on = date(2020, 2, 11)
        with self.assertRefused():
            self._create_plan(self.enrolment)

    def test_content_is_kept_in_the_language_of_the_provider(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.company.partner_id.lang = "de_DE"
        domain = self.goal.domain_id
        domain.with_context(lang="de_DE").name = "Schule und Ausbildung"
        self._agreed()
        self.assertEqual(self.plan.content["goals"][0]["domain"], "Schule und Ausbildung")

    # ------------------------------------------------------------
    # Frozen
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.sql_db")
    def test_nobody_changes_what_is_agreed(self):
        plan = self._agreed()
        content = plan.content
        for values in (
            {"content": {"goals": []}},
            {"date": date(2020, 1, 1)},
            {"remark": "And also this."},
            {"participant_ids": [Command.clear()]},
            {"next_review_date": date(2022, 1, 1)},
            {"state": "draft"},
            {"state": "agreed"},
            {"version": 7},
            {"signed_on": date(2020, 2, 11), "remark": "And also this."},
        ):
            for record in (plan.with_user(self.user), plan.with_user(self.users["team_lead"]), plan.sudo()):
                with self.subTest(values=values, user=record.env.user.login), self.assertRefused():
                    record.write(values)
            with self.subTest(values=values, path="file"), self.assertRefused():
                self.case.with_user(self.user).write({"plan_ids": [Command.update(plan.id, values)]})
        self.assertEqual(plan.content, content)

    def test_clients_set_neither_version_nor_content(self):
        plans = self.env["justiq.case.plan"].with_user(self.user)
        self._agreed()
        for values in ({"content": {"goals": []}}, {"version": 9}):
            with self.subTest(values=values), self.assertRefused("server"):
                plans.create({"case_file_id": self.case.id, **values})
        plan = plans.with_context(default_version=9, default_content={"goals": []}).create(
            {"case_file_id": self.case.id, "date": date(2020, 3, 1)}
        )
        self.assertEqual((plan.version, plan.content), (2, False))
        with self.assertRefused("computes"):
            plan.is_current = True

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.models.unlink")
    def test_nobody_deletes_a_version(self):
        for role in ("case_worker", "team_lead"):
            with self.assertRefused(error=AccessError):
                self.plan.with_user(self.users[role]).unlink()

    # ------------------------------------------------------------
    # Signed paper
    # ------------------------------------------------------------

    def test_signed_paper_is_entered_once(self):
        plan = self._agreed().with_user(self.user)
        plan.write({"signed_on": date(2020, 2, 11), "scan": SCAN})
        for values in ({"signed_on": False}, {"scan": SCAN}):
            with self.subTest(values=values), self.assertRefused("team lead", error=AccessError):
                plan.write(values)
        plan.with_user(self.users["team_lead"]).signed_on = date(2020, 2, 12)

    @mute_logger("odoo.sql_db")
    def test_only_what_is_agreed_can_be_signed(self):
        with self.assertRefused(error=CheckViolation), self.env.cr.savepoint():
            self.plan.signed_on = date(2020, 2, 11)
        self._agreed()
        with self.assertRefused(error=CheckViolation), self.env.cr.savepoint():
            self.plan.signed_on = date(2020, 1, 11)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_scan_follows_the_file(self):
        plan = self._agreed()
        plan.scan = SCAN
        scan = self.env["ir.attachment"].search(
            [("res_model", "=", plan._name), ("res_field", "=", "scan"), ("res_id", "=", plan.id)]
        )
        self.assertTrue(scan.with_user(self.user).datas)
        self._hand_over(self.case, self.team_lead)
        self.env.invalidate_all()
        for role in ("case_worker", "coordinator", "manager"):
            with self.subTest(role=role), self.assertRefused(error=AccessError):
                scan.with_user(self.users[role]).read(["datas"])

    # ------------------------------------------------------------
    # Access
    # ------------------------------------------------------------

    def test_who_was_present_is_of_the_same_file(self):
        stranger = self._create_contact(role="father")
        with self.assertRefused("another case file"):
            self.plan.participant_ids = stranger

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_else_sees_or_makes_any(self):
        hidden = self._create_plan(self._enrol(self._create_case(self.team_lead)))
        plan = self.plan.with_user(self.user)
        with self.assertRefused(error=AccessError):
            hidden.with_user(self.user).read()
        with self.assertRefused(error=AccessError):
            plan.create({"case_file_id": hidden.case_file_id.id})
        with self.assertRefused(error=AccessError):
            plan.onchange({"case_file_id": hidden.case_file_id.id}, ["case_file_id"], {"preview": {}})
        with self.assertRefused("cannot be changed"):
            plan.case_file_id = hidden.case_file_id
        for role in ("coordinator", "finance", "auditor", "privacy_officer", "manager"):
            with self.subTest(role=role), self.assertRefused(error=AccessError):
                self.plan.with_user(self.users[role]).read()

    def test_what_people_write_is_text(self):
        self.goal.name = "<script>alert(1)</script>"
        self.measure.name = "<img src=x onerror=alert(1)>"
        self.plan.invalidate_recordset()
        for text in ("<script>", "<img src=x"):
            self.assertNotIn(text, self.plan.preview)

    def test_label_tells_the_reference_only(self):
        self.assertIn(self.case.reference, self.plan.display_name)
        self.assertNotIn(self.case.last_name, self.plan.display_name)

    @freeze_time("2020-05-04 12:00:00")
    def test_due_in_my_day(self):
        self.plan.next_review_date = date(2020, 5, 4)
        day = self.env["justiq.my.day"].with_user(self.user)
        self.assertNotIn("plan_review", {group["key"] for group in day.get_day()["due"]})
        self._agreed()
        self.assertIn("plan_review", {group["key"] for group in day.get_day()["due"]})

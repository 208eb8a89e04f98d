from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install")
@freeze_time("2020-05-12 08:00:00")
class TestCaseAppointment(JustiqCommon):
    """An appointment is planned from the case file; its title carries the reference only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case().with_user(cls.users["case_worker"])
        cls.foreign = cls._create_case(cls._create_employee("Conny Colleague"), last_name="Geheimnis")

    def _plan(self, case):
        action = case.action_plan_appointment()
        # The web client adds from where the button was pressed.
        events = self.env["calendar.event"].with_user(case.env.user)
        return events.with_context(active_model=case._name, active_id=case.id, **action["context"])

    def _values(self, **values):
        return {
            "name": "Appointment",
            "start": datetime(2020, 5, 13, 9),
            "stop": datetime(2020, 5, 13, 10),
            **values,
        }

    def test_appointment_carries_the_reference_and_the_file(self):
        with Form(self._plan(self.case)) as form:
            form.start = datetime(2020, 5, 13, 9)
            form.stop = datetime(2020, 5, 13, 10)
        event = form.record
        self.assertEqual(event.name, f"Appointment {self.case.reference}")
        self.assertEqual(event.case_file_id, self.case)
        self.assertEqual(event.partner_ids, self.users["case_worker"].partner_id)

    def test_appointment_makes_no_second_reminder_as_activity(self):
        self._plan(self.case).create(self._values())
        self.assertFalse(self.case.activity_ids)

    def test_appointment_planned_as_activity_names_the_file_too(self):
        event = self.env["calendar.event"].create(
            self._values(res_model_id=self.env["ir.model"]._get_id("justiq.case.file"), res_id=self.case.id)
        )
        self.assertEqual(event.case_file_id, self.case)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_plans_for_a_file_that_she_may_not_read(self):
        events = self.env["calendar.event"].with_user(self.users["case_worker"])
        model = self.env["ir.model"]._get_id("justiq.case.file")
        own = events.create(self._values(case_file_id=self.case.id))
        document = events.create(self._values())
        document.res_id = self.foreign.id  # of no model yet
        for attempt in (
            lambda: events.create(self._values(case_file_id=self.foreign.id)),
            lambda: events.create(self._values(res_model_id=model, res_id=self.foreign.id)),
            lambda: own.write({"case_file_id": self.foreign.id}),
            lambda: own.write({"res_model_id": model, "res_id": self.foreign.id}),
            lambda: document.write({"res_model": "justiq.case.file"}),
            lambda: (
                self.env["calendar.event"]
                .with_user(self.users["finance"])
                .create(self._values(res_model_id=model, res_id=self.case.id))
            ),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                attempt()

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_appointment_is_open_to_the_readers_of_the_file_only(self):
        event = self._create_appointment(self.case, self.case.env.user, description="She told me of her father.")
        attendee, lead = event.attendee_ids, self.users["team_lead"]
        of_these = [("id", "=", event.id), ("description", "ilike", "father")]
        for role, user in self.users.items():
            readable = role in ("case_worker", "team_lead")
            with self.subTest(role=role):
                self.assertEqual(bool(event.with_user(user).search(of_these)), readable)
                self.assertEqual(event.with_user(user).has_access("read"), readable)
                self.assertEqual(attendee.with_user(user).has_access("read"), readable)
                self.assertEqual(bool(attendee.with_user(user).search([("id", "=", attendee.id)])), readable)
        self._hand_over(self.case.sudo(), self.team_lead)
        self.env.invalidate_all()
        as_planner = event.with_user(self.users["case_worker"])
        self.assertFalse(as_planner.has_access("read") or as_planner.has_access("write"), "she planned and attends it")
        self.assertFalse(as_planner.search(of_these))
        self.assertTrue(event.with_user(lead).search(of_these))

    def test_appointment_about_what_hangs_on_a_file_is_one_of_the_file(self):
        event = self.env["calendar.event"].create(
            self._values(
                res_model_id=self.env["ir.model"]._get_id("justiq.case.goal"), res_id=self._create_goal(self.case).id
            )
        )
        self.assertEqual(event.case_file_id, self.case)

    def test_nobody_takes_part_who_may_not_read_the_file(self):
        worker, school = (
            self.case.env.user,
            self.env["res.partner"].create({"name": "School", "email": "s@example.com"}),
        )
        event = self._create_appointment(self.case, worker)
        foreign = self._create_appointment(self.case.browse(), worker, partner_ids=[Command.set(school.ids)])
        for partner in (school, self.users["finance"].partner_id):
            for attempt in (
                lambda p=partner: self._create_appointment(self.case, worker, partner_ids=[Command.set(p.ids)]),
                lambda p=partner: event.write({"partner_ids": [Command.link(p.id)]}),
                lambda p=partner: event.attendee_ids.write({"partner_id": p.id}),
                lambda p=partner: (
                    self.env["calendar.attendee"].with_user(worker).create({"event_id": event.id, "partner_id": p.id})
                ),
                lambda: foreign.write({"case_file_id": self.case.id}),
            ):
                with self.assertRefused("cannot be invited", error=AccessError), self.env.cr.savepoint():
                    attempt()
        event.write({"partner_ids": [Command.link(self.users["team_lead"].partner_id.id)]})

    def test_nobody_joins_by_the_link_who_may_not_read_the_file(self):
        """Odoo follows the link of an invitation in sudo."""
        event = self._create_appointment(self.case, self.case.env.user)
        stranger, lead = self.users["finance"], self.users["team_lead"]
        with self.assertRefused("cannot be invited", error=AccessError):
            event.with_user(stranger).sudo().action_join_meeting(stranger.partner_id.id)
        self.assertNotIn(stranger.partner_id, event.partner_ids)
        event.with_user(lead).sudo().action_join_meeting(lead.partner_id.id)
        self.assertIn(lead.partner_id, event.partner_ids)

    def test_nothing_of_an_appointment_leaves_by_e_mail(self):
        worker, lead = self.case.env.user, self.users["team_lead"]
        lead.notification_type = "email"
        outsider = self.env["res.partner"].create({"name": "Outsider", "email": "outsider@example.com"})
        partners = (worker | lead).partner_id
        mails = self.env["mail.mail"].search([])
        event = self._create_appointment(
            self.case, worker, description="She told me.", partner_ids=[Command.set(partners.ids)]
        )
        event.action_sendmail()
        event.write({"start": datetime(2020, 5, 14, 9), "stop": datetime(2020, 5, 14, 10)})
        event.message_post(
            body="She told me.", subtype_xmlid="mail.mt_comment", partner_ids=(lead.partner_id | outsider).ids
        )
        event.with_context(mail_notify_author=True).message_notify(body="She told me.", partner_ids=outsider.ids)
        self.env.flush_all()
        self.assertFalse(self.env["mail.mail"].search([]) - mails)
        plain = self._create_appointment(self.case.browse(), worker, partner_ids=[Command.set(partners.ids)])
        self.assertTrue(self.env["mail.mail"].search([]) - mails, "other appointments are sent as ever")
        self.assertFalse(plain.sudo().case_file_id)

    def test_colleagues_see_that_somebody_is_not_free(self):
        worker, finance = self.users["case_worker"], self.users["finance"]
        self._create_appointment(self.case, worker)
        partners = (worker | finance).partner_id
        events = self.env["calendar.event"].with_user(finance)
        meeting = events.create(self._values(partner_ids=[Command.set(partners.ids)]))
        self.assertEqual(meeting.unavailable_partner_ids, worker.partner_id)

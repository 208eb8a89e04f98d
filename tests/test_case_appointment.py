from datetime import datetime

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
        for attempt in (
            lambda: events.create(self._values(case_file_id=self.foreign.id)),
            lambda: events.create(self._values(res_model_id=model, res_id=self.foreign.id)),
            lambda: own.write({"case_file_id": self.foreign.id}),
            lambda: (
                self.env["calendar.event"]
                .with_user(self.users["finance"])
                .create(self._values(res_model_id=model, res_id=self.case.id))
            ),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                attempt()

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_colleague_learns_no_name_from_an_appointment(self):
        self.case.sudo().last_name = "Geheimnis"
        self._hand_over(self.case.sudo(), self.team_lead)
        event = self.env["calendar.event"].create(self._values(case_file_id=self.case.id))
        as_worker = event.with_user(self.users["case_worker"])
        self.assertNotIn("Geheimnis", str(as_worker.read()))
        self.assertFalse(as_worker.search([("id", "=", event.id), ("case_file_id.last_name", "=", "Geheimnis")]))
        as_finance = event.with_user(self.users["finance"])
        self.assertNotIn("case_file_id", as_finance.read()[0])
        with self.assertRaises(AccessError):
            as_finance.search([("case_file_id", "=", self.case.id)])

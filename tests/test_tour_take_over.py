from datetime import date

from odoo.tests import HttpCase, tagged

from .common import JustiqCommon


@tagged("browser", "post_install", "-at_install")
class TestTourTakeOver(JustiqCommon, HttpCase):
    """From the roster to Case Management, in the browser and in German (S2)."""

    # The last screen of the tour is a form in which nothing was changed.
    allow_end_on_form = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.env["ir.module.module"]._load_module_terms(["base", "web", "mail", "hr", "justiq"], ["de_DE"])
        user = cls.users["case_worker"]
        user.write({"lang": "de_DE", "tz": "Europe/Berlin", "password": user.login})
        cls.project = cls._create_project("running")
        cls.participation = cls._participate(cls.project)
        cls._hold_session(cls.project, cls.participation, day=date(2020, 3, 4))

    def test_case_worker_takes_a_young_person_from_the_roster_into_case_management(self):
        self.start_tour(
            f"/odoo/action-justiq.justiq_micro_project_action/{self.project.id}",
            "justiq_take_over_from_the_roster",
            login=self.users["case_worker"].login,
            timeout=120,
        )
        new = self.participation.next_participation_ids
        self.assertEqual(new.baustein_id, self.bausteine["CM"])
        self.assertEqual(new.enrolment_id, self.participation.enrolment_id)
        self.assertFalse(self.participation.date_end)
        self.grant.invalidate_recordset()
        self.assertEqual((self.grant.group_participant_count, self.grant.led_over_count), (1, 1))

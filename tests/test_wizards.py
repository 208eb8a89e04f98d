from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestFindingJustify(JustiqCommon):
    """The dialog that asks for justifications and then approves."""

    def _confirm(self, record, role, justification="Reason for {}"):
        """Press the approval button, fill in the dialog that it opens, confirm.

        :return: codes of the rules in the dialog
        """
        action = record.with_user(self.users[role])._approve_or_justify("approved")
        dialog = Form(self.env[action["res_model"]].with_user(self.users[role]).with_context(**action["context"]))
        codes = []
        for index in range(len(dialog.line_ids)):
            with dialog.line_ids.edit(index) as line:
                codes.append(line.requirement_id.code)
                line.justification = justification.format(codes[-1])
        dialog.save().action_confirm()
        return codes

    def test_team_lead_justifies_and_approves_a_micro_project(self):
        project = self._create_project("planned", planned_participants=1, competence_ids=[Command.clear()])
        self.assertEqual(set(self._confirm(project, "team_lead")), {"S4", "S5"})
        self.assertEqual(project.state, "approved")
        for finding in project.finding_ids:
            self.assertEqual(finding.state, "justified")
            self.assertEqual(finding.justification, f"Reason for {finding.requirement_id.code}")
            self.assertEqual(finding.justified_by_id, self.users["team_lead"])

    def test_coordination_justifies_and_approves_a_year(self):
        self.env.ref("justiq.phase2_s19").enforcement = "warn"
        year = self._year(2019)
        self._create_budget_line(year, 50000.01)
        self.assertEqual(self._confirm(year, "coordinator"), ["S19"])
        self.assertEqual(year.state, "approved")
        self.assertEqual(year.finding_ids.justified_by_id, self.users["coordinator"])
        self.assertIn("50,000.01", year.finding_ids.message)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_finance_may_approve_a_year_but_not_justify(self):
        year = self._year(2019)
        self._create_budget_line(year, 5000.0)
        year.with_user(self.users["finance"]).action_approve()
        self.assertEqual(year.state, "approved")
        year.state = "draft"
        self.env.ref("justiq.phase2_s19").write({"enforcement": "warn", "value_max": 4000})
        with self.assertRefused(error=AccessError):
            self._confirm(year, "finance")
        self.assertEqual(year.finding_ids.state, "open")
        self.assertEqual(year.state, "draft")

    def test_blank_justification_approves_nothing(self):
        project = self._create_project("planned", planned_participants=1)
        with self.assertRefused("S4"):
            self._confirm(project, "team_lead", "  ")
        self.assertEqual(project.state, "planned")

    def test_blocking_rules_still_refuse(self):
        project = self._create_project("planned", planned_participants=1, lead_id=False)
        with self.assertRefused("S14"):
            self._confirm(project, "team_lead")
        self.assertEqual(project.finding_ids.state, "open", "nothing is left behind")

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_case_worker_cannot_use_it(self):
        project = self._create_project("planned", planned_participants=1)
        with self.assertRefused(error=AccessError):
            self._confirm(project, "case_worker")


@tagged("post_install", "-at_install")
class TestParticipantAdd(JustiqCommon):
    """Enrolling young people from their case files in a micro-project."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project("approved")
        cls.cases = cls._create_case() | cls._create_case(first_name="Leo") | cls._create_case(first_name="Ada")

    def _wizard(self, cases, role="case_worker", **values):
        values.setdefault("date_start", date(2020, 3, 1))
        return (
            self.env["justiq.participant.add"]
            .with_user(self.users[role])
            .create({"micro_project_id": self.project.id, "case_file_ids": [Command.set(cases.ids)], **values})
        )

    def test_the_group_baustein_is_proposed(self):
        wizard = self._wizard(self.cases)
        self.assertEqual(wizard.baustein_id, self.bausteine["MP"])
        self.assertEqual(wizard.possible_baustein_ids, self.bausteine["MP"])

    def test_today_is_proposed_within_the_dates_of_the_project(self):
        for today, proposed in (
            ("2020-01-07", date(2020, 3, 1)),
            ("2020-04-07", date(2020, 4, 7)),
            ("2020-09-07", date(2020, 6, 30)),
        ):
            with self.subTest(today=today), freeze_time(today):
                wizard = self.env["justiq.participant.add"].new({"micro_project_id": self.project.id})
                self.assertEqual(wizard.date_start, proposed)

    def test_missing_enrolments_are_created_existing_ones_used(self):
        enrolment = self._enrol(self.cases[0])
        self._wizard(self.cases).action_add()
        participations = self.project.participation_ids
        self.assertEqual(participations.case_file_id, self.cases)
        self.assertIn(enrolment, participations.enrolment_id)
        self.assertEqual(len(self.cases.enrolment_ids), 3)
        self.assertEqual(set(participations.mapped("date_start")), {date(2020, 3, 1)})
        self.assertEqual(participations.key_worker_id, self.case_worker)
        self.assertEqual(participations.baustein_id, self.bausteine["MP"])
        self.assertEqual(self.project.participant_count, 3)

    def test_one_young_person_at_least(self):
        with self.assertRefused("Case files", error=UserError):
            self._wizard(self.cases[:0]).action_add()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_case_worker_enrols_from_the_own_files_only(self):
        foreign = self._create_case(self.team_lead, first_name="Eva")
        with self.assertRefused(error=AccessError):
            self._wizard(foreign).action_add()
        self._wizard(foreign, "team_lead").action_add()
        self.assertEqual(self.project.participation_ids.case_file_id, foreign)


@tagged("post_install", "-at_install")
class TestSessionSeries(JustiqCommon):
    """Sessions as a weekly series, by the clock where the provider is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project("approved")

    def _series(self, **values):
        return (
            self.env["justiq.session.series"]
            .with_user(self.users["case_worker"])
            .create({"micro_project_id": self.project.id, **values})
        )

    def test_dates_of_the_project_are_proposed(self):
        series = self._series()
        self.assertEqual((series.date_first, series.date_last), (date(2020, 3, 1), date(2020, 6, 30)))
        self.assertEqual(series.session_count, 18)

    def test_a_further_series_goes_on_where_the_last_one_ended(self):
        self._create_session(self.project, date(2020, 3, 4), place="Youth café")
        self._create_session(self.project, date(2020, 3, 11), place="Youth café")
        series = self._series()
        self.assertEqual(series.date_first, date(2020, 3, 18))
        self.assertEqual((series.hour_start, series.hour_end), (15.0, 17.0))
        self.assertEqual(series.place, "Youth café")

    def test_hours_stay_the_same_over_the_change_to_summer_time(self):
        # Summer time began on 29 March 2020 and ended on 25 October 2020.
        self._series(
            date_first=date(2020, 3, 25),
            date_last=date(2020, 4, 1),
            hour_start=15.5,
            hour_end=18.0,
            place="Youth centre",
        ).action_create()
        before, after = self.project.session_ids.sorted("date_start")
        self.assertEqual(before.date_start, datetime(2020, 3, 25, 14, 30))
        self.assertEqual(before.date_end, datetime(2020, 3, 25, 17, 0))
        self.assertEqual(after.date_start, datetime(2020, 4, 1, 13, 30))
        self.assertEqual(after.date_end, datetime(2020, 4, 1, 16, 0))
        self.assertEqual(set(self.project.session_ids.mapped("duration")), {2.5})
        self.assertEqual(set(self.project.session_ids.mapped("place")), {"Youth centre"})
        self.assertEqual(set(self.project.session_ids.mapped("state")), {"planned"})

    def test_hours_stay_the_same_over_the_change_to_winter_time(self):
        self._series(date_first=date(2020, 10, 24), date_last=date(2020, 10, 31)).action_create()
        self.assertEqual(
            sorted(self.project.session_ids.mapped("date_start")),
            [datetime(2020, 10, 24, 13), datetime(2020, 10, 31, 14)],
        )

    def test_the_zone_is_the_providers_not_the_users(self):
        self.users["case_worker"].tz = "America/New_York"
        self._series(date_first=date(2020, 7, 1), date_last=date(2020, 7, 1)).action_create()
        self.assertEqual(self.project.session_ids.date_start, datetime(2020, 7, 1, 13))

    def test_every_other_week(self):
        series = self._series(date_first=date(2020, 3, 4), date_last=date(2020, 4, 1), week_interval=2)
        self.assertEqual(series.session_count, 3)
        series.action_create()
        self.assertEqual(
            [session.date_start.date() for session in self.project.session_ids.sorted("date_start")],
            [date(2020, 3, 4), date(2020, 3, 18), date(2020, 4, 1)],
        )

    def test_limits(self):
        for values, allowed in (
            ({"date_last": date(2020, 3, 1)}, True),  # one session
            ({"date_last": date(2020, 2, 29)}, False),  # none
            ({"date_last": date(2023, 12, 24)}, True),  # 200 sessions
            ({"date_last": date(2023, 12, 31)}, False),  # 201 sessions
            ({"week_interval": 0}, False),
            ({"week_interval": -1}, False),
            ({"hour_start": 18.0, "hour_end": 18.0}, False),
            ({"hour_start": 18.0, "hour_end": 17.0}, False),
            ({"hour_start": -1.0}, False),
            ({"hour_end": 24.0}, False),
            ({"hour_start": 0.0, "hour_end": 23 + 59 / 60}, True),
            ({"hour_end": 23.995}, False),  # midnight, to the minute
            ({"hour_start": 15.0, "hour_end": 15.001}, False),  # no minute long
        ):
            with self.subTest(**values):
                if allowed:
                    self._series(**values)
                else:
                    with self.assertRefused():
                        self._series(**values)

    def test_fractions_of_an_hour_become_whole_minutes(self):
        self._series(
            date_first=date(2020, 7, 1), date_last=date(2020, 7, 1), hour_start=9 + 59.6 / 60, hour_end=10 + 20 / 60
        ).action_create()
        session = self.project.session_ids
        self.assertEqual(session.date_start, datetime(2020, 7, 1, 8, 0))
        self.assertEqual(session.date_end, datetime(2020, 7, 1, 8, 20))

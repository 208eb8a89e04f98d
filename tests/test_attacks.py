from datetime import date, datetime

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon


@tagged("post_install", "-at_install", "security")
class TestAttacks(JustiqCommon):
    """What somebody tried who speaks to the server without the web client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(cls.env, login="test_colleague", groups="justiq.group_case_worker")
        cls.colleague_employee = cls.env["hr.employee"].create(
            {"name": "Clara Colleague", "company_id": cls.company.id, "user_id": cls.colleague.id}
        )
        cls.case = cls._create_case()
        cls.enrolment = cls._enrol(cls.case)
        cls.project = cls._create_project()
        cls.own_project = cls._create_project(name="Eigenes", lead_id=cls.colleague_employee.id)
        cls.participation = cls._participate(cls.project, enrolment=cls.enrolment)

    def _draft(self, model, values, spec, ids=(), changed=None):
        records = self.env[model].with_user(self.colleague).browse(ids)
        return records.onchange(values, list(values) if changed is None else changed, spec)

    # ------------------------------------------------------------
    # Forms that are never saved
    # ------------------------------------------------------------

    def test_draft_participation_tells_no_name(self):
        spec = {"participant_name": {}, "gender": {}}
        for keys in ({"enrolment_id": self.enrolment.id}, {"case_file_id": self.case.id}):
            with self.subTest(keys=keys), self.assertRaises(AccessError):
                self._draft("justiq.participation", {**keys, "micro_project_id": self.own_project.id}, spec)

    def test_draft_enrolment_tells_no_age(self):
        """Trying days of entry would give the birth date."""
        with self.assertRaises(AccessError):
            self._draft(
                "justiq.enrolment",
                {"case_file_id": self.case.id, "date_entry": "2020-05-17"},
                {"age_at_entry": {}, "gender": {}},
            )

    def test_draft_of_an_own_participation_shows_nobody_else(self):
        own = self._participate(self.own_project, enrolment=self._enrol(self._create_case(self.colleague_employee)))
        with self.assertRaises(AccessError):
            self._draft("justiq.participation", {"enrolment_id": self.enrolment.id}, {"participant_name": {}}, own.ids)

    def test_draft_lines_tell_no_name(self):
        spec = {"participation_ids": {"fields": {"participant_name": {}, "gender": {}}}}
        line = Command.create({"enrolment_id": self.enrolment.id, "micro_project_id": self.own_project.id})
        for changed in (["participation_ids"], []):
            with self.subTest(changed=changed), self.assertRaises(AccessError):
                self._draft("justiq.micro.project", {"participation_ids": [line]}, spec, self.own_project.ids, changed)

    def test_drafts_of_the_own_files_still_work(self):
        own = self._enrol(self._create_case(self.colleague_employee))
        values = self._draft(
            "justiq.participation",
            {"enrolment_id": own.id, "micro_project_id": self.own_project.id},
            {"participant_name": {}, "gender": {}},
        )["value"]
        self.assertEqual(values, {"participant_name": "Muster, Mia", "gender": "female"})

    def test_roster_of_others_still_opens(self):
        """Who leads edits the roster lines of files that she may not read."""
        participation = self._participate(self.own_project, enrolment=self.enrolment)
        session = self._create_session(self.own_project)
        attendance = self.env["justiq.attendance"].create(
            {"session_id": session.id, "participation_id": participation.id}
        )
        spec = {"participant_name": {}, "hours": {}, "case_file_id": {}, "participation_id": {}}
        values = self._draft("justiq.attendance", {"state": "present"}, spec, attendance.ids)["value"]
        self.assertEqual(values, {"hours": 2.0})
        lines = [Command.update(attendance.id, {"state": "present"})]
        self._draft("justiq.session", {"attendance_ids": lines}, {"attendance_ids": {"fields": spec}}, session.ids)
        spec = {"participant_name": {}, "enrolment_id": {}, "case_file_id": {}, "date_end": {}}
        self._draft("justiq.participation", {"date_end": "2020-06-01"}, spec, participation.ids)

    def test_drafts_without_dates_are_no_error(self):
        self._hand_over(self.case, self.colleague_employee)
        self._draft("justiq.enrolment", {"date_entry": False}, {"is_counted": {}}, self.enrolment.ids)
        self._draft("justiq.attendance", {}, {"session_date": {}, "hours": {}})
        lines = [Command.create({"state": "present"})]
        self._draft("justiq.session", {"attendance_ids": lines}, {"attendance_ids": {"fields": {"session_date": {}}}})

    # ------------------------------------------------------------
    # References, messages, activities
    # ------------------------------------------------------------

    def test_reference_never_becomes_a_name(self):
        with self.assertRefused("Reference"):
            self.case.with_user(self.users["case_worker"]).reference = "Muster, Mia"
        self.case.reference = self.case.reference
        self.assertNotIn(self._create_case(reference=" ").reference, (" ", ""))

    def test_only_readers_hear_of_a_file_and_never_by_mail(self):
        worker = self.users["case_worker"]
        (worker | self.colleague | self.users["team_lead"]).notification_type = "email"
        outsider = self.env["res.partner"].create({"name": "Outsider", "email": "outsider@example.com"})
        lead = self.case.with_user(self.users["team_lead"])
        lead.message_subscribe(worker.partner_id.ids)
        self._hand_over(lead, self.colleague_employee, self.users["team_lead"])
        partners = outsider | self.colleague.partner_id
        message = lead.message_post(
            body="Secret", message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=partners.ids
        )
        notified = self.env["mail.notification"].search([("mail_message_id", "=", message.id)])
        self.assertEqual(notified.mapped("res_partner_id"), self.colleague.partner_id)
        self.assertEqual(notified.mapped("notification_type"), ["inbox"])

    def test_notifications_do_not_tell_subjects_to_others(self):
        """Odoo lets every employee read the notifications of all."""
        lead, worker = self.users["team_lead"], self.users["case_worker"]
        message = self.case.with_user(lead).message_post(
            body="x", subject="About her aunt", message_type="comment", partner_ids=worker.partner_id.ids
        )
        notified = self.env["mail.notification"].search([("mail_message_id", "=", message.id)])
        for user, told in ((worker, True), (self.colleague, False), (self.users["finance"], False)):
            self.env.invalidate_all()
            with self.subTest(user=user.login):
                self.assertEqual("aunt" in str(notified.with_user(user).read(["mail_message_id"])), told)

    def test_activity_names_the_reference_only(self):
        activity = self.case.with_user(self.users["team_lead"]).activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.users["case_worker"].id, summary="Call"
        )
        self.assertEqual(activity.res_name, self.case.reference)

    # ------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------

    def test_archived_entries_stay_chosen(self):
        project = self._create_project("approved")
        entries = (project.purpose_ids, project.value_ids, project.competence_ids, project.quartier_id)
        for records in entries:
            records.active = False
        self.env.invalidate_all()
        project.with_user(self.users["case_worker"]).action_start()
        self.assertFalse(project.finding_ids)
        self.assertTrue(project.purpose_ids)

    def test_cooperation_stays_with_the_grant_of_its_project(self):
        """It would resolve the findings of a micro-project of another provider."""
        other = self._create_grant(name="Anderes Vorhaben")
        with self.assertRefused("Farbe im Quartier", "Anderes Vorhaben"):
            self.env["justiq.cooperation"].create(
                {
                    "partner_id": self.municipality.id,
                    "kind": "area_programme",
                    "micro_project_id": self.project.id,
                    "grant_id": other.id,
                }
            )

    def test_roster_of_a_past_session_opens_after_a_late_enrolment(self):
        session = self._hold_session(self.project, self.participation)
        self._participate(self.project, enrolment=self._enrol(self._create_case()))
        session.action_open_roster()
        self.assertEqual(session.attendance_ids.participation_id, self.participation)

    def test_blank_texts_are_none(self):
        blank = "\u00a0\u200b "
        project = self._create_project("planned", involvement_how="\u00a0 ", declares_no_employment=True)
        finding = project.finding_ids
        self.assertEqual(finding.requirement_id.code, "S12")
        finding.justification = blank
        self.assertEqual(finding.state, "open")
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self._create_session(self.project, state="not_held", not_held_reason=" \t ").flush_recordset()

    def test_justification_stays_after_the_approval(self):
        project = self._create_project("planned", planned_participants=1)
        project.finding_ids.justification = "A pilot."
        project.finding_ids.justification = False  # nothing rests on it yet
        project.finding_ids.justification = "A pilot."
        project.state = "approved"
        with self.assertRefused("Farbe im Quartier"):
            project.finding_ids.with_user(self.users["team_lead"]).justification = " "
        project.finding_ids.with_user(self.users["team_lead"]).justification = "A pilot of one."
        project.state = "planned"
        project.finding_ids.justification = False

    def test_rule_with_justified_findings_is_not_deleted(self):
        project = self._create_project("planned", planned_participants=1)
        finding = project.finding_ids
        rule = finding.requirement_id.with_user(self.users["manager"])
        finding.justification = "A pilot."
        with self.assertRefused("S4"):
            rule.unlink()
        finding.justification = False
        messages = finding.message_ids
        rule.unlink()
        self.assertFalse(finding.exists() or messages.exists())

    def test_finding_of_another_provider_is_not_read_through_the_dialog(self):
        company = self.env["res.company"].create({"name": "Other provider"})
        lead = new_test_user(
            self.env,
            login="test_other_lead",
            groups="justiq.group_team_lead",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        finding = self._create_project("planned", planned_participants=1).finding_ids
        dialog = self.env["justiq.finding.justify"].with_user(lead)
        wizard = dialog.create({"record_model": "res.users", "record_id": lead.id, "target_state": "approved"})
        line = (
            self.env["justiq.finding.justify.line"]
            .with_user(lead)
            .create({"wizard_id": wizard.id, "finding_id": finding.id, "justification": "x"})
        )
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            line.read(["message"])

    def test_nothing_of_another_provider_shows_in_a_dialog(self):
        company = self.env["res.company"].create({"name": "Other provider"})
        workers = self.env["hr.employee"].create([{"name": name, "company_id": company.id} for name in ("Foe", "Fay")])
        access = self.env["justiq.case.access"].create(
            {
                "company_id": company.id,
                "employee_id": workers[0].id,
                "absent_id": workers[1].id,
                "reason": "Secret",
                "date_end": date(2099, 1, 1),
                "date_start": date(2098, 12, 1),
            }
        )
        report = self.env["justiq.funder.report"].create(
            {"kind": "financial", "grant_id": self._create_grant(company_id=company.id).id}
        )
        own = report.create({"kind": "financial", "grant_id": self.grant.id})
        review = {"access_id": access.id, "verdict": "justified", "review": "x"}
        for role, model, values in (
            ("team_lead", "justiq.case.emergency.review", review),
            ("privacy_officer", "justiq.case.emergency.review", review),
            ("auditor", "justiq.funder.report.compare", {"report_id": report.id}),
            ("auditor", "justiq.funder.report.compare", {"report_id": own.id, "other_id": report.id}),
        ):
            dialogs = self.env[model].with_user(self.users[role])
            with self.subTest(role=role, model=model), self.assertRaises(AccessError):
                dialogs.create(values)

    def test_context_gives_no_default_to_what_the_server_keeps(self):
        values = {"integer": 7, "float": 7.0, "monetary": 7.0, "date": "2007-07-07", "datetime": "2007-07-07 07:07:07"}
        values |= {"many2one": 7, "json": {"x": 7}, "boolean": True, "char": "x", "text": "x"}
        for name in self.env.registry:
            model = self.env[name]
            if not name.startswith("justiq.") or model._abstract or model._transient:
                continue
            kept = {
                field.name: values[field.type]
                for field in model._fields.values()
                if field.readonly and field.store and field.type in values
            }
            forged = model.sudo().with_context(**{f"default_{key}": value for key, value in kept.items()})
            with self.subTest(model=name):
                self.assertEqual(forged.default_get(list(kept)), model.default_get(list(kept)))

    def test_dialogs_are_those_of_their_user(self):
        add = self.env["justiq.participant.add"].with_user(self.users["case_worker"])
        dialog = add.create({"micro_project_id": self.project.id, "case_file_ids": [Command.link(self.case.id)]})
        self.assertFalse(add.with_user(self.colleague).search([("id", "=", dialog.id)]))
        with self.assertRaises(AccessError):
            dialog.with_user(self.colleague).action_add()

    # ------------------------------------------------------------
    # Wrong values
    # ------------------------------------------------------------

    @mute_logger("odoo.sql_db")
    def test_numbers_are_numbers(self):
        session = self._hold_session(self.project, self.participation)
        for hours in (float("nan"), float("inf")):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                session.attendance_ids.hours = hours
                self.env.flush_all()
            session.attendance_ids.invalidate_recordset(flush=False)

    def test_no_fractions_of_a_cent(self):
        line = self._create_budget_line(self._year(2020), 12.344)
        line.flush_recordset()
        line.invalidate_recordset()
        self.assertEqual(line.esf_amount, 12.34)

    @mute_logger("odoo.sql_db")
    def test_grant_of_centuries_is_refused(self):
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self._create_grant(date_end=date(2199, 12, 31))
        with self.assertRefused("2199"):
            self.grant.date_end = date(9999, 12, 31)

    def test_series_ends_with_the_calendar(self):
        series = self.env["justiq.session.series"].new(
            {
                "micro_project_id": self.project.id,
                "date_first": date(2026, 1, 1),
                "date_last": date(9999, 12, 31),
                "week_interval": 2147483647,
            }
        )
        self.assertLessEqual(series.session_count, 81)

    @mute_logger("odoo.sql_db")
    def test_empty_dates_are_refused_by_name(self):
        session = self._create_session(self.project, day=datetime(2020, 3, 4))
        for record, name in (
            (self.case, "birth_date"),
            (self.enrolment, "date_entry"),
            (self.participation, "date_start"),
            (self._year(2020), "date_end"),
            (session, "date_start"),
        ):
            with self.subTest(field=name):
                result = record.load([".id", name], [[str(record.id), ""]])
                self.assertFalse(result["ids"])
                self.assertNotIn("Error", result["messages"][0]["message"])

    def test_state_is_never_empty(self):
        with self.assertRaises(ValidationError):
            self.project.state = False


@tagged("post_install", "-at_install")
class TestClosedGrant(JustiqCommon):
    """What was accounted for does not change behind the funder's back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_budget_line(cls._year(2019), 5000.0)
        cls._year(2019).state = "approved"
        cls.env.ref("justiq.phase2_s21").enforcement = "off"
        cls.grant.state = "running"
        cls.grant.state = "closed"

    def test_an_approved_year_stays_approved(self):
        with self.assertRefused("Reopen the grant"):
            self._year(2019).state = "draft"

    def test_a_draft_year_is_neither_planned_nor_approved(self):
        with self.assertRefused("Reopen the grant"):
            self._create_budget_line(self._year(2020), 5000.0)
        with self.assertRefused("Reopen the grant"):
            self._year(2020).state = "approved"

    def test_nothing_new_begins_in_it(self):
        with self.assertRefused("Reopen the grant"):
            self._create_project()
        with self.assertRefused("Reopen the grant"):
            self._enrol()

    def test_reopened_everything_is_possible_again(self):
        self.grant.state = "running"
        self._year(2019).state = "draft"
        self._create_project()


@tagged("post_install", "-at_install")
class TestImplausibleInput(JustiqCommon):
    def test_a_session_of_tomorrow_has_not_taken_place(self):
        project = self._create_project("running")
        with freeze_time("2020-03-03"):
            session = self._create_session(project, date(2020, 3, 4))
            with self.assertRefused("future"):
                session.action_held()

    def test_a_session_does_not_last_for_centuries(self):
        project = self._create_project()
        with mute_logger("odoo.sql_db"), self.assertRefused(error=CheckViolation):
            self._create_session(project, date_end=datetime(2199, 1, 1))
        with self.assertRefused("2199"):
            self._create_session(project, date_end=datetime(9999, 1, 1))

    def test_a_copied_programme_leads_over_within_itself(self):
        copied = self.programme.copy()
        group = copied.baustein_ids.filtered(lambda baustein: baustein.kind == "group")
        self.assertEqual(group.leads_to_id.code, "CM")
        self.assertEqual(group.leads_to_id.programme_id, copied)

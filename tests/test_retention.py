from datetime import date

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import EXIT_ANSWERS, JustiqCommon


class RetentionCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What is asked of a file before its closing is not the matter here.
        cls.programme.requirement_ids.filtered(lambda rule: rule.enforcement == "warn").enforcement = "off"
        cls.lead = cls.users["team_lead"]
        cls.officer = cls.users["privacy_officer"]
        cls.worker = cls.users["case_worker"]

    @classmethod
    def _create_closed_case(cls, enrolled=True, closed_on=date(2020, 12, 31), **values):
        """A file of the grant, closed on the day."""
        case = cls._create_case(**values)
        if enrolled:
            cls._enrol(case, date_exit=closed_on, **EXIT_ANSWERS)
        cls._propose_closing(case, date=closed_on)
        case.state = "closed"
        return case

    @classmethod
    def _settle_grant(cls, grant=None):
        """Everything has happened from which the years count."""
        (grant or cls.grant).write({"proof_of_use_date": date(2022, 11, 30), "last_payment_date": date(2023, 4, 5)})

    @classmethod
    def _decide(cls, case=None, user=None, **values):
        decisions = cls.env["justiq.retention.decision"]
        return (decisions.with_user(user) if user else decisions).create(
            {"case_file_id": case.id if case else False, "reason": "Audit of the ESF authority", **values}
        )

    def _as_officer(self, case):
        return self.env["justiq.retention.file"].with_user(self.officer).browse(case.id)


@tagged("post_install", "-at_install")
@freeze_time("2021-02-01 08:00:00")
class TestRetention(RetentionCommon):
    """How long a case file is kept, and when it is restricted."""

    # ------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------

    def test_open_file_runs(self):
        case = self._create_case()
        self.assertEqual(case.retention_state, "running")
        self.assertFalse(case.retention_date)

    def test_closed_file_without_a_project_is_kept_three_years_from_the_end_of_the_year(self):
        case = self._create_closed_case(enrolled=False)
        self.assertEqual(case.retention_date, date(2023, 12, 31))
        self.assertEqual(case.retention_rule_id, self.env.ref("justiq.retention_case_file"))
        self.assertEqual(case.restriction_date, date(2021, 6, 30))

    def test_rule_whose_event_has_not_come_keeps_the_file_open(self):
        case = self._create_closed_case()
        self.assertFalse(case.retention_date)
        self.assertIn(case.retention_rule_id.event, ("last_payment", "proof_of_use"))

    def test_p22_longest_rule_wins_five_years_from_the_end_of_the_year_of_the_last_payment(self):
        case = self._create_closed_case()
        self._settle_grant()
        self.assertEqual(case.retention_date, date(2028, 12, 31))
        self.assertEqual(case.retention_rule_id.event, "last_payment")

    def test_p20_years_from_the_proof_of_use_count_from_its_day(self):
        case = self._create_closed_case()
        rules = self.programme.retention_rule_ids
        rules.filtered(lambda rule: rule.event != "proof_of_use").active = False
        self._settle_grant()
        self.assertEqual(case.retention_date, date(2027, 11, 30))

    def test_changed_rule_holds_at_once_for_files_that_are_there(self):
        case = self._create_closed_case()
        self._settle_grant()
        case.retention_rule_id.years = 10
        self.assertEqual(case.retention_date, date(2033, 12, 31))
        self.programme.retention_rule_ids.unlink()
        self.assertFalse(case.retention_date)
        self.assertFalse(case.retention_rule_id)

    def test_longest_of_two_grants_wins(self):
        case = self._create_closed_case()
        other = self._create_grant(name="Second grant")
        self._settle_grant()
        case._reopen("Came back.")
        self._enrol(case, grant_id=other.id, date_entry=date(2021, 1, 15), date_exit=date(2021, 1, 20), **EXIT_ANSWERS)
        self._propose_closing(case, date=date(2021, 1, 31))
        case.state = "closed"
        self.assertFalse(case.retention_date)  # the second grant has not been paid yet
        other.write({"proof_of_use_date": date(2024, 1, 1), "last_payment_date": date(2024, 2, 1)})
        self.assertEqual(case.retention_date, date(2029, 12, 31))

    def test_reopened_file_runs_again(self):
        case = self._create_closed_case(enrolled=False)
        case._reopen("Came back.")
        self.assertFalse(case.restriction_date)
        self.assertFalse(case.retention_date)

    def test_rules_are_copied_with_the_programme(self):
        copied = self.programme.copy()
        self.assertEqual(
            set(copied.retention_rule_ids.mapped("display_name")),
            set(self.programme.retention_rule_ids.mapped("display_name")),
        )

    def test_p41_special_class_holds_for_assigned_files_only(self):
        case, other = self._create_closed_case(), self._create_closed_case()
        self._settle_grant()
        decision = self._decide(case, self.officer, kind="section_9b", reason="Agreement with the youth welfare office")
        self.assertEqual(case.retention_date, date(2103, 12, 31))  # born 2003, 30 in 2033, and 70 years
        self.assertEqual(other.retention_date, date(2028, 12, 31))
        decision.with_user(self.officer).end_reason = "Not a file of residential care."
        self.assertEqual(case.retention_date, date(2028, 12, 31))

    def test_special_class_holds_also_where_the_programme_has_no_such_rule(self):
        case = self._create_closed_case()
        self.programme.retention_rule_ids.filtered(lambda rule: rule.record_class == "section_9b").unlink()
        self._settle_grant()
        self._decide(case, self.officer, kind="section_9b")
        self.assertEqual(case.retention_date, date(2103, 12, 31))

    def test_merged_file_is_restricted_with_the_file_that_has_taken_over(self):
        kept, merged = self._create_case(), self._create_case()
        self.env["justiq.case.merge"]._merge(kept, merged)
        self._propose_closing(kept, date=date(2020, 12, 31))
        kept.state = "closed"
        self.assertEqual(merged.restriction_date, kept.restriction_date)

    def test_many_files_cost_one_statement(self):
        cases = self.env["justiq.case.file"].browse(
            [self._create_closed_case(enrolled=False).id for _number in range(5)]
        )
        rule = self.env.ref("justiq.retention_case_file")
        self.env.flush_all()
        with self.assertQueryCount(12):  # of the rule itself, its flush, and one UPDATE for all files
            rule.years = 4
            self.env.flush_all()
        self.assertEqual(set(cases.mapped("retention_date")), {date(2024, 12, 31)})

    # ------------------------------------------------------------
    # State, told by the clock
    # ------------------------------------------------------------

    def test_file_becomes_restricted_and_due_by_itself(self):
        case = self._create_closed_case()
        self._settle_grant()
        files = self.env["justiq.case.file"]
        for day, state in (
            ("2021-06-29", "running"),
            ("2021-06-30", "restricted"),
            ("2028-12-31", "restricted"),
            ("2029-01-01", "due"),
        ):
            with self.subTest(day), freeze_time(f"{day} 12:00:00"):
                self.env.invalidate_all()
                self.assertEqual(case.retention_state, state)
                self.assertEqual(self._as_officer(case).retention_state, state)
                self.assertIn(case, files.search([("retention_state", "=", state)]))
                others = [other for other in ("running", "restricted", "due", "anonymised") if other != state]
                self.assertNotIn(case, files.search([("retention_state", "in", others)]))

    def test_file_on_hold_is_never_due(self):
        of_the_file, of_the_grant = self._create_closed_case(), self._create_closed_case()
        self._settle_grant()
        hold = self._decide(of_the_file, self.officer)
        with freeze_time("2030-01-01 08:00:00"):
            self.env.invalidate_all()
            self.assertEqual((of_the_file.retention_state, of_the_grant.retention_state), ("restricted", "due"))
            self._decide(user=self.lead, grant_id=self.grant.id)
            hold.with_user(self.lead).end_reason = "The audit is over."
            self.env.invalidate_all()
            for case in (of_the_file, of_the_grant):
                self.assertTrue(case.is_on_hold)
                self.assertTrue(self._as_officer(case).is_on_hold)
                self.assertEqual(case.retention_state, "restricted")
            held = self.env["justiq.case.file"].search([("is_on_hold", "=", True)])
            self.assertLessEqual(of_the_file | of_the_grant, held)

    # ------------------------------------------------------------
    # Restriction
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_case_worker_loses_the_restricted_file_and_what_hangs_on_it(self):
        case = self._create_case()
        note = self._create_note(case)
        self._create_consent(case)
        enrolment = self._enrol(case, date_exit=date(2020, 12, 31), **EXIT_ANSWERS)
        self._propose_closing(case)
        case.state = "closed"
        records = (case, note, case.consent_ids, enrolment)
        for record in records:
            self.assertTrue(record.with_user(self.worker).has_access("read"))
        with freeze_time("2021-07-01 08:00:00"):
            self.env.invalidate_all()
            for record in records:
                as_worker = record.with_user(self.worker)
                self.assertFalse(as_worker.has_access("read"))
                self.assertFalse(as_worker.search([("id", "=", record.id)]))
                with self.assertRaises(AccessError):
                    as_worker.read(["display_name"])
                self.assertTrue(record.with_user(self.lead).has_access("read"))
                self.assertTrue(record.with_user(self.lead).search([("id", "=", record.id)]))

    def test_restriction_beats_a_substitution(self):
        self.case_worker.user_id = False
        self.env.flush_all()
        substitute = self._create_employee("Sue Substitute", "case_worker")
        case = self._create_closed_case()
        with freeze_time("2021-07-01 08:00:00"):
            for values in (
                {"kind": "absence", "absent_id": self.case_worker.id},
                {"kind": "file", "case_file_id": case.id},
            ):
                self.env["justiq.case.access"].create(
                    {"employee_id": substitute.id, "reason": "Holiday", "date_end": date(2021, 8, 1), **values}
                )
            self.env.invalidate_all()
            self.assertFalse(case.with_user(self.worker).has_access("read"))
            self.assertFalse(case.with_user(self.worker).search([("id", "=", case.id)]))

    def test_restriction_beats_the_roster(self):
        project = self._create_project(lead_id=self.case_worker.id)
        colleague = self._create_employee("Carl Colleague")
        case = self._create_case(colleague)
        enrolment = self._enrol(case, date_exit=date(2020, 12, 31), **EXIT_ANSWERS)
        participation = self._participate(project, enrolment=enrolment, date_end=date(2020, 6, 30))
        self._propose_closing(case)
        case.state = "closed"
        self.assertEqual(participation.with_user(self.worker).participant_name, "Muster, Mia")
        with freeze_time("2021-07-01 08:00:00"):
            self.env.invalidate_all()
            self.assertFalse(participation.with_user(self.worker).has_access("read"))
            self.assertNotIn("Muster", participation.with_user(self.worker).sudo().participant_name)

    def test_coordination_and_audit_keep_the_figures_of_a_restricted_file(self):
        case = self._create_closed_case()
        with freeze_time("2021-07-01 08:00:00"):
            self.env.invalidate_all()
            for role in ("coordinator", "auditor"):
                self.assertTrue(case.enrolment_ids.with_user(self.users[role]).has_access("read"))

    def test_search_before_a_new_file_does_not_tell_of_a_restricted_one(self):
        case = self._create_closed_case()
        files = self.env["justiq.case.file"]
        search = (self.company, "Mia", "Muster", date(2003, 5, 17))
        self.assertIn(case, files.with_user(self.worker)._find_similar(*search))
        with freeze_time("2021-07-01 08:00:00"):
            self.env.invalidate_all()
            self.assertNotIn(case, files.with_user(self.worker)._find_similar(*search))
            self.assertIn(case, files.with_user(self.lead)._find_similar(*search))

    # ------------------------------------------------------------
    # Privacy officer
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_privacy_officer_sees_reference_dates_and_rule_and_no_content(self):
        case = self._create_closed_case()
        self._settle_grant()
        [row] = self._as_officer(case).read()
        self.assertEqual(row["reference"], case.reference)
        self.assertEqual(row["retention_date"], date(2028, 12, 31))
        for name in ("Mia", "Muster", "2003"):
            self.assertNotIn(name, str(row))
        with self.assertRaises(AccessError):
            case.with_user(self.officer).read(["reference"])

    def test_dates_of_another_provider_do_not_cross(self):
        foreign = self.env["res.company"].create({"name": "Foreign Provider"})
        stranger = self._create_employee("Fred Foreign", company_id=foreign.id)
        case = self._create_case(stranger, company_id=foreign.id)
        for user in (self.officer, self.lead):
            self.assertFalse(self.env["justiq.retention.file"].with_user(user).search([("id", "=", case.id)]))
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                self._decide(case, user, company_id=foreign.id)


@tagged("post_install", "-at_install")
@freeze_time("2021-02-01 08:00:00")
class TestRetentionDecision(RetentionCommon):
    """Holds and assignments to the special class."""

    def test_decision_ends_with_a_reason_by_the_server_and_once(self):
        decision = self._decide(self._create_case(), self.officer)
        as_lead = decision.with_user(self.lead)
        for values in (
            {"reason": "Another audit"},
            {"ended_at": "2021-01-01 00:00:00"},
            {"end_reason": "Over.", "ended_by_id": self.officer.id},
            {"kind": "section_9b"},
        ):
            with self.subTest(values), self.assertRefused("cannot be changed"):
                as_lead.write(values)
        as_lead.end_reason = "The audit is over."
        self.assertEqual(decision.ended_by_id, self.lead)
        with self.assertRefused("cannot be changed"):
            as_lead.end_reason = "Another reason"

    def test_lifting_without_a_reason_is_refused(self):
        decision = self._decide(self._create_case(), self.officer)
        for reason in ("", " ", False):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                decision.with_user(self.lead).end_reason = reason
                self.env.flush_all()
            self.env.invalidate_all()

    def test_decision_is_never_deleted(self):
        decision = self._decide(self._create_case(), self.officer)
        for user in (self.lead, self.officer):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
                decision.with_user(user).unlink()
        with self.assertRefused("never deleted", error=AccessError):
            decision.sudo().unlink()

    def test_client_cannot_make_a_decision_that_has_ended(self):
        decision = self._decide(
            self._create_case(), self.officer, ended_at="2021-01-01 00:00:00", ended_by_id=self.lead.id, end_reason="-"
        )
        self.assertFalse(decision.ended_at or decision.ended_by_id or decision.end_reason)

    def test_grant_cannot_be_assigned_to_the_special_class(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self._decide(grant_id=self.grant.id, kind="section_9b")

    def test_grant_of_another_provider_cannot_be_held(self):
        foreign = self.env["res.company"].create({"name": "Foreign Provider"})
        grant = self._create_grant(company_id=foreign.id)
        with self.assertRaises(UserError), mute_logger("odoo.addons.base.models.ir_rule"):
            self._decide(user=self.officer, grant_id=grant.id)

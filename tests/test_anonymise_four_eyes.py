from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from .anonymise_common import DUE, LOGGERS, SECRET, AnonymiseCommon


@tagged("post_install", "-at_install")
@freeze_time(DUE)
class TestFourEyes(AnonymiseCommon):
    """One proposes, another one approves, then the server does it."""

    def test_privacy_officer_proposes_and_team_lead_approves(self):
        run = self._make_run(self.case, self.other)
        self.assertEqual(run.file_count, 2)
        run.action_propose()
        self.assertFalse(run.is_mine_to_approve)
        self.assertTrue(run.with_user(self.lead).is_mine_to_approve)
        run.with_user(self.lead).action_approve()
        self.assertEqual((run.proposed_by_id, run.approved_by_id), (self.officer, self.lead))
        self.assertEqual(self.case.first_name, SECRET)  # the server does it, not the click

    def test_team_lead_proposes_and_privacy_officer_approves(self):
        run = self._make_run(self.case, user=self.lead)
        run.action_propose()
        run.with_user(self.officer).action_approve()
        self.assertEqual(run.state, "approved")

    @mute_logger(*LOGGERS)
    def test_nobody_approves_what_she_has_proposed_whatever_her_roles(self):
        self.lead.group_ids |= self.env.ref("justiq.group_privacy_officer")
        run = self._make_run(self.case, user=self.lead)
        run.action_propose()
        for attack in (
            lambda: run.action_approve(),
            lambda: run.write({"state": "approved"}),
            lambda: run.write({"state": "approved", "approved_by_id": self.officer.id}),
            lambda: run.write({"proposed_by_id": self.officer.id}),
            lambda: run.with_context(force=True, tracking_disable=True).write({"state": "approved"}),
            lambda: run.write({"state": "done"}),
            lambda: run.line_ids.write({"state": "done"}),
            lambda: run.copy(),
            lambda: run.create({"company_id": self.company.id, "state": "approved"}),
            lambda: self._import(run, "state", "approved"),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attack()
                self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(run.state, "proposed")

    @mute_logger(*LOGGERS)
    def test_two_of_one_role_are_not_enough(self):
        second = self.lead.copy({"login": "test_second_lead", "name": "Second Lead"})
        run = self._make_run(self.case, user=self.lead)
        run.action_propose()
        with self.assertRefused("second person", error=AccessError):
            run.with_user(second).action_approve()

    def test_database_refuses_one_person_in_both_parts(self):
        run = self._make_run(self.case).sudo()
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
            run.write({"proposed_by_id": self.lead.id, "approved_by_id": self.lead.id})
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute(SQL("UPDATE justiq_retention_run SET state = 'approved' WHERE id = %s", run.id))

    def test_what_is_not_due_or_on_hold_is_not_even_listed(self):
        with self.assertRefused(self.case.reference, error=UserError), freeze_time("2028-12-31 08:00:00"):
            self.env.invalidate_all()
            self._make_run(self.case)
        self._decide(self.case, self.officer)
        with self.assertRefused(self.case.reference, error=UserError):
            self._make_run(self.case, self.other)

    def test_hold_stops_the_proposal_the_approval_and_the_job(self):
        run = self._make_run(self.case)
        hold = self._decide(self.case, self.officer)
        with self.assertRefused("on hold", error=UserError):
            run.action_propose()
        hold.with_user(self.officer).end_reason = "A mistake."
        run.action_propose()
        hold = self._decide(user=self.officer, grant_id=self.grant.id)
        with self.assertRefused("on hold", error=UserError):
            run.with_user(self.lead).action_approve()
        hold.with_user(self.officer).end_reason = "A mistake."
        run.with_user(self.lead).action_approve()
        self._decide(user=self.lead, grant_id=self.grant.id)
        run.sudo().line_ids._anonymise()
        run.sudo()._finish()
        self.assertEqual(self.case.first_name, SECRET)
        self.assertEqual(run.line_ids.state, "left")
        self.assertEqual(run.state, "done")

    def test_file_is_on_one_list_at_a_time(self):
        run = self._make_run(self.case)
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as refused, self.env.cr.savepoint():  # noqa: B017
            self._make_run(self.case)
        self.assertIn("line_one_list_at_a_time", str(refused.exception))
        run.action_refuse()
        self.assertTrue(self._make_run(self.case))

    def test_approved_list_may_still_be_refused(self):
        run = self._approve(self.case)
        run.with_user(self.lead).action_refuse()
        self.assertEqual(run.line_ids.state, "left")
        with self.assertRaises(ValidationError):
            run.with_user(self.lead).action_approve()

    def test_list_that_is_turned_down_meanwhile_keeps_what_is_done(self):
        run = self._approve(self.case, self.other)
        lines = run.sudo().line_ids
        done = lines.filtered(lambda line: line.case_file_id == self.case)
        done._anonymise()
        run.with_user(self.lead).action_refuse()
        # What the job still has in hand.
        (lines - done)._anonymise()
        self.assertEqual((done.state, (lines - done).state), ("done", "left"))
        self.assertEqual(self.other.first_name, "Other")

    @mute_logger(*LOGGERS)
    def test_other_roles_do_neither(self):
        run = self._make_run(self.case)
        for role in ("case_worker", "coordinator", "finance", "auditor", "manager"):
            user = self.users[role]
            for attack in (
                lambda user=user: run.with_user(user).action_propose(),
                lambda user=user: run.with_user(user).read(["state"]),
                lambda user=user: self._make_run(self.other, user=user),
            ):
                with self.subTest(role=role), self.assertRaises(AccessError):
                    attack()

    @mute_logger(*LOGGERS)
    def test_record_is_kept(self):
        run = self._anonymise(self.case)
        for user in (self.lead, self.officer):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                run.with_user(user).unlink()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            run.unlink()
        self.assertEqual(run.line_ids.reference, self.case.reference)
        self.assertEqual(run.line_ids.state, "done")

    def test_another_provider_sees_and_does_nothing(self):
        foreign = self.env["res.company"].create({"name": "Foreign Provider"})
        run = self._make_run(self.case)
        self.lead.write({"company_ids": [(6, 0, foreign.ids)], "company_id": foreign.id})
        self.assertFalse(self.env["justiq.retention.run"].with_user(self.lead).search([("id", "=", run.id)]))

    def test_job_carries_out_what_was_approved_and_nothing_else(self):
        self._approve(self.case)
        waiting = self._make_run(self.other)
        waiting.action_propose()
        with self.enter_registry_test_mode():
            self.env.ref("justiq.ir_cron_anonymise").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((self.case.state, self.other.state), ("anonymised", "closed"))

    def test_number_of_queries_does_not_grow_with_the_files(self):
        with freeze_time("2021-02-01 08:00:00"):
            others = [self._create_closed_case(enrolled=False) for _number in range(12)]
        few, many = others[:2], others[2:]

        def count(cases):
            line = self._make_run(*cases).sudo().line_ids
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            line._anonymise()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(few)
        self.assertLess(count(many), 120)

from datetime import date, datetime

from odoo import Command
from odoo.tests import tagged

from .concurrency import PROGRAMME, ConcurrencyCommon

LIMIT = 50000.0


@tagged("post_install", "-at_install")
class TestConcurrency(ConcurrencyCommon):
    """Limits hold when several people save at the same moment."""

    def assertWithinLimit(self, expected=None):
        """What was committed adds up, and stays within the limit that was committed."""
        with self._connection() as env:
            year = env["justiq.funding.year"].browse(self.year_id)
            group_lines = year.budget_line_ids.filtered(lambda line: line.baustein_id.kind == "group")
            self.assertEqual(year.esf_group_amount, sum(group_lines.mapped("esf_amount")))
            self.assertLessEqual(year.esf_group_amount, env["justiq.requirement"].browse(self.rule_id).value_max)
            if expected is not None:
                self.assertEqual(year.esf_group_amount, expected)

    def _plan(self, env, amount, baustein_id=None):
        return env["justiq.budget.line"].create(
            {
                "funding_year_id": self.year_id,
                "baustein_id": baustein_id or self.baustein_id,
                "cost_category_id": env.ref("justiq.cost_material").id,
                "planned_amount": amount,
                "esf_amount": amount,
            }
        )

    def _plan_now(self, amount, baustein_id=None):
        with self._connection() as env:
            return self._plan(env, amount, baustein_id).id

    def _planner(self, amount):
        """Somebody who sees what is left, and plans the amount."""

        def plan(env, meet):
            env["justiq.funding.year"].browse(self.year_id).read(["esf_group_amount", "esf_group_left"])
            meet()
            self._plan(env, amount)

        return plan

    def test_two_people_cannot_both_plan_the_rest_of_the_year(self):
        self._plan_now(20000.0)
        requests = self._at_the_same_moment(self._planner(30000.0), self._planner(30000.0))
        self.assertOneRefused(requests, "S19", "80,000.00")
        self.assertEqual(max(request.tries for request in requests), 2, "the loser has been tried again")
        self.assertWithinLimit(LIMIT)

    def test_two_people_may_both_plan_what_fits(self):
        requests = self._at_the_same_moment(self._planner(20000.0), self._planner(30000.0))
        self.assertFalse([request.error for request in requests if request.error])
        self.assertWithinLimit(LIMIT)

    def test_four_people_never_pass_the_limit(self):
        requests = self._at_the_same_moment(*[self._planner(20000.0)] * 4)
        self.assertEqual(sum(not request.error for request in requests), 2)
        self.assertWithinLimit(40000.0)

    def test_raising_two_lines_at_once_never_passes_the_limit(self):
        def raiser(line_id):
            def raise_line(env, meet):
                line = env["justiq.budget.line"].browse(line_id)
                line.read(["esf_amount"])
                meet()
                line.write({"planned_amount": 30000.0, "esf_amount": 30000.0})

            return raise_line

        works = [raiser(self._plan_now(20000.0)) for _line in range(2)]
        self.assertOneRefused(self._at_the_same_moment(*works), "S19", "60,000.00")
        self.assertWithinLimit(LIMIT)

    def test_year_shortened_while_somebody_plans_up_to_its_old_limit(self):
        """Moving the border between two years is shortening one of them."""
        with self._connection() as env:
            env["justiq.grant"].browse(self.grant_id).date_end = date(2020, 12, 31)

        def shorten(env, meet):
            year = env["justiq.funding.year"].browse(self.year_id)
            year.read(["date_end"])
            meet()
            year.date_end = date(2019, 6, 30)

        self.assertOneRefused(self._at_the_same_moment(shorten, self._planner(LIMIT)), "S19")

    def _lower(self, env, meet):
        rule = env["justiq.requirement"].browse(self.rule_id)
        rule.read(["value_max"])
        meet()
        rule.value_max = 40000.0

    def test_limit_lowered_while_somebody_plans_up_to_the_old_one(self):
        self.assertOneRefused(self._at_the_same_moment(self._lower, self._planner(LIMIT)), "S19")
        self.assertWithinLimit()

    def test_limit_lowered_while_somebody_is_about_to_commit(self):
        """The planner has already checked against the old limit when the limit changes."""
        requests = self._at_the_same_moment(self._lower, self._flushed_before_meeting(LIMIT))
        self.assertOneRefused(requests, "S19")
        self.assertWithinLimit()

    def _flushed_before_meeting(self, amount):
        def plan(env, meet):
            self._plan(env, amount)
            env.flush_all()
            meet()

        return plan

    def test_baustein_becomes_a_group_project_while_somebody_plans_it(self):
        def change_kind(env, meet):
            baustein = env["justiq.baustein"].browse(self.individual_id)
            baustein.read(["kind"])
            meet()
            baustein.kind = "group"

        def plan(env, meet):
            env["justiq.baustein"].browse(self.individual_id).read(["kind"])
            meet()
            self._plan(env, LIMIT + 1.0, self.individual_id)

        self.assertOneRefused(self._at_the_same_moment(change_kind, plan), "S19")
        self.assertWithinLimit()

    def test_year_approved_while_somebody_changes_its_plan(self):
        line_id = self._plan_now(10000.0)

        def approve(env, meet):
            year = env["justiq.funding.year"].browse(self.year_id)
            year.read(["state"])
            meet()
            year.state = "approved"

        def cut(env, meet):
            line = env["justiq.budget.line"].browse(line_id)
            line.read(["esf_amount"])
            meet()
            line.esf_amount = 4000.0

        requests = self._at_the_same_moment(approve, cut)
        self.assertOneRefused(requests)

    def test_two_vouchers_that_together_spend_too_much_are_found(self):
        """S19 of what is spent is a warning: both are saved, and the finding is there."""
        with self._connection() as env:
            account = env["account.analytic.account"].search(
                [("justiq_grant_id", "=", self.grant_id), ("justiq_baustein_id", "=", self.baustein_id)]
            )
            account_id = account.id
            env["justiq.grant"].browse(self.grant_id).esf_rate = 100.0

        def pay(env, meet):
            env["justiq.funding.year"].browse(self.year_id).read(["esf_group_spent"])
            meet()
            env["account.analytic.line"].create(
                {
                    "justiq_account_id": account_id,
                    "justiq_reason": PROGRAMME,
                    "justiq_amount": 30000.0,
                    "justiq_payment_date": date(2019, 5, 6),
                    "justiq_cost_category_id": env.ref("justiq.cost_material").id,
                }
            )

        requests = self._at_the_same_moment(pay, pay)
        self.assertFalse([request.error for request in requests if request.error])
        with self._connection() as env:
            year = env["justiq.funding.year"].browse(self.year_id)
            self.assertEqual(year.esf_group_spent, 60000.0)
            finding = env["justiq.finding"].search([("grant_id", "=", self.grant_id), ("state", "=", "open")])
            self.assertIn("60,000.00", "".join(finding.mapped("message")))

    # ------------------------------------------------------------
    # S21: what closes together
    # ------------------------------------------------------------

    def _create_project_that_counts(self):
        """The one micro-project that the grant needs before it may be closed."""
        with self._connection() as env:
            rules = env["justiq.requirement"].search(self._domain("justiq.requirement"))
            rules.filtered(lambda rule: rule.check != "micro_project_count").enforcement = "off"
            company = env["justiq.grant"].browse(self.grant_id).company_id
            employee = env["hr.employee"].create({"name": PROGRAMME, "company_id": company.id})
            project = env["justiq.micro.project"].create({"name": PROGRAMME, "grant_id": self.grant_id})
            case = env["justiq.case.file"].create(
                {
                    "first_name": "Mia",
                    "last_name": PROGRAMME,
                    "birth_date": date(2003, 5, 17),
                    "company_id": company.id,
                    "key_worker_id": employee.id,
                }
            )
            enrolment = env["justiq.enrolment"].create(
                {"case_file_id": case.id, "grant_id": self.grant_id, "date_entry": date(2019, 3, 1)}
            )
            participation = env["justiq.participation"].create(
                {
                    "enrolment_id": enrolment.id,
                    "baustein_id": self.baustein_id,
                    "micro_project_id": project.id,
                    "date_start": date(2019, 3, 1),
                }
            )
            env["justiq.session"].create(
                {
                    "micro_project_id": project.id,
                    "date_start": datetime(2019, 3, 6, 14),
                    "date_end": datetime(2019, 3, 6, 16),
                    "state": "held",
                    "attendance_ids": [Command.create({"participation_id": participation.id, "state": "present"})],
                }
            )
            for state in ("planned", "approved", "running", "done"):
                project.state = state
            env["justiq.grant"].browse(self.grant_id).state = "running"
            env.flush_all()
            self.assertEqual(project.grant_id.micro_project_counted, 1)
            self.project_id = project.id

    def test_grant_closed_while_its_last_micro_project_is_reopened(self):
        self._create_project_that_counts()
        requests = self._at_the_same_moment(
            self._set_state("justiq.grant", self.grant_id, "closed"),
            self._set_state("justiq.micro.project", self.project_id, "running"),
        )
        self.assertOneRefused(requests, "S21")

    def test_two_people_close_a_grant_while_a_third_reopens_the_micro_project(self):
        self._create_project_that_counts()
        close = self._set_state("justiq.grant", self.grant_id, "closed")
        reopen = self._set_state("justiq.micro.project", self.project_id, "running")
        self._at_the_same_moment(close, close, reopen)
        with self._connection() as env:
            grant = env["justiq.grant"].browse(self.grant_id)
            self.assertTrue(grant.state == "running" or grant.micro_project_counted >= 1)

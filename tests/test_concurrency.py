import threading
from contextlib import contextmanager
from datetime import date, datetime

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import ValidationError
from odoo.modules.registry import DummyRLock, Registry
from odoo.service import model as service
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import SQL, mute_logger

PATIENCE = 60  # seconds until a test gives up that hangs
PROGRAMME = "TEST-CONCURRENCY"  # marks everything that these tests commit
LIMIT = 50000.0
# In the order in which they may be deleted, with the way to the grant.
COMMITTED = {
    "justiq.finding": "grant_id",
    "account.analytic.line": "justiq_grant_id",
    "justiq.attendance": "session_id.grant_id",
    "justiq.session": "grant_id",
    "justiq.participation": "grant_id",
    "justiq.enrolment": "grant_id",
    "justiq.case.file": None,
    "justiq.case.handover": None,
    "justiq.plan.version": "grant_id",
    "justiq.budget.line": "grant_id",
    "justiq.micro.project": "grant_id",
    "justiq.funding.year": "grant_id",
    "justiq.grant": None,
    "justiq.requirement": None,
    "justiq.baustein": None,
    "justiq.programme.funder": None,
    "justiq.programme": None,
    "hr.employee": None,
}
# What may be deleted in the usual way, and takes other records along.
UNPROTECTED = ("justiq.programme.funder", "hr.employee")


class Request(threading.Thread):
    """What one user does at the same time as another, as the server would run it.

    Each request has a connection of its own. Its first try reads, waits for the
    others, and only then writes; Odoo's own retry takes it from there.
    """

    def __init__(self, dbname, barrier, work):
        super().__init__(name=work.__name__, daemon=True)
        self.dbname, self.barrier, self.work = dbname, barrier, work
        self.tries = 0
        self.error = None

    def run(self):
        try:
            with db_connect(self.dbname).cursor() as cr:
                cr.execute(SQL("SET lock_timeout = %s", f"{PATIENCE}s"))
                cr.commit()  # pylint: disable=invalid-commit
                env = api.Environment(cr, SUPERUSER_ID, {})
                service.retrying(lambda: self._try(env), env)
        except Exception as error:
            self.error = error
            self.barrier.abort()

    def _try(self, env):
        self.tries += 1
        self.work(env, self._meet if self.tries == 1 else lambda: None)

    def _meet(self):
        self.barrier.wait(PATIENCE)


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Limits hold when several people save at the same moment.

    Each request has a real connection and commits; what the tests have committed
    is deleted at the end, also after a failure.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dbname = get_db_name()
        cls.registry = Registry(cls.dbname)
        # Odoo runs its tests while it holds this lock; our threads need the registry, too.
        cls.classPatch(Registry, "_lock", DummyRLock())

    def setUp(self):
        super().setUp()
        # Waiting at random between two tries is for servers with many users.
        self.patch(service.random, "uniform", lambda low, high: 0.05)
        self._delete_everything()
        self.addCleanup(self._check_nothing_left, self._count_rows())
        self.addCleanup(self._delete_everything)
        self._create_plan()

    @contextmanager
    def _connection(self):
        """An environment on a real connection; what happens in it is committed."""
        with db_connect(self.dbname).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True, "mail_create_nolog": True})
            yield env
            env.cr.flush()
            env.cr.commit()
        self.registry.signal_changes()

    def _create_plan(self):
        """A grant with its year under a programme of its own, with the limit of S19."""
        with self._connection() as env:
            programme = env.ref("justiq.programme_phase2").copy({"code": PROGRAMME, "name": PROGRAMME})
            programme.requirement_ids.filtered(lambda rule: rule.check == "micro_project_count").value_count = 1
            grant = env["justiq.grant"].create(
                {
                    "name": PROGRAMME,
                    "programme_id": programme.id,
                    "date_start": date(2019, 1, 1),
                    "date_end": date(2019, 12, 31),
                    "baustein_ids": [Command.set(programme.baustein_ids.ids)],
                }
            )
            self.grant_id, self.year_id = grant.id, grant.funding_year_ids.id
            self.baustein_id = programme.baustein_ids.filtered(lambda baustein: baustein.kind == "group").id
            self.individual_id = programme.baustein_ids.filtered(lambda baustein: baustein.code == "CM").id
            self.rule_id = programme.requirement_ids.filtered(lambda rule: rule.check == "esf_ceiling").id

    # ------------------------------------------------------------
    # Committed data
    # ------------------------------------------------------------

    def _domain(self, model):
        if COMMITTED[model]:
            return [(f"{COMMITTED[model]}.programme_id.code", "=", PROGRAMME)]
        return {
            "justiq.programme": [("code", "=", PROGRAMME)],
            "justiq.case.file": [("last_name", "=", PROGRAMME)],
            "justiq.case.handover": [("note", "=", PROGRAMME)],
            "hr.employee": [("name", "=", PROGRAMME)],
        }.get(model, [("programme_id.code", "=", PROGRAMME)])

    def _delete_everything(self):
        """Delete by SQL what no user may delete, such as a grant that was closed."""
        with self._connection() as env:
            for model in COMMITTED:
                records = env[model].with_context(active_test=False).search(self._domain(model))
                if model in UNPROTECTED:
                    records.unlink()
                elif records:
                    self._delete(env, records)
            env.invalidate_all(flush=False)

    def _delete(self, env, records):
        if "message_ids" in records:
            for model, name in (("mail.message", "model"), ("mail.followers", "res_model")):
                env[model].search([(name, "=", records._name), ("res_id", "in", records.ids)]).unlink()
        env.cr.execute(SQL("DELETE FROM %s WHERE id IN %s", SQL.identifier(records._table), tuple(records.ids)))

    def _count_rows(self):
        with self._connection() as env:
            return {model: env[model].with_context(active_test=False).search_count([]) for model in COMMITTED}

    def _check_nothing_left(self, before):
        self.assertEqual(self._count_rows(), before)

    # ------------------------------------------------------------
    # At the same moment
    # ------------------------------------------------------------

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def _at_the_same_moment(self, *works):
        """Run each of the works in a request of its own; return the requests."""
        barrier = threading.Barrier(len(works))
        requests = [Request(self.dbname, barrier, work) for work in works]
        for request in requests:
            request.start()
        for request in requests:
            request.join(PATIENCE)
            self.assertFalse(request.is_alive(), f"{request.name} hangs")
        return requests

    def assertOneRefused(self, requests, *parts):
        """All requests but one have succeeded, and that one knows why not."""
        refused = [request.error for request in requests if request.error]
        self.assertEqual(len(refused), 1, refused)
        self.assertIsInstance(refused[0], ValidationError)
        for part in parts:
            self.assertIn(part, str(refused[0]))

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

    def _set_state(self, model, record_id, state):
        def step(env, meet):
            record = env[model].browse(record_id)
            record.read(["state"])
            meet()
            record.state = state

        return step

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

    # ------------------------------------------------------------
    # S29: one key worker, and one hand-over at a time
    # ------------------------------------------------------------

    def _create_file_with_colleagues(self):
        """A case file, and two colleagues who might take it."""
        with self._connection() as env:
            company = env["justiq.grant"].browse(self.grant_id).company_id
            self.workers = (
                env["hr.employee"].create([{"name": PROGRAMME, "company_id": company.id} for _one in range(3)]).ids
            )
            self.case_id = (
                env["justiq.case.file"]
                .create(
                    {
                        "first_name": "Mia",
                        "last_name": PROGRAMME,
                        "birth_date": date(2003, 5, 17),
                        "company_id": company.id,
                        "key_worker_id": self.workers[0],
                    }
                )
                .id
            )

    def _propose(self, env, to_id):
        case = env["justiq.case.file"].browse(self.case_id)
        return env["justiq.case.handover"].create(
            {
                "company_id": case.company_id.id,
                "from_id": self.workers[0],
                "to_id": to_id,
                "case_file_ids": [Command.set(case.ids)],
                "note": PROGRAMME,
            }
        )

    def test_one_file_is_not_proposed_to_two_colleagues_at_once(self):
        self._create_file_with_colleagues()

        def proposer(to_id):
            def propose(env, meet):
                env["justiq.case.file"].browse(self.case_id).read(["key_worker_id"])
                meet()
                self._propose(env, to_id)

            return propose

        requests = self._at_the_same_moment(*map(proposer, self.workers[1:]))
        self.assertOneRefused(requests, "already proposed")

    def test_a_hand_over_is_not_accepted_and_withdrawn_at_once(self):
        self._create_file_with_colleagues()
        with self._connection() as env:
            handover_id = self._propose(env, self.workers[1]).id
        steps = [self._set_state("justiq.case.handover", handover_id, state) for state in ("accepted", "withdrawn")]
        self.assertOneRefused(self._at_the_same_moment(*steps))
        with self._connection() as env:
            case = env["justiq.case.file"].browse(self.case_id)
            running = case.key_worker_history_ids.filtered(lambda line: not line.date_to)
            self.assertEqual(running.employee_id, case.key_worker_id, "one key worker, in the file as in its history")

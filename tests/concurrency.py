import threading
from contextlib import contextmanager
from datetime import date

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import ValidationError
from odoo.modules.registry import DummyRLock, Registry
from odoo.service import model as service
from odoo.sql_db import db_connect
from odoo.tests import BaseCase
from odoo.tests.common import get_db_name
from odoo.tools import SQL, mute_logger

PATIENCE = 60  # seconds until a test gives up that hangs
PROGRAMME = "TEST-CONCURRENCY"  # marks everything that these tests commit
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


class ConcurrencyCommon(BaseCase):
    """What several people do at the same moment.

    Each request has a real connection and commits; what the tests have committed
    is deleted at the end, also after a failure.
    """

    committed = COMMITTED

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
            for model in self.committed:
                records = env[model].with_context(active_test=False).search(self._domain(model))
                if model in (*UNPROTECTED, "res.users"):
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
            return {model: env[model].with_context(active_test=False).search_count([]) for model in self.committed}

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

    def _set_state(self, model, record_id, state):
        def step(env, meet):
            record = env[model].browse(record_id)
            record.read(["state"])
            meet()
            record.state = state

        return step

from contextlib import contextmanager
from datetime import date

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .concurrency import COMMITTED, PROGRAMME, ConcurrencyCommon

DECISION, RUN = "justiq.retention.decision", "justiq.retention.run"
LOGS = {"justiq_access_log": ("user_id",), "justiq_role_change": ("user_id", "holder_id")}
ROLES = ("case_worker", "team_lead", "team_lead", "privacy_officer")
REASON = "The police are looking for somebody in charge."


@tagged("post_install", "-at_install")
class TestConcurrencyCase(ConcurrencyCommon):
    """What two people do with one case file at the same moment happens once, or one after the other."""

    # By the key worker: names of an anonymised file are gone.
    committed = {
        "justiq.retention.run.line": "case_file_id.key_worker_id.name",
        RUN: "remark",
        DECISION: "reason",
        "justiq.case.merge": "case_file_id.key_worker_id.name",
        "justiq.case.access": "employee_id.name",
        "justiq.case.contact": "case_file_id.key_worker_id.name",
        **COMMITTED,
        "justiq.case.file": "key_worker_id.name",
        "res.users": "name",
    }

    def _domain(self, model):
        ways = {model: way for model, way in self.committed.items() if model not in COMMITTED}
        ways["justiq.case.file"] = self.committed["justiq.case.file"]
        return [(ways[model], "=", PROGRAMME)] if model in ways else super()._domain(model)

    def _delete_everything(self):  # pylint: disable=missing-return
        with self._connection() as env:
            users = env["res.users"].with_context(active_test=False).search(self._domain("res.users"))
            for table, columns in LOGS.items() if users else ():
                mine = SQL(" OR ").join(SQL("%s IN %s", SQL.identifier(name), tuple(users.ids)) for name in columns)
                log = SQL.identifier(table)
                env.cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", log))
                env.cr.execute(SQL("DELETE FROM %s WHERE %s", log, mine))
                env.cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", log))
            # The hold on the grant has no file; what was decided on an anonymised one has no reason any more.
            env.cr.execute(
                SQL(
                    """
                    DELETE FROM justiq_retention_decision WHERE case_file_id IN (
                        SELECT file.id FROM justiq_case_file file
                          JOIN hr_employee employee ON employee.id = file.key_worker_id WHERE employee.name = %s)
                    """,
                    PROGRAMME,
                )
            )
        super()._delete_everything()

    def _create_plan(self):  # pylint: disable=missing-return
        """Two case files that are due, and users who may do something with them."""
        super()._create_plan()
        with self._connection() as env:
            company = env["justiq.grant"].browse(self.grant_id).company_id
            self.workers = (
                env["hr.employee"].create([{"name": PROGRAMME, "company_id": company.id} for _one in range(3)]).ids
            )
            person = {"last_name": PROGRAMME, "birth_date": date(2003, 5, 17), "company_id": company.id}
            self.case_ids = (
                env["justiq.case.file"]
                .create(
                    [{**person, "first_name": name, "key_worker_id": self.workers[0]} for name in ("Mia", "Ben", "Eva")]
                )
                .ids
            )
            users = env["res.users"].create(
                [
                    {
                        "name": PROGRAMME,
                        "login": f"{PROGRAMME}-{number}",
                        "company_id": company.id,
                        "company_ids": [Command.set(company.ids)],
                        "group_ids": [Command.link(env.ref(f"justiq.group_{role}").id)],
                    }
                    for number, role in enumerate(ROLES)
                ]
            )
            self.worker_id, self.lead_id, self.second_lead_id, self.officer_id = users.ids
            env["hr.employee"].browse(self.workers[1]).user_id = self.worker_id

    # ------------------------------------------------------------
    # Retention
    # ------------------------------------------------------------

    def _make_due(self):
        """The first file was closed long ago, and nothing keeps it any more."""
        with self._connection() as env:
            closed = "UPDATE justiq_case_file SET state = 'closed', date_opened = '2001-01-01' WHERE id = %s"
            env.cr.execute(SQL(closed, self.case_ids[0]))
            env.invalidate_all(flush=False)
            files = env["justiq.case.file"]
            files._update_retention([("id", "=", self.case_ids[0])])
            self.assertEqual(files.browse(self.case_ids[0]).retention_state, "due")

    def _make_run(self, state="proposed"):
        self._make_due()
        with self._connection() as env:
            case = env["justiq.case.file"].browse(self.case_ids[0])
            run = env[RUN].create({"company_id": case.company_id.id, "remark": PROGRAMME})
            line = {"run_id": run.id, "case_file_id": case.id, "reference": case.reference}
            self.line_id, self.run_id = run.line_ids.create(line).id, run.id
            run.write({"state": "proposed", "proposed_by_id": self.officer_id})
            if state == "approved":
                run.write({"state": "approved", "approved_by_id": self.lead_id})

    def _approve_by(self, user_id):
        def approve(env, meet):
            run = env[RUN].with_user(user_id).browse(self.run_id)
            run.read(["state", "is_mine_to_approve"])
            meet()
            run.action_approve()

        return approve

    def _anonymise(self, env, meet):
        line = env["justiq.retention.run.line"].browse(self.line_id)
        line.read(["state"])
        line.case_file_id.read(["retention_state", "is_on_hold"])
        meet()
        line._anonymise()

    def _decision(self, flushed, **values):
        """Somebody who decides on the file, and has saved it, or not yet, when the others go on."""

        def decide(env, meet):
            case = env["justiq.case.file"].browse(self.case_ids[0])
            case.read(["state"])
            if not flushed:
                meet()
            keys = {"case_file_id": case.id, "company_id": case.company_id.id, "reason": PROGRAMME}
            env[DECISION].create({**keys, **values})
            if flushed:
                env.flush_all()
                meet()

        return decide

    @contextmanager
    def _what_became_of_it(self):
        with self._connection() as env:
            yield (
                env["justiq.case.file"].browse(self.case_ids[0]),
                env["justiq.retention.run.line"].browse(self.line_id),
            )

    def test_one_of_two_approvals_counts(self):
        self._make_run()
        requests = self._at_the_same_moment(self._approve_by(self.lead_id), self._approve_by(self.second_lead_id))
        self.assertEqual(max(request.tries for request in requests), 2, "the second one has seen the first")
        with self._connection() as env:
            run = env[RUN].browse(self.run_id)
            self.assertEqual(run.state, "approved")
            self.assertIn(run.approved_by_id.id, (self.lead_id, self.second_lead_id))
            self.assertEqual(run.write_uid, run.approved_by_id, "whoever came second has changed nothing")

    def test_list_is_not_approved_and_turned_down_at_once(self):
        self._make_run()

        def refuse(env, meet):
            run = env[RUN].with_user(self.officer_id).browse(self.run_id)
            run.read(["state"])
            meet()
            run.action_refuse()

        self._at_the_same_moment(self._approve_by(self.lead_id), refuse)
        with self._connection() as env:
            run = env[RUN].browse(self.run_id)
            self.assertEqual(run.line_ids.state, "left" if run.state == "refused" else "waiting")

    def test_two_jobs_anonymise_a_file_once(self):
        self._make_run("approved")
        requests = self._at_the_same_moment(self._anonymise, self._anonymise)
        self.assertFalse([request.error for request in requests if request.error])
        with self._what_became_of_it() as (case, line):
            self.assertEqual((case.state, line.state), ("anonymised", "done"))

    def test_decision_of_the_same_moment_stops_the_job_or_comes_too_late(self):
        request = {
            "kind": "article_18",
            "ground": "claims",
            "requested_on": date(2020, 1, 1),
            "review_on": date(2020, 2, 1),
        }
        for values in ({"kind": "hold"}, request):
            for flushed in (False, True):
                with self.subTest(values=values, flushed=flushed):
                    self._delete_everything()
                    self._create_plan()
                    self._make_run("approved")
                    requests = self._at_the_same_moment(self._anonymise, self._decision(flushed, **values))
                    with self._what_became_of_it() as (case, line):
                        if case.state == "anonymised":
                            self.assertOneRefused(requests, case.reference, "anonymised")
                            self.assertFalse(case.decision_ids)
                        else:
                            self.assertFalse([one.error for one in requests if one.error])
                            self.assertEqual((case.first_name, line.state), ("Mia", "left"))
                            self.assertTrue(case.is_on_hold)

    def test_hold_of_the_same_moment_as_the_approval_stops_the_job(self):
        self._make_run()
        self._at_the_same_moment(self._approve_by(self.lead_id), self._decision(True, kind="hold"))
        with self._what_became_of_it() as (case, line):
            line._anonymise()
            self.assertEqual((case.first_name, line.state), ("Mia", "left"))

    # ------------------------------------------------------------
    # Break-glass
    # ------------------------------------------------------------

    def test_two_clicks_open_a_file_in_an_emergency_once(self):
        def open_it(env, meet):
            case = env["justiq.case.file"].with_user(self.worker_id).browse(self.case_ids[0])
            self.assertFalse(case.has_access("read"))
            meet()
            # sudo: as behind the hit of the search
            case.sudo()._open_in_emergency(REASON)

        requests = self._at_the_same_moment(open_it, open_it)
        self.assertEqual(sum(not request.error for request in requests), 1)
        with self._connection() as env:
            accesses = env["justiq.case.access"].search([("employee_id", "=", self.workers[1])])
            self.assertEqual(len(accesses), 1)

    def test_emergency_and_restriction_at_once_leave_the_file_closed(self):
        def open_it(env, meet):
            case = env["justiq.case.file"].with_user(self.worker_id).browse(self.case_ids[0])
            self.assertFalse(case.has_access("read"))
            meet()
            # sudo: as behind the hit of the search
            case.sudo()._open_in_emergency(REASON)

        request = {
            "kind": "article_18",
            "ground": "claims",
            "requested_on": date(2020, 1, 1),
            "review_on": date(2020, 2, 1),
        }
        self._at_the_same_moment(open_it, self._decision(False, **request))
        with self._connection() as env:
            case = env["justiq.case.file"].browse(self.case_ids[0])
            self.assertTrue(case.is_restricted)
            self.assertFalse(case.with_user(self.worker_id).has_access("read"))

    # ------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------

    def _merger(self, remaining, merged, flushed=False):
        def merge(env, meet):
            files = env["justiq.case.file"].browse(self.case_ids)
            files.read(["merged_into_id"])
            if not flushed:
                meet()
            env["justiq.case.merge"]._merge(files[remaining], files[merged])
            if flushed:
                env.flush_all()
                meet()

        return merge

    def _merged(self, env):
        files = env["justiq.case.file"].with_context(active_test=False).browse(self.case_ids)
        return [case.merged_into_id.id and self.case_ids.index(case.merged_into_id.id) for case in files]

    def test_one_file_is_not_merged_into_two(self):
        requests = self._at_the_same_moment(self._merger(0, 1), self._merger(2, 1))
        self.assertEqual(sum(bool(request.error) for request in requests), 1)
        with self._connection() as env:
            self.assertEqual(sum(bool(one is not False) for one in self._merged(env)), 1)

    def test_two_files_are_not_merged_into_each_other(self):
        requests = self._at_the_same_moment(self._merger(0, 1), self._merger(1, 0))
        self.assertEqual(sum(bool(request.error) for request in requests), 1)

    def test_nothing_is_left_behind_in_a_file_that_is_merged_itself(self):
        with self._connection() as env:
            env["justiq.case.contact"].create({"case_file_id": self.case_ids[2], "name": "Aunt", "role": "mother"})
        requests = self._at_the_same_moment(self._merger(1, 2, flushed=True), self._merger(0, 1))
        with self._connection() as env:
            aunt = env["justiq.case.contact"].search([("case_file_id", "in", self.case_ids)])
            self.assertFalse(aunt.case_file_id.merged_into_id, [request.error for request in requests])

    # ------------------------------------------------------------
    # S29: one key worker, and one hand-over at a time
    # ------------------------------------------------------------

    def _propose(self, env, to_id):
        case = env["justiq.case.file"].browse(self.case_ids[0])
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
        def proposer(to_id):
            def propose(env, meet):
                env["justiq.case.file"].browse(self.case_ids[0]).read(["key_worker_id"])
                meet()
                self._propose(env, to_id)

            return propose

        requests = self._at_the_same_moment(*map(proposer, self.workers[1:]))
        self.assertOneRefused(requests, "already proposed")

    def test_a_hand_over_is_not_accepted_and_withdrawn_at_once(self):
        with self._connection() as env:
            handover_id = self._propose(env, self.workers[1]).id
        steps = [self._set_state("justiq.case.handover", handover_id, state) for state in ("accepted", "withdrawn")]
        self.assertOneRefused(self._at_the_same_moment(*steps))
        with self._connection() as env:
            case = env["justiq.case.file"].browse(self.case_ids[0])
            running = case.key_worker_history_ids.filtered(lambda line: not line.date_to)
            self.assertEqual(running.employee_id, case.key_worker_id, "one key worker, in the file as in its history")

    def test_a_hand_over_that_two_accept_takes_effect_once(self):
        with self._connection() as env:
            handover_id = self._propose(env, self.workers[1]).id
        accept = self._set_state("justiq.case.handover", handover_id, "accepted")
        self._at_the_same_moment(accept, accept)
        with self._connection() as env:
            case = env["justiq.case.file"].browse(self.case_ids[0])
            self.assertEqual(case.key_worker_id.id, self.workers[1])
            self.assertEqual({*case.key_worker_history_ids.employee_id.ids}, {*self.workers[:2]})
            self.assertEqual(len(case.key_worker_history_ids), 2)

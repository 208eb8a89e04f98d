from datetime import date, datetime

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.justiq.models.case_timeline import MOST_SELECTS

from .common import JustiqCommon


@tagged("post_install", "-at_install")
@freeze_time("2020-08-01 08:00:00")
class TestCaseTimeline(JustiqCommon):
    """Everything in the file in one place, read only, for whoever may read the file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case(date_opened=date(2020, 1, 10))
        cls.enrolment = cls._enrol(cls.case, date_exit=date(2020, 7, 15))
        cls.help = cls._participate(
            code="CM", enrolment=cls.enrolment, date_start=date(2020, 1, 20), date_end=date(2020, 7, 1)
        )
        cls.note = cls._create_note(cls.case, participation_id=cls.help.id)
        cls.network = cls._create_note(cls.case, kind="network", partner_id=cls.municipality.id, date=date(2020, 2, 20))
        cls.project = cls._create_project()
        cls.group = cls._participate(cls.project, enrolment=cls.enrolment, date_start=date(2020, 3, 1))
        cls.session = cls._hold_session(cls.project, cls.group)
        cls.appointment = cls.env["calendar.event"].create(
            {
                "name": "Appointment",
                "case_file_id": cls.case.id,
                "start": datetime(2020, 8, 3, 9),
                "stop": datetime(2020, 8, 3, 10),
            }
        )
        cls.other = cls._create_case(cls._create_employee("Conny Colleague"))

    def _timeline(self, case=None, role="case_worker", *domain):
        entries = self.env["justiq.case.timeline"].with_user(self.users[role])
        return entries.search([("case_file_id", "=", (case or self.case).id), *domain])

    # ------------------------------------------------------------
    # What is in it
    # ------------------------------------------------------------

    def test_everything_in_the_file_is_told_in_the_order_of_time(self):
        self.assertEqual(
            [(str(entry.date), entry.kind) for entry in self._timeline(None, "case_worker", ("kind", "!=", "consent"))],
            [
                ("2020-08-03", "appointment"),
                ("2020-07-15", "exit"),
                ("2020-07-01", "end"),
                ("2020-03-04", "attendance"),
                ("2020-03-01", "start"),
                ("2020-02-20", "network"),
                ("2020-02-03", "note"),
                ("2020-01-20", "start"),
                ("2020-01-15", "entry"),
                ("2020-01-10", "opened"),
            ],
        )

    def test_entry_says_what_its_source_says(self):
        [note] = self._timeline(None, "case_worker", ("kind", "=", "note"))
        self.assertEqual(note.text, "Spoke about the next step.")
        self.assertEqual((note.minutes, note.author_id), (30, self.note.author_id))
        self.assertEqual(note.summary, f"Conversation · {self.bausteine['CM'].name}")
        [network] = self._timeline(None, "case_worker", ("kind", "=", "network"))
        self.assertEqual(network.summary, "Musterstadt")
        [attendance] = self._timeline(None, "case_worker", ("kind", "=", "attendance"))
        self.assertEqual(attendance.summary, "Present · Farbe im Quartier")

    def test_entry_opens_its_source(self):
        for entry in self._timeline():
            action = entry.action_open_source()
            source = self.env[action["res_model"]].browse(action["res_id"])
            with self.subTest(kind=entry.kind):
                path = "id" if source == self.case else "case_file_id"
                self.assertEqual(source.mapped(path) if path != "id" else source, self.case)

    def test_closing_reopening_and_consents_are_told(self):
        consent = self._create_consent(self.case, date=date(2020, 2, 1))
        consent.withdrawn_on = date(2020, 7, 20)
        self._propose_closing(self.case, date=date(2020, 7, 31))
        self._close_case(self.case)
        self.case.with_user(self.users["team_lead"])._reopen("She came back.")
        told = {entry.kind: entry for entry in self._timeline()}
        self.assertEqual(str(told["withdrawn"].date), "2020-07-20")
        self.assertIn("consent", told)
        self.assertEqual(told["reopened"].text, "She came back.")
        self.assertTrue(told["closed"].summary)

    def test_plan_goals_and_referrals_are_told(self):
        self._create_goal(self.case, date=date(2020, 2, 1))
        self._create_referral(self.enrolment, date=date(2020, 2, 2))
        told = {entry.kind: entry for entry in self._timeline()}
        self.assertTrue(told["goal"].text)
        self.assertTrue(told["referral"].summary)

    def test_change_of_the_key_worker_is_told(self):
        successor = self._create_employee("Sue Successor")
        self._hand_over(self.case, successor)
        [change] = self._timeline(None, "team_lead", ("kind", "=", "key_worker"))
        self.assertEqual(change.employee_id, successor)
        self.assertTrue(change.text)

    def test_roster_that_nobody_has_called_is_not_told(self):
        self._create_session(self.project, day=date(2020, 3, 11)).action_open_roster()
        self.assertEqual(len(self._timeline(None, "case_worker", ("kind", "=", "attendance"))), 1)

    def test_what_is_written_shows_at_once(self):
        before = self._timeline()
        note = self._create_note(self.case, date=date(2020, 7, 20))
        self.assertEqual((self._timeline() - before).res_id, note.id)

    # ------------------------------------------------------------
    # Ids
    # ------------------------------------------------------------

    def test_every_select_has_its_number_for_ever(self):
        selects = self.env["justiq.case.timeline"]._timeline_selects()
        numbers = [select.number for select in selects]
        self.assertEqual(len(numbers), len(set(numbers)), "numbers")
        self.assertTrue(all(0 < number < MOST_SELECTS for number in numbers))
        told = {number: (select.model, select.kind) for number, select in zip(numbers, selects, strict=True)}
        self.assertLessEqual(
            {
                1: ("justiq.case.note", "note"),
                2: ("justiq.case.note", "network"),
                3: ("justiq.enrolment", "entry"),
                4: ("justiq.enrolment", "exit"),
                5: ("justiq.participation", "start"),
                6: ("justiq.participation", "end"),
                7: ("justiq.case.file", "opened"),
                8: ("calendar.event", "appointment"),
                9: ("justiq.attendance", "attendance"),
                10: ("justiq.case.closing", "closed"),
                11: ("justiq.case.closing", "reopened"),
                12: ("justiq.consent", "consent"),
                13: ("justiq.consent", "withdrawn"),
                20: ("justiq.case.key.worker", "key_worker"),
            }.items(),
            told.items(),
        )

    def test_every_kind_of_a_select_has_a_label(self):
        timeline = self.env["justiq.case.timeline"]
        labels = dict(timeline._fields["kind"]._description_selection(self.env))
        self.assertEqual({select.kind for select in timeline._timeline_selects()}, labels.keys())

    def test_entries_are_found_again_by_their_ids(self):
        entries = self._timeline()
        self.assertEqual(len(set(entries.ids)), len(entries))
        kinds = entries.mapped("kind")
        self.env.invalidate_all()
        self.assertEqual([entry.kind for entry in entries.browse(entries.ids)], kinds)
        self.assertEqual(entries.exists(), entries)
        gone = entries.browse(entries.ids[0] + MOST_SELECTS * 1000000)
        self.assertFalse(gone.exists())

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_timeline_follows_the_access_to_the_file(self):
        self._create_note(self.other)
        self.assertFalse(self._timeline(self.other))
        self.assertTrue(self._timeline(self.other, "team_lead"))
        foreign = self._timeline(self.other, "team_lead")
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            foreign.with_user(self.users["case_worker"]).read(["text"])
        self._hand_over(self.case, self.other.key_worker_id)
        self.assertFalse(self._timeline())

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_else_reads_a_timeline(self):
        for role in ("coordinator", "finance", "auditor", "privacy_officer", "manager"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._timeline(role=role)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_a_timeline(self):
        entry = self._timeline()[0]
        for role in ("case_worker", "team_lead"):
            own = entry.with_user(self.users[role])
            for attempt in (
                lambda own=own: own.write({"text": "Something else"}),
                lambda own=own: own.unlink(),
                lambda own=own: own.create({"case_file_id": self.case.id, "date": date(2020, 1, 1)}),
            ):
                with self.subTest(role=role), self.assertRaises(AccessError):
                    attempt()

    def test_reading_the_timeline_stands_in_the_access_log(self):
        before = self.env["justiq.access.log"].search([])
        entries = self.env["justiq.case.timeline"].with_user(self.users["case_worker"])
        entries.web_search_read([("case_file_id", "=", self.case.id)], {"text": {}, "kind": {}})
        self.env.cr.precommit.run()
        [log] = self.env["justiq.access.log"].search([]) - before
        self.assertEqual((log.path, log.file_references), ("list", self.case.reference))

    def test_reader_of_the_file_may_read_every_source(self):
        """Nothing comes into the timeline that its readers may not read where it is."""
        for role in ("case_worker", "team_lead"):
            for entry in self._timeline(role=role):
                source = self.env[entry.res_model].with_user(self.users[role]).browse(entry.res_id)
                with self.subTest(role=role, kind=entry.kind):
                    self.assertTrue(source.has_access("read"))

    def test_no_select_tells_a_field_that_has_groups_of_its_own(self):
        timeline = self.env["justiq.case.timeline"]
        for select in timeline._timeline_selects():
            source = self.env[select.model].with_user(self.users["case_worker"])
            for name in timeline._full_columns(select).values():
                with self.subTest(model=select.model, field=name):
                    self.assertTrue(source._has_field_access(source._fields[name], "read"))

    # ------------------------------------------------------------
    # Speed
    # ------------------------------------------------------------

    def _plan_nodes(self, node):
        yield node
        for inner in node.get("Plans", []):
            yield from self._plan_nodes(inner)

    def test_timeline_of_one_file_reads_each_table_by_an_index(self):
        """The filter on the file reaches every branch; only so it is as fast with a million notes."""
        entries = self.env["justiq.case.timeline"].with_user(self.users["case_worker"])
        self.env.flush_all()
        # So that a condition decides, and not how few rows there are: a bitmap needs one, or an index with one.
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            self.env.cr.execute(f"SET LOCAL enable_{way} = off")
        # The file itself is also read for the access to it.
        models = {select.model for select in entries._timeline_selects()} - {"justiq.case.file"}
        tables = {self.env[model]._table for model in models}
        by_file = [("case_file_id", "=", self.case.id)]
        by_id = [("id", "in", self._timeline().ids)]
        for domain in (by_file, by_id):
            query = entries._search(domain, limit=80, order=entries._order)
            sql = query.select(*(entries._field_to_sql(entries._table, name, query) for name in ("id", "text")))
            [[[plan]]] = self.env.execute_query(type(sql)("EXPLAIN (FORMAT JSON) %s", sql))
            reads = [node for node in self._plan_nodes(plan["Plan"]) if node.get("Relation Name") in tables]
            self.assertTrue(reads)
            whole = [node["Relation Name"] for node in reads if node["Node Type"] != "Bitmap Heap Scan"]
            self.assertFalse(whole, domain)

import re
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from ..tools.names import fold_name, person_key
from ..wizards.case_search import SEARCHES_PER_DAY, SEARCHES_PER_HOUR
from .case_search_common import SearchCommon
from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestNames(JustiqCommon):
    def test_variants_of_one_name_are_equal(self):
        for one, other in (
            ("Müller", "Mueller"),
            ("Müller", "MULLER"),
            ("Weiß", "Weiss"),
            ("Bäcker", "Baecker"),
            ("Yalçınkaya", "Yalcinkaya"),
            ("İbrahim", "Ibrahim"),
            ("Zoë", "Zoe"),
            ("Mohammed", "Mohamed"),
            ("Yannick", "Jannik"),
            ("Meyer", "Maier"),
            ("Schmidt", "Schmitt"),
            ("Stephan", "Stefan"),
            ("O'Neill", "ONeil"),
            ("Łukasz", "Lukasz"),
        ):
            with self.subTest(one=one, other=other):
                self.assertEqual(fold_name(one), fold_name(other))

    def test_other_names_stay_apart(self):
        for one, other in (("Mia", "Mira"), ("Muster", "Mustermann"), ("Kaya", "Kara"), ("", "Mia")):
            with self.subTest(one=one, other=other):
                self.assertNotEqual(fold_name(one), fold_name(other))

    def test_person_key_ignores_order_hyphens_and_spaces(self):
        self.assertEqual(person_key("Anna-Lena", "Al Sabbagh"), person_key("Alsabbagh", "Anna Lena"))
        self.assertNotEqual(person_key("Anna", "Lena"), person_key("An", "Nalena"))

    def test_names_in_other_scripts_are_kept(self):
        self.assertEqual(fold_name("Олена"), "олена")
        self.assertTrue(fold_name("محمد"))


@tagged("post_install", "-at_install")
class TestCaseSearch(SearchCommon):
    """A new file starts with the search for similar ones, without opening those of colleagues."""

    # ------------------------------------------------------------
    # What is found
    # ------------------------------------------------------------

    def test_similar_spellings_are_found(self):
        for first_name, last_name in (
            ("Zoë", "Müller-Weiß"),
            ("Zoe", "Mueller Weiss"),
            ("zoe", "muller weis"),
            ("Müller-Weiss", "Zoé"),
            ("Zoe", "MüllerWeiß"),
            ("Zo", "Mueller-Weiss"),
            ("Zoe", "Mülller Weis"),
        ):
            with self.subTest(first_name=first_name, last_name=last_name):
                self.assertEqual(self._found(first_name, last_name), self.foreign)

    def test_other_names_are_not_found(self):
        for first_name, last_name in (("Mia", "Muster"), ("Emre", "Yilmaz"), ("Zora", "Schmidt")):
            with self.subTest(first_name=first_name, last_name=last_name):
                self.assertFalse(self._found(first_name, last_name))

    def test_same_birth_date_widens_the_search(self):
        self.assertFalse(self._found("Zora", "Muller"))
        self.assertEqual(self._found("Zora", "Muller", birth_date=date(2004, 2, 29)), self.foreign)

    def test_new_family_name_is_found_by_birth_date_and_postcode(self):
        same = {"birth_date": date(2004, 2, 29), "zip": "63065"}
        self.assertEqual(self._found("Zoe", "Schmidt", **same), self.foreign)
        self.assertFalse(self._found("Zoe", "Schmidt", **same | {"zip": "63067"}))

    @freeze_time("2021-02-01 08:00:00")  # before the file is restricted
    def test_closed_and_archived_files_are_found(self):
        self._close_case(self.foreign)
        self.foreign.active = False
        self.assertEqual(self._found("Zoe", "Müller-Weiss"), self.foreign)

    def test_files_of_another_provider_are_never_found(self):
        stranger = self._create_employee("Steve Stranger", company_id=self.foreign_company.id)
        self._create_case(stranger, first_name="Ada", last_name="Fremd", company_id=self.foreign_company.id)
        self.assertFalse(self._found("Ada", "Fremd"))

    def test_a_renamed_file_is_found_by_its_new_name(self):
        self.foreign.last_name = "Beispiel"
        self.assertEqual(self._found("Zoe", "Beispiel"), self.foreign)
        self.assertFalse(self._found("Zoe", "Müller-Weiß"))

    def test_not_more_than_ten_are_shown(self):
        for _number in range(12):
            self._create_case(self.colleague, first_name="Ada", last_name="Beispiel")
        self.assertEqual(len(self._found("Ada", "Beispiel")), 10)

    # ------------------------------------------------------------
    # What is shown of it
    # ------------------------------------------------------------

    def test_case_worker_sees_of_a_colleagues_file_reference_initials_year_and_key_worker(self):
        search = self._search("Zoe", "Mueller-Weiss")
        search.action_search()
        (hit,) = search.hit_ids.read()
        self.assertEqual(hit["reference"], self.foreign.reference)
        self.assertEqual(hit["person"], "Z. M.")
        self.assertEqual(hit["birth_year"], "2004")
        self.assertEqual(hit["key_worker_id"][0], self.colleague.id)
        self.assertEqual(hit["case_file_id"], (self.foreign.id, self.foreign.reference))
        self.assertFalse(hit["is_readable"])
        told = str(hit)
        for secret in ("Müller", "Weiß", "Zoë", "63065", "2004-02", "datetime.date(2004"):
            self.assertNotIn(secret, told)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            search.hit_ids.action_open()

    def test_case_worker_opens_the_own_file(self):
        own = self._create_case(first_name="Zoe", last_name="Müller")
        search = self._search("Zoe", "Müller")
        search.action_search()
        hit = search.hit_ids.filtered("is_readable")
        self.assertEqual(hit.person, "Müller, Zoe")
        self.assertEqual(hit.action_open()["res_id"], own.id)

    def test_the_key_of_a_file_is_read_by_those_who_read_the_file(self):
        field = self.foreign.with_user(self.users["coordinator"])
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            field.search([("search_key", "ilike", "zoe")])
        self.assertFalse(self.foreign.with_user(self.worker).search([("search_key", "ilike", "zoe")]))

    # ------------------------------------------------------------
    # Attacks by RPC
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_hits(self):
        search = self._search("Zoe", "Mueller-Weiss")
        search.action_search()
        hit = search.hit_ids
        values = {"search_id": search.id, "case_file_id": self.foreign.id}
        for attack in (
            lambda: hit.create(values),
            lambda: hit.write({"case_file_id": self._create_case(self.colleague).id}),
            lambda: search.write({"hit_ids": [(0, 0, values)]}),
            lambda: (
                self.env["justiq.case.search"]
                .with_user(self.worker)
                .create({"first_name": "Ada", "last_name": "Ada", "hit_ids": [(0, 0, values)]})
            ),
            hit.unlink,
        ):
            with self.assertRaises(AccessError):
                attack()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_hits_of_somebody_else_are_closed(self):
        search = self._search("Zoe", "Mueller-Weiss", user=self.users["team_lead"])
        search.action_search()
        for attack in (search.action_search, search.action_create_anyway, search.hit_ids.action_ask):
            with self.assertRaises(AccessError):
                record = attack.__self__.with_user(self.worker)
                getattr(record, attack.__name__)()

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_who_may_open_files_may_search(self):
        for role in ("coordinator", "finance", "auditor", "privacy_officer", "manager"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._search("Zoe", "Mueller-Weiss", user=self.users[role])

    def test_a_name_of_one_letter_or_of_wildcards_finds_nothing(self):
        for first_name, last_name in (("Z", "M"), ("Zoe", "M"), ("%", "%%"), ("_", "Müller"), ("-", "  ")):
            with self.subTest(first_name=first_name, last_name=last_name), self.assertRefused(error=UserError):
                self._search(first_name, last_name).action_search()
        self.assertFalse(self._found("%%", "%%"))

    def test_searches_are_limited_and_the_count_is_the_servers(self):
        search = self._search("Mia", "Muster", attempts=-1000)
        self.assertEqual(search.attempts, 0)
        by_context = self.env["justiq.case.search"].with_user(self.worker).with_context(default_attempts=-1000)
        self.assertEqual(by_context.create({"first_name": "Mia", "last_name": "Muster"}).attempts, 0)
        search.sudo().attempts = SEARCHES_PER_HOUR - 1
        search.action_search()
        search.attempts = 0
        with self.assertRefused("60", error=UserError):
            self._search("Mia", "Muster").action_search()
        self._search("Mia", "Muster", user=self.users["team_lead"]).action_search()

    def test_searches_of_a_day_are_limited_too(self):
        """A script that keeps to the limit of the hour would try out the days of a year within six hours."""
        search = self._search("Mia", "Muster")
        search.sudo().attempts = SEARCHES_PER_DAY
        self.env.flush_all()
        self.env.cr.execute("UPDATE justiq_case_search SET write_date = write_date - INTERVAL '2 hours'")
        self.env.invalidate_all()
        with self.assertRefused("120", "24 hours", error=UserError):
            self._search("Mia", "Muster").action_search()

    def test_who_was_found_stands_in_the_access_log(self):
        self._search("Zoe", "Mueller-Weiss").action_search()
        self._search("Nobody", "Known").action_search()
        self.env.cr.precommit.run()
        log = self.env["justiq.access.log"].search([])
        self.assertRecordValues(
            log, [{"user_id": self.worker.id, "path": "search", "file_references": self.foreign.reference}]
        )

    # ------------------------------------------------------------
    # Ask, or create anyway
    # ------------------------------------------------------------

    def test_asking_the_key_worker_names_the_reference_only(self):
        search = self._search("Zoe", "Mueller-Weiss")
        search.action_search()
        mails = self.env["mail.mail"].search_count([])
        search.hit_ids.action_ask()
        search.hit_ids.action_ask()
        activity = self.foreign.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.users["team_lead"])
        self.assertIn(self.foreign.reference, activity.note)
        self.assertIn(self.worker.name, activity.summary)
        for secret in ("Zoe", "Zoë", "Müller", "Mueller"):
            self.assertNotIn(secret, f"{activity.note} {activity.summary} {activity.res_name}")
        self.assertTrue(search.hit_ids.is_asked)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_a_key_worker_without_user_is_to_be_asked_in_person(self):
        self.colleague.user_id = False
        search = self._search("Zoe", "Mueller-Weiss")
        search.action_search()
        with self.assertRefused(self.colleague.name, self.foreign.reference, error=UserError):
            search.hit_ids.action_ask()

    def test_without_a_similar_file_the_new_one_opens_at_once(self):
        action = self._search("Mia", "Muster", birth_date=date(2003, 5, 17), zip="63065").action_search()
        self.assertEqual((action["res_model"], action["views"]), ("justiq.case.file", [(False, "form")]))
        self.assertEqual(action["context"]["default_last_name"], "Muster")
        self.assertEqual(action["context"]["default_birth_date"], date(2003, 5, 17))
        self.assertNotIn("default_created_despite", action["context"])

    def test_creating_anyway_needs_a_reason_that_is_kept(self):
        search = self._search("Zoe", "Mueller-Weiss")
        search.action_search()
        for reason in (False, "  ", "..."):
            search.reason = reason
            with self.assertRefused("Why", error=UserError):
                search.action_create_anyway()
        search.reason = "Born in another year, seen the identity card."
        context = search.action_create_anyway()["context"]
        case = (
            self.env["justiq.case.file"]
            .with_user(self.worker)
            .with_context(**context)
            .create({"birth_date": date(2006, 1, 1), "key_worker_id": self.case_worker.id})
        )
        self.assertEqual(case.created_despite, search.reason)
        log = "".join(case.sudo().message_ids.mapped("body"))
        self.assertIn(self.foreign.reference, log)
        self.assertIn("seen the identity card", log)
        self.assertNotIn("Müller", log)

    def test_a_new_file_is_no_search_that_nobody_counts(self):
        """Trying names and birth dates as new files must not tell that there is such a file."""
        case = self._create_case(first_name="Zoë", last_name="Müller-Weiß", created_despite="Just trying.")
        self.assertNotIn(self.foreign.reference, "".join(case.message_ids.mapped("body")))

    def test_creating_anyway_without_having_searched_searches_first(self):
        search = self._search("Zoe", "Mueller-Weiss", reason="No time.")
        self.assertEqual(search.action_create_anyway()["res_model"], "justiq.case.search")
        self.assertTrue(search.hit_ids)

    # ------------------------------------------------------------
    # Scale
    # ------------------------------------------------------------

    def _fill(self):
        """20,000 files of which PostgreSQL knows nothing yet."""
        self.env.cr.execute(
            """INSERT INTO justiq_case_file (reference, first_name, last_name, birth_date, gender, company_id,
                      key_worker_id, state, active, search_key, person_key, date_opened)
               SELECT 'X' || n, 'x', 'x', '2001-01-01'::date + n %% 4000, 'male', %s, %s, 'open', TRUE,
                      md5(n::text) || ' ' || md5((n * 7)::text), n::text, '2020-01-01'
                 FROM generate_series(1, 20000) n""",
            [self.company.id, self.colleague.id],
        )

    def test_the_search_is_one_indexed_query(self):
        self._fill()
        self.env.cr.execute("ANALYZE justiq_case_file")
        files = self.env["justiq.case.file"].with_user(self.worker)
        self.worker.has_group("justiq.group_team_lead")  # what the server knows of her roles anyway
        self.env.flush_all()
        with self.assertQueryCount(1):
            found = files._find_similar(self.company, "Zoe", "Müller-Weiß", date(2004, 2, 29), "63065")
        self.assertEqual(found.ids, self.foreign.ids)
        self._check_plan()

    def _check_plan(self):
        """Nothing but the two indexes tells PostgreSQL whom to look at, with the statistics that it has."""
        # Among so few, the planner may also read the whole table.
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        query = self.env["justiq.case.file"]._similar_query(
            self.company, "Zoe", "Müller-Weiß", date(2004, 2, 29), "63065", 10
        )
        plan = "\n".join(line for (line,) in self.env.execute_query(SQL("EXPLAIN %s", query)))
        indexes = set(re.findall(r"Scan (?:on|using) (justiq_case_file_\w+_index)", plan))
        self.assertEqual(indexes, {"justiq_case_file_search_key_index", "justiq_case_file_birth_date_index"})

    def test_the_search_goes_through_indexes_without_statistics(self):
        self._fill()
        self._check_plan()

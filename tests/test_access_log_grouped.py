import warnings

from odoo import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.justiq.tools.telling import searches, shows

from .common import JustiqCommon
from .test_access_log import AccessLogCommon

BY_NAME = ["last_name"]


@tagged("post_install", "-at_install")
class TestAccessLogGrouped(AccessLogCommon):
    """Groups that show names and birth dates are an access, groups of figures are none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_case(first_name="Noah", last_name="Beispiel")
        foreign = cls._create_employee("Conny Colleague")
        cls.foreign = cls._create_case(key_worker=foreign, last_name="Fremd")
        cls.files = cls._as_user(cls, cls.env["justiq.case.file"])
        cls.notes = cls._as_user(cls, cls.env["justiq.case.note"])
        cls.env.flush_all()

    def assertLogged(self, call, *cases, **values):
        """The call is one entry of these files, or none."""
        before = self._logged()
        result = call()
        entry = self._logged() - before
        if not cases:
            self.assertFalse(entry)
            return result
        references = ", ".join(sorted(case.reference for case in cases))
        self.assertRecordValues(entry, [{"user_id": self.user.id, "file_references": references, **values}])
        return result

    def test_each_way_of_grouping_by_a_name_is_one_entry_of_the_files_shown(self):
        bar = {"field": "state", "colors": {"open": "success"}}
        ways = {
            "formatted_read_group": lambda: self.files.formatted_read_group([], BY_NAME, ["__count"]),
            "grouping_sets": lambda: self.files.formatted_read_grouping_sets([], [[], BY_NAME], ["__count"]),
            "web_read_group": lambda: self.files.web_read_group([], BY_NAME, ["__count"]),
            "read_group": self._read_group_of_old,
            "progress_bar": lambda: self.files.read_progress_bar([], "last_name", bar),
        }
        for name, way in ways.items():
            with self.subTest(way=name):
                shown = self.assertLogged(way, self.case, self.other, path="list")
                self.assertIn("Beispiel", str(shown))
                self.assertNotIn("array_agg", str(shown))

    def _read_group_of_old(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # a client may still call it
            return self.files.read_group([], ["__count"], BY_NAME)

    def test_whatever_shows_a_name_or_a_birth_date_is_an_entry(self):
        for groupby, aggregates in (
            (["birth_date:month"], ["__count"]),
            (["birth_date:year", "state"], []),
            (["state"], ["first_name:max"]),
            ([], ["last_name:array_agg"]),
            (["state"], ["birth_date:min"]),
        ):
            with self.subTest(groupby=groupby, aggregates=aggregates):
                detail = ", ".join([spec for spec in [*groupby, *aggregates] if spec != "__count"])
                self.assertLogged(
                    lambda groupby=groupby, aggregates=aggregates: self.files.formatted_read_group(
                        [], groupby, aggregates
                    ),
                    self.case,
                    self.other,
                    detail=detail,
                )

    def test_what_hangs_on_a_file_is_an_entry_where_its_groups_show_the_person(self):
        for groupby in ("case_file_id", "case_file_id.last_name"):
            with self.subTest(groupby=groupby):
                groups = self.assertLogged(
                    lambda groupby=groupby: self.notes.formatted_read_group([], [groupby], ["__count"]),
                    self.case,
                    model_names="justiq.case.note",
                )
                self.assertIn("Muster", str(groups))

    def test_figures_are_no_entry(self):
        for groupby, aggregates in (
            (["state"], ["__count"]),
            (["key_worker_id", "gender"], ["note_count:sum"]),
            ([], ["last_name:count_distinct"]),
            (["reference"], []),
        ):
            with self.subTest(groupby=groupby, aggregates=aggregates):
                self.assertLogged(
                    lambda groupby=groupby, aggregates=aggregates: self.files.formatted_read_group(
                        [], groupby, aggregates
                    )
                )

    def test_groups_of_references_found_by_a_name_are_an_entry(self):
        named = [("last_name", "ilike", "beisp")]
        self.assertLogged(lambda: self.files.formatted_read_group(named, ["reference"], ["__count"]), self.other)

    def test_only_the_groups_shown_count(self):
        self.assertLogged(lambda: self.files.web_read_group([], BY_NAME, ["__count"], limit=1), self.other)

    def test_open_groups_are_the_same_entry_as_their_records(self):
        self.assertLogged(
            lambda: self.files.web_read_group([], BY_NAME, auto_unfold=True, unfold_read_specification={"city": {}}),
            self.case,
            self.other,
        )

    def test_an_import_is_one_entry_of_the_files_it_names(self):
        lines = [[case.reference, "2020-02-03", "30", "Spoke."] for case in (self.case, self.other, self.case)]
        self.assertLogged(
            lambda: self.notes.load(["case_file_id", "date", "minutes", "text"], lines), self.case, self.other
        )

    # ------------------------------------------------------------
    # Search by name
    # ------------------------------------------------------------

    def test_name_search_of_files_is_one_entry_without_the_term(self):
        for way in (
            lambda: self.files.name_search("beisp"),
            lambda: self.files.web_name_search("beisp", {"display_name": {}}),
            lambda: self.files.web_name_search("beisp", {"display_name": {}, "birth_date": {}}),
            lambda: self.files.name_search(self.other.reference),  # whose answer shows the name
        ):
            found = self.assertLogged(way, self.other, path="search", detail=False)
            self.assertIn("Beispiel", str(found))

    def test_name_search_under_the_reference_is_an_entry_only_where_it_asks_for_a_name(self):
        self._enrol(self.case)
        self.env.flush_all()
        enrolments = self._as_user(self.env["justiq.enrolment"])
        self.assertLogged(lambda: enrolments.name_search(self.case.reference))
        named = [("case_file_id.last_name", "=", "Muster")]
        self.assertLogged(lambda: enrolments.name_search("", named), self.case)
        self.assertLogged(lambda: enrolments.name_search("", [("case_file_id", "=", self.case.id)]))
        self.assertLogged(lambda: enrolments.name_search("", [("case_file_id", "ilike", "Muster")]), self.case)

    def test_label_of_a_person_around_the_case_is_an_entry(self):
        contacts = self._as_user(self._create_contact(self.case).browse())
        self.env.flush_all()
        self.assertLogged(lambda: contacts.name_search("Berta"), self.case)

    def test_who_finds_nothing_leaves_no_entry(self):
        self.assertLogged(lambda: self.files.name_search("Fremd"))
        self.assertLogged(lambda: self.files.formatted_read_group([("last_name", "=", "Fremd")], BY_NAME))

    # ------------------------------------------------------------
    # Nothing is forgotten
    # ------------------------------------------------------------

    def test_what_belongs_to_a_file_is_logged(self):
        mixin = self.env.registry["justiq.access.logged.mixin"]
        # Who may read it, what is open about it, when it goes: without a word of the file, under its reference.
        without_content = {"justiq.case.access", "justiq.finding", "justiq.retention.decision"}
        without_content |= {"justiq.retention.run.line", "justiq.case.merge"}
        for name, model in sorted(self.env.registry.items()):
            field = model._fields.get("case_file_id")
            if name.startswith("justiq.") and field and not (model._abstract or model._transient):
                with self.subTest(model=name):
                    self.assertEqual(issubclass(model, mixin), name not in without_content)

    # ------------------------------------------------------------
    # Costs
    # ------------------------------------------------------------

    def test_the_entry_costs_one_query_however_many_files(self):
        self.files.formatted_read_group([], BY_NAME)
        self._logged()
        self.env["justiq.case.file"].create(
            [{**self.case.copy_data()[0], "last_name": f"Muster {number}"} for number in range(30)]
        )
        self.env.flush_all()
        self.files.search_count([])
        grouped = self.cr.sql_log_count
        self.files.formatted_read_group([], BY_NAME, ["__count"])
        grouped = self.cr.sql_log_count - grouped
        plain = self.cr.sql_log_count
        self.files.formatted_read_group([], ["state"], ["__count"])
        self.assertLessEqual(grouped, self.cr.sql_log_count - plain)
        with self.assertQueryCount(1):
            self.env.cr.precommit.run()

    def test_the_rules_of_what_tells(self):
        files, notes = self.env["justiq.case.file"], self.env["justiq.case.note"]
        for model, spec, is_shown in (
            (files, "birth_date:month", True),
            (files, "date_opened:month", False),
            (notes, "case_file_id.company_id", False),
            (notes, "participation_id", False),
            (self.env["justiq.session"], "micro_project_id", False),
            (self.env["justiq.case.measure"], "goal_id", True),
            (files, "no_such_field", False),
        ):
            self.assertEqual(shows(model, spec), is_shown, spec)
        self.assertTrue(searches(notes, [("case_file_id", "any", [("birth_date", "=", "2003-05-17")])]))
        self.assertFalse(searches(notes, ["!", ("case_file_id", "in", [1, 2])]))


@tagged("post_install", "-at_install")
class TestAccessLogGroupedOverHttp(HttpCase, JustiqCommon):
    """With a real session, which would get a connection that only reads."""

    def test_a_session_that_groups_or_searches_by_name_is_logged(self):
        user = self.users["case_worker"]
        user.write({"password": "a long password", "group_ids": [Command.link(self.env.ref("base.group_user").id)]})
        case = self._create_case()
        self.authenticate(user.login, "a long password")
        for method, args in (("web_read_group", [[], BY_NAME]), ("name_search", ["Muster"])):
            self.make_jsonrpc_request(
                f"/web/dataset/call_kw/justiq.case.file/{method}",
                {"model": "justiq.case.file", "method": method, "args": args, "kwargs": {}},
            )
        log = self.env["justiq.access.log"].search([], order="id")
        self.assertEqual(log.mapped("path"), ["list", "search"])
        self.assertEqual(set(log.mapped("file_references")), {case.reference})

from datetime import date
from itertools import product

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

# A name and a birth date that occur nowhere else.
SECRET = "Geheimnis"
SECRET_PARTS = (SECRET, "Zora", "2003-05-17", "17.05.2003", "05/17/2003", "63065", "Secretville")
# The four models that hang on a case file, by how they get to it.
PATHS_TO_FILE = {
    "justiq.enrolment": "case_file_id",
    "justiq.participation": "case_file_id",
    "justiq.attendance": "case_file_id",
}
PSEUDONYMOUS_ROLES = ("coordinator", "auditor")


@tagged("post_install", "-at_install")
class TestNames(JustiqCommon):
    """Who may not read a case file learns no name from any record that refers to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._create_employee("Conny Colleague")
        cls.case = cls._create_case(
            cls.colleague,
            first_name="Zora",
            last_name=SECRET,
            birth_date=date(2003, 5, 17),
            zip="63065",
            city="Secretville",
        )
        cls.enrolment = cls._enrol(cls.case)
        # The case worker leads the project, so she knows the names on its roster.
        cls.project = cls._create_project(lead_id=cls.case_worker.id)
        cls.participation = cls._participate(cls.project, enrolment=cls.enrolment)
        cls.session = cls._hold_session(cls.project, cls.participation)
        cls.attendance = cls.session.attendance_ids
        cls.records = cls.enrolment, cls.participation, cls.attendance
        for user in cls.users.values():
            user.group_ids += cls.env.ref("base.group_allow_export")

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"))

    def assertTellsNothing(self, answer):
        """No part of the answer is something that only the case file tells."""
        text = str(answer)
        for part in SECRET_PARTS:
            self.assertNotIn(part, text)

    def assertClosed(self, ask, *errors):
        """The question is refused, or its answer tells nothing."""
        try:
            with self.env.cr.savepoint():
                answer = ask()
        except (AccessError, *errors) as refused:
            self.assertTellsNothing(refused)
        else:
            self.assertTellsNothing(answer)
            return answer

    def _for_everybody_pseudonymous(self):
        for role, record in product(PSEUDONYMOUS_ROLES, self.records):
            yield record.with_user(self.users[role])

    # ------------------------------------------------------------
    # Labels
    # ------------------------------------------------------------

    def test_key_worker_and_team_lead_see_the_name(self):
        self._hand_over(self.case, self.case_worker)
        for role in ("case_worker", "team_lead"):
            case = self.case.with_user(self.users[role])
            self.assertEqual(case.display_name, f"{SECRET}, Zora ({case.reference})")
            self.assertEqual(self.participation.with_user(self.users[role]).participant_name, f"{SECRET}, Zora")

    def test_label_of_the_file_is_its_reference_to_everybody_else(self):
        self.project.lead_id = self.colleague
        for role in self.users.keys() - {"team_lead"}:
            with self.subTest(role=role):
                # sudo as in the computation of labels of other records
                label = self.case.with_user(self.users[role]).sudo().display_name
                self.assertEqual(label, self.case.reference)

    def test_no_label_depends_on_the_reader_but_the_files(self):
        for record in self.records:
            self.assertTellsNothing(record.display_name)
            self.assertIn(self.case.reference, record.display_name)

    def test_read_gives_no_name(self):
        for record in self._for_everybody_pseudonymous():
            values = record.read()
            self.assertTellsNothing(values)
            self.assertEqual(values[0]["case_file_id"], (self.case.id, self.case.reference))

    def test_read_by_the_web_client_gives_no_name(self):
        for record in self._for_everybody_pseudonymous():
            specification = {
                name: {"fields": {"display_name": {}}} if field.type == "many2one" else {}
                for name, field in record._fields.items()
                if record._has_field_access(field, "read")
            }
            answer = record.web_read(specification)
            self.assertTellsNothing(answer)
            self.assertEqual(answer[0]["case_file_id"]["display_name"], self.case.reference)

    def test_lists_of_the_web_client_give_no_name(self):
        for record in self._for_everybody_pseudonymous():
            answer = record.web_search_read(
                [("id", "=", record.id)], {"case_file_id": {"fields": {"display_name": {}}}, "display_name": {}}
            )
            self.assertEqual(answer["length"], 1)
            self.assertTellsNothing(answer)

    def test_groups_carry_no_name(self):
        for record in self._for_everybody_pseudonymous():
            answer = record.formatted_read_group([("id", "=", record.id)], ["case_file_id"], ["__count"])
            self.assertEqual(answer[0]["case_file_id"], (self.case.id, self.case.reference))
            grouped = record.web_read_group([("id", "=", record.id)], ["case_file_id"], ["__count"])
            self.assertTellsNothing(grouped)

    def test_participant_name_is_the_reference(self):
        for role in PSEUDONYMOUS_ROLES:
            for record in (self.participation, self.attendance):
                self.assertEqual(record.with_user(self.users[role]).participant_name, self.case.reference)

    def test_export_gives_no_name(self):
        for record in self._for_everybody_pseudonymous():
            exported = record.export_data(["id", ".id", "display_name", "reference"])["datas"]
            self.assertTellsNothing(exported)
            self.assertIn(self.case.reference, str(exported))
            self.assertClosed(lambda record=record: record.export_data(["case_file_id"]))
            for name in ("id", ".id", "display_name", "last_name", "birth_date", "city", "message_ids/body"):
                self.assertClosed(lambda record=record, name=name: record.export_data([f"case_file_id/{name}"]))

    def test_form_and_copy_give_no_name(self):
        for record in self._for_everybody_pseudonymous():
            self.assertClosed(lambda record=record: record.copy_data())
            self.assertClosed(
                lambda record=record: record.onchange(
                    {"case_file_id": self.case.id},
                    ["case_file_id"],
                    {"case_file_id": {"fields": {"display_name": {}, "last_name": {}}}},
                )
            )

    def test_inner_fields_of_the_file_are_closed(self):
        for record in self._for_everybody_pseudonymous():
            for name in ("last_name", "first_name", "birth_date", "zip", "city"):
                with self.assertRaises(AccessError):
                    record.web_read({"case_file_id": {"fields": {name: {}}}})
                with self.assertRaises(AccessError):
                    record.mapped(f"case_file_id.{name}")

    # ------------------------------------------------------------
    # Finding by what one may not see
    # ------------------------------------------------------------

    def _domains(self, model):
        path = PATHS_TO_FILE[model]
        yield [(f"{path}.last_name", "=", SECRET)]
        yield [(f"{path}.last_name", "ilike", SECRET[:3])]
        yield [(f"{path}.birth_date", "=", "2003-05-17")]
        yield [(path, "ilike", SECRET)]
        yield [(path, "=", SECRET)]
        yield [(path, "any", [("last_name", "=", SECRET)])]
        yield [("display_name", "ilike", SECRET)]
        if model == "justiq.participation":
            yield [("enrolment_id", "ilike", SECRET)]
            yield [("enrolment_id.case_file_id.last_name", "=", SECRET)]
        if model == "justiq.attendance":
            yield [("participation_id", "ilike", SECRET)]
            yield [("participation_id.enrolment_id.case_file_id.birth_date", "<", "2003-05-18")]

    def test_nobody_pseudonymous_finds_by_name_or_birth_date(self):
        for record in self._for_everybody_pseudonymous():
            for domain in self._domains(record._name):
                for method in ("search", "search_count", "search_read"):
                    self.assertFalse(self.assertClosed(lambda r=record, m=method, d=domain: getattr(r, m)(d)), domain)

    def test_grants_and_projects_are_no_way_to_a_name(self):
        paths = {
            "justiq.micro.project": (
                "participation_ids.case_file_id.last_name",
                "participation_ids.enrolment_id.case_file_id.last_name",
                "session_ids.attendance_ids.case_file_id.last_name",
            ),
            "justiq.session": ("attendance_ids.case_file_id.last_name",),
            "justiq.enrolment": ("participation_ids.case_file_id.last_name",),
            "hr.employee": ("name",),
        }
        for role, (model, names) in product((*PSEUDONYMOUS_ROLES, "finance"), paths.items()):
            for path in names:
                with self.subTest(role=role, path=path):
                    records = self.env[model].with_user(self.users[role])
                    self.assertFalse(self.assertClosed(lambda r=records, p=path: r.search([(p, "=", SECRET)])))

    def test_negative_search_does_not_single_anybody_out(self):
        for record in self._for_everybody_pseudonymous():
            positive = self.assertClosed(lambda r=record: r.search([("case_file_id.last_name", "=", SECRET)]))
            negative = self.assertClosed(lambda r=record: r.search([("case_file_id.last_name", "!=", SECRET)]))
            self.assertFalse(positive)
            self.assertFalse(negative)

    def test_nobody_pseudonymous_groups_or_sorts_by_name(self):
        for record in self._for_everybody_pseudonymous():
            for name in ("last_name", "birth_date:year"):
                self.assertClosed(
                    lambda r=record, n=name: r.formatted_read_group([], [f"case_file_id.{n}"], ["__count"])
                )
            for name in ("last_name:array_agg", "birth_date:min"):
                self.assertClosed(
                    lambda r=record, n=name: r.formatted_read_group([], [], [f"case_file_id.{n}"]), ValueError
                )
            self.assertClosed(
                lambda r=record: r.search_read([], ["reference"], order="case_file_id.last_name"),
                ValueError,
                UserError,
            )

    def test_name_search_finds_no_name(self):
        for record in self._for_everybody_pseudonymous():
            self.assertFalse(record.name_search(SECRET))
            self.assertEqual(record.name_search(self.case.reference)[0][0], record.id)

    def test_case_files_are_not_there_for_anybody_else(self):
        for role in self.users.keys() - {"case_worker", "team_lead"}:
            files = self.case.with_user(self.users[role])
            for ask in (
                lambda files=files: files.name_search(SECRET),
                lambda files=files: files.search([]),
                lambda files=files: files.read(["reference"]),
                lambda files=files: files.web_read({"display_name": {}}),
                lambda files=files: files.display_name,
                lambda files=files: files.formatted_read_group([], ["last_name"], ["__count"]),
                lambda files=files: files.export_data(["last_name"]),
                lambda files=files: files.fields_get(["last_name"]) and files.message_ids,
            ):
                with self.subTest(role=role), self.assertRaises(AccessError):
                    ask()

    # ------------------------------------------------------------
    # Colleagues, with and without a roster
    # ------------------------------------------------------------

    def test_roster_gives_the_name_and_nothing_else(self):
        user = self.users["case_worker"]
        for record in (self.participation, self.attendance):
            as_user = record.with_user(user)
            self.assertEqual(as_user.participant_name, f"{SECRET}, Zora")
            self.assertEqual(as_user.read(["case_file_id"])[0]["case_file_id"], (self.case.id, self.case.reference))
            for name in ("last_name", "birth_date"):
                with self.assertRaises(AccessError):
                    as_user.web_read({"case_file_id": {"fields": {name: {}}}})
            for domain in self._domains(record._name):
                self.assertFalse(self.assertClosed(lambda r=as_user, d=domain: r.search(d)), domain)

    def test_roster_groups_by_no_name(self):
        participations = self.participation.with_user(self.users["case_worker"])
        for name in ("case_file_id.last_name", "case_file_id.birth_date:year"):
            self.assertClosed(lambda n=name: participations.formatted_read_group([], [n], ["__count"]))

    def test_colleague_without_a_roster_finds_nothing(self):
        self.project.lead_id = self.colleague
        user = self.users["case_worker"]
        for record in (self.case, *self.records):
            self.assertFalse(record.with_user(user).search([]))
            self.assertFalse(record.with_user(user).name_search(SECRET))
            self.assertFalse(record.with_user(user).name_search(self.case.reference))
            with self.assertRaises(AccessError):
                record.with_user(user).read(["display_name"])

    def test_finding_of_a_project_names_nobody(self):
        self.project.planned_participants = 1
        self.project.state = "planned"
        self.env.flush_all()
        for role in self.users.keys() - {"privacy_officer"}:
            self.assertTellsNothing(self.project.finding_ids.with_user(self.users[role]).read())

    def test_whoever_reads_records_searches_them_by_their_label(self):
        for name, model in self.env.registry.items():
            if name.startswith("justiq.") and not (model._abstract or model._transient):
                for role, user in self.users.items():
                    records = self.env[name].with_user(user)
                    if records.has_access("read"):
                        with self.subTest(model=name, role=role):
                            records.name_search(self.case.reference)

    # ------------------------------------------------------------
    # One transaction, several users
    # ------------------------------------------------------------

    def test_labels_do_not_leak_from_one_user_to_the_next(self):
        self.case.with_user(self.users["team_lead"]).read(["display_name"])
        for record in self._for_everybody_pseudonymous():
            self.assertEqual(record.case_file_id.sudo().display_name, self.case.reference)
            self.assertTellsNothing(record.read())
        self.assertIn(SECRET, self.case.with_user(self.users["team_lead"]).display_name)

    def test_names_on_the_roster_do_not_leak_from_one_user_to_the_next(self):
        name = f"{SECRET}, Zora"
        for record in (self.participation, self.attendance):
            self.assertEqual(record.with_user(self.users["case_worker"]).participant_name, name)
            self.assertEqual(record.with_user(self.users["coordinator"]).participant_name, self.case.reference)
            self.assertEqual(record.with_user(self.users["team_lead"]).participant_name, name)
            self.assertEqual(record.with_user(self.users["auditor"]).participant_name, self.case.reference)

    def test_label_changes_with_the_access(self):
        user = self.users["case_worker"]
        self._hand_over(self.case, self.case_worker)
        self.assertIn(SECRET, self.case.with_user(user).display_name)
        self._hand_over(self.case, self.colleague)
        self.env.invalidate_all()
        self.assertEqual(self.case.with_user(user).sudo().display_name, self.case.reference)

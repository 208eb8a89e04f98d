from contextlib import suppress

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import ROLES
from .test_access_matrix import CASE_MODELS, NEW
from .test_access_paths import AccessPathsCommon

# A person who occurs nowhere else.
PERSON = {"first_name": "Zora", "last_name": "Geheimnis", "zip": "63999", "city": "Verborgen"}
SECRETS = tuple(PERSON.values()) + ("2003-05-17", "17.05.2003", "05/17/2003")
# What may be asked about a stored field, besides reading it.
QUESTIONS = {
    "read": lambda records, name: records.read([name]),
    "web_read": lambda records, name: records.web_read({name: {}}),
    "search_read": lambda records, name: records.search_read([], [name]),
    "web_search_read": lambda records, name: records.web_search_read([], {name: {}}),
    "export_data": lambda records, name: records.export_data([name]),
    "search": lambda records, name: records.browse().search([(name, "!=", False)]),
    "search_count": lambda records, name: records.browse().search_count([(name, "!=", False)]),
    "name_search": lambda records, name: records.browse().name_search("", [(name, "!=", False)]),
}
STORED_QUESTIONS = {
    "order": lambda records, name: records.browse().search([], order=name),
    "_read_group": lambda records, name: records.browse()._read_group([], [name], ["__count"]),
    "_read_group domain": lambda records, name: records.browse()._read_group([(name, "!=", False)], [], ["__count"]),
    "_read_group order": lambda records, name: records.browse()._read_group([], ["id"], [], order=f"{name}:max"),
    "_read_group aggregate": lambda records, name: records.browse()._read_group([], [], [f"{name}:count_distinct"]),
    "formatted_read_group": lambda records, name: records.browse().formatted_read_group([], [name], ["__count"]),
    "web_read_group": lambda records, name: records.browse().web_read_group([], [name], ["__count"]),
}


class HiddenCommon(AccessPathsCommon):
    @classmethod
    def _new_case(cls, world):
        return cls._create_case(world.key_worker, company_id=world.company.id, **PERSON)

    def assertTellsNothing(self, answer):
        text = str(answer)
        for part in SECRETS:
            self.assertNotIn(part, text)

    def _each_readable(self, roles=ROLES, relations=("own", "company", "any")):
        """Each model's record as a role meets it that may read it, where it may not read the file behind it."""
        for role in roles:
            user = self.users[role]
            self._set_employee(user)
            for model in sorted(NEW):
                if not self.env[model].with_user(user).has_access("read"):
                    continue
                for relation in self._relations(model):
                    if relation not in relations:
                        continue
                    with self._tried():
                        record = self._new_record(model, relation)
                        self.env.flush_all()
                        self.env.invalidate_all()
                        as_user = record.with_user(user).with_context(allowed_company_ids=self.company.ids)
                        if as_user.has_access("read"):
                            with self.subTest(role=role, model=model, relation=relation):
                                yield as_user


@tagged("post_install", "-at_install", "security")
class TestHidden(HiddenCommon):
    """What a role may not see of a record that it reads, it neither reads nor finds out by asking."""

    def test_hidden_fields_answer_no_question(self):
        self._new_case(self.worlds["own"])  # a question about nothing would have no answer anyway
        for role in ROLES:
            self._set_employee(self.users[role])
            for model in sorted(NEW):
                records = self.env[model].with_user(self.users[role])
                if not records.has_access("read"):
                    continue
                for name, field in records._fields.items():
                    if not records._has_field_access(field, "read"):
                        with self.subTest(role=role, model=model, field=name):
                            self._test_questions(records, field)

    def _test_questions(self, records, field):
        questions = dict(QUESTIONS)
        if field.store and field.type not in ("binary", "one2many", "many2many", "json", "properties"):
            questions |= STORED_QUESTIONS
        for question, ask in questions.items():
            if not field._description_searchable and question not in QUESTIONS:
                continue
            with self.subTest(question=question):
                try:
                    answer = ask(records, field.name)
                except (AccessError, ValueError, UserError) as refused:
                    self.assertTellsNothing(refused)
                else:
                    self.assertNotIn(field.name, str(answer))
                    self.assertFalse(answer and question in STORED_QUESTIONS, answer)
            self.tried_cases += 1

    def test_no_readable_record_tells_a_name(self):
        """Neither its fields nor the labels of what it refers to, by whatever path."""
        for record in self._each_readable():
            if self._reads_file(record):
                continue
            names = [name for name, field in record._fields.items() if record._has_field_access(field, "read")]
            labels = {name: {} for name in names}
            labels |= {
                name: {"fields": {"display_name": {}}} for name in names if record._fields[name].type == "many2one"
            }
            self.assertTellsNothing(record.read())
            self.assertTellsNothing(record.web_read(labels))
            for text in (record.display_name or "", PERSON["last_name"]):
                try:
                    self.assertTellsNothing(record.name_search(text, [("id", "=", record.id)]))
                except AccessError as refused:
                    self.assertTellsNothing(refused)
            for name in names:
                field = record._fields[name]
                if field.type == "many2one" and field.store:
                    of_this = [("id", "=", record.id)]
                    self.assertTellsNothing(record.formatted_read_group(of_this, [name], ["__count"]))
                    self.assertTellsNothing(record.web_read_group(of_this, [name], ["__count"]))
                    self.tried_cases += 2
            self.tried_cases += 4

    def _reads_file(self, record):
        """Whether the user may open the case file that the record belongs to."""
        case = (
            record if record._name == "justiq.case.file" else "case_file_id" in record._fields and record.case_file_id
        )
        return case and case.has_access("read")

    def test_no_way_leads_from_a_readable_record_to_a_closed_one(self):
        """By related paths: search, group, sort, export, onchange, as far as two steps lead."""
        for record in self._each_readable(relations=("company", "any")):
            for path in self._closed_paths(record):
                self._test_path(record, path)

    def _closed_paths(self, record):
        """Paths from fields that the user sees to texts and dates of models that are closed to her."""
        for name, field in record._fields.items():
            if not (field.relational and record._has_field_access(field, "read") and field._description_searchable):
                continue
            target = record.env[field.comodel_name]
            if not target._name.startswith("justiq.") or target.has_access("read"):
                continue
            for inner in ("last_name", "birth_date", "name", "text", "reference", "case_file_id.last_name"):
                if inner.split(".")[0] in target._fields:
                    yield f"{name}.{inner}"

    def _test_path(self, record, path):
        for ask in (
            lambda: record.search([(path, "!=", False)]),
            lambda: record.search_count([(path, "=", "2003-05-17" if "date" in path else PERSON["last_name"])]),
            lambda: "date" not in path and record.search([(path, "ilike", PERSON["last_name"][:4])]),
            lambda: record.formatted_read_group([("id", "=", record.id)], [path], ["__count"]),
            lambda: record.search([("id", "=", record.id)], order=path) and False,
            lambda: record.export_data([path.replace(".", "/")])["datas"],
            lambda: record.mapped(path),
        ):
            with self.subTest(path=path):
                try:
                    answer = ask()
                except (UserError, ValueError, KeyError) as refused:
                    answer = refused
                self.assertTellsNothing(answer)
                if hasattr(answer, "_name") or isinstance(answer, int):
                    self.assertFalse(answer, "found by what the user may not see")
            self.tried_cases += 1


@tagged("post_install", "-at_install", "security")
class TestCompaniesDoNotCross(HiddenCommon):
    """Two providers in one database: no record of one comes to refer to one of the other."""

    def test_nobody_links_a_record_of_another_provider(self):
        foreign = {
            model: self._new_record(model, "foreign")
            for model in sorted(NEW)
            if "company_id" in self.env[model]._fields and model != "justiq.own.questions"
        }
        self.env.flush_all()
        for role in ROLES:
            user = self.users[role]
            self._set_employee(user)
            for model in sorted(foreign):
                as_user = self.env[model].with_user(user).with_context(allowed_company_ids=self.company.ids)
                if not as_user.has_access("write"):
                    continue
                with self._tried():
                    record = as_user.browse(self._new_record(model, "own" if model in CASE_MODELS else "company").id)
                    self.env.flush_all()
                    for field in record._fields.values():
                        if field.type in ("many2one", "many2many") and field.comodel_name in foreign:
                            self._test_link(record, field, foreign[field.comodel_name])

    def _test_link(self, record, field, other):
        """Written, or with a new record: refused, or left out."""
        if field.readonly or (field.compute and field.readonly) or not record._has_field_access(field, "write"):
            return
        if not record.has_access("write"):
            return
        value = other.id if field.type == "many2one" else [Command.link(other.id)]
        with self.subTest(role=record.env.user.login, field=str(field)), self._tried():
            with suppress(UserError, ValueError), self.env.cr.savepoint():
                record.write({field.name: value})
                self.env.flush_all()
            self.env.invalidate_all()
            self.assertNotIn(other.id, record.sudo()[field.name].ids)
        self.tried_cases += 1


@tagged("post_install", "-at_install", "security")
class TestReportsOverHttp(HiddenCommon, HttpCase):
    """Each report by its address, for each role: whoever is in its groups and reads the record, and nobody else."""

    def _documents(self, model):
        """What a report prints: records of two key workers, or the dialogs of the user."""
        if model in NEW:
            return [
                self._new_record(model, relation)
                for relation in ("own", "company")
                if relation in self._relations(model)
            ]
        case = self._new_enrolment(self.worlds["own"]).case_file_id
        dialogs = {
            "justiq.consent.print": {"case_file_id": case.id},
            "justiq.access.log.print": {"reference": case.reference},
        }
        if model not in dialogs:
            self.fail(f"tell in _documents what a report prints of {model}")
        return [self.env[model].create(dialogs[model])]

    def test_roles(self):
        reports = self.env["ir.model.data"].search([("module", "=", "justiq"), ("model", "=", "ir.actions.report")])
        reports = self.env["ir.actions.report"].browse(reports.mapped("res_id"))
        printed = [(report, record) for report in reports for record in self._documents(report.model)]
        people = [*self.users.values()]
        people += [
            new_test_user(self.env, login=f"test_{group}", groups=f"base.group_{group}") for group in ("user", "portal")
        ]
        self._set_employee(self.users["case_worker"])
        for user in people:
            user.password = "a long password"
        self.env.flush_all()
        for user in [*people, None]:
            if user:
                self.authenticate(user.login, "a long password")
            else:
                self.authenticate(None, None)
            for number, (report, record) in enumerate(printed):
                with self.subTest(user=user and user.login, report=report.report_name, document=number):
                    self._test_report(user, report, record)
                self.tried_cases += 1

    def _test_report(self, user, report, record):
        if record._transient:
            # Each dialog is its user's own.
            self.env.cr.execute(f"UPDATE {record._table} SET create_uid = %s", [(user or self.env.user).id])  # noqa: S608
            self.env.invalidate_all()
        allowed = bool(user and report.group_ids & user.all_group_ids and record.with_user(user).has_access("read"))
        if allowed and record._transient and "case_file_id" in record._fields:
            allowed = record.with_user(user).case_file_id.has_access("read")
        kind = "html" if report.report_type.startswith("qweb") else report.report_type
        answer = self.url_open(f"/report/{kind}/{report.report_name}/{record.id}", allow_redirects=False)
        # 422: the report itself gives a reason why it is not printed now, as a letter that nobody has released.
        self.assertEqual(answer.status_code in (200, 422), allowed, answer.status_code)
        reads_names = user and user.has_group("justiq.group_case_worker")
        if not (allowed and reads_names):
            self.assertTellsNothing(answer.text)

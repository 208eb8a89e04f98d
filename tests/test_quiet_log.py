import json
from functools import partial

from psycopg2 import IntegrityError
from psycopg2.errors import DataError

from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from .common import JustiqCommon

NAME = "Geheimnis"


class QuietCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case(last_name=NAME)
        cls.user = cls.users["case_worker"]
        cls.env.flush_all()

    def _spoil(self, table, column):
        """A statement whose value the database cannot take; its message would quote it."""
        statement = SQL("UPDATE %s SET %s = %s", SQL.identifier(table), SQL.identifier(column), NAME)
        self.env.cr.execute(statement)


@tagged("post_install", "-at_install", "security")
class TestQuietLog(QuietCommon):
    """No line of the server's log and no error repeats what somebody wrote about a person."""

    def _refused_row(self):
        """An entry about a network contact without the organisation, which PostgreSQL alone refuses."""
        self._create_note(self.case, self.user, kind="network", text=f"{NAME} told me.")
        self.env.flush_all()

    def _assert_quiet(self, logger, level, attempt, error):
        with self.assertLogs(logger, level) as log, self.assertRaises(error) as refused, self.env.cr.savepoint():
            attempt()
        self.assertNotIn(NAME, str(log.output))
        self.assertNotIn(NAME, str(refused.exception))
        return str(log.output)

    def test_a_refused_row_is_logged_without_its_values(self):
        logged = self._assert_quiet("odoo.sql_db", "ERROR", self._refused_row, IntegrityError)
        self.assertIn("INSERT INTO justiq_case_note", logged)
        self.assertIn("constraint", logged)

    def test_every_table_with_texts_is_quiet(self):
        for table, column in (
            ("justiq_case_file", "birth_date"),
            ("justiq_case_note", "minutes"),
            ("mail_message", "res_id"),
            ("mail_activity", "date_deadline"),
            ("calendar_event", "start"),
            ("ir_attachment", "res_id"),
        ):
            with self.subTest(table=table):
                attempt = partial(self._spoil, table, column)
                logged = self._assert_quiet("odoo.sql_db", "ERROR", attempt, DataError)
                self.assertIn(f"UPDATE {table}", logged)

    def test_statements_on_other_tables_are_logged_as_ever(self):
        with self.assertLogs("odoo.sql_db", "ERROR") as log, self.assertRaises(DataError), self.env.cr.savepoint():
            self._spoil("res_currency", "rounding")
        self.assertIn(NAME, str(log.output))

    def test_an_import_names_the_rule_and_not_the_row(self):
        with self.assertLogs("odoo.sql_db", "ERROR") as log:
            result = self._note_model(self.user).load(
                [".id", "case_file_id/.id", "date", "minutes", "kind", "text"],
                [["", str(self.case.id), "2020-02-03", "30", "network", f"{NAME} told me."]],
            )
        self.assertFalse(result["ids"])
        self.assertNotIn(NAME, str(result["messages"]))
        self.assertNotIn(NAME, str(log.output))

    def test_a_value_that_is_there_already_is_not_told(self):
        self.env.cr.execute("ALTER TABLE justiq_case_file ADD CONSTRAINT test_once UNIQUE (last_name)")
        with self.assertRaises(IntegrityError) as refused, self.assertLogs("odoo.sql_db"), self.env.cr.savepoint():
            self._create_case(last_name=NAME)
            self.env.flush_all()
        message = self.env["justiq.case.file"]._sql_error_to_message(refused.exception)
        self.assertIn("last_name", message)
        self.assertNotIn(NAME, message)


@tagged("post_install", "-at_install", "security")
class TestQuietOverHttp(HttpCase, QuietCommon):
    """What the client gets, and what the server writes while it answers."""

    def _call(self, model, method, *args):
        params = {"model": model, "method": method, "args": args, "kwargs": {}}
        answer = self.url_open(
            "/web/dataset/call_kw",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return answer.text

    def test_the_client_gets_the_rule_and_not_the_row(self):
        self.user.password = "a long password"
        self.authenticate(self.user.login, "a long password")
        note = {"case_file_id": self.case.id, "date": "2020-02-03", "minutes": 30, "kind": "network", "text": NAME}
        with self.assertLogs("odoo", "INFO") as log:
            answer = self._call("justiq.case.note", "create", [note])
        self.assertIn("ValidationError", answer)
        self.assertNotIn(NAME, answer)
        self.assertNotIn(NAME, str(log.output))

    def test_a_refusal_is_logged_by_its_line_of_code(self):
        """The user is told which name she cannot enter; the log is not."""
        self.user.password = "a long password"
        self.authenticate(self.user.login, "a long password")
        with self.assertLogs("odoo", "INFO") as log:
            answer = self._call("justiq.case.file", "write", self.case.ids, {"birth_date": "2999-01-01"})
        self.assertIn("2999", answer)
        self.assertNotIn("2999", str(log.output))
        self.assertIn("ValidationError: models/", str(log.output))

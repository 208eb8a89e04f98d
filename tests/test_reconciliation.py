import base64
from datetime import date

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..tools import funder_list
from .common import JustiqCommon

HEAD = "Nr.;Name;Vorname;Projekt;Baustein;Hauptbearbeiter/in;Eintritt;Füllstand Eintritt;Austritt;Füllstand Austritt"


@tagged("post_install", "-at_install")
@freeze_time("2020-06-30 12:00:00")
class TestReconciliation(JustiqCommon):
    """What the funder's own case system has, compared with what stands here."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mia = cls._create_case(first_name="Mia", last_name="Müller")
        cls.participation = cls._participate(
            code="CM", enrolment=cls._enrol(cls.mia), date_start=date(2020, 1, 15), date_end=date(2020, 5, 29)
        )

    def _line(
        self, number="4711", name="Müller;Mia", code="CM", entry="15.01.2020", exit_="29.05.2020", fill="100;100"
    ):
        entry_fill, exit_fill = fill.split(";")
        return f"{number};{name};JUSTiQ;{code};Brandt;{entry};{entry_fill};{exit_};{exit_fill}"

    def _compare(self, *lines, role="team_lead", head=HEAD, encoding="cp1252"):
        content = "\r\n".join([head, *lines]).encode(encoding)
        return self._compare_file(content, role)

    def _compare_file(self, content, role="team_lead"):
        wizard = (
            self.env["justiq.reconciliation.import"]
            .with_user(self.users[role])
            .create({"grant_id": self.grant.id, "content": base64.b64encode(content)})
        )
        action = wizard.action_compare()
        self.assertFalse(wizard.content, "the file may hold names")
        return self.env[action["res_model"]].with_user(self.users[role]).browse(action["res_id"])

    def _kinds(self, run):
        return sorted(run.line_ids.mapped("kind"))

    # ------------------------------------------------------------
    # Finding the person
    # ------------------------------------------------------------

    def test_record_is_found_by_its_number(self):
        self.participation.external_number = "4711"
        run = self._compare(self._line(name="Ganz;Anders"))
        self.assertFalse(run.line_ids)
        self.assertEqual((run.row_count, run.match_count, run.difference_count), (1, 1, 0))

    def test_record_is_found_by_name_in_any_order_and_spelling(self):
        for name in ("Müller;Mia", "Mia;Müller", "MUELLER;mia", "Müller, Mia;"):
            with self.subTest(name):
                self.assertEqual(self._kinds(self._compare(self._line(name=name))), ["number"])

    def test_record_without_a_name_is_found_by_baustein_and_day_if_there_is_just_one(self):
        self.assertEqual(self._kinds(self._compare(self._line(name=";"))), ["number"])
        self._participate(
            code="CM", enrolment=self._enrol(self._create_case(last_name="Other")), date_start=date(2020, 1, 15)
        )
        run = self._compare(self._line(name=";"))
        self.assertEqual(self._kinds(run), ["missing_here", "missing_there", "missing_there"])

    def test_re_entry_is_told_apart_by_the_day(self):
        again = self._participate(code="CM", enrolment=self.participation.enrolment_id, date_start=date(2020, 6, 2))
        run = self._compare(self._line("1"), self._line("2", entry="02.06.2020", exit_=""))
        numbers = {line.participation_id: line.external_number for line in run.line_ids}
        self.assertEqual(numbers, {self.participation: "1", again: "2"})

    # ------------------------------------------------------------
    # What differs
    # ------------------------------------------------------------

    def test_missing_there_and_missing_here(self):
        run = self._compare(self._line(name="Fremd;Frieda", entry="01.02.2020"))
        self.assertEqual(self._kinds(run), ["missing_here", "missing_there"])
        there = run.line_ids.filtered(lambda line: line.kind == "missing_there")
        self.assertEqual((there.participation_id, there.reference), (self.participation, self.mia.reference))
        here = run.line_ids - there
        self.assertEqual((here.external_number, here.code_there), ("4711", "CM"))

    def test_other_days_and_another_baustein_are_differences(self):
        self.participation.external_number = "4711"
        run = self._compare(self._line(code="CL", entry="16.01.2020", exit_=""))
        self.assertEqual(self._kinds(run), ["different"])
        for part in ("CM", "CL", "01/15/2020", "01/16/2020", "05/29/2020"):
            self.assertIn(part, run.line_ids.detail)
        self.assertEqual(run.match_count, 0)

    def test_incomplete_there(self):
        self.participation.external_number = "4711"
        run = self._compare(self._line(fill="99,9 %;100"))
        self.assertEqual(self._kinds(run), ["incomplete"])
        self.assertIn("99", run.line_ids.detail)
        self.participation.date_end = False
        self.assertFalse(self._compare(self._line(exit_="", fill="100;0")).line_ids, "no exit, no exit data")

    def test_who_does_not_count_is_never_to_be_transferred(self):
        case = self._create_case(first_name="Emre", last_name="Ohne")
        self._participate(code="CL", enrolment=self._enrol(case, legal_basis_date=False))
        run = self._compare(self._line())
        self.assertEqual(self._kinds(run), ["held_back", "number"])
        self.assertIn("consent", run.line_ids.filtered(lambda line: line.kind == "held_back").detail)
        self.assertEqual(run.difference_count, 0)
        run = self._compare(self._line(), self._line("12", name="Ohne;Emre", code="CL", exit_=""))
        self.assertEqual(self._kinds(run), ["forbidden", "number"])
        self.assertEqual((run.difference_count, run.copyable_count), (1, 1))

    def test_who_has_withdrawn_the_consent_is_never_to_be_transferred(self):
        for keeps_count in (False, True):
            with self.subTest(keeps_count=keeps_count):
                self.programme.withdrawal_keeps_count = keeps_count
                self.mia.consent_ids.filtered(lambda consent: not consent.withdrawn_on).withdrawn_on = date(2020, 6, 1)
                self.assertEqual(self._kinds(self._compare()), ["held_back"])
                self.assertEqual(self._kinds(self._compare(self._line())), ["forbidden"])

    def test_closed_file_takes_its_number(self):
        with freeze_time("2021-01-15 12:00:00"):
            self._close_case(self.mia)
        self._compare(self._line()).action_copy_numbers()
        self.assertEqual(self.participation.external_number, "4711")

    def test_results_of_each_run_are_kept(self):
        first, second = self._compare(self._line()), self._compare()
        self.assertEqual(self._kinds(first), ["number"])
        self.assertEqual(self._kinds(second), ["missing_there"])

    # ------------------------------------------------------------
    # Copying the numbers
    # ------------------------------------------------------------

    def test_team_lead_copies_the_numbers_by_one_click(self):
        run = self._compare(self._line())
        self.assertEqual(run.copyable_count, 1)
        run.action_copy_numbers()
        self.assertEqual(self.participation.external_number, "4711")
        self.assertEqual(self.participation.transferred_on, date(2020, 6, 30))
        self.assertEqual(run.copyable_count, 0)
        with self.assertRefused("no number", error=UserError):
            run.action_copy_numbers()

    def test_number_that_somebody_has_entered_since_is_kept(self):
        run = self._compare(self._line())
        self.participation.external_number = "99"
        run.action_copy_numbers()
        self.assertEqual(self.participation.external_number, "99")

    def test_number_is_not_copied_to_whom_the_consent_was_withdrawn_since(self):
        run = self._compare(self._line())
        self.mia.consent_ids.withdrawn_on = date(2020, 6, 30)
        run.action_copy_numbers()
        self.assertFalse(self.participation.external_number)

    # ------------------------------------------------------------
    # The file
    # ------------------------------------------------------------

    def test_german_excel_and_other_spreadsheets_are_understood(self):
        for encoding in ("cp1252", "utf-8", "utf-8-sig", "utf-16"):
            with self.subTest(encoding):
                self.assertEqual(self._kinds(self._compare(self._line(), encoding=encoding)), ["number"])
        comma = [text.replace(";", ",") for text in (self._line(), HEAD)]
        self.assertEqual(self._kinds(self._compare(comma[0], head=comma[1])), ["number"])

    def test_bad_values_are_named_with_line_column_and_value(self):
        with self.assertRefused(
            "Line 2, Entry: “31.02.2020”", "Line 3, Exit data (%): “120”", "Nothing has been compared", error=UserError
        ):
            self._compare(self._line("1", entry="31.02.2020"), self._line("2", fill="100;120"))

    def test_files_that_are_no_list_are_refused(self):
        for content, part in (
            (b"", "choose the file"),
            (b"Nr;Baustein\r\n1;CM", "Entry"),
            (b"\x89PNG\r\n\x1a\n\x81\x8d", "CSV"),
            (f"{HEAD}\r\n{self._line()}\r\n{self._line()}".encode("cp1252"), "4711"),
        ):
            with self.subTest(part), self.assertRefused(part, error=UserError):
                self._compare_file(content)

    def test_large_file_is_refused(self):
        with self.assertRefused("5 MB", error=UserError):
            self._compare_file(b"x" * (5 * 1024 * 1024 + 1))

    # ------------------------------------------------------------
    # Attacks
    # ------------------------------------------------------------

    def test_formulas_and_scripts_are_no_numbers(self):
        for number in ('=HYPERLINK("http://evil")', "+1", "@x1", "-1", "<script>1</script>", "Mia Müller", "Mia"):
            with self.subTest(number), self.assertRefused(number[:10], error=UserError):
                self._compare(self._line(number))
        with self.assertRefused("=1+1", error=UserError):
            self._compare(self._line(code="=1+1"))

    @mute_logger("odoo.sql_db")
    def test_name_cannot_stand_in_place_of_the_number(self):
        for number in ("Müller, Mia", "Mia", "=1"):
            with self.subTest(number), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.participation.external_number = number
                self.participation.flush_recordset()

    def test_names_of_the_list_are_never_stored(self):
        run = self._compare(self._line(name="Geheim;Zora", entry="01.02.2020"))
        self.assertNotIn("Geheim", str(run.read()) + str(run.line_ids.read()))
        self.env.flush_all()
        for table in ("justiq_reconciliation", "justiq_reconciliation_line", "justiq_reconciliation_import"):
            self.env.cr.execute(f"SELECT * FROM {table}")  # noqa: S608  # pylint: disable=sql-injection
            self.assertNotIn("Geheim", str(self.env.cr.fetchall()))

    def test_coordination_and_auditor_read_the_result_under_the_reference(self):
        run = self._compare()
        for role in ("coordinator", "auditor"):
            lines = run.with_user(self.users[role]).line_ids
            self.assertEqual(lines.reference, self.mia.reference)
            self.assertNotIn("Müller", str(lines.read()) + str(lines.mapped("display_name")))

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_only_the_team_lead_compares_and_copies(self):
        run = self._compare(self._line())
        for role in ("case_worker", "coordinator", "auditor", "finance", "manager"):
            with self.subTest(role):
                with self.assertRaises(AccessError):
                    self._compare(self._line(), role=role)
                with self.assertRaises(AccessError):
                    run.with_user(self.users[role]).action_copy_numbers()

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_grant_of_another_provider_is_not_compared(self):
        foreign = self.env["res.company"].create({"name": "Foreign Provider"})
        self.grant = self._create_grant(name="Foreign grant", company_id=foreign.id)
        with self.assertRaises(AccessError):
            self._compare(self._line())

    def test_number_of_queries_does_not_grow_with_the_list(self):
        counts = []
        for number in (1, 20):
            for index in range(number):
                case = self._create_case(first_name=f"Kind{'abcdefghijklmnopqrst'[index]}{number}")
                self._participate(code="CL", enrolment=self._enrol(case), date_start=date(2020, 2, 1))
            self.env.flush_all()
            self.env.invalidate_all()
            own = self.env["justiq.participation"].search([("grant_id", "=", self.grant.id)])
            row = funder_list.FunderRow("1", "CM", date(2020, 1, 15), None, None, None, frozenset())
            before = self.env.cr.sql_log_count
            obstacles = own._transfer_obstacles()
            for participation in own._match_funder_rows([row]).values():
                participation._differences_from(row, obstacles.get(participation))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

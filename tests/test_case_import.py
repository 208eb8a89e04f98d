import base64
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.person_table import UnreadableTable, parse_date, parse_gender, read_rows, safe_cell
from ..wizards import case_import, case_import_table
from .common import JustiqCommon

HEADINGS = "Vorname;Nachname;Geburtsdatum;Geschlecht;PLZ;Ort;Ansprechperson;Vorhaben;Eintritt;Einwilligung am"
GOOD = "Ayla;Çelik;29.02.2004;weiblich;63065;Musterstadt;Carla Caseworker;Vorhaben Musterstadt;15.01.2020;15.01.2020"


class ImportCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._create_employee("Conny Colleague", work_email="conny@example.com")

    def _start(self, text, role="team_lead", **values):
        raw = text if isinstance(text, bytes) else text.encode()
        wizard = self.env["justiq.case.import"].with_user(self.users[role])
        record = wizard.create({"file": base64.b64encode(raw), "file_name": "table.csv", **values})
        record.action_start()
        return record

    def _import(self, text, role="team_lead", **values):
        """What the browser does: batch after batch until all rows are done."""
        record = self._start(text, role, **values)
        while not record.process_batch()["done"]:
            pass
        return record

    def _table(self, *rows):
        return "\n".join((HEADINGS, *rows))

    def _files(self, last_name):
        return self.env["justiq.case.file"].search([("last_name", "=", last_name)])

    def assertProblems(self, record, *expected):
        """Row, field and a part of the reason."""
        found = [(problem.row, problem.field, problem.reason) for problem in record.problem_ids]
        self.assertEqual([(row, field) for row, field, _reason in found], [(row, field) for row, field, _ in expected])
        for (_row, _field, reason), (_, _, part) in zip(found, expected, strict=True):
            self.assertIn(part, reason)


@tagged("post_install", "-at_install")
class TestPersonTable(JustiqCommon):
    def test_encodings_and_delimiters_of_offices(self):
        for text, encoding in (
            ("Vorname;Nachname\nJörg;Weiß\n", "cp1252"),
            ("Vorname;Nachname\r\nJörg;Weiß\r\n", "utf-8-sig"),
            ("Vorname,Nachname\nJörg,Weiß\n", "utf-8"),
            ("Vorname\tNachname\nJörg\tWeiß\n", "utf-16"),
            ('"Vorname";"Nachname"\n\n"Jörg";"Weiß"\n', "utf-8"),
        ):
            with self.subTest(encoding=encoding, text=text):
                rows = read_rows(text.encode(encoding))
                self.assertEqual([row for _number, row in rows], [["Vorname", "Nachname"], ["Jörg", "Weiß"]])

    def test_rows_keep_the_number_they_have_in_the_spreadsheet(self):
        self.assertEqual([number for number, _row in read_rows(b"a;b\n\n1;2\n;\n3;4\n")], [1, 3, 5])

    def test_what_is_no_table_is_refused(self):
        for raw in (b"", b"a;b", b"PK\x03\x04\x00\x00", b"%PDF-1.4\n\n1;2", b"a;b\n\x00;1", b"\n\n\n"):
            with self.subTest(raw=raw), self.assertRaises(UnreadableTable):
                read_rows(raw)

    def test_dates(self):
        for text in ("2005-12-31", "31.12.2005", "31. 12. 2005", "2005-12-31 00:00:00"):
            self.assertEqual(parse_date(text), date(2005, 12, 31), text)
        for text in ("31.12.05", "12/31/2005", "31.02.2005", "2005", "soon", "20051231"):
            self.assertIsNone(parse_date(text), text)

    def test_genders(self):
        for text, gender in (("weiblich", "female"), ("W", "female"), ("male", "male"), ("divers", "diverse")):
            self.assertEqual(parse_gender(text), gender)
        self.assertEqual(parse_gender(""), "not_stated")
        self.assertIsNone(parse_gender("blue"))

    def test_no_cell_is_a_formula(self):
        for text in ("=1+1", "+49 69", "-1", "@SUM(A1)", "\t=1", "  =1"):
            self.assertTrue(safe_cell(text).startswith("'"), text)
        self.assertEqual(safe_cell("Weiß"), "Weiß")
        self.assertEqual(read_rows(b"a\n'=1+1\n")[1][1], ["=1+1"], "and comes back as it was")


@tagged("post_install", "-at_install")
class TestCaseImport(ImportCommon):
    """Case files with enrolments from CSV: good rows come in as a whole, bad ones are named."""

    def test_a_german_table_comes_in(self):
        for encoding in ("cp1252", "utf-8-sig"):
            with self.subTest(encoding), self.env.cr.savepoint() as savepoint:
                record = self._import(self._table(GOOD.replace("Ç", "C")).encode(encoding))
                self.assertEqual((record.imported, record.refused, record.state), (1, 0, "done"))
                case = self._files("Celik")
                self.assertEqual((case.birth_date, case.gender, case.zip), (date(2004, 2, 29), "female", "63065"))
                self.assertEqual((case.key_worker_id, case.company_id), (self.case_worker, self.company))
                enrolment = case.enrolment_ids
                self.assertEqual((enrolment.grant_id, enrolment.date_entry), (self.grant, date(2020, 1, 15)))
                self.assertEqual(enrolment.legal_basis_date, date(2020, 1, 15))
                savepoint.rollback()
            self.env.invalidate_all()

    def test_english_headings_key_worker_by_mail_and_grant_by_reference(self):
        self.grant.reference = "ESF-47"
        self._import(
            "last_name,first_name,birth_date,gender,key_worker,grant,date_entry\n"
            "Anders,Ayla,2004-02-29,female,CONNY@example.com,esf-47,2020-02-01\n"
        )
        case = self._files("Anders")
        self.assertEqual((case.key_worker_id, case.enrolment_ids.grant_id), (self.colleague, self.grant))
        self.assertFalse(case.enrolment_ids.legal_basis_date)

    def test_labels_of_the_user_are_understood(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["ir.module.module"]._load_module_terms(["justiq"], ["de_DE"])
        self.users["team_lead"].lang = "de_DE"
        record = self._start(self._table(GOOD)).with_context(lang="de_DE")
        template = base64.b64decode(record.template_file).decode("utf-8-sig")
        (_one, headings), _example = read_rows(template.encode())
        self.assertEqual(set(record._columns(headings).values()), set(case_import_table.HEADINGS))

    def test_the_template_is_imported_as_it_is(self):
        self.users["team_lead"].name = "Tina Teamlead"
        draft = self.env["justiq.case.import"].with_user(self.users["team_lead"]).create({})
        record = self._import(base64.b64decode(draft.template_file))
        self.assertFalse(record.problem_ids.mapped("reason"))
        self.assertEqual((record.imported, record.ignored), (1, ""))

    def test_a_person_without_grant_gets_a_file_only(self):
        self._import("Vorname;Nachname;Geburtsdatum\nAyla;Anders;29.02.2004\n", role="case_worker")
        case = self._files("Anders")
        self.assertEqual(case.key_worker_id, self.case_worker)
        self.assertFalse(case.enrolment_ids)

    # ------------------------------------------------------------
    # Bad rows
    # ------------------------------------------------------------

    def test_bad_rows_are_named_and_the_good_ones_come_in(self):
        record = self._import(
            self._table(
                GOOD,
                ";Ohnevorname;01.01.2004;w;;;Carla Caseworker;;;",
                "Ben;Baddate;31.02.2004;m;;;Carla Caseworker;;;",
                "Cem;Gender;01.01.2004;blau;;;Carla Caseworker;;;",
                "Dan;Worker;01.01.2004;m;;;Nobody;;;",
                "Eva;Grant;01.01.2004;w;;;Carla Caseworker;Mondfahrt;15.01.2020;",
                "Fay;Future;01.01.2099;w;;;Carla Caseworker;;;",
                "Gil;Outside;01.01.2004;m;;;Carla Caseworker;Vorhaben Musterstadt;01.01.2030;",
                "Hal;Short;01.01.2004",
            )
        )
        labels = record._labels()
        self.assertProblems(
            record,
            (3, labels["first_name"], "missing"),
            (4, labels["birth_date"], "31.12.2005"),
            (5, labels["gender"], "Female"),
            (6, labels["key_worker"], "e-mail"),
            (7, labels["grant"], "reference"),
            (8, "", "future"),
            (9, "", "2030"),
        )
        self.assertTrue(self._files("Çelik"))
        for last_name in ("Ohnevorname", "Baddate", "Gender", "Worker", "Grant", "Future", "Outside"):
            self.assertFalse(self._files(last_name), last_name)
        self.assertEqual(record.problem_ids.mapped("value")[1:5], ["31.02.2004", "blau", "Nobody", "Mondfahrt"])
        self.assertEqual((record.imported, record.refused), (2, 7))

    def test_a_refused_enrolment_takes_its_file_along(self):
        files = self.env["justiq.case.file"].search_count([])
        enrolments = self.env["justiq.enrolment"].search_count([])
        record = self._import(self._table(GOOD.replace("15.01.2020;15", "15.01.2050;15")))
        self.assertEqual((record.imported, record.refused), (0, 1))
        self.assertEqual(self.env["justiq.case.file"].search_count([]), files)
        self.assertEqual(self.env["justiq.enrolment"].search_count([]), enrolments)

    def test_all_problems_of_a_row_are_named_at_once(self):
        record = self._import(self._table(";;soon;blue;;;Nobody;Nothing;x;"))
        self.assertEqual(len(record.problem_ids), 7)
        self.assertEqual(record.refused, 1)

    def test_an_earlier_number_is_kept_in_the_file_and_never_becomes_its_reference(self):
        record = self._import(
            "Aktenzeichen;Vorname;Nachname;Geburtsdatum\nAnders, Ada;Ada;Anders;29.02.2004\n", role="case_worker"
        )
        self.assertEqual(record.imported, 1)
        case = self._files("Anders")
        self.assertEqual(case.former_number, "Anders, Ada")
        self.assertNotIn("Anders", case.reference)

    def test_a_number_adds_the_enrolment_to_the_file_that_is_there(self):
        cases = self._create_case(last_name="Anders"), self._create_case(last_name="Berger", former_number="P 7")
        second = self._create_grant(name="Another grant", reference="AG-2")
        self._enrol(cases[0])
        head = "Aktenzeichen;Vorname;Nachname;Geburtsdatum;Vorhaben;Eintritt\n"
        rows = [
            f"{number};Mia;{case.last_name};17.05.2003;{second.reference};01.09.2021"
            for number, case in ((cases[0].reference, cases[0]), ("P 7", cases[1]))
        ]
        record = self._import(head + "\n".join(rows))
        self.assertEqual((record.imported, record.problem_ids.mapped("reason")), (2, []))
        for case in cases:
            self.assertIn(second, case.enrolment_ids.grant_id)
            self.assertEqual(self._files(case.last_name), case, "no second file")

    def test_a_number_of_somebody_else_or_without_a_grant_is_refused_in_words(self):
        case = self._create_case(last_name="Anders")
        self._enrol(case)
        head = "Aktenzeichen;Vorname;Nachname;Geburtsdatum;Vorhaben;Eintritt\n"
        row = f"{case.reference};Mia;Anders;17.05.2003;Vorhaben Musterstadt;01.09.2021"
        for table, field, reason in (
            (row.replace("Anders", "Ander"), "Former Number", "another person"),
            (row.replace("Vorhaben Musterstadt;01.09.2021", ";"), "Former Number", "Fill in the grant"),
            (row, "", "already enrolled in this grant"),
        ):
            self.assertProblems(self._import(head + table), (2, field, reason))

    def test_case_worker_adds_nothing_to_a_colleagues_file_by_its_number(self):
        case = self._create_case(self.colleague, last_name="Anders")
        self._import(
            "Aktenzeichen;Vorname;Nachname;Geburtsdatum;Vorhaben;Eintritt\n"
            f"{case.reference};Mia;Anders;17.05.2003;Vorhaben Musterstadt;01.09.2021\n",
            role="case_worker",
        )
        self.assertFalse(case.enrolment_ids)
        self.assertEqual(len(self._files("Anders")), 2)

    def test_refused_rows_are_downloaded_corrected_and_imported(self):
        bad = GOOD.replace("29.02.2004", "30.02.2004").replace("Ayla", "=Ayla")
        record = self._import(self._table(GOOD, bad))
        text = base64.b64decode(record.refused_file).decode("utf-8-sig")
        self.assertEqual(len(text.strip().splitlines()), 2)
        self.assertIn("'=Ayla", text)
        self.assertIn("30.02.2004", text)
        again = self._import(text.replace("30.02.2004", "28.02.2004"))
        self.assertEqual((again.imported, again.refused), (1, 0))
        self.assertEqual(self._files("Çelik").filtered(lambda c: c.birth_date.day == 28).first_name, "=Ayla")

    def test_the_same_table_twice_opens_no_second_files(self):
        self._import(self._table(GOOD))
        record = self._import(self._table(GOOD, GOOD.replace("Ayla;Çelik", "Celik;Ayla")))
        self.assertEqual((record.imported, record.refused), (0, 2))
        self.assertIn(self._files("Çelik").reference, record.problem_ids[0].reason)
        self.assertEqual(self._import(self._table(GOOD), skip_existing=False).imported, 1)

    def test_a_person_twice_in_one_table(self):
        record = self._import(self._table(GOOD, GOOD))
        self.assertEqual((record.imported, record.refused), (1, 1))
        self.assertIn("2", record.problem_ids.reason)

    # ------------------------------------------------------------
    # Whose rows
    # ------------------------------------------------------------

    def test_case_worker_imports_only_own_files(self):
        record = self._import(
            self._table(GOOD, GOOD.replace("Carla Caseworker", "Conny Colleague").replace("Ayla", "Ben")),
            role="case_worker",
        )
        self.assertEqual((record.imported, record.refused), (1, 1))
        self.assertIn("team lead", record.problem_ids.reason)

    def test_case_worker_learns_nothing_of_a_colleagues_file(self):
        self._create_case(self.colleague, first_name="Ayla", last_name="Çelik", birth_date=date(2004, 2, 29))
        record = self._import(self._table(GOOD), role="case_worker")
        self.assertEqual(record.imported, 1)
        self.assertTrue(self.env["justiq.case.duplicate"].search([("other_id", "in", self._files("Çelik").ids)]))

    def test_grants_and_employees_of_another_provider_are_unknown(self):
        company = self.env["res.company"].create({"name": "Foreign Provider"})
        self._create_grant(name="Foreign grant", company_id=company.id)
        self._create_employee("Steve Stranger", company_id=company.id)
        record = self._import(
            self._table(
                GOOD.replace("Vorhaben Musterstadt", "Foreign grant"),
                GOOD.replace("Carla Caseworker", "Steve Stranger"),
            )
        )
        self.assertEqual((record.imported, record.refused), (0, 2))

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_other_roles_import_nothing(self):
        for role in ("coordinator", "finance", "auditor", "privacy_officer", "manager"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._start(self._table(GOOD), role)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_an_import_is_closed_to_everybody_else(self):
        record = self._start(self._table(GOOD))
        other = record.with_user(self.users["case_worker"])
        for attack in (other.process_batch, other.action_start, other.action_download_refused, other.read):
            with self.assertRaises(AccessError):
                attack()
        with self.assertRaises(AccessError):
            record.problem_ids.create({"import_id": record.id, "row": 1})

    # ------------------------------------------------------------
    # Wrong files
    # ------------------------------------------------------------

    def test_wrong_files_are_refused_in_words(self):
        for text, *parts in (
            (b"PK\x03\x04 this is a workbook", "CSV"),
            ("", "no rows"),
            (HEADINGS, "no rows"),
            ("Vorname;Geburtsdatum\nMia;01.01.2004\n", "Last Name", "Vorname, Geburtsdatum"),
            ("Vorname;Vorname;Nachname;Geburtsdatum\nMia;Mia;Muster;01.01.2004\n", "First Name"),
            (b"x" * (case_import_table.MOST_BYTES + 1), "10 MB"),
        ):
            with self.subTest(text=text[:40]), self.assertRefused(*parts, error=UserError):
                self._start(text)

    def test_a_table_of_too_many_rows_is_refused(self):
        with self.assertRefused("20001", "20000", error=UserError):
            self._start("Vorname;Nachname;Geburtsdatum\n" + "a;b;c\n" * 20001)

    def test_unknown_columns_are_named(self):
        record = self._import("Vorname;Nachname;Geburtsdatum;Schuhgröße\nMia;Meier;01.01.2004;38\n", role="case_worker")
        self.assertEqual(record.ignored, "Schuhgröße")

    # ------------------------------------------------------------
    # Many rows
    # ------------------------------------------------------------

    def _many(self, number, bad=()):
        rows = []
        for index in range(number):
            birth = "??" if index in bad else f"{1 + index % 28:02d}.{1 + index // 28 % 12:02d}.2004"
            rows.append(
                f"Kind{index};Test{chr(97 + index % 26)};{birth};m;;;Carla Caseworker;Vorhaben Musterstadt;15.01.2020;"
            )
        return self._table(*rows)

    def test_sixty_rows_with_progress(self):
        self.patch(case_import, "ROWS_PER_BATCH", 25)
        record = self._start(self._many(60, bad={3, 30}))
        self.assertEqual(
            record.process_batch(), {"position": 25, "total": 60, "imported": 24, "refused": 1, "done": False}
        )
        self.assertEqual(record.process_batch()["position"], 50)
        self.assertEqual(
            record.process_batch(), {"position": 60, "total": 60, "imported": 58, "refused": 2, "done": True}
        )
        self.assertEqual(record.process_batch()["imported"], 58, "asking once more imports nothing twice")
        self.assertEqual(len(record.rows), 2, "what came in is not kept")

    def test_a_batch_costs_the_same_in_a_large_file(self):
        self.patch(case_import, "ROWS_PER_BATCH", 20)
        record = self._start(self._many(100))
        costs = []
        for _number in range(5):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            record.process_batch()
            costs.append(self.cr.sql_log_count - before)
        self.assertLessEqual(max(costs[1:-1]) - min(costs[1:-1]), 3, costs)

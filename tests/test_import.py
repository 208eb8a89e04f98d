import csv
import io
from datetime import date
from pathlib import Path

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import file_path, mute_logger

from .common import JustiqCommon

CASE_FILES = "justiq.case.file"
ENROLMENTS = "justiq.enrolment"
MICRO_PROJECTS = "justiq.micro.project"
BUDGET_LINES = "justiq.budget.line"
# What the web client proposes before it has seen the file.
OPTIONS = {
    "has_headers": True,
    "quoting": '"',
    "separator": "",
    "encoding": "",
    "date_format": "",
    "datetime_format": "",
    "float_thousand_separator": ",",
    "float_decimal_separator": ".",
}


@tagged("post_install", "-at_install")
class TestImport(JustiqCommon):
    """Odoo's own import of CSV files, with the mapping that it proposes by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.env["ir.module.module"]._load_module_terms(["justiq"], ["de_DE"])
        # The names that the shipped templates speak of.
        cls.case_worker.name = "Aylin Brandt"
        cls.quartier.name = "Lindenviertel"
        cls.grant.name = "Vorhaben Musterstadt am Main"
        cls.project = cls._create_project(name="Farbe im Quartier")

    def _import(self, role, model, content, lang="en_US"):
        """What the import screen does: upload, take the proposed mapping, import."""
        wizard = (
            self.env["base_import.import"]
            .with_user(self.users[role])
            .with_context(lang=lang)
            .create(
                {
                    "res_model": model,
                    "file": content.encode(),
                    "file_name": "import.csv",
                    "file_type": "text/csv",
                }
            )
        )
        preview = wizard.parse_preview(dict(OPTIONS))
        self.assertNotIn("error", preview)
        headers = preview["headers"]
        fields = ["/".join(preview["matches"].get(index, ())) or False for index in range(len(headers))]
        self.assertTrue(all(fields), f"not recognised: {dict(zip(headers, fields, strict=True))}")
        return wizard.execute_import(fields, headers, preview["options"])

    def _table(self, *rows):
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        return text.getvalue()

    def assertImported(self, result, model, number):
        self.assertFalse(result["messages"])
        self.assertEqual(len(result["ids"]), number)
        self.env.flush_all()
        return self.env[model].browse(result["ids"])

    def assertRefusedRow(self, role, model, content, row, *parts, lang="en_US"):
        """Nothing of the file is stored, and the message names the row (from 0) and the reason."""
        records = self.env[model].with_context(active_test=False)
        before = records.search([])
        with mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"):
            result = self._import(role, model, content, lang)
        errors = [message for message in result["messages"] if message["type"] == "error"]
        self.assertFalse(result.get("ids"))
        self.assertTrue(errors)
        self.assertEqual({(error["rows"]["from"], error["rows"]["to"]) for error in errors}, {(row, row)}, errors)
        for part in parts:
            self.assertIn(part, errors[0]["message"])
        self.env.flush_all()
        self.assertEqual(records.search([]), before)

    # ------------------------------------------------------------
    # Templates
    # ------------------------------------------------------------

    def _template(self, model, lang="en_US"):
        (template,) = self.env[model].with_context(lang=lang).get_import_templates()
        self.assertTrue(template["label"])
        return Path(file_path(template["template"].lstrip("/"))).read_text(encoding="utf-8")

    def test_templates_are_imported_as_they_are_shipped(self):
        """In English as in German, file after file: budget lines name the micro-projects."""
        for lang in ("en_US", "de_DE"):
            with self.subTest(lang=lang), self.env.cr.savepoint() as savepoint:
                imports = (("case_worker", CASE_FILES), ("case_worker", MICRO_PROJECTS), ("finance", BUDGET_LINES))
                cases, projects, lines = (
                    self.assertImported(self._import(role, model, self._template(model), lang), model, 2)
                    for role, model in imports
                )
                self.assertEqual(cases[0].birth_date, date(2004, 5, 17))
                self.assertEqual(cases.key_worker_id, self.case_worker)
                self.assertEqual(projects.mapped("state"), ["idea", "idea"])
                self.assertEqual(projects[0].kind_id, self.kind)
                self.assertEqual(lines[0].micro_project_id, projects[0])
                self.assertEqual(lines[0].baustein_id, self.bausteine["MP"])
                self.assertEqual(lines.mapped("esf_amount"), [625.25, 24000.0])
                savepoint.rollback()
            self.env.invalidate_all()

    def test_template_is_updated_by_importing_it_again(self):
        content = self._template(CASE_FILES)
        cases = self.assertImported(self._import("case_worker", CASE_FILES, content), CASE_FILES, 2)
        again = self._import("case_worker", CASE_FILES, content.replace("63065", "63069"))
        self.assertEqual(self.assertImported(again, CASE_FILES, 2), cases)
        self.assertEqual(cases[0].zip, "63069")

    def test_template_for_enrolments_brings_the_answers_along(self):
        """It names the persons of the template for case files."""
        for lang in ("en_US", "de_DE"):
            with self.subTest(lang=lang), self.env.cr.savepoint() as savepoint:
                imports = [
                    self._import("case_worker", model, self._template(model, lang), lang)
                    for model in (CASE_FILES, ENROLMENTS)
                ]
                first, second = self.assertImported(imports[1], ENROLMENTS, 2)
                self.assertEqual(first.case_file_id.id, imports[0]["ids"][0])
                self.assertEqual((first.entry_completeness, second.entry_completeness), (100, 100))
                self.assertEqual((first.exit_completeness, second.exit_completeness), (0, 100))
                self.assertEqual((second.is_counted, second.exit_destination), (True, "training"))
                savepoint.rollback()
            self.env.invalidate_all()

    def test_enrolment_without_a_possible_answer_stops_the_whole_file(self):
        self.assertImported(self._import("case_worker", CASE_FILES, self._template(CASE_FILES)), CASE_FILES, 2)
        content = self._template(ENROLMENTS)
        self.assertRefusedRow("case_worker", ENROLMENTS, content.replace("inactive", "no_answer"), 1, "No answer")
        self.assertRefusedRow("case_worker", ENROLMENTS, content.replace("isced_2", "isced_9"), 1, "isced_9")

    # ------------------------------------------------------------
    # Case files
    # ------------------------------------------------------------

    def _cases(self, *rows):
        return self._table(["last_name", "first_name", "birth_date", "gender", "key_worker_id"], *rows)

    def test_case_files_by_labels_of_the_user(self):
        for lang in ("en_US", "de_DE"):
            fields = self.env[CASE_FILES].with_context(lang=lang).fields_get()
            names = ("last_name", "first_name", "birth_date", "gender", "key_worker_id")
            female = dict(fields["gender"]["selection"])["female"]
            content = self._table(
                [fields[name]["string"] for name in names],
                ["Anders", "Ayla", "2004-02-29", female, "Aylin Brandt"],
            )
            case = self.assertImported(self._import("case_worker", CASE_FILES, content, lang), CASE_FILES, 1)
            self.assertEqual((case.last_name, case.gender), ("Anders", "female"))
            self.assertEqual(case.key_worker_id, self.case_worker)

    def test_case_files_with_german_dates_and_semicolons(self):
        content = "last_name;first_name;birth_date\nAnders;Ayla;29.02.2004\nBrandt;Ben;17.05.2003\n"
        cases = self.assertImported(self._import("case_worker", CASE_FILES, content, "de_DE"), CASE_FILES, 2)
        self.assertEqual(cases.mapped("birth_date"), [date(2004, 2, 29), date(2003, 5, 17)])
        self.assertEqual(cases.key_worker_id, self.case_worker)

    def test_one_bad_case_file_stops_the_whole_file(self):
        good = ["Anders", "Ayla", "2004-02-29", "female", "Aylin Brandt"]
        for bad, *parts in (
            (["Brandt", "Ben", "2099-01-01", "male", "Aylin Brandt"], "2099", "future"),
            (["Brandt", "Ben", "", "male", "Aylin Brandt"], "Birth Date"),
            (["", "Ben", "2003-05-17", "male", "Aylin Brandt"], "Last Name"),
            (["Brandt", "Ben", "2003-05-17", "unknown", "Aylin Brandt"], "unknown", "Gender"),
            (["Brandt", "Ben", "2003-05-17", "male", "Nobody"], "Nobody", "Key Worker"),
        ):
            with self.subTest(bad=bad):
                self.assertRefusedRow("case_worker", CASE_FILES, self._cases(good, bad, good), 1, *parts)

    def test_case_worker_imports_no_case_files_of_a_colleague(self):
        self._create_employee("Conny Colleague")
        own = ["Anders", "Ayla", "2004-02-29", "female", "Aylin Brandt"]
        foreign = ["Brandt", "Ben", "2003-05-17", "male", "Conny Colleague"]
        self.assertRefusedRow("case_worker", CASE_FILES, self._cases(own, foreign), 1)
        self.assertImported(self._import("team_lead", CASE_FILES, self._cases(own, foreign)), CASE_FILES, 2)

    def test_coordinator_imports_no_case_files(self):
        content = self._cases(["Anders", "Ayla", "2004-02-29", "female", "Aylin Brandt"])
        self.assertRefusedRow("coordinator", CASE_FILES, content, 0)

    # ------------------------------------------------------------
    # Micro-projects
    # ------------------------------------------------------------

    def test_micro_projects_by_name_of_kind_in_the_users_language(self):
        self.kind.with_context(lang="de_DE").name = "Kunst und Theater"
        for lang in ("en_US", "de_DE"):
            content = self._table(
                ["name", "grant_id", "quartier_id", "kind_id"],
                ["Graffiti", self.grant.name, "Lindenviertel", self.kind.with_context(lang=lang).name],
            )
            project = self.assertImported(self._import("case_worker", MICRO_PROJECTS, content, lang), MICRO_PROJECTS, 1)
            self.assertEqual(project.kind_id, self.kind)

    def test_micro_projects_are_not_approved_by_import(self):
        content = self._table(
            ["name", "grant_id", "quartier_id", "state"],
            ["Graffiti", self.grant.name, "Lindenviertel", "idea"],
            ["Garden", self.grant.name, "Lindenviertel", "approved"],
        )
        self.assertRefusedRow("case_worker", MICRO_PROJECTS, content, 1, "Garden")

    def test_micro_project_outside_the_quartiere_of_the_grant_is_refused(self):
        self.env["justiq.quartier"].create({"name": "Villenviertel"})
        content = self._table(
            ["name", "grant_id", "quartier_id"],
            ["Graffiti", self.grant.name, "Lindenviertel"],
            ["Garden", self.grant.name, "Villenviertel"],
        )
        self.assertRefusedRow("case_worker", MICRO_PROJECTS, content, 1, "S10", "Villenviertel", "Lindenviertel")

    # ------------------------------------------------------------
    # Budget lines
    # ------------------------------------------------------------

    def _lines(self, *rows):
        header = ["funding_year_id", "baustein_id", "micro_project_id", "cost_category_id", "planned_amount"]
        return self._table(header, *rows)

    def test_budget_lines_by_names_in_the_users_language(self):
        self.category.with_context(lang="de_DE").name = "Material und Kleingerät"
        for lang in ("en_US", "de_DE"):
            category = self.category.with_context(lang=lang).name
            content = self._lines([f"{self.grant.name} 2020", "JUSTIQ-2 MP", "Farbe im Quartier", category, "1000"])
            line = self.assertImported(self._import("finance", BUDGET_LINES, content, lang), BUDGET_LINES, 1)
            self.assertEqual(line.funding_year_id, self._year(2020))
            self.assertEqual(line.baustein_id, self.bausteine["MP"])
            self.assertEqual((line.cost_category_id, line.micro_project_id), (self.category, self.project))
            self.assertEqual(line.esf_amount, 600.0, "proposed from the rate of the grant")

    def test_budget_lines_by_external_ids(self):
        content = self._table(
            ["id", "funding_year_id/.id", "baustein_id/id", "cost_category_id/id", "planned_amount", "esf_amount"],
            ["line_1", self._year(2020).id, "justiq.phase2_baustein_mp", "justiq.cost_material", "1000.50", "500.25"],
        )
        line = self.assertImported(self._import("finance", BUDGET_LINES, content), BUDGET_LINES, 1)
        self.assertEqual((line.planned_amount, line.esf_amount), (1000.5, 500.25))
        self.assertEqual(line, self.env.ref("__import__.line_1"))

    def test_budget_lines_over_the_limit_stop_the_whole_file(self):
        row = [f"{self.grant.name} 2020", "JUSTIQ-2 MP", "", self.category.name, "30000"]
        header = ["funding_year_id", "baustein_id", "micro_project_id", "cost_category_id", "planned_amount"]
        content = self._table([*header, "esf_amount"], [*row, "30000"], [*row, "30000"])
        self.assertRefusedRow("finance", BUDGET_LINES, content, 1, "S19", "60,000.00")

    def test_one_bad_budget_line_stops_the_whole_file(self):
        year, category = f"{self.grant.name} 2020", self.category.name
        good = [year, "JUSTIQ-2 CM", "", category, "100"]
        for bad, *parts in (
            ([f"{self.grant.name} 2030", "JUSTIQ-2 CM", "", category, "100"], "2030", "Funding Year"),
            ([year, "JUSTIQ-2 XY", "", category, "100"], "JUSTIQ-2 XY", "Baustein"),
            ([year, "JUSTIQ-2 CM", "Farbe im Quartier", category, "100"], "Farbe im Quartier"),
            ([year, "JUSTIQ-1 CM", "", category, "100"], "JUSTIQ-1 CM", "JUSTIQ-2 CM"),
            ([year, "JUSTIQ-2 CM", "", category, "-100"], "between zero"),
        ):
            with self.subTest(bad=bad):
                self.assertRefusedRow("finance", BUDGET_LINES, self._lines(good, bad, good), 1, *parts)

    def test_baustein_that_two_programmes_have_is_never_mixed_up(self):
        """“MP” alone is ambiguous; “JUSTIQ-2 MP” is not, and every refusal names it."""
        self.assertEqual(len(self.env["justiq.baustein"].name_search("MP", operator="=")), 2)
        row = [f"{self.grant.name} 2020", "MP", "", self.category.name, "100"]
        result = self._import("finance", BUDGET_LINES, self._lines(row))
        self.assertEqual(self.env[BUDGET_LINES].browse(result["ids"]).baustein_id, self.bausteine["MP"])
        self.assertIn("multiple matches", result["messages"][0]["message"])

        phase1 = self.env.ref("justiq.programme_phase1")
        grant = self._create_grant(
            [], name="Old grant", programme_id=phase1.id, baustein_ids=[Command.set(phase1.baustein_ids.ids)]
        )
        row[0] = f"{grant.name} 2020"
        self.assertRefusedRow("finance", BUDGET_LINES, self._lines(row), 0, "JUSTIQ-2 MP", "JUSTIQ-1 MP")
        row[1] = "JUSTIQ-1 MP"
        self.assertImported(self._import("finance", BUDGET_LINES, self._lines(row)), BUDGET_LINES, 1)

    def test_micro_project_of_another_grant_with_the_same_name_is_refused(self):
        other = self._create_grant(name="Another grant")
        row = [f"{other.name} 2020", "JUSTIQ-2 MP", "Farbe im Quartier", self.category.name, "100"]
        parts = ("Farbe im Quartier", self.grant.name, other.name)
        self.assertRefusedRow("finance", BUDGET_LINES, self._lines(row), 0, *parts)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_case_worker_imports_no_budget(self):
        row = [f"{self.grant.name} 2020", "JUSTIQ-2 CM", "", "Staff", "100"]
        with self.assertRaises(AccessError):
            self._import("case_worker", BUDGET_LINES, self._lines(row))

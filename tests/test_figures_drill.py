from odoo.tests import tagged

from ..tools import drill, figures
from .test_funder_report_people import RulesReportCommon

OF_PERSONS = ("justiq.enrolment", "justiq.participation")


@tagged("post_install", "-at_install")
class TestWayToThePersons(RulesReportCommon):
    """A cell of the statistics opens the persons that it counts, not those of the whole line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for gender in ("male", "male", "diverse", "not_stated"):
            enrolment = cls._enrol(cls._create_case(gender=gender))
            cls._participate(code="CM", enrolment=enrolment)
        cls._participate(code="CL", enrolment=enrolment)
        cls.env.flush_all()

    def _drilled(self, report):
        """Cell and way of each number of persons or participations."""
        for path, _section, table in figures.tables(report.figures):
            for row in table["rows"]:
                for column in table["columns"]:
                    has_cell = row["cells"].get(column["key"]) is not None
                    for way in drill.ways(row, column):
                        if has_cell and column["type"] == "integer" and way["model"] in OF_PERSONS:
                            yield (*path, row["key"], column["key"]), row["cells"].get(column["key"]), way

    def test_each_cell_opens_as_many_records_as_it_counts(self):
        report = self._report("statistics")
        seen = 0
        for path, cell, way in self._drilled(report):
            if path[1] == "list":
                continue  # it has no number of persons
            with self.subTest(path=path):
                found = self.env[way["model"]].with_user(self.users["auditor"]).search_count(way["domain"])
                self.assertEqual(found, cell)
            seen += bool(cell)
        self.assertGreater(seen, 50)

    def test_a_corrected_gender_is_named_at_both_columns(self):
        report = self._report("statistics")
        report.action_freeze()
        self.enrolment.case_file_id.gender = "male"
        self.env.flush_all()
        wizard = self.env["justiq.funder.report.compare"].create({"report_id": report.id})
        rows = {
            row["key"]: row
            for section in wizard.result["sections"]
            for table in section["tables"]
            for row in table["rows"]
        }
        for column in ("female", "male"):
            drill = rows[f"persons/persons/entered/{column}"]["drill"]
            self.assertEqual(drill["domain"], [["id", "in", self.enrolment.ids]], column)

    def test_number_of_micro_projects_leads_to_all_and_to_the_rule(self):
        self._create_project("idea", name="Idea")
        row = self._tables(self._report("narrative"))["minimum"]["rows"][0]
        [projects], [rule] = (drill.ways(row, {"key": key}) for key in ("all", "required"))
        self.assertEqual(self.env[projects["model"]].search_count(projects["domain"]), row["cells"]["all"])
        self.assertEqual(self.env[rule["model"]].search(rule["domain"]).value_count, row["cells"]["required"])

    def test_findings_about_files_open_by_state_for_who_reads_them(self):
        self.case.finding_ids.filtered(lambda one: one.requirement_id.code == "S33").justification = "Mother is ill."
        self.env.flush_all()
        report = self._report("audit", "team_lead")
        for row in self._tables(report)["file_findings"]["rows"]:
            for state in ("open", "justified"):
                [way] = drill.ways(row, {"key": state})
                found = self.env["justiq.finding"].with_user(self.users["team_lead"]).search(way["domain"])
                self.assertEqual(len(found), row["cells"][state])
        for role, opens in (("team_lead", True), ("auditor", False), ("coordinator", False)):
            screen = report.with_user(self.users[role]).screen
            rows = [
                row
                for section in screen["sections"]
                for table in section["tables"]
                if table["key"] == "file_findings"
                for row in table["rows"]
            ]
            ways = [bool(row["drill"] or any(row["drills"].values())) for row in rows]
            self.assertEqual(ways, [opens] * len(rows), role)

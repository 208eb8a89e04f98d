from odoo.tests import tagged

from ..tools import figures
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
                    drill = (row.get("drills") or {}).get(column["key"]) or row.get("drill")
                    has_cell = row["cells"].get(column["key"]) is not None
                    if has_cell and column["type"] == "integer" and drill and drill["model"] in OF_PERSONS:
                        yield (*path, row["key"], column["key"]), row["cells"].get(column["key"]), drill

    def test_each_cell_opens_as_many_records_as_it_counts(self):
        report = self._report("statistics")
        seen = 0
        for path, cell, drill in self._drilled(report):
            if path[1] in ("timeline", "list"):
                continue  # entered and left are one way; the list has no number of persons
            with self.subTest(path=path):
                found = self.env[drill["model"]].with_user(self.users["auditor"]).search_count(drill["domain"])
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
        drills = row["drills"]
        self.assertEqual(self.env["justiq.micro.project"].search_count(drills["all"]["domain"]), row["cells"]["all"])
        self.assertEqual(
            self.env["justiq.requirement"].search(drills["required"]["domain"]).value_count, row["cells"]["required"]
        )

    def test_findings_about_files_open_by_state_for_who_reads_them(self):
        self.case.finding_ids.filtered(lambda one: one.requirement_id.code == "S33").justification = "Mother is ill."
        self.env.flush_all()
        report = self._report("audit", "team_lead")
        for row in self._tables(report)["file_findings"]["rows"]:
            for state in ("open", "justified"):
                found = (
                    self.env["justiq.finding"].with_user(self.users["team_lead"]).search(row["drills"][state]["domain"])
                )
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
            self.assertEqual([bool(row["drill"] or row["drills"]) for row in rows], [opens] * len(rows), role)

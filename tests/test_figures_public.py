from datetime import date

from dateutil.relativedelta import relativedelta

from odoo.tests import BaseCase, tagged

from ..tools.small_cells import suppress
from .common import EXIT_ANSWERS
from .test_funder_report_people import RulesReportCommon

ENTRY = date(2020, 1, 15)
YEAR = {"date_start": date(2020, 1, 1), "date_end": date(2020, 12, 31)}
LEFT_OUT = "•"


@tagged("post_install", "-at_install")
class TestForThePublic(RulesReportCommon):
    """What the public must not learn of single persons, it does not learn from two tables of a report either."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant = cls._create_grant(name="Public grant")

    def _enrol_aged(self, age, number):
        cases = self.env["justiq.case.file"].create(
            [
                {
                    "first_name": "Mia",
                    "last_name": f"Aged {age} {count}",
                    "gender": "female" if count % 2 else "male",
                    "birth_date": ENTRY - relativedelta(years=age, months=3),
                    "key_worker_id": self.case_worker.id,
                }
                for count in range(number)
            ]
        )
        return [self._enrol(case) for case in cases]

    def _public(self, kind="statistics", **values):
        return self._report(kind, is_for_outside=True, **{**YEAR, **values})

    def _known(self, cells):
        return [cells[name] for name in ("female", "male", "total") if name in cells]

    def test_ages_cannot_be_reckoned_from_the_indicators(self):
        """Of 2 below 15 and 10 of 15 to 17, “below 25” or “below 18” must not tell the 2."""
        for indicators in (self.programme.indicator_set_id, self.env.ref("justiq.indicators_esf_plus")):
            self.programme.indicator_set_id = indicators
            with self.env.cr.savepoint() as savepoint:
                for age, number in ((13, 2), (16, 10), (19, 10), (22, 10), (26, 4)):
                    self._enrol_aged(age, number)
                self.env.flush_all()
                tables = self._tables(self._public())
                ages = {row["key"].removeprefix("age_group_"): row["cells"]["total"] for row in tables["age"]["rows"]}
                found = {
                    row["key"].removeprefix("indicator_"): row["cells"]["total"] for row in tables["output"]["rows"]
                }
                self.assertEqual(ages["00_14"], LEFT_OUT)
                for code, groups in (
                    ("CO06", ("00_14", "15_17", "18_20", "21_24")),
                    ("EECO06", ("00_14", "15_17")),
                ):
                    if code in found:
                        shown = [found[code], *(ages[group] for group in groups if group != "00_14")]
                        self.assertIn(LEFT_OUT, shown, code)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_who_does_not_count_cannot_be_reckoned_from_a_micro_project(self):
        project = self._create_project("approved", grant_id=self.grant.id)
        enrolments = self._enrol_aged(18, 12)
        enrolments[0].entry_employment = False
        for enrolment in enrolments:
            self._participate(project, enrolment=enrolment)
        self.env.flush_all()
        cells = self._cells(self._public("narrative"), "projects")[f"project_{project.id}"]
        self.assertEqual(cells["participants"], 11)
        inside = self._cells(self._report("narrative", **YEAR), "projects")[f"project_{project.id}"]
        self.assertEqual(inside["participants"], 12)

    def test_a_micro_project_with_few_is_not_told_by_the_others(self):
        projects = [
            self._create_project("approved", name=f"Project {number}", grant_id=self.grant.id) for number in "12"
        ]
        for project, number in zip(projects, (1, 9), strict=True):
            for enrolment in self._enrol_aged(18, number):
                self._participate(project, enrolment=enrolment)
        self.env.flush_all()
        report = self._public("narrative")
        cells = self._cells(report, "projects")
        numbers = [cells[f"project_{project.id}"]["participants"] for project in projects]
        total = self._cells(report, "participations")[f"baustein_{self.bausteine['MP'].id}"]["total"]
        self.assertEqual(numbers[0], LEFT_OUT)
        self.assertIn(LEFT_OUT, (numbers[1], total))

    def test_names_of_professionals_and_single_deviations_stay_inside(self):
        project = self._create_project("done", name="Done", grant_id=self.grant.id)
        project.cooperation_ids.unlink()
        self.env.flush_all()
        report, inside = (self._report("narrative", is_for_outside=public) for public in (True, False))
        self.assertIn("Carla Caseworker", str(inside.figures))
        self.assertNotIn("Carla Caseworker", str(report.figures) + self._html(report))
        self.assertNotIn("findings", self._tables(report))
        numbers = {cells["code"]: cells["open"] for cells in self._cells(report, "finding_numbers").values()}
        self.assertEqual((numbers["S23"], numbers["S24"]), (1, 1))
        self.assertIn("how many deviations", report.text_deviations)
        self.assertIn("professionals worked", report.text_staff)


@tagged("post_install", "-at_install")
class TestBordersOfThePeriod(RulesReportCommon):
    """Who leaves on the first or the last day of the period was there in it, and has left in it."""

    def test_exits_on_the_first_and_the_last_day(self):
        grant = self.grant = self._create_grant(name="Borders")
        for day in (date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1)):
            self._enrol(
                self._create_case(), grant_id=grant.id, date_entry=date(2019, 6, 1), date_exit=day, **EXIT_ANSWERS
            )
        self.env.flush_all()
        persons = self._cells(self._report("statistics", **YEAR), "persons")
        self.assertEqual((persons["present"]["total"], persons["left"]["total"]), (3, 2))


@tagged("post_install", "-at_install")
class TestSmallSums(BaseCase):
    """Two small parts of a published total: leaving out both is not enough, as their sum would still be told."""

    def test_the_sum_of_two_small_parts_is_not_told(self):
        cells = {"a": 1, "b": 1, "c": 9, "total": 11}
        left_out = suppress(cells, [("total", ["a", "b", "c"])], 3)
        self.assertLessEqual({"a", "b"}, left_out)
        self.assertTrue({"c", "total"} & left_out)

from datetime import date

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.modules.migration import exec_script
from odoo.tests import Form, tagged
from odoo.tools import file_path, mute_logger

from .common import JustiqCommon


class TargetCommon(JustiqCommon):
    def _target(self, code, grant=None):
        lines = (grant or self.grant).baustein_target_ids
        return lines.filtered(lambda line: line.baustein_id == self.bausteine[code])


@tagged("post_install", "-at_install")
class TestGrantTarget(TargetCommon):
    """Each Baustein of a grant has a target of its own, in persons."""

    def test_lines_come_and_go_with_the_bausteine(self):
        grant = self._create_grant(["CM", "CL"], name="Two Bausteine")
        self.assertEqual(grant.baustein_target_ids.baustein_id.mapped("code"), ["CM", "CL"])
        self._target("CM", grant).target_persons = 30
        grant.baustein_ids = [Command.link(self.bausteine["MP"].id), Command.unlink(self.bausteine["CL"].id)]
        self.assertEqual(grant.baustein_target_ids.baustein_id.mapped("code"), ["CM", "MP"])
        self.assertEqual(self._target("CM", grant).target_persons, 30)

    def test_coordinator_enters_targets_in_the_form_of_the_grant(self):
        with Form(self.grant.with_user(self.users["coordinator"])) as form, form.baustein_target_ids.edit(0) as line:
            line.target_persons = 40
        self.assertEqual(self.grant.baustein_target_ids[0].target_persons, 40)

    def test_target_is_not_negative(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self._target("CM").target_persons = -1
            self.env.flush_all()

    def test_finance_cannot_move_a_target_to_another_baustein_or_grant(self):
        line = self._target("CM").with_user(self.users["finance"])
        other = self._create_grant(name="Another grant")
        for values in ({"baustein_id": self.bausteine["CL"].id}, {"grant_id": other.id}):
            with self.assertRefused("stays with its grant"):
                line.write(values)

    def test_persons_count_once_in_each_baustein(self):
        counted = self._enrol()
        self._participate(code="CM", enrolment=counted, date_start=date(2020, 2, 1), date_end=date(2020, 3, 1))
        for code in ("CM", "CL"):
            self._participate(code=code, enrolment=counted, date_start=date(2020, 5, 1))
        self._participate(code="CM", enrolment=self._enrol(self._create_case(), legal_basis_date=False))
        self._target("CM").target_persons = 4
        self.env.flush_all()
        for role in ("case_worker", "coordinator", "finance", "auditor", "privacy_officer"):
            line = self._target("CM").with_user(self.users[role])
            self.assertEqual((line.counted_persons, line.target_percent), (1, 25.0), role)
        self.assertEqual(self._target("CL").counted_persons, 1)
        self.assertEqual(self._target("MP").counted_persons, 0)

    def test_grants_of_earlier_versions_get_their_lines(self):
        self._target("CM").target_persons = 12
        self._target("CL").unlink()
        self.env.flush_all()
        script = file_path("justiq/migrations/19.0.4.0.0/post-narrative.py")
        exec_script(self.env.cr, "19.0.3.0.0", script, "justiq", "post", "19.0.4.0.0")
        self.env.invalidate_all()
        self.assertEqual(self._target("CM").target_persons, 12)
        self.assertEqual(self._target("CL").target_persons, 0)


@tagged("post_install", "-at_install")
class TestTargetInReports(TargetCommon):
    """The narrative report and the statistics tell planned and actual persons per Baustein."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant.target_persons = 10
        for code, number in (("CM", 8), ("CL", 4)):
            line = cls.grant.baustein_target_ids.filtered(lambda one, code=code: one.baustein_id.code == code)
            line.target_persons = number
        cls.first, cls.second = (cls._enrol(cls._create_case()) for _number in "12")
        cls._participate(code="CM", enrolment=cls.first, date_start=date(2020, 2, 1), date_end=date(2020, 3, 1))
        cls._participate(code="CM", enrolment=cls.first, date_start=date(2021, 2, 1))
        cls._participate(code="CM", enrolment=cls.second, date_start=date(2021, 2, 1))
        cls._participate(code="CL", enrolment=cls.second, date_start=date(2020, 2, 1))
        cls.env.flush_all()

    def _rows(self, kind="narrative", **values):
        reports = self.env["justiq.funder.report"].with_user(self.users["coordinator"])
        report = reports.create({"kind": kind, "grant_id": self.grant.id, **values})
        [table] = [one for section in report.figures for one in section["tables"] if one["key"] == "target"]
        return {row["key"]: row for row in table["rows"]}

    def _key(self, code):
        return f"reached_{self.bausteine[code].id}"

    def test_planned_and_actual_per_baustein_and_of_the_grant(self):
        for kind in ("narrative", "statistics"):
            cells = {key: row["cells"] for key, row in self._rows(kind).items()}
            self.assertEqual(list(cells), [*map(self._key, ("CM", "ASJ", "CL", "MP")), "target"])
            for key, numbers in (
                (self._key("CM"), (8, 2, "25.00")),
                (self._key("ASJ"), (None, 0, None)),
                (self._key("CL"), (4, 1, "25.00")),
                ("target", (10, 2, "20.00")),
            ):
                found = tuple(cells[key][name] for name in ("target", "reached", "percent"))
                self.assertEqual(found, numbers, (kind, key))

    def test_reached_until_the_end_of_the_period(self):
        rows = self._rows(date_start=date(2020, 1, 1), date_end=date(2020, 12, 31))
        self.assertEqual(rows[self._key("CM")]["cells"]["reached"], 1)
        self.assertEqual(rows[self._key("CL")]["cells"]["reached"], 1)

    def test_each_column_leads_to_its_records(self):
        rows = self._rows()
        enrolments = self.env["justiq.enrolment"].with_user(self.users["coordinator"])
        drill = rows[self._key("CM")]["drill"]
        self.assertEqual(enrolments.search(drill["domain"]), (self.first | self.second).sorted())
        drill = rows[self._key("CM")]["drills"]["target"]
        self.assertEqual(self.env[drill["model"]].search(drill["domain"]).target_persons, 8)
        self.assertEqual(rows["target"]["drills"]["target"]["model"], "justiq.grant")

    def test_the_public_learns_no_small_number_of_a_baustein(self):
        rows = self._rows(is_for_outside=True)
        self.assertEqual(rows[self._key("CM")]["cells"]["reached"], "•")
        self.assertIsNone(rows[self._key("CM")]["cells"]["percent"])
        self.assertNotIn("drill", rows[self._key("CM")])

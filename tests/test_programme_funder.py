from datetime import date

from odoo.modules.migration import exec_script
from odoo.tests import freeze_time, tagged
from odoo.tools import file_path

from .common import JustiqCommon

BEFORE, SINCE = "Bundesministerium für Umwelt", "Bundesministerium des Innern"
VERSION = "19.0.3.0.0"


@tagged("post_install", "-at_install")
@freeze_time("2022-02-01 08:00:00")
class TestProgrammeFunder(JustiqCommon):
    """Papers name who was responsible at the end of the time they are about."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first_phase = cls.env.ref("justiq.programme_phase1")
        cls.first_grant = cls._create_grant(
            name="First phase",
            programme_id=cls.first_phase.id,
            date_start=date(2015, 1, 1),
            date_end=date(2018, 12, 31),
            baustein_ids=cls.first_phase.baustein_ids.ids,
        )

    def _foot(self, record):
        report = self.env["report.justiq.report_funding_year"].with_context(tz="Europe/Berlin")
        sheet = report._sheets(record)[record.id]
        return ", ".join(funder["name"] for funder in sheet["funders"])

    def test_each_year_names_the_ministry_of_its_end(self):
        for year in self.first_grant.funding_year_ids:
            foot = self._foot(year)
            with self.subTest(year=year.date_end):
                self.assertEqual(BEFORE in foot, year.date_end < date(2018, 3, 14))
                self.assertEqual(SINCE in foot, year.date_end >= date(2018, 3, 14))
                self.assertIn("Europäische Union", foot)

    def test_first_and_last_day(self):
        names = {
            day: ", ".join(self.first_phase.funder_ids._named_on(day).mapped("name"))
            for day in (date(2018, 3, 13), date(2018, 3, 14))
        }
        self.assertIn(BEFORE, names[date(2018, 3, 13)])
        self.assertNotIn(SINCE, names[date(2018, 3, 13)])
        self.assertIn(SINCE, names[date(2018, 3, 14)])
        self.assertNotIn(BEFORE, names[date(2018, 3, 14)])

    def test_each_year_has_the_wording_of_its_end(self):
        report = self.env["report.justiq.report_funding_year"].with_context(tz="Europe/Berlin")
        for year in self.first_grant.funding_year_ids:
            note = report._sheets(year)[year.id]["funding_note"]
            with self.subTest(year=year.date_end):
                self.assertEqual("the BMUB" in note, year.date_end < date(2018, 3, 14))
                self.assertEqual("the BMI" in note, year.date_end >= date(2018, 3, 14))

    def test_without_a_wording_for_the_time_it_is_the_usual_one(self):
        self.assertEqual(self.programme._funding_note_on(date(2020, 1, 1)), self.programme.funding_note)

    def test_migration_gives_the_shipped_wording_its_time_and_leaves_that_of_a_provider(self):
        script = file_path("justiq/migrations/19.0.4.0.0/post-wording.py")
        shipped = (
            "Funded under the programme “JUGEND STÄRKEN im Quartier” by the BMFSFJ, the BMUB "
            "(since March 2018 the BMI) and the European Social Fund."
        )
        for note, wordings in ((shipped, 1), ("Funded by the city, too.", 0)):
            self.first_phase.with_context(lang="en_US").funding_note = note
            self.env.flush_all()
            exec_script(self.env.cr, "19.0.3.0.0", script, "justiq", "post", "19.0.4.0.0")
            self.env.invalidate_all()
            self.assertEqual(len(self.first_phase.wording_ids), wordings)
            found = self.first_phase._funding_note_on(date(2018, 12, 31))
            self.assertEqual(found, note.replace("the BMUB (since March 2018 the BMI)", "the BMI"))

    def test_migration_dates_the_former_ministry_and_nothing_of_the_providers(self):
        funder = self.env.ref("justiq.phase1_funder_bmub")
        for before, after in ((False, date(2018, 3, 13)), (date(2018, 4, 1), date(2018, 4, 1))):
            funder.valid_until = before
            self.env.flush_all()
            script = file_path(f"justiq/migrations/{VERSION}/post-funder.py")
            exec_script(self.env.cr, "19.0.2.0.0", script, "justiq", "post", VERSION)
            self.env.invalidate_all()
            self.assertEqual(funder.valid_until, after)

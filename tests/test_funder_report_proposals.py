from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import EXIT_ANSWERS
from .test_funder_report_people import RulesReportCommon

TEXTS = (
    "project",
    "results",
    "target_group",
    "bausteine",
    "micro_projects",
    "staff",
    "cooperation",
    "necessity",
    "deviations",
    "publicity",
    "aims",
    "outlook",
)


@tagged("post_install", "-at_install")
class TestProposals(RulesReportCommon):
    """Each section of the narrative report starts from what the data say, and what people write stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.programme.small_number = 1
        cls._enrol(cls._create_case(gender="male"), date_exit=date(2020, 9, 30), **EXIT_ANSWERS)
        cls._create_voucher(justiq_amount=300.0)
        cls._create_voucher(cls._project_account(cls.project), justiq_amount=100.0)
        cls._create_note(
            cls.case,
            user=cls.users["case_worker"],
            kind="network",
            partner_id=cls.municipality.id,
            is_released=True,
        )
        cls.env["justiq.publicity"].create(
            {"grant_id": cls.grant.id, "date": date(2020, 3, 1), "kind": "press", "name": "Article"}
        )
        cls.env.flush_all()

    def test_every_section_has_a_proposal(self):
        report = self._report("narrative")
        for part in TEXTS:
            self.assertTrue(report[f"text_{part}"], part)

    def test_what_the_sentences_say_is_what_the_tables_say(self):
        report = self._report("narrative")
        counted = self._cells(report, "counted")["counted"]
        professionals = self._cells(report, "professionals")
        for part, words in (
            ("staff", f"{len(professionals)} professionals worked"),
            ("staff", "Each young person has a fixed contact person"),
            ("cooperation", "1 network contacts with 1 organisations, 1 of the contacts released"),
            ("necessity", "400.00"),
            ("necessity", "(100.0 %)"),
            ("deviations", "The table names the deviations"),
            ("publicity", "1 publicity measures of the period are listed, 0 of them with proof"),
            ("aims", f"Of {counted['total']} persons"),
            ("aims", f"{100 * counted['female'] / counted['total']:.1f} % are female"),
            ("outlook", "still supported at the end of the period"),
            ("target_group", "of them has improved"),
        ):
            self.assertIn(words, report[f"text_{part}"])

    def test_deviation_from_the_plan_is_told_of_whole_years_only(self):
        self.assertIn("less than the planned", self._report("narrative").text_necessity)
        part = self._report("narrative", date_start=date(2020, 2, 1), date_end=date(2020, 5, 31))
        self.assertNotIn("planned", part.text_necessity)
        self.assertIn("The grant lasts until", part.text_outlook)

    def test_targets_of_the_bausteine_are_told(self):
        line = self.grant.baustein_target_ids.filtered(lambda one: one.baustein_id.code == "CM")
        line.target_persons = 8
        self.assertIn("Case Management 1 of 8", self._report("narrative").text_results)

    def test_a_proposal_follows_the_data_and_a_written_text_stays(self):
        report = self._report("narrative")
        report.text_aims = report.text_aims + " And there were times for girls alone."
        written = report.text_aims
        self._create_voucher(justiq_amount=600.0)
        self._enrol(self._create_case(gender="male"))
        self.env.flush_all()
        report.action_propose_texts()
        self.assertIn("1,000.00", report.text_necessity)
        self.assertEqual(report.text_aims, written)

    def test_another_period_brings_other_proposals(self):
        report = self._report("narrative", text_outlook="Ours.")
        self.assertIn("Farbe im Quartier", report.text_micro_projects)
        report.write({"date_start": date(2021, 1, 1), "date_end": date(2021, 12, 31)})
        self.assertFalse(report.text_micro_projects)
        self.assertEqual(report.text_outlook, "Ours.")

    def test_for_the_public_the_sentences_lose_their_small_numbers(self):
        report = self._report("narrative")
        self.programme.small_number = 10
        self.assertIn("persons", report.text_aims)
        report.is_for_outside = True
        self.assertFalse(report.text_aims or report.text_target_group or report.text_results)

    def test_nobody_reads_or_writes_what_was_proposed_before(self):
        report = self._report("narrative")
        for role in ("coordinator", "team_lead", "auditor"):
            with self.assertRaises(AccessError):
                report.with_user(self.users[role]).read(["proposed_texts"])
        with self.assertRaises(AccessError):
            report.write({"proposed_texts": {}})

    def test_sentences_name_no_young_person(self):
        report = self._report("narrative")
        texts = " ".join(report[f"text_{part}"] for part in TEXTS)
        for name in ("Muster,", "Geheim", "Anders", self.enrolment.reference, self.case.reference):
            self.assertNotIn(name, texts)

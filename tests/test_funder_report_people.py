from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import EXIT_ANSWERS, JustiqCommon


class PeopleReportCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enrolment = cls._enrol(date_exit="2020-09-30", **EXIT_ANSWERS)
        cls._participate(code="CM", enrolment=cls.enrolment)
        cls._enrol(cls._create_case(last_name="Anders"), legal_basis_date=False)

    def _report(self, kind, role="coordinator", **values):
        reports = self.env["justiq.funder.report"].with_user(self.users[role])
        return reports.create({"kind": kind, "grant_id": self.grant.id, **values})

    def _section_keys(self, report):
        return [section["key"] for section in report.figures]

    def _html(self, report):
        return self.env["ir.actions.report"]._render_qweb_html("justiq.report_funder_report", report.ids)[0].decode()


@tagged("post_install", "-at_install")
class TestStatisticsReport(PeopleReportCommon):
    """The statistics of participants as a report to the funder."""

    def test_finance_sees_the_figures_but_not_the_list(self):
        report = self._report("statistics")
        finance = report.with_user(self.users["finance"])
        self.assertIn("list", self._section_keys(report))
        self.assertNotIn("list", self._section_keys(finance))
        self.assertEqual(report.figures[:-1], finance.figures)
        self.assertNotIn(self.enrolment.reference, str(finance.figures) + str(finance.screen))

    def test_the_public_one_is_open_to_finance_as_a_whole(self):
        report = self._report("statistics", "finance", is_for_outside=True)
        self.assertTrue(report._may_read_all())
        self.assertNotIn("list", self._section_keys(report.with_user(self.users["coordinator"])))

    def test_what_names_payees_or_single_deviations_is_not_for_the_public(self):
        for kind, role in (("audit", "coordinator"), ("vouchers", "finance"), ("financial", "finance")):
            with self.subTest(kind), self.assertRefused("not made for the public"):
                self._report(kind, role, is_for_outside=True)

    def test_who_reads_no_report_reads_no_statistics(self):
        report = self._report("statistics")
        for role in ("case_worker", "privacy_officer", "manager"):
            with self.assertRaises(AccessError):
                report.with_user(self.users[role]).read(["figures"])

    def test_pages_have_tables_and_pictures_and_no_name(self):
        html = self._html(self._report("statistics"))
        for text in ("CO01", self.enrolment.reference, "<svg", "No consent on the day of entry"):
            self.assertIn(text, html)
        for name in ("Muster,", "Mia", "Anders"):
            self.assertNotIn(name, html)

    def test_running_it_again_without_change_gives_the_same(self):
        report = self._report("statistics")
        before = report.figures
        report.invalidate_recordset()
        self.assertEqual(report.figures, before)


class RulesReportCommon(PeopleReportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project("done", planned_participants=8)
        cls.project.cooperation_ids.unlink()
        cls._hold_session(cls.project, cls._participate(cls.project, enrolment=cls._enrol(cls._create_case())))
        cls.case = cls._create_case(last_name="Geheim")
        cls._enrol(cls.case)
        cls._propose_closing(cls.case)
        cls._create_budget_line(cls._year(2020), 20000.0, micro_project_id=cls.project.id)
        cls.env.flush_all()
        cls.finding = cls.project.finding_ids.filtered(lambda one: one.requirement_id.code == "S23")
        cls.finding.with_user(cls.users["team_lead"]).justification = "The programme has ended in this district."
        cls.env.flush_all()

    def _tables(self, report):
        return {table["key"]: table for section in report.figures for table in section["tables"]}

    def _cells(self, report, table):
        return {row["key"]: row["cells"] for row in self._tables(report)[table]["rows"]}


@tagged("post_install", "-at_install")
class TestAuditReport(RulesReportCommon):
    """Every rule of the programme with its state, evidence and findings: the auditor's checklist."""

    def _states(self, report):
        return {
            key.removeprefix("rule_").rstrip("_"): cells["state"] for key, cells in self._cells(report, "rules").items()
        }

    def test_every_rule_of_the_guideline_has_its_line_in_order(self):
        rows = self._tables(self._report("audit"))["rules"]["rows"]
        codes = list(dict.fromkeys(row["cells"]["code"] for row in rows))
        self.assertEqual(codes[:36], [f"S{number}" for number in range(1, 37)])
        for row in rows:
            self.assertTrue(row["cells"]["state"], row["key"])
            self.assertEqual(row["cells"]["tick"], "")
            if row["cells"]["code"].startswith("S"):
                self.assertTrue(row["cells"]["evidence"], row["key"])

    def test_state_of_a_rule(self):
        self.programme.requirement_ids.filtered(lambda one: one.code == "S12").enforcement = "off"
        states = self._states(self._report("audit"))
        self.assertEqual(states["S10_quartier"], "met")
        self.assertEqual(states["S12_youth_involved"], "off")
        self.assertEqual(states["S23_area_programme"], "justified")
        self.assertEqual(states["S24_municipal_office"], "finding open")
        self.assertEqual(states["S36"], "checked at saving")
        self.assertEqual(states["S30"], "documented")
        self.assertEqual(states["S31_sections"], "finding open")

    def test_a_planned_project_is_told_apart_in_state_figures_and_findings(self):
        planned = self._create_project("planned", name="Radio")
        planned.write({"competence_ids": False, "cooperation_ids": False, "involvement_how": False})
        self.env.flush_all()
        report = self._report("audit")
        rows = self._cells(report, "rules")
        for key in ("S5_competence", "S12_youth_involved"):
            cells = rows[f"rule_{key}"]
            self.assertIn("1 of 1 micro-projects", cells["evidence"])
            self.assertIn("in preparation: 0 of 1", cells["evidence"])
            self.assertEqual((cells["state"], cells["findings"]), ("open before an approval", "1 open in preparation"))
        # What is approved deviates as well: that comes first.
        cells = rows["rule_S24_municipal_office"]
        self.assertIn("0 of 1 micro-projects", cells["evidence"])
        self.assertEqual(cells["state"], "finding open")
        self.assertEqual(cells["findings"], "1 open, 1 open in preparation")
        states = {cells["message"]: cells["state"] for cells in self._cells(report, "findings").values()}
        for message, state in states.items():
            if message.startswith("Radio"):
                self.assertEqual(state, "Open before the approval")
        planned.finding_ids.filtered(lambda one: one.requirement_id.code == "S5").justification = "Chosen in May."
        self.assertEqual(self._cells(self._report("audit"), "rules")["rule_S5_competence"]["state"], "justified")

    def test_evidence_counts_what_the_check_of_the_rule_says(self):
        """S12 asks who, when and how; S4 for the participants that came, once it is done."""
        self.project.involvement_who = False
        self.programme.requirement_ids.filtered(lambda one: one.code == "S4").value_count = 8
        self.env.flush_all()
        rows = self._cells(self._report("audit"), "rules")
        for key in ("S12_youth_involved", "S4_group_size"):
            self.assertIn("0 of 1 micro-projects", rows[f"rule_{key}"]["evidence"])
            self.assertEqual(rows[f"rule_{key}"]["state"], "finding open")

    def test_hours_are_those_of_the_narrative_report_in_the_same_words(self):
        rows = self._cells(self._report("audit"), "rules")
        total = self._cells(self._report("narrative"), "intensity")["total"]
        self.assertEqual(
            rows["rule_S30_"]["evidence"],
            f"{total['contacts']} contacts and sessions with {total['hours']} contact hours; "
            f"{total['person_hours']} person-hours",
        )

    def test_rules_on_micro_projects_do_not_apply_without_the_group_baustein(self):
        grant = self._create_grant(["CM", "CL"], name="Without micro-projects")
        states = self._states(self._report("audit", grant_id=grant.id))
        for code in ("S2_purpose", "S18_esf_floor", "S19_esf_ceiling", "S21_micro_project_count", "S23_area_programme"):
            self.assertEqual(states[code], "not applicable", code)
        self.assertEqual(states["S36"], "checked at saving")

    def test_a_rule_on_another_programme_has_its_state_without_evidence(self):
        self.env["justiq.requirement"].create(
            {"programme_id": self.programme.id, "code": "X1", "name": "Own rule", "enforcement": "document"}
        )
        cells = self._cells(self._report("audit"), "rules")["rule_X1_"]
        self.assertEqual((cells["state"], cells["evidence"]), ("documented", ""))

    def test_evidence_are_numbers_of_the_grant(self):
        rows = self._cells(self._report("audit"), "rules")
        self.assertIn("1 of 1", rows["rule_S10_quartier"]["evidence"])
        self.assertIn("0 of 1", rows["rule_S24_municipal_office"]["evidence"])
        self.assertIn("20,000.00", rows["rule_S19_esf_ceiling"]["evidence"])
        self.assertIn("1 carried out, of 1", rows["rule_S21_micro_project_count"]["evidence"])
        self.assertIn("2 participations", rows["rule_S36_"]["evidence"])
        self.assertIn("4 case files", rows["rule_S29_"]["evidence"])

    def test_justification_is_printed_with_author_and_date(self):
        with freeze_time("2021-03-04"):
            self.finding.with_user(self.users["team_lead"]).justification = "Ended in this district."
        html = self._html(self._report("audit"))
        self.assertIn(f"Ended in this district. ({self.finding.justified_by_id.name}, 03/04/2021)", html)

    def test_findings_about_case_files_are_numbers_only(self):
        self.case.finding_ids.filtered(lambda one: one.requirement_id.code == "S33").justification = "Mother is ill."
        for role in ("finance", "coordinator", "auditor", "team_lead"):
            report = self._report("audit").with_user(self.users[role])
            content = str(report.figures) + self._html(report)
            for secret in ("Mother is ill", self.case.reference, "Geheim", "Mia"):
                self.assertNotIn(secret, content, role)
            numbers = {cells["code"]: cells["justified"] for cells in self._cells(report, "file_findings").values()}
            self.assertEqual(numbers, {"S31": 0, "S33": 1, "S34": 0})

    def test_who_computes_does_not_matter(self):
        report = self._report("audit")
        figures = [
            report.with_user(self.users[role]).figures for role in ("finance", "coordinator", "auditor", "team_lead")
        ]
        self.assertTrue(all(one == figures[0] for one in figures))

    def test_limits_of_the_year(self):
        cells = self._cells(self._report("audit"), "limits")[f"year_{self._year(2022).id}"]
        self.assertEqual((cells["months"], cells["esf_group_max"]), ("6.00", "25000.00"))


@tagged("post_install", "-at_install")
class TestNarrativeReport(RulesReportCommon):
    """The narrative report: twelve sections, texts that people write, figures that bear them out."""

    def test_the_sections_of_the_funder_in_order(self):
        report = self._report("narrative")
        self.assertEqual(
            [section["title"].split(". ")[0] for section in report.figures], [str(number) for number in range(1, 13)]
        )
        for key in (
            "target",
            "output",
            "intensity",
            "projects",
            "minimum",
            "limits",
            "professionals",
            "money",
            "findings",
        ):
            self.assertIn(key, self._tables(report))

    def test_texts_are_proposed_and_what_is_written_stays(self):
        report = self._report("narrative", text_project="Ours.")
        self.assertEqual(report.text_project, "Ours.")
        self.assertIn("Farbe im Quartier", report.text_micro_projects)
        self.assertIn("European Social Fund", report.text_publicity)
        report.write({"text_publicity": "A poster.", "text_project": False})
        report.action_propose_texts()
        self.assertEqual(report.text_publicity, "A poster.")
        self.assertIn("Vorhaben Musterstadt", report.text_project)

    def test_small_numbers_of_persons_are_not_put_into_words(self):
        self.programme.small_number = 10
        self.assertFalse(self._report("narrative").text_results)
        self.programme.small_number = 2
        self.assertIn("young people were supported", self._report("narrative").text_results)

    def test_texts_are_printed_and_frozen_with_the_report(self):
        report = self._report("narrative", text_outlook="We go on\nin summer.")
        self.assertIn("in summer.", self._html(report))
        report.action_freeze()
        with self.assertRefused("frozen"):
            report.text_outlook = "Something else."
        with self.assertRefused("frozen"):
            report.action_propose_texts()

    def test_auditor_reads_but_proposes_nothing(self):
        report = self._report("narrative").with_user(self.users["auditor"])
        self.assertTrue(report.text_project)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            report.action_propose_texts()

    def test_intensity_counts_entries_and_sessions_by_their_day(self):
        help_ = self._participate(code="CL", enrolment=self.case.enrolment_ids)
        for day, minutes in ((date(2020, 2, 3), 90), (date(2020, 3, 3), 30), (date(2021, 3, 3), 60)):
            self._create_note(
                self.case, user=self.users["case_worker"], participation_id=help_.id, date=day, minutes=minutes
            )
        year = {"date_start": date(2020, 1, 1), "date_end": date(2020, 12, 31)}
        rows = self._cells(self._report("narrative", **year), "intensity")
        clearing = rows[f"baustein_{self.bausteine['CL'].id}"]
        self.assertEqual((clearing["contacts"], clearing["hours"]), (2, "2.00"))
        projects = rows[f"baustein_{self.bausteine['MP'].id}"]
        self.assertEqual((projects["contacts"], projects["hours"]), (1, "2.00"))
        self.assertEqual((rows["total"]["hours"], rows["total"]["person_hours"]), ("4.00", "4.00"))

    def test_person_hours_are_those_of_each_who_was_there(self):
        session = self._create_session(
            self.project, date_start=datetime(2020, 6, 3, 14), date_end=datetime(2020, 6, 3, 17)
        )
        participations = [
            self._participate(self.project, enrolment=self._enrol(self._create_case())) for _number in "123"
        ]
        session.attendance_ids = [
            Command.create({"participation_id": one.id, "state": state})
            for one, state in zip(participations, ("present", "present", "absent"), strict=True)
        ]
        session.action_held()
        self.env.flush_all()
        period = {"date_start": date(2020, 6, 1), "date_end": date(2020, 6, 30)}
        rows = self._cells(self._report("narrative", **period), "intensity")
        cells = rows[f"baustein_{self.bausteine['MP'].id}"]
        self.assertEqual((cells["contacts"], cells["hours"], cells["person_hours"]), (1, "3.00", "6.00"))

    def test_money_per_baustein_and_year_adds_up(self):
        self._create_voucher(justiq_amount=100.10)
        self._create_voucher(self._project_account(self.project), justiq_amount=50.05)
        self._create_voucher(justiq_amount=7.77, justiq_payment_date=date(2021, 3, 1))
        self.env.flush_all()
        rows = self._cells(self._report("narrative"), "money")
        year = f"year_{self._year(2020).id}"
        self.assertEqual(rows[f"baustein_{self.bausteine['CM'].id}"][year], "100.10")
        self.assertEqual(rows[f"baustein_{self.bausteine['MP'].id}"][year], "50.05")
        self.assertEqual((rows["total"][year], rows["total"]["total"]), ("150.15", "157.92"))

    def test_staff_with_certificates_and_no_young_person(self):
        report = self._report("narrative")
        [carla] = [
            cells for cells in self._cells(report, "professionals").values() if cells["name"] == "Carla Caseworker"
        ]
        self.assertIn("Social Work", carla["certificates"])
        for name in ("Geheim", "Anders", "Mia", self.case.reference, self.enrolment.reference):
            self.assertNotIn(name, str(report.figures))

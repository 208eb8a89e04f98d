from datetime import date

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

SECTIONS = ("initial_situation", "life_situation", "biography", "potentials", "competences", "needs")


class CaseRuleCase(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case()
        cls.enrolment = cls._enrol(cls.case, date_exit=date(2020, 12, 31))

    def _fill_in(self):
        self.case.write(dict.fromkeys(SECTIONS, "Spoken about and written down."))
        self._create_contact(self.case)
        self._create_note(self.case, kind="network", partner_id=self.municipality.id)

    def _open_codes(self):
        self.env.flush_all()
        return set(
            self.case.finding_ids.filtered(lambda finding: finding.state == "open").mapped("requirement_id.code")
        )


@tagged("post_install", "-at_install")
class TestRuleCase(CaseRuleCase):
    """S31, S33, S34: what the work with a young person has to show at its end."""

    def test_both_phases_have_the_rules(self):
        for phase in ("phase1", "phase2"):
            rules = self.env.ref(f"justiq.programme_{phase}").requirement_ids
            strength = {rule.code: rule.enforcement for rule in rules}
            for code in ("S31", "S33", "S34"):
                self.assertEqual(strength[code], "warn", (phase, code))
            for code in ("S30", "S32"):
                self.assertEqual(strength[code], "document", (phase, code))

    def test_a_running_file_has_no_findings(self):
        self.assertEqual(self._open_codes(), set())

    def test_the_proposal_shows_what_is_missing(self):
        self._propose_closing(self.case)
        self.assertEqual(self._open_codes(), {"S31", "S33", "S34"})

    def test_what_is_filled_in_resolves_the_findings(self):
        self._propose_closing(self.case)
        self._fill_in()
        self.assertEqual(self._open_codes(), set())

    def test_s31_names_the_empty_sections(self):
        self._fill_in()
        self.case.write({"biography": "  \n", "needs": False})
        self._propose_closing(self.case)
        self.env.flush_all()
        finding = self.case.finding_ids
        self.assertEqual((finding.requirement_id.code, finding.value), ("S31", 2))
        self.assertIn("Biography", finding.message)
        self.assertIn("Needs", finding.message)
        self.assertNotIn("Potentials", finding.message)

    def test_s33_asks_for_persons_not_institutions(self):
        self._fill_in()
        self._propose_closing(self.case)
        for role, values, involved in (
            ("school", {"name": False, "partner_id": self.municipality.id}, False),
            ("other", {"name": False, "partner_id": self.municipality.id}, False),
            ("other", {"name": "The neighbour"}, True),
            ("peer", {"name": "Samira"}, True),
        ):
            with self.subTest(role=role, **values):
                self.case.contact_ids.unlink()
                contact = self._create_contact(self.case, role=role, **values)
                self.assertEqual("S33" in self._open_codes(), not involved)
                contact.active = False
                self.assertIn("S33", self._open_codes())

    def test_s34_asks_for_a_network_contact_that_was_not_amended_away(self):
        self._fill_in()
        self._propose_closing(self.case)
        entry = self.case.note_ids
        self._create_note(self.case, amends_id=entry.id, text="It was a conversation with her after all.")
        self.assertEqual(self._open_codes(), {"S34"})

    def test_findings_name_the_reference_and_nobody(self):
        self._propose_closing(self.case)
        self.env.flush_all()
        for finding in self.case.finding_ids:
            self.assertIn(self.case.reference, finding.message)
            self.assertNotIn("Muster,", finding.message)
            self.assertNotIn("Mia", finding.message)

    def test_the_rules_are_those_of_the_latest_grant(self):
        self.assertEqual(self.case.grant_id, self.grant)
        other = self.env["justiq.programme"].create(
            {"name": "Other", "code": "OTHER", "date_start": date(2020, 1, 1), "date_end": date(2022, 12, 31)}
        )
        grant = self._create_grant([], name="Other grant", programme_id=other.id)
        self._enrol(self.case, grant_id=grant.id, date_entry=date(2021, 1, 4), date_exit=date(2021, 2, 1))
        self.assertEqual(self.case.grant_id, grant)
        self._propose_closing(self.case)
        self.assertEqual(self._open_codes(), set())

    def test_a_file_without_enrolment_is_bound_by_no_programme(self):
        case = self._create_case()
        self._propose_closing(case)
        self.env.flush_all()
        self.assertFalse(case.finding_ids)
        case.with_user(self.users["team_lead"]).state = "closed"

    def test_a_rule_that_refuses_stops_the_closing_only(self):
        self._fill_in()
        self.case.needs = False
        self.programme.requirement_ids.filtered(lambda rule: rule.code == "S31").enforcement = "block"
        self._propose_closing(self.case)
        with self.assertRefused("S31", "Needs"):
            self.case.state = "closed"

    def test_a_rule_that_is_off_finds_nothing(self):
        self.programme.requirement_ids.filtered(lambda rule: rule.code in ("S31", "S33", "S34")).enforcement = "off"
        self._propose_closing(self.case)
        self.assertEqual(self._open_codes(), set())

    def test_a_discarded_proposal_takes_its_findings_along(self):
        closing = self._propose_closing(self.case)
        self.assertTrue(self._open_codes())
        closing.action_discard()
        self.assertEqual(self._open_codes(), set())


@tagged("post_install", "-at_install")
class TestFindingsOfCases(CaseRuleCase):
    """Findings about a case are read by who may read the file, whatever the role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._propose_closing(cls.case)
        cls.env.flush_all()
        cls.finding = cls.case.finding_ids[0]

    def _found_by(self, role):
        return self.env["justiq.finding"].with_user(self.users[role]).search([("id", "=", self.finding.id)])

    def test_key_worker_and_team_lead_read_them(self):
        for role in ("case_worker", "team_lead"):
            self.assertTrue(self._found_by(role), role)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_else_does(self):
        self._hand_over(self.case, self._create_employee("Conny Colleague"))
        for role in ("case_worker", "coordinator", "finance", "auditor", "manager"):
            with self.subTest(role=role):
                self.assertFalse(self._found_by(role))
                self.assertFalse(self.finding.with_user(self.users[role]).has_access("read"))

    def test_other_findings_stay_open_to_their_readers(self):
        project = self._create_project("planned", planned_participants=1)
        self.env.flush_all()
        findings = project.finding_ids
        self.assertTrue(findings)
        self.assertFalse(findings.case_file_id)
        for role in ("case_worker", "coordinator", "finance", "auditor", "manager"):
            self.assertTrue(findings.with_user(self.users[role]).has_access("read"), role)

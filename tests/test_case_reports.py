import re
from datetime import date
from io import BytesIO

from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, freeze_time, new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval, time

from .common import ROLES, JustiqCommon

PLAN = "justiq.report_case_plan"
LETTER = "justiq.report_case_referral"
RELEASE = {"released_by": "both", "released_on": date(2020, 2, 10), "released_until": date(2020, 8, 10)}
# What only the file tells, by the release that it needs.
SECRETS = {
    "release_name": ("Geheimnis", "Zora"),
    "release_birth_date": ("05/17/2003",),
    "release_contact": ("63065", "Secretville"),
    "release_reason": ("three unpaid invoices",),
    "release_message": ("owes money to a shop",),
    "release_life_situation": ("two rooms",),
    "release_biography": ("moved twice",),
}


class CaseReportCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.users["case_worker"]
        cls.case = cls._create_case(
            first_name="Zora",
            last_name="Geheimnis",
            zip="63065",
            city="Secretville",
            life_situation="Lives in two rooms.",
            biography="Has moved twice.",
            potentials="Sings.",
        )
        cls.enrolment = cls._enrol(cls.case)
        cls.goal = cls._create_goal(cls.case)
        cls.goal.measure_ids = [Command.create({"name": "Call the school", "responsible": "key_worker"})]
        cls._create_assessment(cls.enrolment, "complete", {0: 2})
        cls.plan = cls._create_plan(cls.enrolment)
        cls.referral = cls._create_referral(
            cls.enrolment, reason="There are three unpaid invoices.", message="She owes money to a shop."
        )
        cls._create_consent(cls.case, purpose="passing_on", partner_id=cls.referral.partner_id.id)

    def _html(self, report, records, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.user)
        return reports._render_qweb_html(report, records.ids)[0].decode()


@tagged("post_install", "-at_install", "access_rights")
@freeze_time("2020-02-12 12:00:00")
class TestCaseReports(CaseReportCommon):
    """The plan to sign and the letter of referral: who prints them, and what they tell."""

    # ------------------------------------------------------------
    # Who prints them
    # ------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_who_prints_what(self):
        self.referral.write({**RELEASE, "release_reason": True})
        self.users["plain"] = new_test_user(self.env, login="test_plain", groups="base.group_user")
        for report, record in ((PLAN, self.plan), (LETTER, self.referral)):
            for role in (*ROLES, "plain"):
                with self.subTest(report=report, role=role):
                    if role in ("case_worker", "team_lead"):
                        self.assertIn(self.case.reference, self._html(report, record, self.users[role]))
                    else:
                        with self.assertRaises(AccessError):
                            self._html(report, record, self.users[role])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_only_who_may_read_the_file_prints(self):
        self.referral.write({**RELEASE, "release_reason": True})
        self._hand_over(self.case, self.team_lead)
        for report, record in ((PLAN, self.plan), (LETTER, self.referral)):
            with self.assertRaises(AccessError):
                self._html(report, record)

    def test_file_names_tell_no_name(self):
        for report, record in ((PLAN, self.plan), (LETTER, self.referral)):
            action = self.env["ir.actions.report"]._get_report_from_name(report)
            name = safe_eval(action.print_report_name, {"object": record, "time": time})
            self.assertIn(self.case.reference, name)
            self.assertNotIn("Geheimnis", name)

    # ------------------------------------------------------------
    # Plan
    # ------------------------------------------------------------

    def test_plan_says_what_was_agreed(self):
        html = self._html(PLAN, self.plan)
        self.assertIn("draft, not agreed yet", html)
        self.assertNotIn("Agreed On", html)
        self.plan.action_agree()
        self.goal.name = "Something else."
        html = self._html(PLAN, self.plan)
        self.assertIn("Agreed On", html)
        self.assertNotIn("draft, not agreed yet", html)
        for text in ("Zora Geheimnis", "I want to finish school.", "Call the school", "Carla Caseworker", "<svg"):
            self.assertIn(text, html)
        self.assertNotIn("Something else.", html)

    def test_guardian_signs_for_minors_only(self):
        self.assertIn("Parents or legal guardian", self._html(PLAN, self.plan))
        self.case.birth_date = date(2002, 2, 10)  # 18 on the day of the agreement
        self.assertNotIn("Parents or legal guardian", self._html(PLAN, self.plan))

    def test_what_people_write_is_text(self):
        evil = "<script>alert(1)</script>"
        self.goal.name = evil
        self.goal.measure_ids.name = evil
        self.plan.remark = evil
        self.case.life_situation = evil
        self.referral.write(
            {"offer": evil, "message": evil, **RELEASE, "release_message": True, "release_life_situation": True}
        )
        for report, record in ((PLAN, self.plan), (LETTER, self.referral)):
            html = self._html(report, record)
            self.assertNotIn(evil, html)
            self.assertIn("&lt;script&gt;", html)

    # ------------------------------------------------------------
    # Letter
    # ------------------------------------------------------------

    def test_letter_is_refused_without_a_release(self):
        with self.assertRaisesRegex(UserError, "nothing has been released"):
            self._html(LETTER, self.referral)
        other = self._create_referral(self.enrolment, **RELEASE, release_name=True)
        with self.assertRaisesRegex(UserError, "nothing has been released"):
            self._html(LETTER, self.referral | other)

    def test_letter_is_refused_once_the_release_has_run_out(self):
        self.referral.write({**RELEASE, "release_name": True})
        with freeze_time("2020-08-11 12:00:00"), self.assertRaisesRegex(UserError, "the release holds"):
            self._html(LETTER, self.referral)

    def test_letter_tells_exactly_what_is_released(self):
        for release in SECRETS:
            referral = self._create_referral(
                self.enrolment, reason=self.referral.reason, message=self.referral.message, **RELEASE, **{release: True}
            )
            html = self._html(LETTER, referral)
            for other, texts in SECRETS.items():
                for text in texts:
                    with self.subTest(release=release, text=text):
                        (self.assertIn if other == release else self.assertNotIn)(text, html)
            self.assertNotIn("Sings.", html)
            self.assertEqual(self.case.reference in html, release != "release_name")


@tagged("post_install", "-at_install")
@freeze_time("2020-02-12 12:00:00")
class TestCaseReportPdf(CaseReportCommon, HttpCase):
    """The plan and the letter as the real engine prints them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("report.print_delay", "0")
        cls.company.name = "Jugendhilfe Müßighausen"

    def _print(self, report, records):
        """The pages of the PDF, and their texts."""
        reports = self.env["ir.actions.report"].with_user(self.user).with_context(force_report_rendering=True)
        pages = PdfReader(BytesIO(reports._render_qweb_pdf(report, records.ids)[0])).pages
        return pages, [" ".join(page.extract_text().split()) for page in pages]

    def test_plan_to_sign(self):
        for number in range(12):
            goal = self._create_goal(self.case, name=f"Ziel {number:02}: größer werden")
            goal.measure_ids = [Command.create({"name": f"Schritt {step}"}) for step in range(4)]
        self.plan.with_user(self.user).action_agree()
        pages, texts = self._print(PLAN, self.plan)
        self.assertGreater(len(pages), 2)
        numbers = [tuple(map(int, re.search(r"Page (\d+) of (\d+)", text).groups())) for text in texts]
        self.assertEqual(numbers, [(index + 1, len(pages)) for index in range(len(pages))])
        for page, text in zip(pages, texts, strict=True):
            self.assertIn("Jugendhilfe Müßighausen", text)
            self.assertEqual(len(page.images), len(self.programme.funder_ids.filtered("logo")))
        whole = " ".join(texts)
        for text in ("Zora Geheimnis", "größer werden", "Place, date", "Parents or legal guardian", "Carla Caseworker"):
            self.assertIn(text, whole)
        self.assertEqual(len(set(re.findall(r"Ziel \d\d", whole))), 12)

    def test_letter(self):
        self.referral.write({**RELEASE, "release_reason": True, "release_potentials": True})
        pages, (text,) = self._print(LETTER, self.referral)
        for part in ("Musterstadt", self.case.reference, "three unpaid invoices", "Sings.", "Advice on debts"):
            self.assertIn(part, text)
        for part in ("Geheimnis", "Zora", "05/17/2003", "Secretville", "owes money"):
            self.assertNotIn(part, text)
        self.assertNotIn("Geheimnis", str(pages[0].pdf.metadata) if hasattr(pages[0], "pdf") else "")

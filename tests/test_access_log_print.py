from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import JustiqCommon
from .test_access_log import FORM, AccessLogCommon


@tagged("post_install", "-at_install")
class TestAccessLogPrint(AccessLogCommon):
    """A young person asks who has looked at her file: one page with day, time, colleague and how."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.lang = "en_US"
        cls.Print = cls.env["justiq.access.log.print"]
        cls._as_user(cls, cls.case).web_read(FORM)
        other = cls._create_case(last_name="Otherwise")
        cls._as_user(cls, other).web_read(FORM)
        cls.env.cr.precommit.run()
        cls.other = other

    def _print(self, role, **values):
        wizard = self.Print.with_user(self.users[role]).create({"reference": self.case.reference, **values})
        wizard.action_print()
        report = self.env["ir.actions.report"].with_user(self.users[role])
        return report._render_qweb_html("justiq.report_access_log", wizard.ids)[0].decode()

    def test_team_lead_prints_it_with_the_name(self):
        page = self._print("team_lead")
        for part in (self.case.reference, "Mia Muster", "test_case_worker", "Opened", "Contact Log"):
            self.assertIn(part, page)
        self.assertNotIn(self.other.reference, page)

    def test_privacy_officer_prints_it_without_the_name(self):
        page = self._print("privacy_officer")
        self.assertIn("test_case_worker", page)
        self.assertNotIn("Muster", page)

    def test_printing_it_is_logged_too(self):
        self._print("privacy_officer")
        self.assertRecordValues(
            self._logged()[-1:],
            [
                {
                    "user_id": self.users["privacy_officer"].id,
                    "path": "print",
                    "detail": "justiq.report_access_log",
                    "file_references": self.case.reference,
                }
            ],
        )

    def test_nobody_else_prints_it(self):
        for role in self.users.keys() - {"team_lead", "privacy_officer"}:
            with self.subTest(role=role), self.assertRefused(error=AccessError):
                self._print(role)

    def test_files_of_another_provider_are_not_there(self):
        company = self.env["res.company"].create({"name": "Foreign Provider"})
        worker = self._create_employee("Steve Stranger", company_id=company.id)
        foreign = self._create_case(worker, company_id=company.id)
        for role in ("team_lead", "privacy_officer"):
            for values in (
                {"reference": foreign.reference},
                {"reference": foreign.reference, "company_id": company.id},
            ):
                with self.subTest(role=role, values=values), self.assertRaises(UserError):
                    self._print(role, **values)
        with self.assertRefused("no “FA-?”", error=UserError):
            self._print("team_lead", reference="FA-?")

    def test_the_period_is_days_of_the_provider(self):
        self.Log.create(
            {
                "user_id": self.user.id,
                "date": datetime(2020, 3, 1, 23, 30),  # UTC
                "path": "list",
                "company_id": self.company.id,
                "file_count": 1,
                "file_references": self.case.reference,
                "model_names": "justiq.case.file",
            }
        )
        self.assertIn("Seen in a list", self._print("team_lead", date_start="2020-03-02", date_end="2020-03-02"))
        self.assertNotIn("Seen in a list", self._print("team_lead", date_start="2020-03-01", date_end="2020-03-01"))
        with self.assertRefused("2020-03-01"):
            self.Print.create({"reference": "FA-1", "date_start": "2020-03-02", "date_end": "2020-03-01"})

    def test_a_list_of_many_files_is_a_short_row(self):
        log = self.Log.new({"file_references": "FA-1, FA-2, FA-3, FA-4, FA-5", "file_count": 5})
        self.assertEqual(log.files_label, "FA-1, FA-2, FA-3 and 2 more")


@tagged("post_install", "-at_install")
class TestDownloadsAreLogged(HttpCase, JustiqCommon):
    """A file that leaves by its address, with a real session."""

    def test_attachments_and_scans_are_logged_by_their_number(self):
        user = self.users["case_worker"]
        user.password = "a long password"
        case = self._create_case()
        consent = self._create_consent(case, signature_scan=b"JVBERi0xLjQK")
        attached = self.env["ir.attachment"].create(
            {"name": "Mia Muster.txt", "raw": b"secret", "res_model": case._name, "res_id": case.id}
        )
        unrelated = self.env["ir.attachment"].create({"name": "a.txt", "raw": b"public", "public": True})
        self.env.flush_all()
        self.authenticate(user.login, "a long password")
        for address in (
            f"/web/content/{attached.id}?download=true",
            f"/web/content/justiq.consent/{consent.id}/signature_scan",
            f"/web/content/{unrelated.id}",
        ):
            self.assertEqual(self.url_open(address).status_code, 200, address)
        log = self.env["justiq.access.log"].search([], order="id")
        self.assertRecordValues(
            log,
            [
                {"path": "download", "file_references": case.reference, "detail": f"ir.attachment {attached.id}"},
                {"path": "download", "file_references": case.reference, "detail": "signature_scan"},
            ],
        )
        self.assertEqual(log.user_id, user)

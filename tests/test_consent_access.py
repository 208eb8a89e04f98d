from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .test_consent import TODAY, ConsentCase


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestConsentAccess(ConsentCase):
    """The privacy officer sees that there is a consent, but of whom only the reference."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.consent = cls._create_consent(
            cls.case,
            purpose="passing_on",
            partner_id=cls.school.id,
            signed_by="both",
            guardian_name="Berta Muster",
            signature_scan=b"JVBERi0xLjQK",
        )
        cls.as_officer = cls.consent.with_user(cls.users["privacy_officer"])

    def test_privacy_officer_reads_the_consent_under_the_reference(self):
        self.assertEqual(self.as_officer.search([("id", "=", self.consent.id)]), self.as_officer)
        text = str(self.as_officer.read())
        self.assertIn(self.case.reference, text)
        for hidden in ("Mia", "Muster", "Berta"):
            self.assertNotIn(hidden, text)
        self.assertNotIn("Muster", self.as_officer.display_name)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_privacy_officer_gets_neither_names_nor_scans(self):
        for name in ("guardian_name", "signed_by", "signature_scan"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.as_officer.read([name])
            with self.subTest(field=name), self.assertRaises(AccessError):
                self.as_officer.search([(name, "!=", False)])
        scan = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "justiq.consent"),
                    ("res_id", "=", self.consent.id),
                    ("res_field", "=", "signature_scan"),
                ]
            )
        )
        self.assertTrue(scan)
        with self.assertRaises(AccessError):
            scan.with_user(self.users["privacy_officer"]).read(["datas"])
        self.assertTrue(scan.with_user(self.users["case_worker"]).read(["datas"]))

    def test_nobody_changes_the_scan_past_the_consent(self):
        scan = self.env["ir.attachment"].search(
            [("res_model", "=", "justiq.consent"), ("res_id", "=", self.consent.id), ("res_field", "!=", False)]
        )
        before = scan.raw
        for role in ("case_worker", "team_lead"):
            attachment = scan.with_user(self.users[role])
            place = {"res_model": "justiq.consent", "res_id": self.consent.id, "res_field": "signature_scan"}
            loose = attachment.create({"name": "forged.pdf", "raw": b"forged"})
            for attack in (
                lambda attachment=attachment: attachment.write({"raw": b"forged"}),
                lambda attachment=attachment: attachment.write({"res_field": False}),
                lambda attachment=attachment: attachment.unlink(),
                lambda loose=loose, place=place: loose.write(place),
                lambda loose=loose, place=place: loose.create({"name": "forged.pdf", "raw": b"forged", **place}),
            ):
                with self.subTest(role=role), self.assertRaises(AccessError), self.env.cr.savepoint():
                    attack()
        self.env.invalidate_all()
        self.assertEqual(scan.raw, before)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_privacy_officer_finds_nobody_by_name(self):
        for domain in (
            [("case_file_id.last_name", "=", "Muster")],
            [("case_file_id", "ilike", "Muster")],
            [("display_name", "ilike", "Muster")],
        ):
            with self.subTest(domain=domain):
                try:
                    self.assertFalse(self.as_officer.search(domain))
                except AccessError as refused:
                    self.assertNotIn("Muster", str(refused))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_colleagues_neither_read_nor_withdraw_it(self):
        colleague = self._create_employee("Conny Colleague")
        self._hand_over(self.case, colleague)
        consent = self.consent.with_user(self.users["case_worker"])
        for attempt in (
            lambda: consent.read(["purpose"]),
            consent.action_withdraw,
            lambda: self._create_consent(self.case, self.users["case_worker"], purpose="photos"),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_the_forms_are_printed_for_readable_files_only_and_filled_in(self):
        wizard = self.env["justiq.consent.print"].with_user(self.users["case_worker"])
        wizard = wizard.create(
            {
                "case_file_id": self.case.id,
                "grant_id": self.grant.id,
                "form_ids": [Command.set(self.programme.consent_form_ids.ids)],
                "partner_id": self.school.id,
            }
        )
        report = self.env["ir.actions.report"]
        html = report.with_user(self.users["case_worker"])._render_qweb_html("justiq.report_consent_form", wizard.ids)[
            0
        ]
        html = html.decode()
        for part in ("Mia Muster", self.case.reference, "Schule am Park", "Signature of the young person"):
            self.assertIn(part, html)
        self.assertNotIn("Signature of the legal guardian", html, "18 years old")
        self.case.birth_date = date(2010, 1, 1)
        html = report.with_user(self.users["case_worker"])._render_qweb_html("justiq.report_consent_form", wizard.ids)[
            0
        ]
        self.assertIn("Signature of the legal guardian", html.decode())
        self.assertNotIn("Signature of the young person", html.decode(), "11 years old")
        self._hand_over(self.case, self._create_employee("Conny Colleague"))
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            report.with_user(self.users["case_worker"])._render_qweb_html("justiq.report_consent_form", wizard.ids)

    def test_a_missing_consent_form_can_be_added_by_clicking_alone(self):
        copied = self.programme.copy()
        for name in ("purpose", "version", "text"):
            self.assertCountEqual(
                copied.consent_form_ids.mapped(name), self.programme.consent_form_ids.mapped(name), name
            )
        for phase in ("phase1", "phase2"):
            forms = self.env.ref(f"justiq.programme_{phase}").consent_form_ids
            self.assertEqual(
                set(forms.mapped("purpose")), {"esf_data", "passing_on", "photos", "contact_after_exit"}, phase
            )

import base64
import json
from datetime import date

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..tools.disclosure import label_of
from ..tools.mask import Mask
from ..tools.personal_data import THIRD, PersonalData, declarations
from .test_retention import RetentionCommon


@tagged("post_install", "-at_install")
@freeze_time("2021-02-01 08:00:00")
class TestDisclosure(RetentionCommon):
    """Article 15 GDPR: the person gets everything, others stay unnamed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case(needs="A quiet place. Berta Beispiel drinks.", biography="Grew up in Musterstadt.")
        cls.enrolment = cls._enrol(cls.case)
        cls._create_contact(cls.case, name="Berta Beispiel", phone="0170 5550199")
        cls.note = cls._create_note(cls.case, cls.worker, text="Talked with BERTA and Mia about school.")
        cls.secret = cls._create_note(cls.case, cls.worker, text="Entrusted to me.", is_entrusted=True)
        cls._create_goal(cls.case, name="I want to finish school.")
        cls.case.message_post(body="Please call Berta.", author_id=cls.users["case_worker"].partner_id.id)

    def _disclose(self, user=None, case=None, **values):
        disclosures = self.env["justiq.case.disclosure"].with_user(user or self.worker)
        reason = "Section 65 SGB VIII: one entry is entrusted."
        return disclosures.create({"case_file_id": (case or self.case).id, "refusal_reason": reason, **values})

    def _content(self, disclosure):
        disclosure.invalidate_recordset()
        return json.loads(base64.b64decode(disclosure.data_file))

    def test_key_worker_gets_everything_that_is_stored(self):
        text = str(self._content(self._disclose()))
        for part in (
            "Muster",
            "2003-05-17",
            "A quiet place",
            "about school",
            "finish school",
            "Grew up",
            "Please call",
        ):
            self.assertIn(part, text)

    def test_every_kind_of_record_is_contained_or_named_as_withheld(self):
        content = self._content(self._disclose(self.lead))
        titles = {part["title"] for part in content["sections"] + content["withheld"]}
        found = PersonalData(self.env, self.case)
        for name in ("justiq.case.file", "justiq.case.note", "justiq.enrolment", "justiq.case.goal"):
            self.assertIn(name, found.ids)
            self.assertIn(self.env["ir.model"]._get(name).name, titles)

    def test_names_of_others_are_masked_in_all_texts(self):
        text = str(self._content(self._disclose()))
        for name in ("Berta", "BERTA", "Beispiel", "0170"):
            self.assertNotIn(name, text)
        self.assertIn("[another person] drinks", text)
        self.assertIn("and Mia about", text)

    def test_own_family_name_is_not_masked(self):
        mask = Mask(["Mia", "Muster"], "*")
        mask.add("Berta Muster")
        self.assertEqual(mask.apply("Berta Muster and Mia Muster, Bertas"), "* and Mia Muster, *")

    def test_everything_declared_as_of_others_is_masked(self):
        thirds = {
            (name, field)
            for name, model in self.env.registry.items()
            if model._auto and not model._abstract
            for field, kind in declarations(self.env[name]).items()
            if kind == THIRD
        }
        values = {
            ("justiq.case.contact", "name"): lambda: self._create_contact(self.case, name="Otto Oderbruch"),
            ("justiq.case.contact", "phone"): lambda: self._create_contact(self.case, name="X", phone="Otto Oderbruch"),
            ("justiq.consent", "guardian_name"): lambda: self._create_consent(
                self.case, purpose="photos", guardian_name="Otto Oderbruch"
            ),
            ("justiq.case.note", "with_whom"): lambda: self._create_note(
                self.case, self.worker, with_whom="Der Vater und Otto Oderbruch"
            ),
        }
        self.assertEqual(thirds, set(values), "show here that a new declaration is masked")
        self._create_note(self.case, self.worker, text="OTTO Oderbruch rief an, sein Vater nicht.")
        for declared, create in values.items():
            with self.subTest(declared=declared), self.env.cr.savepoint() as savepoint:
                create()
                text = str(self._content(self._disclose()))
                self.assertNotIn("oderbruch", text.lower())
                self.assertIn("sein Vater nicht", text)
                savepoint.rollback()

    def test_words_about_others_leave_the_persons_own_data_readable(self):
        mask = Mask(["Mia", "Muster"], "*")
        mask.add_words("The mother and Mr. Li, later die Lehrerin Frau Özil")
        told = "She and the mother like cats. Li called, LI again; die Lehrerin Özil said: school likes us."
        masked = "She and the mother like cats. * called, * again; die Lehrerin * said: school likes us."
        self.assertEqual(mask.apply(told), masked)
        mask = Mask(["Mia", "Muster"], "*")
        mask.add("Bo Li")
        self.assertEqual(mask.apply("Bo and LI know the bo of li."), "* and * know the bo of li.")

    def test_files_of_what_is_withheld_are_not_named(self):
        for number, record in enumerate((self.secret, self.note, self.case)):
            self.env["ir.attachment"].create(
                {"name": f"file{number}.pdf", "raw": b"%PDF-1.4", "res_model": record._name, "res_id": record.id}
            )
        content = self._content(self._disclose())
        self.assertEqual([file["name"] for file in content["files"]], ["file1.pdf", "file2.pdf"])
        content = self._content(self._disclose(without_notes=True))
        self.assertEqual([file["name"] for file in content["files"]], ["file2.pdf"])
        self.assertIn("Attachment", str(content["withheld"]))

    def test_activities_and_hand_overs_are_told(self):
        self.case.with_user(self.worker).activity_schedule(
            "mail.mail_activity_data_todo", summary="Call Berta", note="About the flat", user_id=self.worker.id
        )
        values = {"from_id": self.case_worker.id, "to_id": self.team_lead.id, "note": "Mia likes to draw."}
        handovers = self.env["justiq.case.handover"]
        handovers.create({**values, "case_file_ids": self.case.ids})
        content = self._content(self._disclose(self.lead))
        self.assertIn("Mia likes to draw", str(content["sections"]))
        (activity,) = [one for one in content["activities"] if "flat" in one["text"]]
        self.assertNotIn("Berta", activity["text"])

    def test_hand_over_of_several_files_is_withheld_because_of_the_others(self):
        handovers = self.env["justiq.case.handover"]
        both = self.case | self._create_case()
        values = {"from_id": self.case_worker.id, "to_id": self.team_lead.id, "note": "Two who like to draw."}
        handovers.create({**values, "case_file_ids": both.ids})
        content = self._content(self._disclose(self.lead))
        self.assertNotIn("like to draw", str(content))
        self.assertIn("Hand-Over", str(content["withheld"]))

    def test_nothing_is_withheld_without_a_reason(self):
        disclosure = self._disclose(refusal_reason=False)
        with self.assertRefused("Why parts are withheld", "Contact Log (1)", error=UserError):
            disclosure._content()
        disclosure.refusal_reason = "Section 65 SGB VIII."
        self.assertTrue(disclosure._content()["withheld"])

    def test_recipients_are_those_who_were_told_something(self):
        school = self.env["res.partner"].create({"name": "Schule am Park", "is_company": True})
        silent = self.env["res.partner"].create({"name": "Jobcenter Nord", "is_company": True})
        for partner in (school, silent):
            self._create_consent(self.case, purpose="passing_on", partner_id=partner.id)
        self._create_note(self.case, self.worker, kind="network", partner_id=school.id, is_released=True)
        self._create_note(self.case, self.worker, kind="network", partner_id=silent.id)
        told = str(self._content(self._disclose())["recipients"])
        self.assertIn("Schule am Park", told)
        self.assertNotIn("Jobcenter Nord", told)

    def test_s65_entrusted_entry_is_the_authors_decision(self):
        self.assertNotIn("Entrusted to me", str(self._content(self._disclose())))
        self.assertIn("Entrusted to me", str(self._content(self._disclose(with_own_entrusted=True))))
        of_lead = self._content(self._disclose(self.lead, with_own_entrusted=True))
        self.assertNotIn("Entrusted to me", str(of_lead))
        self.assertIn("about school", str(of_lead), "one entrusted entry keeps no other one back")
        [notes] = [part for part in of_lead["withheld"] if part["title"] == label_of(self.note)]
        self.assertEqual(notes["number"], 1)

    def test_team_lead_does_not_get_what_the_author_has_prepared(self):
        disclosure = self._disclose(with_own_entrusted=True)
        self.assertNotIn("Entrusted to me", str(self._content(disclosure.with_user(self.lead))))

    def test_withholding_needs_a_reason_which_is_handed_out(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self._disclose(without_notes=True, refusal_reason=False)
        content = self._content(self._disclose(without_notes=True, refusal_reason="Rights of the mother."))
        self.assertNotIn("about school", str(content))
        self.assertEqual(content["refusal_reason"], "Rights of the mother.")

    def test_export_is_logged(self):
        disclosure = self._disclose()
        self.env.flush_all()
        self._content(disclosure)
        self.env["justiq.access.logged.mixin"]._write_access_log()
        log = self.env["justiq.access.log"].search([("path", "=", "export")], order="id desc", limit=1)
        self.assertEqual((log.user_id, log.file_references), (self.worker, self.case.reference))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_else_prepares_or_reads_it(self):
        disclosure = self._disclose()
        for role in ("coordinator", "finance", "auditor", "privacy_officer", "manager"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._disclose(self.users[role])
            with self.subTest(role=role), self.assertRaises(AccessError):
                disclosure.with_user(self.users[role]).read(["data_file"])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_colleague_without_access_has_nothing_and_a_substitute_does_not_prepare_it(self):
        case = self._create_case(self._create_employee("Conny Colleague"))
        with self.assertRaises(AccessError):
            self._disclose(case=case)
        self.env["justiq.case.access"].create(
            {
                "kind": "file",
                "employee_id": self.case_worker.id,
                "case_file_id": case.id,
                "reason": "Holiday",
                "date_end": date(2021, 2, 5),
            }
        )
        with self.assertRefused("key worker or the team lead", error=AccessError):
            self._disclose(case=case)

    def test_client_does_not_choose_who_prepared_it(self):
        disclosure = self._disclose(prepared_by_id=self.lead.id)
        disclosure.prepared_by_id = self.lead
        self.assertEqual(disclosure.prepared_by_id, self.worker)

    def test_closed_and_restricted_file_is_disclosed_by_the_team_lead(self):
        closed = self._create_closed_case()
        with freeze_time("2021-08-01 08:00:00"):
            self.env.invalidate_all()
            self.assertIn("Muster", str(self._content(self._disclose(self.lead, closed))))
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                self._disclose(self.worker, closed)

    def test_law_of_the_provider_stands_in_it(self):
        for frame, section in (("kdg", "§ 17 KDG"), ("dsg_ekd", "§ 19 DSG-EKD"), ("gdpr", "Art. 15 DSGVO")):
            self.company.legal_frame = frame
            self.assertEqual(self._content(self._disclose())["law"]["access"], section)

    def test_recipients_purposes_and_retention_are_named(self):
        content = self._content(self._disclose())
        self.assertIn(self.grant.name, str(content["recipients"]))
        self.assertIn(self.grant.name, str(content["purposes"]))
        self.assertTrue(content["retention"])

    def test_pdf_prints_the_same(self):
        disclosure = self._disclose()
        report = self.env["ir.actions.report"].with_user(self.worker)
        html, _type = report._render_qweb_html("justiq.report_case_disclosure", disclosure.ids)
        html = html.decode()
        self.assertIn("A quiet place", html)
        self.assertNotIn("Berta", html)
        with self.assertRaises(UserError), mute_logger("odoo.addons.base.models.ir_rule"):
            report.with_user(self.officer)._render_qweb_html("justiq.report_case_disclosure", disclosure.ids)

    def test_file_name_tells_no_name(self):
        self.assertNotIn("Muster", self._disclose().action_download()["url"])

    def test_disclosure_is_emptied_with_the_file(self):
        self.assertEqual(declarations(self.env["justiq.case.disclosure"])["refusal_reason"], "erase")

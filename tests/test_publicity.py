import base64
import hashlib
from datetime import date

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

PDF = b"%PDF-1.4 poster"


@tagged("post_install", "-at_install")
class TestPublicity(JustiqCommon):
    """Measures that made the funding known, each with its proof."""

    def _enter(self, role="coordinator", **values):
        measures = self.env["justiq.publicity"].with_user(self.users[role])
        return measures.create(
            {"grant_id": self.grant.id, "date": date(2020, 3, 1), "kind": "poster", "name": "Poster", **values}
        )

    def _rows(self, role="coordinator", **values):
        reports = self.env["justiq.funder.report"].with_user(self.users[role])
        report = reports.create({"kind": "narrative", "grant_id": self.grant.id, **values})
        [section] = [one for one in report.figures if one["key"] == "publicity"]
        [table] = section["tables"]
        return {row["cells"]["name"]: row["cells"] for row in table["rows"]}

    def test_team_lead_coordination_and_finance_enter_measures(self):
        for role in ("team_lead", "coordinator", "finance"):
            with Form(self.env["justiq.publicity"].with_user(self.users[role])) as form:
                form.grant_id = self.grant
                form.date = date(2020, 5, 4)
                form.kind = "press"
                form.name = f"Article, by {role}"
            self.assertFalse(form.record.has_proof)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_case_worker_sees_none_in_the_grant(self):
        self._enter()
        grant = self.grant.with_user(self.users["case_worker"])
        with self.assertRaises(AccessError):
            grant.read(["publicity_ids"])

    def test_proof_is_a_link_or_a_file_and_its_hash_is_kept(self):
        measure = self._enter(proof=base64.b64encode(PDF), proof_name="poster.pdf")
        self.assertEqual(measure.proof_sha256, hashlib.sha256(PDF).hexdigest())
        self.assertTrue(measure.has_proof)
        measure.proof = base64.b64encode(PDF + b" II")
        self.assertEqual(measure.proof_sha256, hashlib.sha256(PDF + b" II").hexdigest())
        measure.proof = False
        self.assertFalse(measure.proof_sha256 or measure.has_proof)
        measure.link = "https://musterstadt.de/justiq"
        self.assertTrue(measure.has_proof)

    def test_nobody_enters_a_hash(self):
        with self.assertRefused("SHA-256", "the server computes this"):
            self._enter(proof_sha256="0" * 64)

    def test_proof_is_a_pdf_or_a_picture(self):
        with self.assertRefused("Proof File"):
            self._enter(proof=base64.b64encode(b"<html><script>alert(1)</script></html>"), proof_name="x.html")

    def test_link_is_an_address_of_the_web(self):
        for link in ("javascript:alert(1)", "www.musterstadt.de", "https://a b"):
            refused = self.assertRaises(CheckViolation)
            with self.subTest(link), mute_logger("odoo.sql_db"), refused, self.env.cr.savepoint():
                self._enter(link=link)
                self.env.flush_all()

    def test_day_lies_within_the_grant(self):
        for day in (date(2018, 12, 31), date(2022, 7, 1)):
            with self.assertRefused("outside the grant", "01/01/2019"):
                self._enter(date=day)

    def test_narrative_lists_the_measures_of_the_period_with_their_proof(self):
        self._enter(name="File", proof=base64.b64encode(PDF), proof_name="poster.pdf")
        self._enter(name="Link", kind="website", link="https://musterstadt.de/justiq")
        self._enter(name="Nothing", description="Flags at the opening")
        self._enter(name="Later", date=date(2021, 1, 1))
        rows = self._rows(date_start=date(2020, 1, 1), date_end=date(2020, 12, 31))
        self.assertEqual(rows.keys(), {"File", "Link", "Nothing"})
        self.assertEqual(rows["File"]["proof"], f"File poster.pdf, SHA-256 {hashlib.sha256(PDF).hexdigest()}")
        self.assertEqual(rows["Link"]["proof"], "https://musterstadt.de/justiq")
        self.assertEqual((rows["Nothing"]["proof"], rows["Nothing"]["kind"]), ("no proof", "Poster or leaflet"))
        self.assertEqual(len(self._rows()), 4)

from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .case_search_common import SearchCommon


@tagged("post_install", "-at_install")
class TestCaseDuplicate(SearchCommon):
    """Likely duplicates are proposed to the team lead, on every path, and never merged by themselves."""

    def _pairs(self, case):
        pairs = self.env["justiq.case.duplicate"].search(
            ["|", ("case_file_id", "=", case.id), ("other_id", "=", case.id)]
        )
        return {(pair.case_file_id + pair.other_id - case): pair.likeness for pair in pairs}

    def _twin(self, **values):
        return self._create_case(
            **{"first_name": "Zoe", "last_name": "Mueller Weiss", "birth_date": date(2004, 2, 29), **values}
        )

    def test_created_by_rpc_or_import_it_is_proposed(self):
        twin = self._twin()
        self.assertEqual(self._pairs(twin), {self.foreign: "name_birth"})
        result = (
            self.env["justiq.case.file"]
            .with_user(self.worker)
            .load(["first_name", "last_name", "birth_date"], [["Mueller Weiss", "Zoe", "2004-02-29"]])
        )
        self.assertFalse(result["messages"])
        self.assertEqual(set(self._pairs(self.foreign)), {twin, twin.browse(result["ids"])})

    def test_p29_same_name_and_postcode(self):
        self.assertEqual(self._pairs(self._twin(birth_date=date(1999, 1, 1), zip="63065")), {self.foreign: "name_zip"})
        self.assertFalse(self._pairs(self._twin(birth_date=date(1998, 1, 1), zip="63066")))

    def test_similar_name_with_the_same_birth_date(self):
        self.assertEqual(self._pairs(self._twin(last_name="Mülller Weise")), {self.foreign: "birth"})
        self.assertFalse(self._pairs(self._twin(first_name="Ben", last_name="Beispiel")))

    def test_what_no_longer_looks_alike_is_taken_back_and_comes_again(self):
        twin = self._twin()
        twin.write({"first_name": "Ben", "last_name": "Beispiel"})
        self.assertFalse(self._pairs(twin))
        twin.write({"first_name": "Zoe", "last_name": "Mueller Weiss"})
        self.assertTrue(self._pairs(twin))

    def test_files_of_two_providers_are_no_duplicates(self):
        stranger = self._create_employee("Steve Stranger", company_id=self.foreign_company.id)
        self.assertFalse(self._pairs(self._twin(key_worker=stranger, company_id=self.foreign_company.id)))

    def test_a_person_imported_many_times_gives_no_flood(self):
        cases = self.env["justiq.case.file"].concat(*(self._twin() for _number in range(30)))
        self.env.flush_all()
        self.assertLess(self.env["justiq.case.duplicate"].search_count([("other_id", "in", cases.ids)]), 30 * 11)

    def test_team_lead_writes_why_they_are_two_persons(self):
        twin = self._twin()
        pair = self.env["justiq.case.duplicate"].search([("other_id", "=", twin.id)])
        pair.with_user(self.users["team_lead"]).dismissal = "Twins."
        self.assertEqual(pair.dismissed_by_id, self.users["team_lead"])
        twin.last_name = "Beispiel"
        self.assertTrue(pair.exists(), "a decision is kept")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_case_worker_sees_no_proposals(self):
        pair = self.env["justiq.case.duplicate"].search([("other_id", "=", self._twin().id)])
        with self.assertRaises(AccessError):
            pair.with_user(self.worker).read()
        with self.assertRaises(AccessError):
            self.env["justiq.case.duplicate"].with_user(self.worker).search([])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_team_lead_neither_redirects_proposals_nor_sees_those_of_others(self):
        pair = self.env["justiq.case.duplicate"].search([("other_id", "=", self._twin().id)])
        lead = pair.with_user(self.users["team_lead"])
        for vals in ({"other_id": self._create_case().id}, {"dismissed_by_id": 1}, {"company_id": 1}):
            with self.assertRaises(AccessError):
                lead.write(vals)

    def test_nobody_marks_a_file_as_merged_by_hand(self):
        for attack in (
            lambda: self.foreign.write({"merged_into_id": self._create_case().id}),
            lambda: self._create_case(merged_into_id=self.foreign.id),
        ):
            with self.assertRefused(error=ValidationError):
                attack()
        files = self.env["justiq.case.file"].with_user(self.worker)
        values = {"first_name": "Own", "last_name": "Choice", "birth_date": date(2001, 1, 1)}
        own = files.with_context(default_merged_into_id=self.foreign.id).create(values)
        self.assertFalse(own.merged_into_id)
        self.assertNotIn(self.foreign, self._found("Own", "Choice"))

from odoo.tests import tagged

from .common import JustiqCommon


@tagged("post_install", "-at_install")
class TestIndicator(JustiqCommon):
    """The common indicators of both funding periods are data of the programme."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.esf_2014 = cls.env.ref("justiq.indicators_esf_2014")
        cls.esf_plus = cls.env.ref("justiq.indicators_esf_plus")

    def test_both_phases_use_the_indicators_of_their_funding_period(self):
        for phase in ("phase1", "phase2"):
            self.assertEqual(self.env.ref(f"justiq.programme_{phase}").indicator_set_id, self.esf_2014)

    def test_conditions_ask_for_answers_that_exist(self):
        for indicator in (self.esf_2014 | self.esf_plus).indicator_ids:
            for condition in indicator._domain().iter_conditions():
                field = self.env["justiq.enrolment"]._fields[condition.field_expr]
                if field.type == "selection":
                    asked = condition.value if isinstance(condition.value, tuple) else (condition.value,)
                    self.assertLessEqual(set(asked), set(field.get_values(self.env)), indicator.code)

    def test_a_condition_cannot_ask_for_what_tells_who_somebody_is(self):
        indicator = self.esf_plus.indicator_ids[:1]
        for criteria in (
            "[('case_file_id.last_name', '=', 'Muster')]",
            "[('reference', '=', 'F-1')]",
            "[('key_worker_id', '=', 1)]",
            "[('entry_employment', 'any', [])]",
            "[('entry_employment', 'ilike', 'a')]",
        ):
            with self.subTest(criteria), self.assertRefused("cannot be asked"):
                indicator.criteria = criteria

    def test_a_condition_that_nobody_can_read_is_refused_with_an_example(self):
        indicator = self.esf_plus.indicator_ids[:1]
        for criteria in ("employed", "[('entry_employment',)]", "__import__('os')", "3"):
            with self.subTest(criteria), self.assertRefused(criteria, "entry_employment"):
                indicator.criteria = criteria

    def test_an_indicator_is_part_of_one_of_its_own_set_and_time(self):
        unemployed, long_term = (self.env.ref(f"justiq.esf_plus_{name}") for name in ("unemployed", "long_term"))
        for whole in (self.env.ref("justiq.esf_2014_unemployed"), self.env.ref("justiq.esf_plus_searching")):
            with self.assertRefused("cannot be part of"):
                long_term.part_of_id = whole
        with self.assertRefused("cannot be part of"):
            unemployed.part_of_id = long_term

    def test_manager_duplicates_a_set_for_another_period(self):
        copied = self.esf_2014.with_user(self.users["manager"]).copy()
        self.assertEqual(len(copied.indicator_ids), len(self.esf_2014.indicator_ids))
        parts = {one.code: one.part_of_id.code for one in copied.indicator_ids if one.part_of_id}
        self.assertEqual(parts["CO02"], "CO01")
        self.assertEqual(copied.indicator_ids.part_of_id.set_id, copied)

    def test_answers_for_case_workers_alone_open_no_list_of_persons(self):
        open_to = {one.code: one._is_readable_under_reference() for one in self.esf_2014.indicator_ids}
        self.assertTrue(open_to["CO01"])
        for code in ("CO15", "CO16", "CO17", "CO18", "CR05", "CR09"):
            self.assertFalse(open_to[code], code)

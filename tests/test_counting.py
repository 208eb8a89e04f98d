from datetime import date
from pathlib import Path

import yaml
from dateutil.relativedelta import relativedelta

from odoo.tests import freeze_time, tagged
from odoo.tools import file_path

from .common import ENTRY_ANSWERS, JustiqCommon

SCENARIO = yaml.safe_load(Path(file_path("justiq/tests/data/erlangen_counting.yaml")).read_text(encoding="utf-8"))


class Erlangen(JustiqCommon):
    """The persons of the scenario, made of its published figures."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        given = SCENARIO["grant"]
        cls.programme = cls.env["justiq.programme"].search([("code", "=", given["programme"])])
        cls.bausteine = {baustein.code: baustein for baustein in cls.programme.baustein_ids}
        cls.grant = cls._create_grant(
            date_start=given["date_start"], date_end=given["date_end"], target_persons=given["target_persons"]
        )
        helped = SCENARIO["helped_persons"]
        cases = cls.env["justiq.case.file"].create(
            [
                {
                    "first_name": "Mia",
                    "last_name": f"Muster {number}",
                    "birth_date": date(2000, 1, 1) + relativedelta(days=number),
                    "gender": ("male", "female", "male")[number % 3],
                    "key_worker_id": cls.case_worker.id,
                }
                for number in range(helped)
            ]
        )
        entries = [given["date_start"] + relativedelta(days=3 * number) for number in range(helped)]
        cls.enrolments = cls.env["justiq.enrolment"].create(
            [
                {
                    "case_file_id": case.id,
                    "grant_id": cls.grant.id,
                    "date_entry": entry,
                    "legal_basis_date": entry if number >= SCENARIO["without_consent"] else False,
                    **ENTRY_ANSWERS,
                }
                for number, (case, entry) in enumerate(zip(cases, entries, strict=True))
            ]
        )
        first = cls._participations(cls.enrolments)
        for participation in first[-SCENARIO["re_entries"] :]:
            participation.date_end = participation.date_start + relativedelta(days=10)
        cls.env.flush_all()  # ended before they come back
        cls._participations(first[-SCENARIO["re_entries"] :].enrolment_id, days=20)
        cls.expected = SCENARIO["expected"]

    @classmethod
    def _participations(cls, enrolments, days=0):
        return cls.env["justiq.participation"].create(
            [
                {
                    "enrolment_id": enrolment.id,
                    "baustein_id": cls.bausteine["CM"].id,
                    "date_start": enrolment.date_entry + relativedelta(days=days),
                }
                for enrolment in enrolments
            ]
        )


@tagged("post_install", "-at_install")
class TestCountingErlangen(Erlangen):
    """The published figures of one city come out, as they stand in the scenario."""

    def test_persons_are_counted_once(self):
        self.assertEqual(len(self.enrolments.filtered("is_counted")), self.expected["counted_persons"])

    def test_persons_without_consent_are_shown_apart_with_the_reason(self):
        others = self.enrolments.filtered(lambda enrolment: not enrolment.is_counted)
        self.assertEqual(len(others), self.expected["not_counted_persons"])
        self.assertEqual(set(others.mapped("not_counted_reason")), {self.expected["not_counted_reason"]})

    def test_participations_are_counted_apart(self):
        number = self.env["justiq.participation"].search_count([("grant_id", "=", self.grant.id)])
        self.assertGreaterEqual(number, self.expected["participations_at_least"])

    def test_grant_tells_how_much_of_the_target_is_reached(self):
        for role in ("team_lead", "coordinator", "finance", "auditor"):
            grant = self.grant.with_user(self.users[role])
            self.assertEqual(grant.counted_persons, self.expected["counted_persons"], role)
            self.assertEqual(grant.not_counted_persons, self.expected["not_counted_persons"], role)
            self.assertEqual(round(grant.target_percent, 1), self.expected["target_percent"], role)

    def test_coordination_gets_the_same_figures_under_the_reference(self):
        groups = (
            self.env["justiq.enrolment"]
            .with_user(self.users["coordinator"])
            ._read_group(
                [("grant_id", "=", self.grant.id), ("is_counted", "=", True)], ["gender", "age_group"], ["__count"]
            )
        )
        self.assertEqual(sum(count for _gender, _age, count in groups), self.expected["counted_persons"])


@tagged("post_install", "-at_install")
class TestCounting(JustiqCommon):
    """Who counts for the funder, and why not. Help is never refused."""

    def test_each_reason_of_not_being_counted(self):
        for reason, values in (
            ("consent", {"legal_basis_date": False}),
            ("consent", {"legal_basis_date": date(2020, 1, 16)}),
            (
                "age",
                {"date_entry": date(2021, 1, 15), "case_file_id": self._create_case(birth_date=date(1990, 1, 1)).id},
            ),
            ("incomplete", {"entry_education": False}),
            ("incomplete", {"entry_disability": False}),
            (False, {}),
        ):
            with self.subTest(reason=reason, values=values):
                enrolment = self._enrol(**values)
                self.assertEqual(enrolment.not_counted_reason, reason)
                self.assertEqual(enrolment.is_counted, not reason)

    def test_information_sheet_is_the_reason_where_the_law_asks(self):
        self.programme.legal_basis = "legal_duty"
        self.assertEqual(self._enrol(legal_basis_date=False).not_counted_reason, "information")

    def test_what_can_still_be_mended_is_named_last(self):
        old = self._create_case(birth_date=date(1980, 1, 1))
        enrolment = self._enrol(old, legal_basis_date=False, entry_education=False)
        self.assertEqual(enrolment.not_counted_reason, "consent")
        enrolment.legal_basis_date = date(2020, 1, 15)
        self.assertEqual(enrolment.not_counted_reason, "age")
        old.birth_date = date(2003, 5, 17)
        self.assertEqual(enrolment.not_counted_reason, "incomplete")
        enrolment.entry_education = "isced_1"
        self.assertTrue(enrolment.is_counted)

    def test_help_goes_on_for_who_does_not_count(self):
        enrolment = self._enrol(legal_basis_date=False, **dict.fromkeys(ENTRY_ANSWERS, False))
        participation = self._participate(code="CM", enrolment=enrolment)
        self._create_note(enrolment.case_file_id, participation_id=participation.id, minutes=60)
        self.assertEqual(participation.hours, 1.0)
        self.assertFalse(enrolment.is_counted)

    def test_coming_back_is_a_new_participation_of_a_person_counted_once(self):
        enrolment = self._enrol()
        first = self._participate(code="CM", enrolment=enrolment, date_end=date(2020, 3, 31))
        before = first.read(["date_start", "date_end", "baustein_id", "enrolment_id", "key_worker_id"])
        second = self._participate(code="CM", enrolment=enrolment, date_start=date(2020, 9, 1))
        self.assertEqual(first.read(["date_start", "date_end", "baustein_id", "enrolment_id", "key_worker_id"]), before)
        self.assertEqual(second.enrolment_id, first.enrolment_id)
        self.assertTrue(enrolment.is_counted)
        self.assertEqual(self.grant.counted_persons, 1)

    def test_27th_birthday_during_the_participation_is_a_hint_only(self):
        case = self._create_case(birth_date=date(1993, 3, 1))
        with freeze_time("2020-05-01"):
            enrolment = self._enrol(case)
            self.assertTrue(enrolment.is_counted)
            self.assertEqual(enrolment.age_limit_date, date(2020, 3, 1))
            participation = self._participate(code="CM", enrolment=enrolment)
            participation.date_end = date(2020, 4, 30)
            enrolment.date_exit = date(2020, 4, 30)
        self.assertTrue(enrolment.is_counted)

    def test_persons_of_both_phases_count_in_each(self):
        """The grant is the unit: a person of the first phase counts again in the second."""
        case = self._create_case()
        other = self._create_grant(name="Other grant")
        self.assertTrue(all((self._enrol(case) + self._enrol(case, grant_id=other.id)).mapped("is_counted")))
        self.assertEqual((self.grant + other).mapped("counted_persons"), [1, 1])

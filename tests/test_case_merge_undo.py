from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .case_merge_common import TABLES, MergeCommon


@tagged("post_install", "-at_install")
class TestCaseMergeUndo(MergeCommon):
    """A merge is undone exactly; what was added since is kept."""

    def _fill(self):
        project = self._create_project()
        for case in (self.one, self.other):
            enrolment = self._enrol(case, date_entry=date(2020, 1, 10 if case == self.other else 20))
            roster = self._participate(project, enrolment=enrolment)
            help_ = self._participate(code="CM", enrolment=enrolment)
            self._hold_session(project, roster)
            self._create_note(case, participation_id=help_.id)
            self._create_contact(case)
            case.activity_schedule(summary="Call", user_id=self.lead.id)
            case.message_subscribe(self.users["team_lead"].partner_id.ids)
        self.env["ir.model.data"].create(
            {"name": "old", "module": "__import__", "model": "justiq.case.file", "res_id": self.other.id}
        )

    def test_undo_restores_every_row(self):
        self._fill()
        before = self._photograph()
        merge = self._merge()
        self.assertNotEqual(self._photograph(), before)
        self._undo(merge)
        after = self._photograph()
        for table in TABLES:
            with self.subTest(table):
                self.assertEqual(after[table], before[table])
        self.assertEqual(merge.undone_by_id, self.lead)

    def test_nothing_moves_out_of_a_closed_file(self):
        merge = self._merge()
        self.env.flush_all()
        self.env.execute_query(
            SQL("UPDATE justiq_case_file SET state = 'closed' WHERE id = %s RETURNING id", self.one.id)
        )
        self.env.invalidate_all()
        with self.assertRefused("closed", error=UserError):
            self._undo(merge)

    def test_it_can_be_merged_undone_and_merged_again(self):
        self._fill()
        self._undo(self._merge())
        self._merge()
        self.assertEqual(self.one.note_count, 2)

    def test_an_archived_file_is_archived_again(self):
        self.other.active = False
        self._undo(self._merge())
        self.assertFalse(self.other.active)

    def test_what_was_changed_since_stays(self):
        merge = self._merge()
        self.assertEqual(self.one.city, "Musterstadt")
        self.one.city = "Offenbach"
        self._undo(merge)
        self.assertEqual((self.one.city, self.other.city), ("Offenbach", "Musterstadt"))

    def test_what_was_added_since_stays_with_what_it_belongs_to(self):
        participation = self._participate(code="CM", enrolment=self._enrol(self.other))
        merge = self._merge()
        plain = self._create_note(self.one)
        attached = self._create_note(self.one, participation_id=participation.id)
        self._undo(merge)
        self.assertEqual(plain.case_file_id, self.one)
        self.assertEqual(attached.case_file_id, self.other)
        self.assertEqual((self.one.note_count, self.other.note_count), (1, 1))

    def test_an_entry_that_belongs_to_both_stops_the_undoing(self):
        old = self._create_note(self.one)
        participation = self._participate(code="CM", enrolment=self._enrol(self.other))
        merge = self._merge()
        self._create_note(self.one, participation_id=participation.id, amends_id=old.id)
        with self.assertRefused("both files", error=UserError):
            self._undo(merge)

    def test_merges_are_undone_in_reverse_order(self):
        third = self._create_case()
        first, second = self._merge(), self._merge(other=third)
        with self.assertRefused(third.reference, error=UserError):
            self._undo(first)
        self._undo(second)
        self._undo(first)
        with self.assertRefused("already undone", error=UserError):
            self._undo(first)

    def test_a_chain_is_undone_from_its_end(self):
        third = self._create_case()
        first = self._merge()
        second = self._merge(third, self.one)
        with self.assertRefused(error=UserError):
            self._undo(first)
        self._undo(second)
        self._undo(first)
        self.assertFalse((self.one + self.other + third).merged_into_id)


@tagged("post_install", "-at_install")
class TestMergedConsents(MergeCommon):
    """Consents and closings move along; the legal basis follows them, there and back."""

    def test_the_consent_of_the_merged_file_lets_the_person_count_until_the_merge_is_undone(self):
        kept = self._enrol(self.one, date_entry=date(2020, 2, 3), legal_basis_date=False)
        self._enrol(self.other, date_entry=date(2020, 1, 15), legal_basis_date=date(2020, 1, 10))
        merge = self._merge()
        self.assertEqual(self.one.consent_ids.mapped("date"), [date(2020, 1, 10)])
        self.assertEqual(kept.legal_basis_date, date(2020, 1, 10))
        self.assertTrue(kept.is_counted)
        self._undo(merge)
        self.assertFalse(self.one.consent_ids)
        self.assertFalse(kept.legal_basis_date)
        self.assertEqual(kept.not_counted_reason, "consent")
        self.assertEqual(self.other.enrolment_ids.legal_basis_date, date(2020, 1, 10))

    def test_an_open_file_with_the_closing_of_a_merged_one_can_be_closed(self):
        self._close_case(self.other)
        self._merge()
        self.assertFalse(self.one.closing_date)
        self._close_case(self.one)
        self.assertEqual(len(self.one.closing_ids), 2)
        self.one._reopen("She came back.")
        self.assertEqual(set(self.one.closing_ids.mapped("state")), {"reopened"})

from datetime import date, datetime

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged, warmup
from odoo.tools import SQL, mute_logger

from .common import JustiqCommon

# The provider's days are those of Berlin, one hour ahead of UTC in winter.
BEFORE = datetime(2020, 2, 29, 22, 59)
FIRST_MOMENT = datetime(2020, 2, 29, 23, 0)
DURING = datetime(2020, 3, 4, 12)
LAST_MOMENT = datetime(2020, 3, 6, 22, 59, 59)
AFTER = datetime(2020, 3, 6, 23, 0)


@tagged("post_install", "-at_install")
class TestCaseAccess(JustiqCommon):
    """A colleague opens the files of an absent key worker for some days, from 1 to 6 March 2020."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.users["case_worker"]
        cls.absent = cls._create_employee("Abe Absent")
        cls.mia = cls._create_case(cls.absent)
        cls.ben = cls._create_case(cls.absent, first_name="Ben")
        cls.other = cls._create_case(cls.team_lead, first_name="Otto")

    @classmethod
    def _values(cls, **values):
        return {
            "company_id": cls.company.id,
            "employee_id": cls.case_worker.id,
            "absent_id": cls.absent.id,
            "date_start": date(2020, 3, 1),
            "date_end": date(2020, 3, 6),
            "reason": "Holiday",
            **values,
        }

    @classmethod
    def _substitute(cls, moment=BEFORE, **values):
        with freeze_time(moment):
            return cls.env["justiq.case.access"].create(cls._values(**values))

    @classmethod
    def _single(cls, **values):
        return cls._substitute(kind="file", absent_id=False, case_file_id=cls.mia.id, **values)

    def _open(self, moment, user=None):
        """The files that the user may open, found by search and by access; both agree."""
        self.env.invalidate_all()
        files = (self.mia | self.ben | self.other).with_user(user or self.user)
        with freeze_time(moment):
            found = files.search([("id", "in", files.ids)], order="id")
            self.assertEqual(found, files._filtered_access("read"))
            self.assertEqual(found, files._filtered_access("write"))
            self.assertEqual(found.ids, files.filtered("is_accessible").ids)
        return found

    # ------------------------------------------------------------
    # What it opens, and when
    # ------------------------------------------------------------

    def test_absence_opens_all_files_of_the_absent_one_and_no_other(self):
        self.assertFalse(self._open(DURING))
        self._substitute()
        self.assertEqual(self._open(DURING), self.mia | self.ben)

    def test_single_file_opens_that_one_only(self):
        self._single()
        self.assertEqual(self._open(DURING), self.mia)

    def test_it_begins_and_ends_by_itself_where_the_provider_is(self):
        self._substitute()
        for moment, is_open in ((BEFORE, False), (FIRST_MOMENT, True), (LAST_MOMENT, True), (AFTER, False)):
            with self.subTest(moment=moment):
                self.assertEqual(bool(self._open(moment)), is_open)

    def test_time_zone_of_the_client_moves_nothing(self):
        self._substitute()
        self.user.tz = "Pacific/Kiritimati"
        self.assertFalse(self._open(BEFORE))
        with freeze_time(AFTER):
            mia = self.mia.with_user(self.user).with_context(
                tz="Pacific/Honolulu", allowed_company_ids=self.company.ids
            )
            self.assertFalse(mia.has_access("read"))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_new_substitution_has_a_label_as_soon_as_somebody_is_chosen(self):
        new = self.env["justiq.case.access"].new
        self.assertFalse(new({}).display_name)
        self.assertEqual(new({"employee_id": self.case_worker.id}).display_name, self.case_worker.name)

    def test_substitute_reads_and_writes_as_the_key_worker_does(self):
        self._substitute()
        enrolment = self._enrol(self.mia)
        participation = self._participate(code="CM", enrolment=enrolment)
        contact = self._create_contact(self.mia)
        with freeze_time(DURING):
            mia = self.mia.with_user(self.user)
            self.assertEqual(mia.display_name, f"Muster, Mia ({self.mia.reference})")
            mia.needs = "A quiet place to learn."
            note = self._create_note(self.mia, user=self.user, participation_id=participation.id)
            contact.with_user(self.user).phone = "069 5550100"
        self.env.invalidate_all()
        with freeze_time(AFTER):
            for record in (self.mia, enrolment, participation, contact, note, self.mia.key_worker_history_ids):
                with self.subTest(record._name):
                    self.assertFalse(record.with_user(self.user).search([("id", "=", record.id)]))
                    with self.assertRaises(AccessError):
                        record.with_user(self.user).read(["display_name"])
            self.assertEqual(self.mia.with_user(self.user).sudo().display_name, self.mia.reference)

    def test_file_tells_the_substitute_until_when_it_is_open(self):
        self._substitute()
        with freeze_time(DURING):
            self.assertEqual(self.mia.with_user(self.user).substitute_until, AFTER)
            self.assertFalse(self.mia.with_user(self.users["team_lead"]).substitute_until)
            self.absent.user_id = self._another_user()
            self.assertFalse(self.mia.with_user(self.absent.user_id).substitute_until)

    def test_file_that_changes_its_key_worker_meanwhile_closes_to_the_substitute(self):
        self._substitute()
        self._hand_over(self.mia, self.team_lead)
        self.assertEqual(self._open(DURING), self.ben)

    def test_several_substitutions_may_overlap(self):
        self._substitute()
        self._substitute(date_start=date(2020, 3, 5), date_end=date(2020, 3, 12))
        self._single(date_end=date(2020, 3, 20))
        self.assertEqual(self._open(datetime(2020, 3, 10, 12)), self.mia | self.ben)
        self.env.invalidate_all()
        with freeze_time(DURING):
            self.assertEqual(self.mia.with_user(self.user).substitute_until, datetime(2020, 3, 20, 23))
            self.assertEqual(self.ben.with_user(self.user).substitute_until, AFTER)

    def test_substitute_of_a_substitute_gets_her_own_files_only(self):
        self._substitute()
        third = self._another_user()
        employee = self._create_employee("Tess Third", user_id=third.id)
        self._substitute(employee_id=employee.id, absent_id=self.case_worker.id)
        self.assertFalse(self._open(DURING, third))

    def test_one_row_and_the_same_queries_however_many_files(self):
        self.assertEqual(len(self._substitute()), 1)

    @warmup
    def test_finding_the_open_files_costs_one_query_more(self):
        self._substitute()
        self.env.flush_all()
        with freeze_time(DURING), self.assertQueryCount(2):
            self.mia.with_user(self.user).search([("last_name", "=", "Muster")], limit=80)

    def test_database_gets_constants_for_which_it_has_indexes(self):
        self._substitute()
        self._single()
        with freeze_time(DURING):
            query = self.mia.with_user(self.user)._search([])
        plan = "\n".join(line for (line,) in self.env.execute_query(SQL("EXPLAIN %s", query.select())))
        self.assertIn("key_worker_id = ANY", plan)
        self.assertNotIn("hr_employee", plan)
        self.assertNotIn("SubPlan", plan)

    # ------------------------------------------------------------
    # Who sets it up, and what may change
    # ------------------------------------------------------------

    def _another_user(self):
        number = self.env["res.users"].search_count([])
        return new_test_user(
            self.env,
            login=f"test_another_{number}",
            groups="justiq.group_case_worker",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_team_lead_sets_it_up_prolongs_and_ends_it(self):
        with freeze_time(BEFORE):
            access = self.env["justiq.case.access"].with_user(self.users["team_lead"]).create(self._values())
        with freeze_time(DURING):
            access.invalidate_recordset()
            self.assertEqual(access.state, "running")
            access.date_end = date(2020, 3, 20)
        self.assertTrue(self._open(datetime(2020, 3, 15)))
        with freeze_time(datetime(2020, 3, 15, 10)):
            access.action_end()
        self.assertFalse(self._open(datetime(2020, 3, 15, 10)))
        self.assertEqual(access.date_end, date(2020, 3, 20), "what had been planned stays readable")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_grants_or_extends_access_herself(self):
        access = self._substitute()
        as_user = access.with_user(self.user)
        with freeze_time(DURING):
            for values in ({"date_end": date(2020, 12, 31)}, {"closes_at": False}, {"ended_at": False}):
                with self.subTest(values), self.assertRaises(AccessError):
                    as_user.write(values)
            with self.assertRaises(AccessError):
                as_user.create(self._values(absent_id=self.team_lead.id))
            with self.assertRaises(AccessError):
                as_user.unlink()
            with self.assertRaises(AccessError):
                self.mia.with_user(self.user).write({"access_ids": [Command.create(self._values())]})

    def test_nothing_changes_after_the_end(self):
        access = self._substitute()
        lead = access.with_user(self.users["team_lead"])
        with freeze_time(AFTER):
            for values in ({"date_end": date(2020, 12, 31)}, {"reason": "Other"}, {"ended_at": AFTER}):
                with self.subTest(values), self.assertRefused("Set up another"):
                    lead.write(values)
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
                lead.unlink()

    def test_who_and_what_never_change(self):
        lead = self._substitute().with_user(self.users["team_lead"])
        with freeze_time(DURING):
            for values in (
                {"employee_id": self.team_lead.id},
                {"absent_id": self.team_lead.id},
                {"kind": "file", "absent_id": False, "case_file_id": self.mia.id},
                {"date_start": date(2020, 2, 1)},
            ):
                with self.subTest(values), self.assertRefused("cannot be changed"):
                    lead.write(values)

    def test_moments_are_the_servers(self):
        lead = self._substitute().with_user(self.users["team_lead"])
        with freeze_time(DURING):
            with self.assertRefused("computes"):
                lead.closes_at = datetime(2030, 1, 1)
            lead.ended_at = datetime(2020, 3, 2)
            self.assertEqual((lead.ended_at, lead.closes_at), (DURING, DURING))

    def test_ends_lie_ahead(self):
        with self.assertRefused("Until", "past"):
            self._substitute(AFTER)
        access = self._substitute()
        with freeze_time(DURING), self.assertRefused("Until", "End now"):
            access.date_end = date(2020, 3, 2)

    def test_database_checks_dates_and_subject(self):
        for values, constraint in (
            ({"date_end": date(2020, 2, 29)}, "dates_in_order"),
            ({"date_end": date(2021, 6, 1)}, "limited_time"),
            ({"case_file_id": self.mia.id}, "one_subject"),
            ({"kind": "file"}, "absence_of_somebody"),
            ({"absent_id": self.case_worker.id}, "for_somebody_else"),
            ({"reason": " - "}, "written_reason"),
        ):
            with (
                self.subTest(constraint),
                mute_logger("odoo.sql_db"),
                self.assertRefused(constraint, error=CheckViolation),
            ):
                self._substitute(datetime(2020, 2, 1), **values)

    def test_foreign_company_stays_foreign(self):
        foreign = self.env["res.company"].create({"name": "Foreign Provider"})
        stranger = self._create_employee("Steve Stranger", company_id=foreign.id)
        their_case = self._create_case(stranger, company_id=foreign.id)
        model = self.env["justiq.case.access"].with_user(self.users["team_lead"])
        for values in (
            {"absent_id": stranger.id},
            {"employee_id": stranger.id},
            {"kind": "file", "absent_id": False, "case_file_id": their_case.id},
            {"company_id": foreign.id, "absent_id": stranger.id},
        ):
            quiet = mute_logger("odoo.addons.base.models.ir_rule")
            with self.subTest(values), quiet, self.assertRefused(error=UserError), freeze_time(BEFORE):
                model.create(self._values(**values))

    # ------------------------------------------------------------
    # Who reads it
    # ------------------------------------------------------------

    def test_those_concerned_read_it(self):
        absence, single = self._substitute(), self._single()
        self.assertTrue(absence.with_user(self.user).has_access("read"))
        self.absent.user_id = self._another_user()
        for access in (absence, single):
            self.assertTrue(access.with_user(self.absent.user_id).has_access("read"))
        third = self._another_user()
        self.assertFalse((absence | single).with_user(third)._filtered_access("read"))

    def test_privacy_officer_reads_who_was_let_in_and_no_name(self):
        single = self._single().with_user(self.users["privacy_officer"])
        self.env.invalidate_all()
        values = single.read()[0]
        self.assertEqual(values["case_file_id"][1], self.mia.reference)
        self.assertNotIn("Muster", str(values))

    def test_privacy_officer_finds_it_by_the_reference(self):
        single = self._single()
        found = self.env["justiq.case.access"].with_user(self.users["privacy_officer"]).name_search(self.mia.reference)
        self.assertEqual(dict(found), {single.id: f"{self.case_worker.name} for {self.mia.reference}"})

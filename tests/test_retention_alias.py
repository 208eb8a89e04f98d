from datetime import date

from psycopg2.errors import CheckViolation, RaiseException, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from .test_retention import RetentionCommon

SECRET = "Zquirlig"
FIGURES = ["heads", "heads_counted", "hours_counted", "minutes", "kind", "age_group", "date"]
# One year after the end of the year in which the grant has ended.
DUE = "2024-01-02 08:00:00"


@tagged("post_install", "-at_install")
@freeze_time(DUE)
class TestRetentionAlias(RetentionCommon):
    """Aliases that never became a case file are kept for a while, and anonymised by two persons."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2020-12-31 12:00:00"):
            cls.alias = cls._create_alias(name=SECRET, gender="female")
            cls.contact = cls._create_outreach(
                cls.alias, place=SECRET, note=f"{SECRET} sleeps badly.", heads=2, age_group="15_17"
            )
            cls.anonymous = cls._create_outreach(place="Football ground")
            cls.env.flush_all()
        cls.rules = cls.programme.retention_rule_ids.filtered(lambda rule: rule.record_class == "outreach")

    def _listed(self, *aliases, user=None):
        ids = [alias.id for alias in aliases or (self.alias,)]
        return self.env["justiq.retention.alias"].with_user(user or self.officer).browse(ids)

    def _make_run(self, *aliases, user=None):
        return self.env["justiq.retention.run"].with_user(user or self.officer)._make(self._listed(*aliases, user=user))

    def _anonymise(self, *aliases):
        run = self._make_run(*aliases)
        run.action_propose()
        run.with_user(self.lead).action_approve()
        run = run.sudo()
        run.line_ids._anonymise()
        run._finish()
        return run

    # ------------------------------------------------------------
    # Rule
    # ------------------------------------------------------------

    def test_alias_is_kept_by_the_rule_of_the_programme_version(self):
        self.assertEqual(self.alias.retention_date, date(2023, 12, 31))
        self.assertEqual(self.alias.retention_rule_id, self.rules)
        self.assertEqual(self._listed().retention_state, "due")
        with freeze_time("2023-12-31 12:00:00"):
            self.env.invalidate_all()
            self.assertEqual(self._listed().retention_state, "running")

    def test_changed_rule_and_dates_hold_at_once(self):
        self.rules.years = 3
        self.assertEqual(self.alias.retention_date, date(2025, 12, 31))
        self.rules.write({"event": "last_contact", "years": 1, "is_from_year_end": False})
        self.assertEqual(self.alias.retention_date, date(2021, 2, 3))
        self.rules.event = "last_payment"
        self.assertFalse(self.alias.retention_date)
        self.grant.last_payment_date = date(2021, 6, 1)
        self.assertEqual(self.alias.retention_date, date(2022, 6, 1))
        self.rules.active = False
        self.assertFalse(self.alias.retention_date)

    def test_longest_rule_wins(self):
        longer = self.rules.copy({"event": "last_contact", "years": 5})
        self.assertEqual((self.alias.retention_rule_id, self.alias.retention_date), (longer, date(2025, 12, 31)))
        open_one = self.rules.copy({"event": "proof_of_use"})
        self.assertEqual(self.alias.retention_rule_id, open_one)
        self.assertFalse(self.alias.retention_date)

    def test_outreach_rule_says_nothing_of_case_files(self):
        self.rules.years = 50
        case = self._create_closed_case()
        self._settle_grant()
        self.assertNotEqual(case.retention_rule_id, self.rules)

    def test_event_that_never_happens_is_refused(self):
        with self.assertRefused("Exit from the grant", "Outreach"):
            self.rules.event = "exit"
        with self.assertRefused("Last contact", "Case file"):
            self.rules.copy({"record_class": "case_file", "event": "last_contact"})

    def test_alias_that_became_a_case_file_follows_the_file(self):
        participation = self._participate(code="ASJ", enrolment=self._enrol())
        self._create_note(
            participation.case_file_id, participation_id=participation.id, outreach_contact_id=self.contact.id
        )
        self.assertFalse(self.alias.retention_date)
        self.assertFalse(self.env["justiq.retention.alias"].search([("id", "=", self.alias.id)]))

    # ------------------------------------------------------------
    # List
    # ------------------------------------------------------------

    def test_privacy_officer_sees_number_dates_and_rule_and_not_the_alias(self):
        [row] = self._listed().read()
        self.assertEqual(row["reference"], f"A-{self.alias.id}")
        self.assertEqual((row["contact_count"], row["retention_date"]), (1, date(2023, 12, 31)))
        self.assertNotIn(SECRET, str(row))
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.alias.with_user(self.officer).read(["name"])

    def test_hold_on_the_grant_holds_its_aliases(self):
        hold = self._decide(user=self.officer, grant_id=self.grant.id)
        self.assertTrue(self._listed().is_on_hold)
        self.assertEqual(self._listed().retention_state, "running")
        with self.assertRefused(f"A-{self.alias.id}", error=UserError):
            self._make_run()
        hold.end_reason = "The audit is over."
        self.assertTrue(self._make_run())

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_other_roles_neither_see_the_list_nor_make_one(self):
        for role in ("case_worker", "coordinator", "finance", "auditor", "manager"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._make_run(user=self.users[role])

    def test_dry_run_counts_and_changes_nothing(self):
        run = self._make_run()
        self.assertIn("Alias of Low-Threshold Work: 1, texts and names removed", run.summary)
        self.assertIn("Low-Threshold Contact: 1, texts and names removed", run.summary)
        self.assertNotIn(SECRET, run.summary)
        self.assertIn("Aliases", run.display_name)
        self.assertEqual((self.alias.name, self.contact.place), (SECRET, SECRET))

    # ------------------------------------------------------------
    # Four eyes
    # ------------------------------------------------------------

    def test_one_person_is_not_enough(self):
        self.lead.group_ids |= self.env.ref("justiq.group_privacy_officer")
        run = self._make_run(user=self.lead)
        run.action_propose()
        with self.assertRaises(AccessError):
            run.action_approve()

    def test_team_lead_sees_what_is_on_the_list(self):
        run = self._make_run().with_user(self.lead)
        self.assertEqual(run.line_ids.mapped("reference"), [f"A-{self.alias.id}"])

    def test_alias_is_on_one_list_at_a_time(self):
        self._make_run()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self._make_run()

    def test_line_is_about_a_file_or_an_alias(self):
        run = self._make_run().sudo()
        for keys in ({}, {"case_file_id": self._create_case().id, "alias_id": self.alias.id}):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                run.line_ids.create({"run_id": run.id, "reference": "?", **keys})

    def test_what_is_held_meanwhile_is_left(self):
        run = self._make_run()
        run.action_propose()
        run.with_user(self.lead).action_approve()
        self._decide(user=self.lead, grant_id=self.grant.id)
        run.sudo().line_ids._anonymise()
        self.assertEqual((run.line_ids.state, self.alias.name), ("left", SECRET))

    # ------------------------------------------------------------
    # For good
    # ------------------------------------------------------------

    def test_alias_and_texts_go_and_the_figures_stay(self):
        self.env["ir.attachment"].create(
            {"name": SECRET, "res_model": self.alias._name, "res_id": self.alias.id, "raw": b"%PDF-1.4"}
        )
        before = self.contact.read(FIGURES), self.grant.outreach_heads
        run = self._anonymise()
        self.assertEqual((run.state, run.line_ids.state), ("done", "done"))
        self.env.invalidate_all()
        self.assertEqual((self.contact.read(FIGURES), self.grant.outreach_heads), before)
        self.assertEqual((self.alias.name, self.alias.active), ("[anonymised]", False))
        self.assertFalse(self.contact.place or self.contact.note)
        self.assertEqual(self.anonymous.place, "Football ground")
        self.assertEqual(self._listed().retention_state, "anonymised")
        for table in ("justiq_outreach_alias", "justiq_outreach_contact", "ir_attachment", "justiq_retention_run_line"):
            query = SQL("SELECT 1 FROM %s t WHERE t::text ILIKE %s", SQL.identifier(table), f"%{SECRET}%")
            self.assertFalse(self.env.execute_query(query), table)

    @mute_logger("odoo.sql_db")
    def test_anonymised_alias_is_never_written_again(self):
        self._anonymise()
        for attack in (
            lambda: self.alias.write({"name": SECRET}),
            lambda: self.alias.write({"anonymised_on": False}),
            lambda: self._create_outreach(self.alias),
            lambda: self.contact.write({"note": SECRET}),
            lambda: self.contact.unlink(),
            lambda: self.anonymous.write({"alias_id": self.alias.id}),
            lambda: self.alias.with_user(self.lead).action_open_file(),
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                attack()
        for change in (SQL("name = %s", SECRET), SQL("anonymised_on = NULL")):
            with self.assertRaises(RaiseException), self.env.cr.savepoint():
                self.env.cr.execute(SQL("UPDATE justiq_outreach_alias SET %s WHERE id = %s", change, self.alias.id))

    def test_client_does_not_mark_it_as_anonymised(self):
        self.alias.with_user(self.lead).write({"anonymised_on": date(2021, 1, 1), "gender": "male"})
        self.assertFalse(self.alias.anonymised_on)
        with freeze_time("2020-06-01 08:00:00"):
            self.assertFalse(self._create_alias(anonymised_on=date(2020, 1, 1)).anonymised_on)

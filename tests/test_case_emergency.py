from datetime import datetime, timedelta

from lxml import etree
from psycopg2.errors import CheckViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from ..models.case_emergency import EMERGENCIES_PER_DAY
from .test_case_denial import ProtectedCommon

NOW = datetime(2031, 3, 4, 22, 30)
REASON = "The police are looking for somebody in charge."


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCaseEmergency(ProtectedCommon):
    """Break-glass: a case worker opens a colleague's file from the search, for some hours and one file."""

    def _hit(self, user=None, case=None):
        case = case or self.case
        search = self.env["justiq.case.search"].with_user(user or self.worker)
        search = search.create({"first_name": case.first_name, "last_name": case.last_name})
        search.action_search()
        return search.hit_ids.filtered(lambda hit: hit.reference == case.reference)

    def _dialog(self, user=None, case=None, reason=REASON):
        hit = self._hit(user, case)
        action = hit.action_emergency()
        dialogs = self.env["justiq.case.emergency"].with_user(user or self.worker)
        return dialogs.create({"hit_id": action["context"]["default_hit_id"], "reason": reason})

    def _open(self, user=None, case=None, reason=REASON):
        self._dialog(user, case, reason).action_open()
        return self.env["justiq.case.access"].search([("kind", "=", "emergency")], limit=1)

    # ------------------------------------------------------------
    # What it opens, and for how long
    # ------------------------------------------------------------

    def test_it_opens_this_file_and_no_other(self):
        other = self._create_case(self.colleague, first_name="Ben")
        self.assertOpen(self.worker, False)
        self.assertEqual(self._dialog().action_open()["res_id"], self.case.id)
        self.assertOpen(self.worker)
        self.assertFalse(other.with_user(self.worker).has_access("read"))
        self.assertFalse(self.case.with_user(self.users["finance"]).has_access("read"))

    def test_it_ends_by_itself_after_the_hours_of_the_provider(self):
        self.company.emergency_hours = 6
        access = self._open()
        self.assertEqual((access.opens_at, access.closes_at), (NOW, NOW + timedelta(hours=6)))
        for hours, is_open in ((5.9, True), (6, False)):
            with freeze_time(NOW + timedelta(hours=hours)):
                self.assertOpen(self.worker, is_open)

    def test_hours_of_the_provider_have_a_limit(self):
        self.assertEqual(self.company.emergency_hours, 24)
        for hours in (0, 73):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.company.emergency_hours = hours
                self.env.flush_all()

    def test_whoever_opened_it_ends_it_early(self):
        access = self._open().with_user(self.worker)
        access.action_end()
        self.assertOpen(self.worker, False)

    def test_it_opens_no_entrusted_entry(self):
        note = self._create_note(self.case, self.colleague.user_id, is_entrusted=True)
        open_note = self._create_note(self.case, self.colleague.user_id)
        self._open()
        self.env.invalidate_all()
        self.assertTrue(open_note.with_user(self.worker).has_access("read"))
        self.assertFalse(note.with_user(self.worker).has_access("read"))

    def test_it_does_not_make_her_the_one_in_charge(self):
        self._open()
        self.env.invalidate_all()
        case = self.case.with_user(self.worker)
        self.assertFalse(case.is_in_charge)
        self.assertFalse(case.search([("id", "=", case.id), ("is_in_charge", "=", True)]))
        self.assertTrue(case.search([("id", "=", case.id), ("is_in_charge", "=", False)]))
        self._substitute(self.case_worker)
        self.env.invalidate_all()
        self.assertTrue(case.is_in_charge)
        self.assertTrue(case.search([("id", "=", case.id), ("is_in_charge", "=", True)]))

    def test_it_decides_nothing_about_the_closing_and_shows_no_button_for_it(self):
        self._open()
        self.env.invalidate_all()
        case = self.case.with_user(self.worker)
        values = {"case_file_id": case.id, "date": NOW.date(), "reason": "moved", "outcome": "training"}
        with self.assertRaises(AccessError):
            case.action_close()
        with self.assertRaises(AccessError):
            self.env["justiq.case.closing"].with_user(self.worker).create(values)
        proposal = self._propose_closing(self.case, self.colleague.user_id)
        with self.assertRaises(AccessError):
            proposal.with_user(self.worker).write({"note": "Mine"})
        with self.assertRaises(AccessError):
            case.action_discard_closing()
        for view, names in (
            (case, {"action_close", "action_discard_closing"}),
            (proposal.with_user(self.worker), {"action_discard"}),
        ):
            arch = etree.fromstring(view.get_view(view_type="form")["arch"])
            for name in names:
                [button] = arch.xpath(f"//button[@name='{name}']")
                self.assertIn("not is_in_charge", button.get("invisible"))
        self._substitute(self.case_worker)
        self.env.invalidate_all()
        case.action_discard_closing()
        self.assertEqual(proposal.state, "discarded")

    # ------------------------------------------------------------
    # What is asked before
    # ------------------------------------------------------------

    def test_a_reason_is_needed(self):
        for reason in ("....................", "Urgent", "  "):
            with self.subTest(reason=reason), self.assertRefused("Reason", error=UserError):
                self._open(reason=reason)

    def test_a_file_that_is_open_anyway_is_not_opened(self):
        dialog = self._dialog()
        self._substitute(self.case_worker)
        self.env.invalidate_all()
        with self.assertRefused("already", error=UserError):
            dialog.action_open()

    def test_one_at_a_time(self):
        first, second = self._dialog(), self._dialog()
        first.action_open()
        with self.assertRefused("already", error=UserError):
            second.action_open()

    def test_not_more_than_three_a_day(self):
        cases = [self._create_case(self.colleague, first_name=name) for name in ("Ada", "Ben", "Cem", "Dua")]
        for case in cases[:EMERGENCIES_PER_DAY]:
            self._open(case=case)
        with self.assertRefused("limit", error=UserError):
            self._open(case=cases[-1])
        with freeze_time(NOW + timedelta(days=1, minutes=1)):
            self._open(case=cases[-1])

    def test_a_locked_file_stays_closed_and_the_refusal_does_not_say_why(self):
        self.env["justiq.case.denial"].create(
            {"case_file_id": self.case.id, "user_id": self.worker.id, "reason": "Her nephew"}
        )
        with self.assertRaises(UserError) as refused:
            self._open()
        for word in ("lock", "nephew", "conflict"):
            self.assertNotIn(word, str(refused.exception))

    def test_a_lock_closes_what_was_opened_in_an_emergency(self):
        self._open()
        self.env["justiq.case.denial"].create(
            {"case_file_id": self.case.id, "user_id": self.worker.id, "reason": "Her nephew"}
        )
        self.assertOpen(self.worker, False)

    # ------------------------------------------------------------
    # Attacks
    # ------------------------------------------------------------

    def test_nobody_creates_such_an_access_by_hand(self):
        values = {
            "kind": "emergency",
            "company_id": self.company.id,
            "employee_id": self.case_worker.id,
            "case_file_id": self.case.id,
            "reason": REASON,
            "opened_at": NOW,
            "hours": 24,
            "date_end": NOW.date(),
        }
        accesses = self.env["justiq.case.access"]
        for user in (self.worker, self.lead, self.users["privacy_officer"]):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                accesses.with_user(user).create(values)
        kind = values.pop("kind")
        with self.assertRaises(AccessError):
            accesses.with_user(self.lead).with_context(default_kind=kind).create(values)
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            accesses.with_user(self.lead).create({**values, "kind": "file"})

    def test_a_hit_of_somebody_else_opens_nothing(self):
        hit = self._hit(self.lead)
        hit = hit or self._hit(self.colleague.user_id)
        dialog = self.env["justiq.case.emergency"].with_user(self.worker)
        with self.assertRaises(AccessError):
            dialog.create({"hit_id": hit.id, "reason": REASON}).action_open()

    def test_nobody_writes_a_hit(self):
        search = self.env["justiq.case.search"].with_user(self.worker).create({"first_name": "Xy", "last_name": "Zz"})
        with self.assertRaises(AccessError):
            self.env["justiq.case.search.hit"].with_user(self.worker).create(
                {"search_id": search.id, "case_file_id": self.case.id}
            )

    def test_other_roles_open_nothing(self):
        hit = self._hit()
        for role in ("coordinator", "finance", "auditor", "privacy_officer", "manager"):
            user = self.users[role]
            dialogs = self.env["justiq.case.emergency"].with_user(user)
            with self.subTest(role=role), self.assertRaises(AccessError):
                dialogs.create({"hit_id": hit.id, "reason": REASON})
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.case.with_user(user).sudo()._open_in_emergency(REASON)

    def test_another_provider_opens_nothing(self):
        company = self.env["res.company"].create({"name": "Foreign Provider"})
        user = new_test_user(
            self.env,
            login="test_stranger",
            groups="justiq.group_case_worker",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self._create_employee("Steve Stranger", company_id=company.id, user_id=user.id)
        with self.assertRaises(AccessError):
            self.case.with_user(user).sudo()._open_in_emergency(REASON)

    def test_it_is_neither_prolonged_nor_changed(self):
        access = self._open()
        for values in (
            {"date_end": fields.Date.today() + timedelta(days=30)},
            {"hours": 72},
            {"opened_at": NOW + timedelta(days=1)},
            {"closes_at": NOW + timedelta(days=9)},
            {"reason": "Another reason"},
            {"verdict": "justified"},
            {"verdict": "justified", "review": "x", "reviewed_by_id": self.lead.id, "reviewed_at": NOW},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                access.with_user(self.lead).write(values)
            with self.subTest(values=values), self.assertRaises(AccessError):
                access.with_user(self.worker).write(values)
        with self.assertRaises(AccessError):
            access.with_user(self.worker).unlink()

    # ------------------------------------------------------------
    # Told at once
    # ------------------------------------------------------------

    def test_key_worker_team_lead_and_privacy_officer_are_told_in_odoo(self):
        self.users["privacy_officer"].notification_type = "email"
        access = self._open()
        message = self.env["mail.message"].search(
            [("model", "=", access._name), ("res_id", "=", access.id), ("message_type", "=", "user_notification")]
        )
        told = {self.colleague.user_id, self.lead, self.users["privacy_officer"]}
        self.assertLessEqual({user.partner_id for user in told}, set(message.notified_partner_ids))
        self.assertNotIn(self.worker.partner_id, message.notified_partner_ids)
        self.assertEqual(set(message.notification_ids.mapped("notification_type")), {"inbox"})
        self.assertFalse(message.sudo().mail_ids)
        self.assertIn(self.case.reference, message.subject)
        for secret in ("Muster", "Mia", REASON):
            self.assertNotIn(secret, f"{message.subject} {message.body} {message.record_name}")
        for user in told:
            self.assertTrue(message.with_user(user).has_access("read"))
            self.assertTrue(access.with_user(user).has_access("read"))

    def test_whom_the_file_is_locked_for_does_not_hear_of_it(self):
        lead = new_test_user(self.env, login="test_locked_lead", groups="justiq.group_team_lead")
        self.env["justiq.case.denial"].create(
            {"case_file_id": self.case.id, "user_id": lead.id, "reason": "Her nephew"}
        )
        access = self._open()
        messages = self.env["mail.message"].search([("model", "=", access._name), ("res_id", "=", access.id)])
        self.assertIn(self.lead.partner_id, messages.notified_partner_ids)
        self.assertNotIn(lead.partner_id, messages.notified_partner_ids)
        self.assertFalse(access.with_user(lead).has_access("read"))

    def test_access_log_tells_of_it(self):
        access = self._open()
        self.env.cr.precommit.run()
        log = self.env["justiq.access.log"].search([("path", "=", "emergency"), ("user_id", "=", self.worker.id)])
        self.assertEqual(log.file_references, self.case.reference)
        self.assertTrue(access)

    # ------------------------------------------------------------
    # Review
    # ------------------------------------------------------------

    def _review(self, access, user, verdict="justified"):
        dialogs = self.env["justiq.case.emergency.review"].with_user(user)
        dialogs.create({"access_id": access.id, "verdict": verdict, "review": "Spoke to her."}).action_review()

    def test_team_lead_and_privacy_officer_review_it_also_after_its_end(self):
        for user in (self.lead, self.users["privacy_officer"]):
            with self.subTest(user=user.login):
                access = self._open(case=self._create_case(self.colleague, first_name=f"Ada {user.id}"))
                self.assertTrue(access.with_user(user).is_mine_to_review)
                with freeze_time(NOW + timedelta(days=3)):
                    self._review(access, user, "not_justified")
                self.assertEqual((access.verdict, access.reviewed_by_id), ("not_justified", user))
                with self.assertRefused("nothing to review", error=UserError):
                    self._review(access, user)

    def test_nobody_reviews_her_own(self):
        self.worker.group_ids += self.env.ref("justiq.group_privacy_officer")
        access = self._open()
        self.assertFalse(access.with_user(self.worker).is_mine_to_review)
        with self.assertRaises(AccessError):
            self._review(access, self.worker)
        with self.assertRaises(AccessError):
            self._review(access, self.colleague.user_id)

    def test_team_lead_finds_it_in_my_day_until_it_is_reviewed(self):
        def keys(user):
            return [kind["key"] for kind in self.env["justiq.my.day"].with_user(user).get_day()["due"]]

        access = self._open()
        self.assertIn("emergency", keys(self.lead))
        self.assertNotIn("emergency", keys(self.worker))
        self._review(access, self.lead)
        self.assertNotIn("emergency", keys(self.lead))

    def test_a_substitution_is_not_reviewed(self):
        access = self._substitute(self.case_worker)
        with self.assertRefused("nothing to review", error=UserError):
            self._review(access, self.lead)

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import JustiqCommon

# Where Odoo asks who may do what, and where contents leave the server.
GATES = {
    "_check_access",
    "_compute_res_name",
    "_export_rows",
    "_get_forbidden_access",
    "_get_stream_from",
    "_has_field_access",
    "_message_route_process",
    "_message_subscribe",
    "_notify_get_recipients",
    "_render_qweb_html",
    "_search",
    "default_get",
    "export_data",
    "load",
    "message_subscribe",
    "read",
    "search_read",
    "web_read",
    "web_search_read",
}
# What is no protection, and why it is there.
NO_PROTECTION = {
    "case_outreach_contact.OutreachContact.default_get": "starts from the last contact",
    "case_timeline.CaseTimeline._search": "finds an entry by the index of its source",
    "micro_project_session.Session.web_read": "sorts the roster",
    "programme_finding.Finding._compute_res_name": "overrides nothing",
    "staff_hours.StaffHours._search": "computes what the view shows before it is read",
}
# What needs a request.
TESTED_OVER_HTTP = {"case_download_access.IrBinary._get_stream_from": "see test_access_log.py"}


@tagged("post_install", "-at_install", "security")
class TestOverrideRemoved(JustiqCommon):
    """Each override that protects something is needed: without it, somebody gets what is not hers.

    A probe tells what somebody gets. With the override it must be something else than without.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.worker, cls.finance = cls.users["case_worker"], cls.users["finance"]
        cls.case = cls._create_case()
        cls.message = cls.case.message_post(body="She has moved.", author_id=cls.finance.partner_id.id)
        cls.env["mail.followers"].create(
            {"res_model": cls.case._name, "res_id": cls.case.id, "partner_id": cls.worker.partner_id.id}
        )
        cls.follower = cls.env["mail.followers"].search(
            [("res_model", "=", cls.case._name), ("res_id", "=", cls.case.id)], limit=1
        )
        cls.activity = cls.case.activity_schedule("mail.mail_activity_data_todo", user_id=cls.worker.id)
        cls.activity.user_id = cls.finance  # as the server could
        cls.outsider = cls.env["res.partner"].create({"name": "Olga Outside", "email": "olga@example.org"})
        cls.secret = cls._create_note(cls.case, cls.worker, text="Entrusted to me.", is_entrusted=True)
        cls.plan = cls._create_plan(cls._enrol(cls.case))
        cls.believer = new_test_user(
            cls.env, login="believer", groups="justiq.group_team_lead,justiq.group_belief", company_id=cls.company.id
        )
        cls.case.belief = "None"
        cls.env.flush_all()

    # ------------------------------------------------------------
    # Removing
    # ------------------------------------------------------------

    @classmethod
    def _overrides(cls):
        """What the module overrides of the gates: class and name of the method, by file, class and method."""
        found = {
            f"{owner.__module__.rpartition('.')[2]}.{owner.__name__}.{name}": (owner, name)
            for model in cls.env.registry.values()
            for owner in model.mro()
            if owner.__module__.startswith("odoo.addons.justiq.") and ".tests." not in owner.__module__
            for name in GATES & owner.__dict__.keys()
        }
        for key in (*NO_PROTECTION, *TESTED_OVER_HTTP):
            found.pop(key)
        return found

    @staticmethod
    def _without(owner, name):
        """The method as if its override were not there."""

        def inherited(self, *args, **kwargs):
            return getattr(super(owner, self), name)(*args, **kwargs)

        return patch.object(owner, name, inherited)

    def _told(self, probe):
        """What the probe gets; a refusal is told by its kind."""
        self.env.flush_all()
        self.env.invalidate_all()
        with self.env.cr.savepoint() as savepoint:
            try:
                told = probe()
            except (UserError, ValueError, KeyError, TypeError, AttributeError) as error:
                told = type(error).__name__
            savepoint.rollback()
        self.env.cr.precommit.data.pop("justiq.accesses", None)
        return told

    def test_each_override_has_its_probe(self):
        probes = {name.removeprefix("_probe_") for name in dir(self) if name.startswith("_probe_")}
        expected = {key.replace(".", "_") for key in self._overrides()}
        self.assertFalse(expected ^ probes, "show here that the override is needed")

    @mute_logger(
        "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.addons.mail.models.mail_thread"
    )
    def test_without_any_of_the_overrides_somebody_gets_what_is_not_hers(self):
        overrides = self._overrides()
        for key in sorted(overrides):
            probe = getattr(self, f"_probe_{key.replace('.', '_')}", None)
            if not probe:
                continue  # said by the test above
            with self.subTest(override=key):
                before = self._told(probe)
                with self._without(*overrides[key]):
                    self.assertNotEqual(self._told(probe), before, "nothing shows that this override is needed")
                self.assertEqual(self._told(probe), before)

    # ------------------------------------------------------------
    # Followers and messages
    # ------------------------------------------------------------

    def _probe_programme_follower_MailFollowers__search(self):
        return self.follower.with_user(self.finance).search_count([("id", "=", self.follower.id)])

    def _probe_programme_follower_MailFollowers__check_access(self):
        return self.follower.with_user(self.finance).has_access("read")

    def _probe_programme_follower_MailMessage__search(self):
        return self.message.with_user(self.finance).search_count([("id", "=", self.message.id)])

    def _probe_programme_follower_MailMessage__get_forbidden_access(self):
        return self.message.with_user(self.finance).has_access("read")

    def _probe_programme_follower_MailThread__message_route_process(self):
        return self.env["mail.thread"]._message_route_process(None, {}, [(self.case._name, self.case.id, {}, 1, None)])

    def _probe_programme_follower_ReadersFollowMixin_message_subscribe(self):
        return self.case.message_subscribe(self.outsider.ids)

    def _probe_programme_follower_ReadersFollowMixin__message_subscribe(self):
        self.case._message_subscribe(self.users["auditor"].partner_id.ids)
        return self.users["auditor"].partner_id in self.case.message_partner_ids

    def _probe_programme_follower_ReadersFollowMixin__notify_get_recipients(self):
        message = self.case.message_post(
            body="Look at this.", partner_ids=(self.finance.partner_id | self.outsider).ids
        )
        return message.notification_ids.res_partner_id.ids

    def _probe_programme_follower_MailActivity__search(self):
        return self.activity.with_user(self.finance).search_count([("id", "=", self.activity.id)])

    def _probe_programme_follower_MailActivity__check_access(self):
        return self.activity.with_user(self.finance).has_access("read")

    def _probe_case_calendar_event_CalendarEvent__notify_get_recipients(self):
        event = self._create_appointment(self.case)
        message = event.message_post(body="Look at this.", partner_ids=self.outsider.ids)
        return message.notification_ids.res_partner_id.ids

    def _probe_case_calendar_event_CalendarEvent_message_subscribe(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Appointment",
                "start": "2020-03-01 09:00:00",
                "stop": "2020-03-01 10:00:00",
                "case_file_id": self.case.id,
            }
        )
        event.with_user(self.worker).message_subscribe(self.outsider.ids)
        return self.outsider in event.message_partner_ids

    # ------------------------------------------------------------
    # Exports, imports, defaults
    # ------------------------------------------------------------

    def _probe_case_unexported_mixin_UnexportedMixin__export_rows(self):
        return self.secret.with_user(self.worker)._export_rows([["text"]])

    def _probe_case_belief_CaseFile__export_rows(self):
        return self.case.with_user(self.believer)._export_rows([["belief"]])

    def _probe_case_belief_CaseFile_load(self):
        rows = [[str(self.case.id), "Changed"]]
        return self.case.with_user(self.believer).load([".id", "belief"], rows)["ids"]

    def _probe_programme_computed_mixin_Base_default_get(self):
        model = self.secret.with_user(self.worker).with_context(default_author_id=self.finance.id)
        return model.default_get(["author_id"])

    def _probe_programme_computed_mixin_ComputedMixin_default_get(self):
        self.env["ir.default"].set("justiq.consent", "is_signed", True)
        return self.env["justiq.consent"].with_user(self.worker).default_get(["is_signed"])

    def _probe_case_dialog_mixin_CaseDialogMixin_default_get(self):
        dialogs = self.env["justiq.case.lock"].with_user(self.finance).with_context(default_case_file_id=self.case.id)
        return dialogs.default_get(["case_file_id"])

    def _probe_funding_funder_report_freeze_FunderReport_default_get(self):
        self.env["ir.default"].set("justiq.funder.report", "figures_sha256", "0" * 64)
        return self.env["justiq.funder.report"].with_user(self.finance).default_get(["figures_sha256"])

    def _probe_funding_voucher_Voucher_default_get(self):
        vouchers = self.env["account.analytic.line"].with_user(self.finance)
        return vouchers.with_context(default_justiq_amount=1000).default_get(["justiq_amount"])

    # ------------------------------------------------------------
    # Child protection
    # ------------------------------------------------------------

    def _probe_case_child_protection_CaseFile__search(self):
        case = self._create_case(self.team_lead)
        self.env["justiq.child.protection"].create({"case_file_id": case.id, "signs": "Bruises"})
        case.with_user(self.worker).sudo()._open_in_emergency("The police are looking for somebody.")
        return case.with_user(self.worker).search_count([("protection_ids", "!=", False), ("id", "=", case.id)])

    # ------------------------------------------------------------
    # Access log
    # ------------------------------------------------------------

    def _logged(self, act):
        """How the access is told in the log."""
        act(self.case.with_user(self.worker))
        return [
            (access.path, access.detail, dict(access.ids_by_model))
            for access in self.env.cr.precommit.data.get("justiq.accesses", ())
        ]

    def _probe_case_access_logged_mixin_AccessLoggedMixin_read(self):
        return self._logged(lambda case: case.read(["last_name"]))

    def _probe_case_access_logged_mixin_AccessLoggedMixin_web_read(self):
        return self._logged(lambda case: case.web_read({"last_name": {}, "note_ids": {"fields": {"text": {}}}}))

    def _probe_case_access_logged_mixin_AccessLoggedMixin_web_search_read(self):
        return self._logged(lambda case: case.web_search_read([("id", "=", case.id)], {"last_name": {}}))

    def _probe_case_access_logged_mixin_AccessLoggedMixin_search_read(self):
        return self._logged(lambda case: case.search_read([("id", "=", case.id)], ["last_name"]))

    def _probe_case_access_exported_Base_export_data(self):
        return self._probe_case_access_exported_AccessLoggedMixin__export_rows()

    def _probe_case_access_exported_AccessLoggedMixin__export_rows(self):
        self.worker.group_ids += self.env.ref("base.group_allow_export")
        return self._logged(lambda case: case.export_data(["last_name"]))

    def _probe_case_access_exported_Base__export_rows(self):
        self.worker.group_ids += self.env.ref("base.group_allow_export")
        handover = self.env["justiq.case.handover"].create(self._handover_values(self.case, self.team_lead))
        return self._logged(lambda _case: handover.with_user(self.worker).export_data(["case_file_ids"]))

    def _probe_case_access_grouped_AccessLoggedMixin_load(self):
        rows = [[self.case.reference, "2020-02-03", "30", "Spoke."]] * 2
        notes = self._note_model(self.worker)
        return self._logged(lambda _case: notes.load(["case_file_id", "date", "minutes", "text"], rows))

    def _probe_case_report_access_IrActionsReport__render_qweb_html(self):
        report = self.env["ir.actions.report"].with_user(self.worker)
        return self._logged(lambda _case: report._render_qweb_html("justiq.report_case_plan", self.plan.ids))

    # ------------------------------------------------------------
    # Labels
    # ------------------------------------------------------------

    def _probe_case_activity_MailActivity__compute_res_name(self):
        return self.case.activity_schedule("mail.mail_activity_data_todo", user_id=self.worker.id).res_name

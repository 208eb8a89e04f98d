from odoo import Command
from odoo.tests import tagged

from odoo.addons.mail.tools.discuss import Store

from .test_access_log import AccessLogCommon


@tagged("post_install", "-at_install")
class TestAccessLogWays(AccessLogCommon):
    """What leaves beside the form and the list of a case file: chatter, scans, exports from elsewhere, copies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.group_ids = [Command.link(cls.env.ref("base.group_allow_export").id)]
        cls.message = cls.case.message_post(body="She told me.", subtype_xmlid="mail.mt_comment")
        cls.attachment = cls.env["ir.attachment"].create(
            {"name": "scan.txt", "raw": b"secret", "res_model": cls.case._name, "res_id": cls.case.id}
        )
        cls.activity = cls.case.activity_schedule("mail.mail_activity_data_todo", user_id=cls.user.id, note="Her")
        cls.env.flush_all()

    def _assert_logged(self, way, **values):
        before = self._logged()
        result = way()
        self.assertRecordValues(
            self._logged() - before, [{"user_id": self.user.id, "file_references": self.case.reference, **values}]
        )
        return result

    def test_what_hangs_on_a_file_is_logged_on_each_way(self):
        for record, name in ((self.message, "body"), (self.attachment, "datas"), (self.activity, "note")):
            one = self._as_user(record)
            of_these = [("id", "=", one.id)]
            ways = {
                "read": lambda one=one, name=name: one.read([name]),
                "search_read": lambda one=one, name=name, d=of_these: one.search_read(d, [name]),
                "web_read": lambda one=one, name=name: one.web_read({name: {}}),
                "web_search_read": lambda one=one, name=name, d=of_these: one.web_search_read(d, {name: {}}),
                "copy_data": lambda one=one: one.copy_data(),
            }
            for way, call in ways.items():
                with self.subTest(model=one._name, way=way):
                    self.assertTrue(
                        self._assert_logged(call, model_names="justiq.case.file", detail=one._name), "something is read"
                    )

    def test_chatter_and_activities_as_the_client_gets_them_are_logged(self):
        for record in (self.message, self.activity):
            one = self._as_user(record)
            with self.subTest(model=one._name):
                self._assert_logged(lambda one=one: Store().add(one).get_result(), path="list", detail=one._name)

    def test_what_hangs_on_other_records_is_no_access(self):
        message = self.grant.message_post(body="Hello", subtype_xmlid="mail.mt_comment")
        self.env.flush_all()
        message.with_user(self.user).read(["body"])
        self.assertFalse(self._logged())

    def test_an_export_that_leads_to_a_file_from_elsewhere_is_one_entry(self):
        project = self._create_project(lead_id=self.case_worker.id)
        for case in (self.case, self._create_case()):
            self._participate(project, enrolment=self._enrol(case))
        self.env.flush_all()
        names = ["name", "participation_ids/participant_name", "participation_ids/case_file_id/birth_date"]
        rows = project.with_user(self.user).export_data(names)["datas"]
        self.assertEqual(len(rows), 2)
        log = self._logged()
        self.assertRecordValues(
            log,
            [{"path": "export", "file_count": 2, "detail": ", ".join(names), "user_id": self.user.id}],
        )
        self.assertEqual(log.model_names, "justiq.case.file,justiq.participation")

    def test_an_export_of_hand_overs_names_their_files(self):
        handover = self.env["justiq.case.handover"].create(self._handover_values(self.case, self.team_lead))
        self.env.flush_all()
        rows = self._assert_logged(
            lambda: handover.with_user(self.user).export_data(["case_file_ids/last_name"]), path="export"
        )
        self.assertIn("Muster", str(rows))

    def test_an_export_without_any_file_is_no_entry(self):
        self.grant.with_user(self.user).export_data(["name"])
        self.assertFalse(self._logged())

    def test_values_of_a_copy_are_logged(self):
        values = self._assert_logged(lambda: self._as_user(self.case).copy_data(), path="form")
        self.assertIn("last_name", values[0])

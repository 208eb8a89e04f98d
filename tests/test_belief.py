from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ROLES, JustiqCommon

SECRET = "Geheimer Glaube"


@tagged("post_install", "-at_install")
class TestBelief(JustiqCommon):
    """S32: the belief is optional, has an access of its own, and leaves the file on no path."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.env.ref("justiq.group_belief")
        cls.case = cls._create_case(belief=SECRET)
        cls.enrolment = cls._enrol(cls.case)
        for user in cls.users.values():
            user.group_ids += cls.env.ref("base.group_allow_export")

    def _as(self, role):
        return self.case.with_user(self.users[role])

    def test_no_role_brings_the_access_along(self):
        for role in ROLES:
            with self.subTest(role=role):
                self.assertNotIn(self.group, self.users[role].all_group_ids)
        self.assertNotIn(self.group, self.env.ref("base.user_admin").all_group_ids)

    def test_key_worker_and_team_lead_neither_read_nor_write_nor_find_it(self):
        for role in ("case_worker", "team_lead"):
            case = self._as(role)
            for ask in (
                lambda case=case: case.read(["belief"]),
                lambda case=case: case.web_read({"belief": {}}),
                lambda case=case: case.write({"belief": "Another"}),
                lambda case=case: case.search([("belief", "ilike", SECRET)]),
                lambda case=case: case.search([], order="belief"),
                lambda case=case: case.formatted_read_group([], ["belief"], ["__count"]),
                lambda case=case: case.note_ids.search([("case_file_id.belief", "ilike", SECRET)]),
            ):
                with self.subTest(role=role), self.assertRaises(AccessError):
                    ask()
            self.assertNotIn(SECRET, str(case.read()))
            self.assertNotIn("belief", case.fields_get())

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_the_group_alone_opens_no_file(self):
        self.users["coordinator"].group_ids += self.group
        with self.assertRaises(AccessError):
            self._as("coordinator").read(["belief"])

    def test_who_was_given_the_access_reads_and_writes_it_in_her_files(self):
        self.users["case_worker"].group_ids += self.group
        case = self._as("case_worker")
        self.assertEqual(case.belief, SECRET)
        case.belief = "Not any more"
        self.assertEqual(self.case.belief, "Not any more")

    def test_it_is_exported_by_nobody(self):
        self.users["case_worker"].group_ids += self.group
        case = self._as("case_worker")
        enrolment = self.enrolment.with_user(self.users["case_worker"])
        for export in (
            lambda: case.export_data(["reference", "belief"]),
            lambda: enrolment.export_data(["reference", "case_file_id/belief"]),
            lambda: self.case.export_data(["belief"]),
        ):
            with self.assertRaises(AccessError):
                export()
        self.assertEqual(case.export_data(["last_name"])["datas"], [["Muster"]])

    def test_it_is_imported_by_nobody(self):
        self.users["case_worker"].group_ids += self.group
        with self.assertRaises(AccessError):
            self._as("case_worker").load(["last_name", "belief"], [["Muster", SECRET]])

    def test_it_is_neither_copied_nor_tracked(self):
        self.assertFalse(self.case.copy().belief)
        self.case.belief = "Not any more"
        self.env.flush_all()
        self.assertNotIn(SECRET, str(self.case.message_ids.mapped("tracking_value_ids").read()))
        self.assertFalse(self.case._fields["belief"]._description_exportable)

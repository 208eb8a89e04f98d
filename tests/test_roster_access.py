from odoo.tests import tagged

from .common import JustiqCommon

OTHERS = 3


@tagged("post_install", "-at_install")
class TestRostersAmongOthers(JustiqCommon):
    """A case worker reads participations and attendances of her files, and those on her rosters; either is enough."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project("running")
        cls.session = cls._create_session(cls.project)
        cls.own = [cls._join(cls.case_worker, cls.project, cls.session) for _number in range(3)]

    @classmethod
    def _join(cls, key_worker, project, session):
        participation = cls._participate(project, enrolment=cls._enrol(cls._create_case(key_worker)))
        cls.env["justiq.attendance"].create({"session_id": session.id, "participation_id": participation.id})
        return participation

    @classmethod
    def _join_others(cls):
        """The files of a colleague, in a micro-project of hers."""
        colleague = cls._create_employee("Other Worker")
        project = cls._create_project("running", name="Another one", lead_id=colleague.id)
        session = cls._create_session(project)
        for _number in range(OTHERS):
            cls._join(colleague, project, session)

    def _of(self, role, model):
        return self.env[f"justiq.{model}"].with_user(self.users[role])

    def test_own_rosters_hold_what_the_files_and_the_micro_projects_say(self):
        self._join_others()
        stranger = self._join(self._create_employee("Another Worker"), self.project, self.session)
        elsewhere = self._participate(code="CM", enrolment=self._enrol(self._create_case(self.case_worker)))
        expected = {*(one.id for one in self.own), stranger.id, elsewhere.id}
        self.assertEqual(set(self._of("case_worker", "participation").search([]).ids), expected)
        self.assertEqual(
            set(self._of("case_worker", "attendance").search([]).participation_id.ids), expected - {elsewhere.id}
        )

from odoo.tests import tagged

from .common import JustiqCommon
from .query_budget import RowsReadMixin

OTHERS = 30


@tagged("post_install", "-at_install")
class TestRostersAmongOthers(RowsReadMixin, JustiqCommon):
    """Who may read a participation or an attendance is asked of those in question, not of all that there are.

    A case worker reads those of her files and those on her rosters; either is enough.
    """

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

    def _reads(self):
        ids = self.own[0].ids
        actions = {
            f"{model}, {name}": (action, self._of("case_worker", model))
            for model in ("participation", "attendance")
            for name, action in {
                "page": lambda records: records.search_fetch([], ["reference"], limit=80),
                "number": lambda records: records.search_count([]),
                "groups": lambda records: records._read_group([], ["company_id"], ["__count"]),
            }.items()
        }
        actions["participation, team lead opens one"] = (
            lambda records: records.search_fetch([("id", "in", ids)], ["reference"]),
            self._of("team_lead", "participation"),
        )
        for action, subject in actions.values():
            self._read(action, subject)
        return {name: self._read(action, subject)[1] for name, (action, subject) in actions.items()}

    def test_own_rosters_cost_the_same_among_those_of_others(self):
        self._read_by_index()
        alone = self._reads()
        self._join_others()
        self._read_by_index()
        for name, rows in self._reads().items():
            with self.subTest(name):
                self.assertFewerThan(OTHERS, rows - alone[name])

    def test_own_rosters_hold_what_the_files_and_the_micro_projects_say(self):
        self._join_others()
        stranger = self._join(self._create_employee("Another Worker"), self.project, self.session)
        elsewhere = self._participate(code="CM", enrolment=self._enrol(self._create_case(self.case_worker)))
        expected = {*(one.id for one in self.own), stranger.id, elsewhere.id}
        self.assertEqual(set(self._of("case_worker", "participation").search([]).ids), expected)
        self.assertEqual(
            set(self._of("case_worker", "attendance").search([]).participation_id.ids), expected - {elsewhere.id}
        )

from datetime import date

from odoo.tests import tagged

from .common import JustiqCommon

FURTHER_GRANTS = 6


@tagged("post_install", "-at_install")
class TestReportsAmongGrants(JustiqCommon):
    """What a report of one grant costs is the same with one grant and with many, each of them as full as the first.

    The queries must not grow. Which rows PostgreSQL reads for them, the benchmark shows at full size: tables as small
    as those of a test it reads as it likes.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._fill(cls.grant)
        reports = cls.env["justiq.funder.report"]
        kinds = [kind for kind, _label in reports._fields["kind"].selection]
        year = cls._year(2020)
        cls.reports = reports.create(
            [{"kind": kind, "grant_id": cls.grant.id, "funding_year_id": year.id} for kind in kinds]
        )
        call = cls.env["justiq.fund.call"].create({"grant_id": cls.grant.id, "date_start": date(2020, 3, 1)})
        cls.subjects = {f"report {report.kind}": report for report in cls.reports}
        cls.subjects |= {"call for funds": call, "funding year": year, "professionals": year}
        cls.papers = dict.fromkeys(cls.subjects, lambda report: report._readable_figures())
        cls.papers |= {
            "call for funds": lambda call: call.read(["amount", "in_hand_amount", "own_spent_amount"]),
            "funding year": cls._values_of("funding_year"),
            "professionals": cls._values_of("staff"),
        }

    @staticmethod
    def _values_of(name):
        return lambda year: year.env[f"report.justiq.report_{name}"]._get_report_values(year.ids)

    @classmethod
    def _fill(cls, grant):
        """Two young people in an individual Baustein and in a micro-project, and what was planned and paid."""
        year = cls._year(2020, grant)
        project = cls._create_project("running", grant_id=grant.id, name=f"Farbe {grant.id}")
        session = cls._create_session(project)
        for _number in range(2):
            enrolment = cls._enrol(grant_id=grant.id)
            help_ = cls._participate(code="CM", enrolment=enrolment)
            cls._create_note(enrolment.case_file_id, participation_id=help_.id)
            member = cls._participate(project, enrolment=enrolment)
            cls.env["justiq.attendance"].create(
                {"session_id": session.id, "participation_id": member.id, "state": "present"}
            )
        session.state = "held"
        cls._create_budget_line(year, 6000.0)
        cls._create_budget_line(year, 9000.0, code="CM")
        cls._create_flat_rate(grant=grant)
        cls._create_financing_line(year, "esf", 9000.0)
        cls._create_financing_line(year, "municipality_cash", 6000.0)
        for number, account in enumerate((cls._account(cls.bausteine["CM"], grant), cls._project_account(project))):
            cls._create_voucher(account, justiq_voucher_number=f"{grant.id}-{number}")
        cls.env.flush_all()

    def _costs(self):
        """Of each paper the number of queries, once it is warm."""
        return {paper: self._cost(paper) for paper in self.papers}

    def _cost(self, paper):
        subject = self.subjects[paper].with_user(self.users["coordinator"])
        self._count(paper, subject)
        return self._count(paper, subject)

    def _count(self, paper, subject):
        self.env.flush_all()
        self.env.invalidate_all()
        queries = self.cr.sql_log_count
        self.papers[paper](subject)
        return self.cr.sql_log_count - queries

    def test_papers_of_a_grant_cost_the_same_among_many_grants(self):
        alone = self._costs()
        for number in range(FURTHER_GRANTS):
            self._fill(self._create_grant(name=f"Vorhaben {number}"))
        among = self._costs()
        for paper, queries in alone.items():
            with self.subTest(paper=paper):
                self.assertGreater(queries, 2)
                self.assertEqual(among[paper], queries)

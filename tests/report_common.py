from .common import JustiqCommon

MICRO_PROJECT = "justiq.report_micro_project"
FUNDING_YEAR = "justiq.report_funding_year"
ROSTER = "justiq.report_roster"
SESSION_ROSTER = "justiq.report_roster_session"
PRINTED_BY = {
    MICRO_PROJECT: {"case_worker", "team_lead", "coordinator", "finance", "auditor", "manager"},
    FUNDING_YEAR: {"team_lead", "coordinator", "finance", "auditor", "manager"},
    ROSTER: {"case_worker", "team_lead"},
    SESSION_ROSTER: {"case_worker", "team_lead"},
}


class ReportCommon(JustiqCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant.reference = "ESF-0815"
        cls.year = cls._year(2020)
        cls.project = cls._create_project("running", name="Farbe im Quartier")

    @classmethod
    def _person(cls, last_name="Muster", counted=True, **values):
        """A person in the grant, by default one who counts."""
        case = cls._create_case(last_name=last_name, **values)
        return cls._enrol(case, **({} if counted else {"legal_basis_date": False}))

    def _sheet(self, report, records, user=None):
        model = self.env[f"report.{report}"].with_user(user or self.env.user)
        (sheet,) = model._get_report_values(records.ids)["sheets"]
        return sheet

    def _html(self, report, records, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.env.user)
        return reports._render_qweb_html(report, records.ids)[0].decode()

    def _people(self, sheet):
        """Numbers of persons by label, and of all."""
        rows = [row for block in sheet["people"]["blocks"] for row in block["rows"]]
        return {row["label"]: row["persons"] for row in rows}, sheet["people"]["total"]

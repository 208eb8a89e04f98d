import json
from datetime import date

from odoo import Command
from odoo.tests import freeze_time, tagged

from .common import EXIT_ANSWERS
from .test_figures_statistics import StatisticsCommon


@tagged("post_install", "-at_install")
class TestStatisticsList(StatisticsCommon):
    """The list of participants: under the reference, and only those whose data may be passed on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enrolment = cls._enrol(date_exit=date(2020, 9, 30), **EXIT_ANSWERS)
        cls._participate(code="CM", enrolment=cls.enrolment)
        cls._participate(code="CL", enrolment=cls.enrolment)
        cls.without = cls._enrol(legal_basis_date=False)
        cls.withdrawn = cls._enrol()
        cls.withdrawn.case_file_id.consent_ids.filtered(lambda one: one.purpose == "esf_data").withdrawn_on = date(
            2020, 5, 1
        )
        cls.env.flush_all()

    def test_it_tells_reference_baustein_dates_and_completeness(self):
        with freeze_time("2020-12-31"):
            rows = self._rows(self._sections(), "list")
        self.assertEqual(
            list(rows.values()),
            [
                {
                    "reference": self.enrolment.reference,
                    "bausteine": "CM, CL",
                    "project": "",
                    "entry": "2020-01-15",
                    "exit": "2020-09-30",
                    "legal_basis": "2020-01-15",
                    "entry_data": 100,
                    "exit_data": 100,
                    "validity": "Valid",
                }
            ],
        )

    def test_it_is_for_those_who_read_enrolments_and_names_nobody(self):
        [section] = [one for one in self._sections() if one["key"] == "list"]
        readers = {group.removeprefix("justiq.group_") for group in section["groups"].split(",")}
        for role in ("team_lead", "coordinator", "auditor", "finance"):
            reads = self.env["justiq.enrolment"].with_user(self.users[role]).has_access("read")
            self.assertEqual(role in readers, reads, role)
        self.assertNotIn("Muster", json.dumps(self._sections()))

    def test_small_grants_work_without_anybody(self):
        empty = self._create_grant(name="Empty", baustein_ids=[Command.clear()])
        sections = self._sections(self._report(empty))
        self.assertEqual(self._rows(sections, "persons")["present"]["total"], 0)

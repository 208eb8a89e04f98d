from datetime import date

from odoo.modules.migration import exec_script
from odoo.tests import tagged
from odoo.tools import SQL, file_path

from .common import JustiqCommon

VERSION = "19.0.2.0.0"


@tagged("post_install", "-at_install")
class TestMigrationOutreach(JustiqCommon):
    """From 19.0.1.0.0: what ran twice at a time is ended, outreach and clearing lead over."""

    def _run(self, stage):
        self.env.flush_all()
        script = file_path(f"justiq/migrations/{VERSION}/{stage}-outreach.py")
        exec_script(self.env.cr, "19.0.1.0.0", script, "justiq", stage, VERSION)
        self.env.invalidate_all()

    def test_participations_that_ran_twice_at_a_time_end_when_the_next_one_starts(self):
        self.env.cr.execute(SQL("DROP INDEX justiq_participation_individual_once_at_a_time"))
        enrolment = self._enrol()
        first, last, second = (
            self._participate(code="CM", enrolment=enrolment, date_start=day)
            for day in (date(2020, 2, 1), date(2020, 4, 1), date(2020, 3, 1))
        )
        other = self._participate(code="CL", enrolment=enrolment)
        ended = self._participate(code="CM", enrolment=enrolment, date_end=date(2020, 1, 20))
        self._run("pre")
        self.assertEqual(
            [one.date_end for one in (first, second, last, other, ended)],
            [date(2020, 3, 1), date(2020, 4, 1), False, False, date(2020, 1, 20)],
        )

    def test_outreach_and_clearing_lead_to_case_management(self):
        own = self.env.ref("justiq.phase1_baustein_asj")
        own.leads_to_id = self.env.ref("justiq.phase1_baustein_cl")  # somebody has decided otherwise
        self.bausteine["ASJ"].leads_to_id = self.bausteine["CL"].leads_to_id = False
        self._run("post")
        self.assertEqual(self.bausteine["ASJ"].leads_to_id, self.bausteine["CM"])
        self.assertEqual(self.bausteine["CL"].leads_to_id, self.bausteine["CM"])
        self.assertEqual(own.leads_to_id, self.env.ref("justiq.phase1_baustein_cl"))

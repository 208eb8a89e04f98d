from datetime import date

from odoo.modules.migration import exec_script
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, file_path

from .common import JustiqCommon


@tagged("post_install", "-at_install")
@freeze_time("2020-08-01 08:00:00")
class TestMigrationMyDay(JustiqCommon):
    """Files of an earlier version are open since their first trace."""

    def test_file_is_open_since_its_first_trace(self):
        noted, enrolled, empty = (self._create_case() for _number in range(3))
        self._create_note(noted, date=date(2019, 12, 3))
        self._enrol(noted, date_entry=date(2020, 1, 15))
        self._enrol(enrolled, date_entry=date(2020, 1, 15))
        cases = noted | enrolled | empty
        self.env.flush_all()
        # As it was created: the database's clock is not frozen.
        created = "UPDATE justiq_case_file SET create_date = '2020-06-01', date_opened = NOW() WHERE id IN %s"
        self.env.cr.execute(SQL(created, cases._ids))
        script = file_path("justiq/migrations/19.0.2.0.0/post-myday.py")
        exec_script(self.env.cr, "19.0.1.0.0", script, "justiq", "post", "19.0.2.0.0")
        self.env.invalidate_all()
        self.assertEqual(cases.mapped("date_opened"), [date(2019, 12, 3), date(2020, 1, 15), date(2020, 6, 1)])

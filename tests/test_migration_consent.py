from datetime import date

from odoo.modules.migration import exec_script
from odoo.tests import freeze_time, tagged
from odoo.tools import file_path

from .common import JustiqCommon

VERSION = "19.0.3.0.0"


@tagged("post_install", "-at_install")
@freeze_time("2022-02-01 08:00:00")
class TestMigrationConsent(JustiqCommon):
    """From 19.0.2.0.0: whoever was of full age has signed; for minors the signers are still to be added."""

    def test_consents_without_signer(self):
        unsigned = {"signed_by": False, "guardian_name": False}
        case = self._create_case(birth_date=date(2003, 5, 17))
        days = (date(2021, 5, 16), date(2021, 5, 17), date(2021, 6, 1))
        consents = [self._create_consent(case, purpose="photos", date=day, **unsigned) for day in days]
        by_guardian = self._create_consent(case, purpose="photos", date=days[2])
        self.env.flush_all()
        script = file_path(f"justiq/migrations/{VERSION}/pre-consent.py")
        exec_script(self.env.cr, "19.0.2.0.0", script, "justiq", "pre", VERSION)
        self.env.invalidate_all()
        self.assertEqual(
            [consent.signed_by for consent in (*consents, by_guardian)], [False, "young_person", "young_person", "both"]
        )

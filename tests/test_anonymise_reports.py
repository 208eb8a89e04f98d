from datetime import date

from odoo.tests import freeze_time, tagged

from .anonymise_common import SECRET, AnonymiseCommon


@tagged("post_install", "-at_install")
@freeze_time("2035-02-01 08:00:00")
class TestAnonymiseReports(AnonymiseCommon):
    """What went to the funder stays as it was, whoever is anonymised afterwards."""

    def _freeze(self, kind):
        report = self.env["justiq.funder.report"].create(
            {
                "kind": kind,
                "grant_id": self.grant.id,
                "date_start": date(2020, 1, 1),
                "date_end": date(2020, 12, 31),
            }
        )
        report.action_freeze()
        return report

    def test_frozen_reports_keep_their_figures_and_new_ones_find_the_same(self):
        reports = [self._freeze(kind) for kind in ("statistics", "audit")]
        frozen = [report._comparable_figures() for report in reports]
        self._anonymise(self.case)
        self.env.invalidate_all()
        self.assertEqual(self.case.state, "anonymised")
        for report, before in zip(reports, frozen, strict=True):
            self.assertFalse(report._verify())
            self.assertEqual(report._comparable_figures(), before)
            self.assertNotIn(SECRET, str(before))
        statistics = self._cells(self._freeze("statistics")._comparable_figures())
        self.assertEqual(statistics, self._cells(frozen[0]))

    def _cells(self, sections):
        """Every figure but the list under the reference, of which the consent is gone."""
        return {
            (section["key"], table["key"], row["key"]): row["cells"]
            for section in sections
            if section["key"] != "list"
            for table in section["tables"]
            for row in table["rows"]
        }

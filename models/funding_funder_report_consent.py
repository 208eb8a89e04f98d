from odoo import models
from odoo.tools import SQL, format_date


class Consent(models.Model):
    """Frozen reports in which the person is listed tell where data have gone."""

    _inherit = "justiq.consent"

    def _find_disclosures(self):
        found = super()._find_disclosures()
        if self.purpose != "esf_data":
            return found
        reports = self._find_frozen_reports()
        return found + [(report.frozen_at.date(), report._disclosure_text()) for report in reports]

    def _find_frozen_reports(self):
        """Reports that were frozen since the consent and list an enrolment of the person."""
        # sudo: which reports list the person of a file that the user reads; only their titles and days are told.
        enrolments = self.sudo().case_file_id.enrolment_ids
        grants = self.grant_id.ids or enrolments.grant_id.ids
        listed = enrolments.filtered(lambda enrolment: enrolment.grant_id.id in grants)
        reports = self.env["justiq.funder.report"].sudo()  # sudo: as above
        if not listed:
            return reports
        reports.flush_model(["grant_id", "frozen_at", "frozen_figures"])
        rows = self.env.execute_query(
            SQL(
                """SELECT report.id
                     FROM justiq_funder_report report
                    WHERE report.grant_id = ANY(%s) AND report.frozen_at >= %s
                      AND jsonb_path_query_array(report.frozen_figures, '$[*].tables[*].rows[*].key') ?| %s
                    ORDER BY report.frozen_at""",
                grants,
                self.date,
                [f"enrolment_{enrolment.id}" for enrolment in listed],
            )
        )
        return reports.browse(report_id for (report_id,) in rows)


class FunderReport(models.Model):
    _inherit = "justiq.funder.report"

    def _disclosure_text(self):
        return self.env._(
            "%(kind)s of %(grant)s, %(start)s to %(end)s, under the reference",
            kind=dict(self._fields["kind"]._description_selection(self.env))[self.kind],
            grant=self.grant_id.name,
            start=format_date(self.env, self.date_start),
            end=format_date(self.env, self.date_end),
        )

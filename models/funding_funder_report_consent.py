from odoo import api, models
from odoo.tools import SQL, format_date


class Consent(models.Model):
    """Frozen reports in which the person is listed tell where data have gone."""

    _inherit = "justiq.consent"

    def _find_disclosures(self):
        found = super()._find_disclosures()
        if self.purpose != "esf_data":
            return found
        enrolments = self.case_file_id.enrolment_ids
        if self.grant_id:
            enrolments = enrolments.filtered(lambda enrolment: enrolment.grant_id == self.grant_id)
        reports = self._find_frozen_reports_of(enrolments).filtered(lambda one: one.frozen_at.date() >= self.date)
        return found + [(report.frozen_at.date(), report._disclosure_text()) for report in reports]

    @api.model
    def _find_frozen_reports_of(self, enrolments):
        """Frozen reports that list one of the enrolments, the oldest first."""
        # sudo: which reports list a person whom the user reads; only their titles and days are told.
        reports = self.env["justiq.funder.report"].sudo()
        if not enrolments:
            return reports
        reports.flush_model(["grant_id", "frozen_at", "frozen_figures"])
        rows = self.env.execute_query(
            SQL(
                """SELECT report.id
                     FROM justiq_funder_report report
                    WHERE report.grant_id = ANY(%s) AND report.frozen_at IS NOT NULL
                      AND jsonb_path_query_array(report.frozen_figures, '$[*].tables[*].rows[*].key') ?| %s
                    ORDER BY report.frozen_at""",
                enrolments.grant_id.ids,
                [f"enrolment_{enrolment.id}" for enrolment in enrolments],
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

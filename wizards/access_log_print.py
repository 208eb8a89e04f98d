from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..models.case_access_log import SEPARATOR


class AccessLogPrint(models.TransientModel):
    """Print who looked at one case file and when, as the young person may ask for (article 15 GDPR).

    The team lead prints it for the files that she may read, with the name; the privacy officer for each file of
    the own companies, by its reference. Nobody else reads the log.
    """

    _name = "justiq.access.log.print"
    _description = "Print Who Looked at a Case File"

    company_id = fields.Many2one(
        comodel_name="res.company",
        string="Provider",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    reference = fields.Char(string="Case File", required=True, help="The reference, as it stands in the log.")
    date_start = fields.Date(string="From")
    date_end = fields.Date(string="To")

    @api.constrains("date_start", "date_end")
    def _check_period(self):
        for wizard in self:
            if wizard.date_start and wizard.date_end and wizard.date_end < wizard.date_start:
                raise ValidationError(
                    self.env._("To: %s lies before the first day. Enter a later day.", wizard.date_end)
                )

    def action_print(self):
        """Render the list.

        :raises UserError: there is no such file that the user may print this of
        """
        self.ensure_one()
        self._file()
        action = self.env.ref("justiq.action_report_access_log").report_action(self)
        return {**action, "close_on_report_download": True}

    def _file(self):
        """The case file that is meant.

        :raises UserError: none that is open to the user; whether there is one is not told
        """
        self.ensure_one()
        self.check_access("read")
        files = self.env["justiq.case.file"].with_context(active_test=False)
        if self.env.user.has_group("justiq.group_privacy_officer") and self.company_id in self.env.companies:
            # sudo: the privacy officer gets the file by its reference, and nothing of it but that.
            files = files.sudo()
        elif not self.env.user.has_group("justiq.group_team_lead"):
            files = files.browse()
        named = [("company_id", "=", self.company_id.id), ("reference", "=", (self.reference or "").strip())]
        found = files.search(named, limit=1) if files.has_access("read") else files.browse()
        if not found:
            raise UserError(
                self.env._(
                    "Case file: there is no “%s” that you may print this of. Enter the reference as it stands in the "
                    "log, for example FA-2026-00012.",
                    self.reference,
                )
            )
        return found.sudo(False)

    def _entries(self):
        """Entries of the log about the file, oldest first."""
        case = self._file()
        # sudo: the references only; accesses to files that were merged into this one count as well.
        files = case.sudo().with_context(active_test=False)
        files |= files.search([("merged_into_id", "=", case.id)])
        references = files.mapped("reference")
        # sudo: where the provider is, a day begins.
        zone = self.company_id.sudo().partner_id.tz or self.env.user.tz or "UTC"
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM justiq_access_log
                 WHERE company_id = %(company)s AND (%(likes)s)
                   AND string_to_array(file_references, %(separator)s) && %(references)s
                   AND (date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date BETWEEN %(start)s AND %(end)s
              ORDER BY date, id
                """,
                company=self.company_id.id,
                likes=SQL(" OR ").join(SQL("file_references LIKE %s", f"%{reference}%") for reference in references),
                separator=SEPARATOR,
                references=references,
                zone=zone,
                start=self.date_start or date.min,
                end=self.date_end or date.max,
            )
        )
        # sudo: entries about this file only, which the user may print.
        return self.env["justiq.access.log"].sudo().browse(row[0] for row in rows)


class CaseFile(models.Model):
    _inherit = "justiq.case.file"

    def action_print_accesses(self):
        """Ask for the period, and print who looked at the file."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("justiq.justiq_access_log_print_action")
        return {
            **action,
            "context": {"default_reference": self.reference, "default_company_id": self.company_id.id},
        }

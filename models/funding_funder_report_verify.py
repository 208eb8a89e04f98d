import base64

from odoo import models
from odoo.exceptions import UserError, ValidationError

from ..tools import figures
from .funding_funder_report_freeze import KEPT

# Kept with a report, but not part of what was sent: the state changes last, and the fingerprints are of the facts.
NO_FACTS = KEPT - {"cut_off_date", "frozen_at", "frozen_by_id", "template_version"} | {"state"}
# From this template on, a frozen report has a fingerprint of its whole content.
FIRST_WITH_CONTENT = 3


class FunderReport(models.Model):
    """Verifying: is what is kept of a frozen report still what was frozen?

    Everybody who reads the report may ask. Figures, files and the facts around them
    (period, texts, cut-off date, who froze it, template) are compared with their
    fingerprints. Whoever could change all of them, fingerprints included, has the
    database; against her stands the PDF at the funder, which bears the fingerprint.
    """

    _inherit = "justiq.funder.report"

    def _facts(self):
        """What stands around the figures, as plain data: each stored value that is entered or kept."""
        self.ensure_one()
        # sudo: the content is fingerprinted as a whole, and not shown.
        report = self.sudo()
        return {
            name: self._fact(report, field)
            for name, field in sorted(report._fields.items())
            if field.store and field.column_type and name not in NO_FACTS and name not in models.MAGIC_COLUMNS
        }

    def _fact(self, report, field):
        value = report[field.name]
        if field.relational:
            return value.ids
        if field.type in ("date", "datetime"):
            return field.to_string(value) if value else False
        return value

    def _verify(self):
        """Which of the kept contents no longer are what was frozen; empty if all is well.

        :return: list of labels
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: the contents are compared with their fingerprints, and not shown.
        report = self.sudo().with_context(bin_size=False)
        sections = report.frozen_figures or []
        contents = {
            "figures_sha256": figures.canonical(sections),
            "pdf_sha256": base64.b64decode(report.pdf_file or b""),
            "xlsx_sha256": base64.b64decode(report.xlsx_file or b""),
        }
        if report._has_content_fingerprint():
            contents["content_sha256"] = figures.canonical([report.frozen_facts, sections])
        differing = [name for name, content in contents.items() if figures.fingerprint(content) != report[name]]
        return [self._fields[name]._description_string(self.env) for name in [*differing, *report._changed_facts()]]

    def _has_content_fingerprint(self):
        template = int(self.template_version.rpartition("/")[2])
        return bool(self.content_sha256 or self.frozen_facts) or template >= FIRST_WITH_CONTENT

    def _changed_facts(self):
        """Names of the fields whose value is another one than at freezing."""
        now = self._facts()
        return [name for name, value in (self.frozen_facts or {}).items() if name in now and now[name] != value]

    def action_verify(self):
        self.ensure_one()
        if self.state != "frozen":
            raise ValidationError(self.env._("%s is open: there is nothing to verify yet.", self.display_name))
        differing = self._verify()
        if differing:
            message = self.env._("These no longer are what was frozen: %s. Ask whoever runs the server.", differing)
        else:
            message = self.env._("Figures, texts, PDF and XLSX are exactly what was frozen.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Not verified") if differing else self.env._("Verified"),
                "message": message,
                "type": "danger" if differing else "success",
                "sticky": bool(differing),
            },
        }

    def _kept_file(self, name):
        """The content of the frozen file; None of an open report, or for whoever may not read all of it.

        :raises UserError: if the file no longer is what was frozen
        """
        self.ensure_one()
        self.check_access("read")
        if self.state != "frozen" or not self._may_read_all():
            return None
        # sudo: the user may read all that is in it.
        attachments = self.env["ir.attachment"].sudo()
        domain = [("res_model", "=", self._name), ("res_id", "=", self.id), ("res_field", "=", name)]
        content = attachments.search(domain, limit=1).raw or b""
        if figures.fingerprint(content) != self[name.replace("_file", "_sha256")]:
            raise UserError(
                self.env._(
                    "%(report)s: the kept file (%(file)s) no longer is what was frozen, so it is not handed out. Ask "
                    "whoever runs the server to restore it from a backup; “Verify” says whether it is the right one.",
                    report=self.display_name,
                    file=self._fields[name]._description_string(self.env),
                )
            )
        return content

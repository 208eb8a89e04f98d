from io import BytesIO

from pypdf import PdfReader, PdfWriter

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from .report_tables import height_of_texts

PAPER = "justiq.report_funder_report"
# In millimetres: what stands above the first table of a report.
TITLE = 28
# Pages of a document that the PDF engine makes at once.
PART_PAGES = 100


class FunderReportPaper(models.AbstractModel):
    """A report to the funder on paper and as a workbook, made of the same figures as the screen.

    Printed by team lead, coordination, finance and auditor, each as far as she
    may read it. A frozen report is printed from what was frozen.
    """

    _name = "report.justiq.report_funder_report"
    _inherit = ["justiq.report.mixin", "justiq.report.tables.mixin"]
    _description = "Report to the Funder on Paper"

    _printed_model = "justiq.funder.report"

    def _get_report_values(self, docids, data=None):
        values = super()._get_report_values(docids, data)
        return {**values, "landscape": any(sheet["landscape"] for sheet in values["sheets"])}

    def _contents(self, reports):
        return {report.id: self._content(report) for report in reports}

    def _content(self, report):
        landscape = report.kind in report._landscape_kinds
        sections, withheld = report._readable_figures(), not report._may_read_all()
        return {
            "title": report._label_of("kind"),
            "period": self._period(report.date_start, report.date_end),
            "status": self._status(report),
            "fingerprint": self._fingerprint(report),
            "currency": report.currency_id.name,
            "remark": report.remark,
            "landscape": landscape,
            "withheld": withheld,
            "sections": self._printed_sections(report, sections, landscape, TITLE + height_of_texts(report.remark)),
        }

    def _printed_sections(self, report, sections, landscape, title):
        """The sections as the template prints them; a table that is the first one stands below the title."""
        formatter, printed = self._formatter(), []
        for section in sections:
            text, tables = section.get("text") and report[section["text"]], []
            for table in section.get("tables", ()):
                above = title if not (printed or tables or text) else None
                tables.append(self._printed_table(table, formatter, landscape, above))
            printed.append(
                {"title": section["title"], "text": text, "tables": tables, "charts": report._drawn(section)}
            )
        return printed

    def _status(self, report):
        if not report.frozen_at:
            return self.env._("open, figures of %s", format_date(self.env, fields.Date.context_today(self)))
        day = format_date(self.env, report.cut_off_date)
        if report.is_for_outside:
            return self.env._("cut-off date %s", day)
        return self.env._(
            "cut-off date %(day)s, frozen on %(moment)s by %(who)s",
            day=day,
            moment=format_datetime(self.env, report.frozen_at, tz=self.env.context["tz"], dt_format="short"),
            # sudo: who has frozen the report is part of it.
            who=report.sudo().frozen_by_id.name,
        )

    def _fingerprint(self, report):
        """What proves, on the copy at the funder, the content that is kept here; of an open report nothing."""
        if not report.content_sha256:
            return ""
        return self.env._("Fingerprint of the content (SHA-256): %s", report.content_sha256)

    # ------------------------------------------------------------
    # Very long lists: several documents that make one
    # ------------------------------------------------------------

    @api.model
    def _is_long(self, sheet):
        return sum(len(table["pages"]) for section in sheet["sections"] for table in section["tables"]) > PART_PAGES

    @api.model
    def _parts(self, sheet):
        """The sheet in parts of so many pages that the PDF engine needs little memory for each."""
        parts, room = [[]], PART_PAGES
        for section in sheet["sections"]:
            shown = {**section, "tables": [], "charts": []}
            parts[-1].append(shown)
            for table in section["tables"]:
                pages = table["pages"]
                while len(pages) > room:
                    shown["tables"].append({**table, "pages": pages[:room], "remark": None})
                    pages, table = pages[room:], {**table, "title": None, "starts_page": False}
                    shown, room = {**section, "text": None, "tables": [], "charts": []}, PART_PAGES
                    parts.append([shown])
                shown["tables"].append({**table, "pages": pages})
                room = max(room - len(pages), 1)
            shown["charts"] = section["charts"]
        return [{**sheet, "sections": sections, "is_first_part": not number} for number, sections in enumerate(parts)]


class IrActionsReport(models.Model):
    """Printing a frozen report gives the file that was frozen, to the byte; very long ones are made in parts.

    The PDF engine keeps all pages of a document in memory, so a list of ten
    thousand vouchers would need a gigabyte. Its parts are made one by one, with
    the page numbers of the whole.
    """

    _inherit = "ir.actions.report"

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        action = self._get_report(report_ref)
        if action.report_name != PAPER or not res_ids:
            return super()._render_qweb_pdf(report_ref, res_ids=res_ids, data=data)
        reports = self.env["justiq.funder.report"].browse([res_ids] if isinstance(res_ids, int) else res_ids)
        paper = self.env["report." + PAPER]
        paper._check_printable(reports)
        if len(reports) == 1:
            kept = reports._kept_file("pdf_file")
            if kept:
                return kept, "pdf"
            values = self._get_rendering_context(action, reports.ids, {**(data or {}), "report_type": "pdf"})
            if paper._is_long(values["sheets"][0]):
                return self._print_parts(action, values, paper._parts(values["sheets"][0])), "pdf"
        return super()._render_qweb_pdf(report_ref, res_ids=res_ids, data=data)

    def _print_parts(self, action, values, parts):
        """The parts as one PDF, with page x of y of the whole.

        How many pages a part has is known for sure only when it is made. The
        expected number is nearly always right; where it is not, all is made again.
        """
        expected = sum(
            len(table["pages"]) for part in parts for section in part["sections"] for table in section["tables"]
        )
        for _attempt in range(2):
            total, documents = 0, []
            for part in parts:
                sheet = {**part, "pages_before": total, "page_total": expected}
                documents.append(self._print_part(action, {**values, "sheets": [sheet]}))
                total += len(PdfReader(BytesIO(documents[-1])).pages)
            if total == expected:
                break
            expected = total
        writer = PdfWriter()
        for document in documents:
            writer.append(BytesIO(document))
        writer.compress_identical_objects()
        content = BytesIO()
        writer.write(content)
        return content.getvalue()

    def _print_part(self, action, values):
        printer = self.with_context(debug=False)
        html = printer._render_template(action.report_name, values)
        bodies, _ids, header, footer, paper_format = action.with_context(debug=False)._prepare_html(
            html, report_model=action.model
        )
        return printer._run_wkhtmltopdf(
            bodies,
            report_ref=action.id,
            header=header,
            footer=footer,
            landscape=None,  # as the template says
            specific_paperformat_args=paper_format,
        )

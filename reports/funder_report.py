from decimal import Decimal
from io import BytesIO

import xlsxwriter
from markupsafe import Markup
from pypdf import PdfReader, PdfWriter

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from ..tools import figures

PAPER = "justiq.report_funder_report"
# In millimetres: the printable area of a wide page; a line of its tables, the space around it, the head of a table.
WIDE, WIDE_HEIGHT = 262, 134
LINE, PADDING, HEADING = 3.3, 1.15, 13
# Size of the letters of these tables (7.5 pt), and the widths of letters in parts of it; others: 0.62.
LETTER = 2.65
WIDTHS = {
    letter: width
    for letters, width in {".,'": 0.25, "fijlI;:-()": 0.34, "rstJ/": 0.45, "acegkvxyzLSä": 0.54, "W": 1.0}.items()
    for letter in letters
} | dict.fromkeys("ACGKUVÄÜ&mwDHNOQÖM%", 0.8)
# Pages of a document that the PDF engine makes at once.
PART_PAGES = 100
ROW = Markup('<tr class="%s">%s</tr>')
CELL = Markup('<td class="%s">%s</td>')
CARRIED = Markup('<tr class="o_justiq_carried"><td colspan="%s">%s</td>%s</tr>')
# A table with so many rows at most is not parted by the end of a page.
SHORT = 8
EXCEL_FORMATS = {
    "money": "#,##0.00",
    "percent": "0.00",
    "hours": "#,##0.00",
    "integer": "#,##0",
    "date": "dd.mm.yyyy",
    "text": "@",
}


class FunderReportPaper(models.AbstractModel):
    """A report to the funder on paper and as a workbook, made of the same figures as the screen.

    Printed by team lead, coordination, finance and auditor, each as far as she
    may read it. A frozen report is printed from what was frozen.
    """

    _name = "report.justiq.report_funder_report"
    _inherit = ["justiq.report.mixin"]
    _description = "Report to the Funder on Paper"

    _printed_model = "justiq.funder.report"

    def _get_report_values(self, docids, data=None):
        values = super()._get_report_values(docids, data)
        return {**values, "landscape": any(sheet["landscape"] for sheet in values["sheets"])}

    def _contents(self, reports):
        return {report.id: self._content(report) for report in reports}

    def _content(self, report):
        landscape = report.kind in report._landscape_kinds
        formatter = self._formatter()
        sections = report._readable_figures()
        return {
            "title": report._label_of("kind"),
            "period": self._period(report.date_start, report.date_end),
            "status": self._status(report),
            "currency": report.currency_id.name,
            "remark": report.remark,
            "landscape": landscape,
            "withheld": not report._may_read_all(),
            "sections": [
                {
                    "title": section["title"],
                    "text": section.get("text") and report[section["text"]],
                    "tables": [self._printed_table(table, formatter, landscape) for table in section.get("tables", ())],
                    "charts": report._drawn(section),
                }
                for section in sections
            ],
        }

    def _status(self, report):
        if not report.frozen_at:
            return self.env._("open, figures of %s", format_date(self.env, fields.Date.context_today(self)))
        return self.env._(
            "cut-off date %(day)s, frozen on %(moment)s by %(who)s",
            day=format_date(self.env, report.cut_off_date),
            moment=format_datetime(self.env, report.frozen_at, tz=self.env.context["tz"], dt_format="short"),
            # sudo: who has frozen the report is part of it.
            who=report.sudo().frozen_by_id.name,
        )

    # ------------------------------------------------------------
    # Tables
    # ------------------------------------------------------------

    def _formatter(self):
        """A function that writes a value as the language does, by its type."""
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        language = self.env["res.lang"].browse(lang.id)
        days = {}

        def write(value, kind):
            if value is None or value is False:
                return ""
            if kind == "date":
                if value not in days:
                    days[value] = format_date(self.env, value)
                return days[value]
            found = figures.number(value) if kind in figures.NUMBERS else None
            if found is None:
                return value
            return language.format("%d" if kind == "integer" else "%.2f", found, grouping=True)

        return write

    def _printed_table(self, table, write, landscape):
        columns = [
            {**column, "css": self._css(column["type"]), "share": self._share(column, table["columns"])}
            for column in table["columns"]
        ]
        lines = [
            (row, [(write(row["cells"].get(column["key"]), column["type"]), column["css"]) for column in columns])
            for row in table["rows"]
        ]
        carries = bool(table.get("carry") and landscape)
        return {
            "title": table["title"],
            "remark": table.get("remark"),
            "columns": columns,
            "carries": carries,
            "is_short": not carries and len(table["rows"]) <= SHORT,
            "pages": list(self._pages(lines, columns, write)) if carries else [self._markup(lines)],
            "sized": all(column["share"] for column in columns),
        }

    @api.model
    def _css(self, kind):
        return {"date": "o_justiq_date", "text": ""}.get(kind, "o_justiq_amount")

    @api.model
    def _share(self, column, columns):
        """Width of a column in percent of the table."""
        whole = sum(one.get("width", 0) for one in columns)
        return f"{100 * column.get('width', 0) / whole:.2f}%" if whole else False

    @api.model
    def _markup(self, lines):
        """The rows of a table; made here because a list has a hundred thousand cells."""
        return Markup("").join(
            ROW
            % (
                f"o_justiq_{row['style']}" if row.get("style") else "",
                Markup("").join(CELL % cell[::-1] for cell in cells),
            )
            for row, cells in lines
        )

    # ------------------------------------------------------------
    # Long lists: pages that end with what is carried over
    # ------------------------------------------------------------

    def _pages(self, lines, columns, write):
        """Cut a long table into the rows of its pages.

        The PDF engine cannot total pages, so the pages are made here: a row is as
        high as its longest cell, by the width of its column.
        """
        widths = [float((column["share"] or "0%").rstrip("%")) * WIDE / 100 for column in columns]
        texts = [index for index, column in enumerate(columns) if column["type"] == "text"]
        money = [index for index, column in enumerate(columns) if column["type"] == "money"]
        sums = dict.fromkeys(money, Decimal(0))
        page, height, before = [], 2 * HEADING, Markup("")
        for row, cells in lines:
            needed = PADDING + LINE * max(
                (self._line_count(cells[index][0], widths[index]) for index in texts), default=1
            )
            if page and height + needed > WIDE_HEIGHT - LINE - PADDING:
                yield before + self._markup(page) + self._carried(self.env._("Carried over"), sums, columns, write)
                before = self._carried(self.env._("Carried over from the page before"), sums, columns, write)
                page, height = [], HEADING + LINE + PADDING
            page.append((row, cells))
            height += needed
            if not row.get("style"):
                for index in money:
                    sums[index] += figures.number(row["cells"].get(columns[index]["key"])) or 0
        yield before + self._markup(page)

    @api.model
    def _line_count(self, text, width):
        """Lines that a text takes in a column, with the engine's rule: as many words as fit, too long ones broken."""
        room, lines, used = (width - 2.2) / LETTER, 1, 0.0
        for word in text.split():
            needed = sum(WIDTHS.get(letter, 0.62) for letter in word)
            if used and used + 0.25 + needed > room:
                lines, used = lines + 1, 0.0
            used += needed + (0.25 if used else 0)
            while used > room:
                lines, used = lines + 1, used - room
        return lines

    def _carried(self, label, sums, columns, write):
        first = min(sums, default=len(columns))
        cells = [
            (write(str(sums[index]), "money") if index in sums else "", column["css"])
            for index, column in enumerate(columns)
        ][first:]
        return CARRIED % (first, label, Markup("").join(CELL % cell[::-1] for cell in cells))

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
                    pages, table = pages[room:], {**table, "title": None}
                    shown, room = {**section, "text": None, "tables": [], "charts": []}, PART_PAGES
                    parts.append([shown])
                shown["tables"].append({**table, "pages": pages})
                room = max(room - len(pages), 1)
            shown["charts"] = section["charts"]
        return [{**sheet, "sections": sections, "is_first_part": not number} for number, sections in enumerate(parts)]


class IrActionsReport(models.Model):
    """Printing a frozen report gives the file that was frozen, to the byte; very long ones are made in parts.

    The PDF engine keeps all pages of a document in memory, so a list of ten
    thousand vouchers would need gigabytes. Its parts are made one by one, with
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


class FunderReportWorkbook(models.AbstractModel):
    """The tables of a report as a workbook: one sheet for each, numbers as numbers, texts as texts."""

    _name = "report.justiq.funder_report_xlsx"
    _inherit = ["report.report_xlsx.abstract"]
    _description = "Report to the Funder as a Workbook"

    def get_workbook_options(self):
        # A text of a voucher must never become a formula or a link.
        return {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

    def create_xlsx_report(self, docids, data):
        reports = self.env["justiq.funder.report"].browse(docids)
        self.env["report.justiq.report_funder_report"]._check_printable(reports)
        kept = reports._kept_file("xlsx_file") if len(reports) == 1 else None
        if kept:
            return kept, "xlsx"
        content = BytesIO()
        workbook = xlsxwriter.Workbook(content, self.get_workbook_options())
        self.generate_xlsx_report(workbook, data, reports)
        workbook.close()
        return content.getvalue(), "xlsx"

    def generate_xlsx_report(self, workbook, data, objs):
        formats = self._formats(workbook)
        for report in objs:
            report = report._in_provider_language()
            this = self.with_env(report.env)
            for section in report._readable_figures():
                for table in section.get("tables", ()):
                    this._write_table(workbook, formats, report, section, table)
        if not workbook.worksheets():
            workbook.add_worksheet()

    @api.model
    def _formats(self, workbook):
        styles = {"": {}, "subtotal": {"bold": True}, "total": {"bold": True, "top": 1}}
        formats = {
            (kind, style): workbook.add_format({"num_format": number, "valign": "top", **look})
            for kind, number in EXCEL_FORMATS.items()
            for style, look in styles.items()
        }
        formats["quoted"] = workbook.add_format({"valign": "top", "quote_prefix": True})
        formats["head"] = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        formats["right"] = workbook.add_format({"bold": True, "bottom": 1, "align": "right", "valign": "top"})
        formats["title"] = workbook.add_format({"bold": True, "font_size": 14})
        return formats

    def _write_table(self, workbook, formats, report, section, table):
        sheet = workbook.add_worksheet(self._sheet_name(workbook, table["title"]))
        paper = self.env["report.justiq.report_funder_report"]
        head = [
            report.display_name,
            " · ".join(filter(None, (section["title"], table["title"]))),
            paper.with_env(self.env)._status(report),
            self.env._("Amounts in %s", report.currency_id.name),
        ]
        for index, text in enumerate(head):
            sheet.write_string(index, 0, text, formats["title"] if not index else None)
        first = len(head) + 1
        for index, column in enumerate(table["columns"]):
            look = formats["right" if column["type"] in figures.NUMBERS else "head"]
            sheet.write_string(first, index, column["label"], look)
            sheet.set_column(index, index, self._column_width(table, column))
        for offset, row in enumerate(table["rows"], start=first + 1):
            for index, column in enumerate(table["columns"]):
                self._write_cell(sheet, offset, index, row, column, formats)
        sheet.freeze_panes(first + 1, 0)
        sheet.repeat_rows(first)
        sheet.fit_to_pages(1, 0)
        sheet.set_paper(9)
        if len(table["columns"]) > 7:
            sheet.set_landscape()

    @api.model
    def _write_cell(self, sheet, line, index, row, column, formats):
        value, kind, style = row["cells"].get(column["key"]), column["type"], row.get("style") or ""
        if value is None or value is False or value == "":
            sheet.write_blank(line, index, None, formats[kind, style])
            return
        number = figures.number(value) if kind in figures.NUMBERS else None
        if number is not None:
            sheet.write_number(line, index, float(number), formats[kind, style])
        elif kind == "date":
            sheet.write_datetime(line, index, fields.Date.to_date(value), formats[kind, style])
        else:
            # The quote tells the spreadsheet that it is a text even when somebody edits it.
            text = str(value)
            look = formats["quoted"] if text[:1] in "=+-@\t\r\n" else formats["text", style]
            sheet.write_string(line, index, text, look)

    @api.model
    def _sheet_name(self, workbook, title):
        """A name that workbooks accept, and that no other sheet has."""
        name = "".join(" " if sign in "[]:*?/\\" else sign for sign in title).strip("' ")[:28] or "1"
        taken = {sheet.get_name().lower() for sheet in workbook.worksheets()}
        number, result = 1, name
        while result.lower() in taken:
            number += 1
            result = f"{name} {number}"[:31]
        return result

    @api.model
    def _column_width(self, table, column):
        longest = max((len(str(row["cells"].get(column["key"]) or "")) for row in table["rows"]), default=0)
        return min(max(longest, len(column["label"]), 8) + 2, 60)

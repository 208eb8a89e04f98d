from io import BytesIO

import xlsxwriter

from odoo import api, fields, models

from ..tools import figures

EXCEL_FORMATS = {
    "money": "#,##0.00",
    "percent": "0.00",
    "hours": "#,##0.00",
    "integer": "#,##0",
    "date": "dd.mm.yyyy",
    "text": "@",
}
# Longest name of a sheet that spreadsheets take.
SHEET_NAME = 31


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
        for style in styles:
            formats["text", style].set_text_wrap()
        formats["quoted"] = workbook.add_format({"valign": "top", "quote_prefix": True, "text_wrap": True})
        formats["head"] = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        formats["right"] = workbook.add_format({"bold": True, "bottom": 1, "align": "right", "valign": "top"})
        formats["line"] = workbook.add_format({"valign": "top"})
        formats["title"] = workbook.add_format({"bold": True, "font_size": 14})
        return formats

    def _write_table(self, workbook, formats, report, section, table):
        sheet = workbook.add_worksheet(self._sheet_name(workbook, self._short_title(section, table)))
        head = self._head(report, section, table)
        for index, text in enumerate(head):
            self._write_text(sheet, index, 0, text, formats["title" if not index else "line"], formats)
        first = len(head) + 1
        for index, column in enumerate(table["columns"]):
            look = formats["right" if column["type"] in figures.NUMBERS else "head"]
            sheet.write_string(first, index, column["label"], look)
            sheet.set_column(index, index, self._column_width(table, column))
        line = first
        for line, row in enumerate(table["rows"], start=first + 1):
            for index, column in enumerate(table["columns"]):
                self._write_cell(sheet, line, index, row, column, formats)
        for below, text in enumerate(self._foot(report, table), start=line + 2):
            self._write_text(sheet, below, 0, text, formats["line"], formats)
        self._set_up_page(sheet, report, table, first)

    def _head(self, report, section, table):
        """What stands above a table: the same as on the first page of the PDF."""
        paper = self.env["report.justiq.report_funder_report"].with_env(self.env)
        # sudo: name of the provider and the funder's number of the grant, which every paper bears.
        grant = report.sudo().grant_id
        titles = dict.fromkeys(filter(None, (section["title"], table["title"])))
        return [
            report.display_name,
            " · ".join(titles),
            " · ".join(filter(None, (grant.company_id.name, grant.programme_id.name, grant.reference))),
            " · ".join(filter(None, (paper._status(report), paper._fingerprint(report)))),
            self.env._("Amounts in %s", report.currency_id.name),
            *(report.remark or "").splitlines(),
        ]

    def _foot(self, report, table):
        """What stands below a table: what one has to know to read it, and the wording that the funders want."""
        # sudo: the wording that every paper bears.
        wording = report.sudo().grant_id.programme_id._funding_note_on(report.date_end)
        return [text for text in (table.get("remark"), wording) if text]

    def _set_up_page(self, sheet, report, table, first):
        sheet.freeze_panes(first + 1, 0)
        sheet.repeat_rows(first)
        sheet.fit_to_pages(1, 0)
        sheet.set_paper(9)
        # An ampersand begins a command; more than 255 letters are refused.
        name = report.display_name.replace("&", "&&")[:200]
        sheet.set_footer(f"&L&8{name}&R&8{self.env._('Page %(page)s of %(total)s', page='&P', total='&N')}")
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
            self._write_text(sheet, line, index, str(value), formats["text", style], formats)

    @api.model
    def _write_text(self, sheet, line, index, text, look, formats):
        # The quote tells the spreadsheet that it is a text even when somebody edits it.
        sheet.write_string(line, index, text, formats["quoted"] if text[:1] in "=+-@\t\r\n" else look)

    @api.model
    def _short_title(self, section, table):
        """The title of a table, or a short word for it where a workbook has no room for the title."""
        return {
            "reconciliation/vouchers": self.env._("Reconciliation, books"),
            "reconciliation/spent": self.env._("Reconciliation, vouchers"),
            "reconciliation/income": self.env._("Reconciliation, income"),
            "reconciliation/calls": self.env._("Reconciliation, calls"),
            "spending/plan": self.env._("Spending"),
            "necessity/money": self.env._("Money per Baustein"),
            "micro_projects/project_contents": self.env._("Aim and added value"),
            "micro_projects/minimum": self.env._("Number of micro-projects"),
            "staff/others": self.env._("Others in micro-projects"),
            "list/list": self.env._("Participants"),
        }.get(f"{section['key']}/{table['key']}") or {
            "participations": self.env._("Participations"),
            "counted": self.env._("Who counts"),
            "age": self.env._("Age at entry"),
            "timeline": self.env._("Course over time"),
            "limits": self.env._("ESF money per year"),
        }.get(table["key"], table["title"])

    @api.model
    def _sheet_name(self, workbook, title):
        """A name that workbooks accept, and that no other sheet has."""
        words = "".join(" " if sign in "[]:*?/\\" else sign for sign in title).split()
        taken = {sheet.get_name().lower() for sheet in workbook.worksheets()}
        number, result = 1, self._shortened(words, SHEET_NAME)
        while result.lower() in taken:
            number += 1
            result = f"{self._shortened(words, SHEET_NAME - len(f' {number}'))} {number}"
        return result

    @api.model
    def _shortened(self, words, most):
        """As many whole words as there is room for, without a small one at the end that leads nowhere."""
        words, whole = list(words), len(words)
        while len(words) > 1 and (len(" ".join(words)) > most or (len(words) < whole and len(words[-1]) <= 3)):
            words.pop()
        return " ".join(words)[:most].strip("' (,;–-") or "1"

    @api.model
    def _column_width(self, table, column):
        longest = max((len(str(row["cells"].get(column["key"]) or "")) for row in table["rows"]), default=0)
        return min(max(longest, len(column["label"]), 8) + 2, 60)

import textwrap
from decimal import Decimal
from io import BytesIO

import xlsxwriter

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from ..tools import figures

# Width and height of the printable area in millimetres, and of a line of a table that is cut into pages.
WIDE, WIDE_HEIGHT = 262, 128
LINE, PADDING, CHARACTER = 3.6, 1.6, 1.75
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
        rows = [
            {
                "style": row.get("style") or "",
                "cells": [
                    (write(row["cells"].get(column["key"]), column["type"]), column["css"]) for column in columns
                ],
            }
            for row in table["rows"]
        ]
        pages = [{"rows": rows}]
        if table.get("carry") and landscape:
            pages = list(self._pages(table, rows, columns, write))
        return {
            "title": table["title"],
            "remark": table.get("remark"),
            "columns": columns,
            "pages": pages,
            "sized": all("width" in column for column in columns),
        }

    @api.model
    def _css(self, kind):
        return {"date": "o_justiq_date", "text": ""}.get(kind, "o_justiq_amount")

    @api.model
    def _share(self, column, columns):
        """Width of a column in percent of the table."""
        whole = sum(one.get("width", 0) for one in columns)
        return f"{100 * column.get('width', 0) / whole:.2f}%" if whole else False

    def _pages(self, table, rows, columns, write):
        """Cut a long table into pages that end with what is carried over.

        The PDF engine cannot total pages, so the pages are made here: each row is
        as high as its longest cell, by the width of its column.
        """
        widths = [float(column["share"].rstrip("%")) * WIDE / 100 for column in columns]
        page, height, sums = [], 22, {}
        money = [index for index, column in enumerate(columns) if column["type"] == "money"]
        before = None
        for row, raw in zip(rows, table["rows"], strict=True):
            needed = PADDING + LINE * max(
                self._lines(text, width) for (text, _css), width in zip(row["cells"], widths, strict=True)
            )
            if page and height + needed > WIDE_HEIGHT - LINE - PADDING:
                after = self._carried(sums, columns, money, write)
                yield {"rows": page, "before": before, "after": after}
                page, height, before = [], 10, after
            page.append(row)
            height += needed
            if not raw.get("style"):
                for index in money:
                    value = figures.number(raw["cells"].get(columns[index]["key"])) or Decimal(0)
                    sums[index] = sums.get(index, Decimal(0)) + value
        yield {"rows": page, "before": before, "after": None}

    @api.model
    def _lines(self, text, width):
        text = str(text)
        room = max(int((width - 2) / CHARACTER), 1)
        return 1 if len(text) <= room else len(textwrap.wrap(text, room))

    def _carried(self, sums, columns, money, write):
        first = money[0] if money else len(columns)
        return {
            "span": first,
            "cells": [
                (write(str(sums.get(index, "")) if index in money else None, column["type"]), column["css"])
                for index, column in enumerate(columns)
            ][first:],
        }


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

import re
from decimal import Decimal
from io import BytesIO

from markupsafe import Markup
from pypdf import PdfReader, PdfWriter

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from ..tools import figures

PAPER = "justiq.report_funder_report"
# In millimetres: the printable area of a wide page; a line of its tables, the space around it, the head of a table.
WIDE, WIDE_HEIGHT = 262, 134
NARROW = 170
LINE, PADDING, HEADING = 3.3, 1.15, 13
# Size of the letters of these tables (7.5 pt), and the widths of letters in parts of it; others: 0.62.
LETTER = 2.65
# Size of the letters, and the space beside a text: on wide pages; on upright ones (9.5 pt); and there in a table whose
# words need more room (8 pt).
WIDE_LOOK, NARROW_LOOK, DENSE_LOOK = (LETTER, 2.2), (3.35, 3.4), (2.82, 2.2)
# The widths above are somewhat more than bold letters need.
SNUG = 0.95
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
            "fingerprint": self._fingerprint(report),
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

    def _fingerprint(self, report):
        """What proves, on the copy at the funder, the content that is kept here; of an open report nothing."""
        if not report.content_sha256:
            return ""
        return self.env._("Fingerprint of the content (SHA-256): %s", report.content_sha256)

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
        columns = [{**column, "css": self._css(column["type"])} for column in table["columns"]]
        lines = [
            (row, [(write(row["cells"].get(column["key"]), column["type"]), column["css"]) for column in columns])
            for row in table["rows"]
        ]
        is_dense, shares = self._shares(columns, lines, landscape)
        for column, share in zip(columns, shares, strict=True):
            column["share"] = share
        carries = bool(table.get("carry") and landscape)
        return {
            "title": table["title"],
            "remark": table.get("remark"),
            "columns": columns,
            "carries": carries,
            "is_short": not carries and len(table["rows"]) <= SHORT,
            "pages": list(self._pages(lines, columns, write)) if carries else [self._markup(lines)],
            "cards": self._cards(lines, columns) if table.get("wordy") else [],
            "sized": all(column["share"] for column in columns),
            "dense": is_dense,
        }

    @api.model
    def _cards(self, lines, columns):
        """Rows of long texts, each below the other as facts: side by side they would be columns of single words."""
        labels = [column["label"] for column in columns]
        return [
            [{"label": label, "text": text} for label, (text, _css) in zip(labels, cells, strict=True)]
            for _row, cells in lines
        ]

    @api.model
    def _css(self, kind):
        return {"date": "o_justiq_date", "text": ""}.get(kind, "o_justiq_amount")

    @api.model
    def _shares(self, columns, lines, landscape):
        """Width of each column in percent of the table: as it asks for, and none less than its longest word needs.

        :return: whether the letters must be smaller for that, and the widths
        """
        weights = [column.get("width", 0) for column in columns]
        if not all(weights):
            return False, [False] * len(columns)
        longest = [
            SNUG * self._longest_word(column, [cells[index][0] for _row, cells in lines])
            for index, column in enumerate(columns)
        ]
        room = WIDE if landscape else NARROW
        for look in [WIDE_LOOK] if landscape else [NARROW_LOOK, DENSE_LOOK]:
            letter, beside = look
            needed = [beside + letter * width for width in longest]
            if sum(needed) <= room:
                break
        widths, narrow = needed, set()
        while sum(needed) <= room:
            left = room - sum(needed[index] for index in narrow)
            whole = sum(weight for index, weight in enumerate(weights) if index not in narrow)
            widths = [
                needed[index] if index in narrow else left * weight / whole for index, weight in enumerate(weights)
            ]
            too_narrow = {index for index, width in enumerate(widths) if width < needed[index]}
            if not too_narrow:
                break
            narrow |= too_narrow
        return look == DENSE_LOOK, [f"{100 * width / sum(widths):.2f}%" for width in widths]

    @api.model
    def _longest_word(self, column, texts):
        """Width of the longest piece of a column that must not be broken, in parts of the size of its letters."""
        words = set(column["label"].split())
        for text in texts:
            # An amount or a date stays in one line; of a text, a hard space keeps words together.
            words |= {str(text)} if column["css"] else set(re.split(r"[ \n]|(?<=-)", str(text)))
        return max((sum(WIDTHS.get(letter, 0.62) for letter in word) for word in words), default=0)

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

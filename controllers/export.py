from odoo.addons.web.controllers import export

from ..tools.person_table import safe_cell


class TextStaysText:
    """Rows of a spreadsheet in which no text becomes a formula or a link.

    Odoo's own writer makes a formula of whatever begins with “=”: a name or a note could run on the machine of whoever
    opens the export.
    """

    def __init__(self, *args):
        super().__init__(*args)
        self.worksheet.strings_to_formulas = self.worksheet.strings_to_urls = False


class XlsxWriter(TextStaysText, export.ExportXlsxWriter):
    pass


class GroupXlsxWriter(TextStaysText, export.GroupExportXlsxWriter):
    pass


class ExcelExport(export.ExcelExport):
    def from_data(self, fields, columns_headers, rows):
        with XlsxWriter(fields, columns_headers, len(rows)) as writer:
            for number, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    writer.write_cell(number, column, value)
        return writer.value

    def from_group_data(self, fields, columns_headers, groups):
        with GroupXlsxWriter(fields, columns_headers, groups.count) as writer:
            row, column = 1, 0
            for name, group in groups.children.items():
                row, column = writer.write_group(row, column, name, group)
        return writer.value


class CSVExport(export.CSVExport):
    def from_data(self, fields, columns_headers, rows):
        """Mask all that a spreadsheet takes for a formula; Odoo itself leaves out “@” and the tabulator."""
        masked = [[safe_cell(value) if isinstance(value, str) else value for value in row] for row in rows]
        return super().from_data(fields, [safe_cell(header) for header in columns_headers], masked)

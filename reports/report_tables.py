import re
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_date

from ..tools import figures


class Look(NamedTuple):
    """How a table is printed, in millimetres: size of letters, space beside a text, height of a line, space around."""

    letter: float
    beside: float
    line: float
    padding: float


# On wide pages; on upright ones; and there in a table whose words need more room. See report_figures.scss.
WIDE_LOOK, NARROW_LOOK, DENSE_LOOK = Look(2.65, 2.2, 3.3, 1.15), Look(3.35, 3.4, 4.4, 2.2), Look(2.82, 2.2, 3.7, 1.8)
# Printable width and height of a wide page and of an upright one.
WIDE, NARROW = (262, 134), (170, 217)
# The head of a table, of its heading and its labels each.
HEADING = 13
# The widths of letters in parts of their size; others: 0.62. They are somewhat more than bold letters need (SNUG).
WIDTHS = {
    letter: width
    for letters, width in {".,'": 0.25, "fijlI;:-()": 0.34, "rstJ/": 0.45, "acegkvxyzLSä": 0.54, "W": 1.0}.items()
    for letter in letters
} | dict.fromkeys("ACGKUVÄÜ&mwDHNOQÖM%", 0.8)
SNUG = 0.96
ROW = Markup('<tr class="%s">%s</tr>')
CELL = Markup('<td class="%s">%s</td>')
CARRIED = Markup('<tr class="o_justiq_carried"><td colspan="%s">%s</td>%s</tr>')
# A table with so many rows at most is not parted by the end of a page.
SHORT = 8


def _line_count(text, room):
    """Lines that a text takes in a room of letters, with the engine's rule: as many words as fit, long ones broken."""
    lines, used = 1, 0.0
    for word in text.split():
        needed = SNUG * sum(WIDTHS.get(letter, 0.62) for letter in word)
        if used and used + 0.25 + needed > room:
            lines, used = lines + 1, 0.0
        used += needed + (0.25 if used else 0)
        while used > room:
            lines, used = lines + 1, used - room
    return lines


def height_of_texts(text):
    """Height of a text that runs over an upright page, in millimetres."""
    room = NARROW[0] / NARROW_LOOK.letter
    return NARROW_LOOK.line * sum(_line_count(line, room) for line in (text or "").splitlines())


class ReportTablesMixin(models.AbstractModel):
    """Tables of figures on paper, of the plain data that `justiq.funder.report` describes.

    The PDF engine cannot total pages, and cuts a table wherever a page ends. So the
    height of rows is reckoned here. A table with `carry` that fits on a page is not
    cut; a longer one comes in pages that end with what is carried over.
    """

    _name = "justiq.report.tables.mixin"
    _description = "Tables of Figures on Paper"

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

    def _printed_table(self, table, write, landscape, above=None):
        """A table as the template prints it.

        :param above: height of what stands above it on its page, in millimetres; None
            where that is not known, so that a table of several pages starts a new one
        """
        columns = [{**column, "css": self._css(column)} for column in table["columns"]]
        lines = [
            (row, [(write(row["cells"].get(column["key"]), column["type"]), column["css"]) for column in columns])
            for row in table["rows"]
        ]
        look, shares = self._shares(columns, lines, landscape, table.get("dense"))
        for column, share in zip(columns, shares, strict=True):
            column["share"] = share
        pages, carries = [self._markup(lines)], False
        if table.get("carry"):
            heights = self._heights(lines, columns, look, landscape)
            carries = sum(heights) + 2 * HEADING > self._page_size(landscape)[1]
            if carries:
                pages = list(self._pages(lines, columns, write, look, landscape, heights, above or 0))
        return {
            "title": table["title"],
            "remark": table.get("remark"),
            "columns": columns,
            "starts_page": carries and above is None,
            "is_short": not carries and (table.get("carry") or len(table["rows"]) <= SHORT) and not table.get("loose"),
            "pages": pages,
            "cards": self._cards(lines, columns) if table.get("wordy") else [],
            "sized": all(column["share"] for column in columns),
            "dense": look == DENSE_LOOK,
        }

    @api.model
    def _page_size(self, landscape):
        return WIDE if landscape else NARROW

    @api.model
    def _cards(self, lines, columns):
        """Rows of long texts, each below the other as facts: side by side they would be columns of single words."""
        labels = [column["label"] for column in columns]
        return [
            [{"label": label, "text": text} for label, (text, _css) in zip(labels, cells, strict=True)]
            for _row, cells in lines
        ]

    @api.model
    def _css(self, column):
        if column["type"] == "text":
            return "o_justiq_date" if column.get("whole") else ""
        return "o_justiq_date" if column["type"] == "date" else "o_justiq_amount"

    @api.model
    def _shares(self, columns, lines, landscape, dense=False):
        """Width of each column in percent of the table: as it asks for, and none less than its longest word needs.

        :return: the look of the table, with smaller letters where that must be, and the widths
        """
        looks = [WIDE_LOOK] if landscape else [DENSE_LOOK] if dense else [NARROW_LOOK, DENSE_LOOK]
        weights = [column.get("width", 0) for column in columns]
        if not all(weights):
            return looks[0], [False] * len(columns)
        longest = [
            SNUG * self._longest_word(column, [cells[index][0] for _row, cells in lines])
            for index, column in enumerate(columns)
        ]
        room, _height = self._page_size(landscape)
        for look in looks:
            needed = [look.beside + look.letter * width for width in longest]
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
        return look, [f"{100 * width / sum(widths):.2f}%" for width in widths]

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
    # Long tables: pages that end with what is carried over
    # ------------------------------------------------------------

    @api.model
    def _heights(self, lines, columns, look, landscape):
        """Height of each row: that of its longest cell, by the width of its column."""
        width, _height = self._page_size(landscape)
        rooms = {
            index: (float((column["share"] or "0%").rstrip("%")) * width / 100 - look.beside) / look.letter
            for index, column in enumerate(columns)
            if column["type"] == "text"
        }
        return [
            look.padding
            + look.line * max((_line_count(cells[index][0], room) for index, room in rooms.items()), default=1)
            for _row, cells in lines
        ]

    def _pages(self, lines, columns, write, look, landscape, heights, above):
        """Cut a long table into the rows of its pages."""
        one_line = look.line + look.padding
        room, remaining = self._page_size(landscape)[1], sum(heights)
        money = [index for index, column in enumerate(columns) if column["type"] == "money"]
        sums = dict.fromkeys(money, Decimal(0))
        page, height, before = [], above + 2 * HEADING, Markup("")
        for (row, cells), needed in zip(lines, heights, strict=True):
            # What is carried over needs a line, the end of the table none.
            if page and height + needed > room - one_line and height + remaining > room:
                yield before + self._markup(page) + self._carried(self.env._("Carried over"), sums, columns, write)
                before = self._carried(self.env._("Carried over from the page before"), sums, columns, write)
                page, height = [], HEADING + one_line
            page.append((row, cells))
            height, remaining = height + needed, remaining - needed
            if not row.get("style"):
                for index in money:
                    sums[index] += figures.number(row["cells"].get(columns[index]["key"])) or 0
        yield before + self._markup(page)

    def _carried(self, label, sums, columns, write):
        first = min(sums, default=len(columns))
        cells = [
            (write(str(sums[index]), "money") if index in sums else "", column["css"])
            for index, column in enumerate(columns)
        ][first:]
        return CARRIED % (first, label, Markup("").join(CELL % cell[::-1] for cell in cells))

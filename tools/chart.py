"""Charts of the funder's reports as pictures (SVG), the same on the screen and on paper.

Readable in black and white: the parts differ in brightness and hatching, the lines in dashes and points, and numbers
stand next to what they are about. Values are numbers or decimal strings; what is left out is a gap.
"""

import math
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from markupsafe import Markup

WIDTH = 640
LEFT, RIGHT, TOP = 60, 20, 14
PLOT_HEIGHT = 200
BAR, GAP, LABELS = 16, 8, 250
MOST_LABELS = 12
LEFT_OUT = "•"
# Fill of the parts, and whether it is hatched: neighbours differ also where they are printed in grey.
FILLS = (("#0b4f55", False), ("#8fc1c5", False), ("#ffffff", True), ("#e4f1f2", False), ("#3f6f73", True))
ON_DARK = "#0b4f55"
# Dashes, and the form of the points.
LINES = (("none", "circle"), ("7 4", "square"), ("2 3", "triangle"), ("10 3 2 3", "circle"))


def chart_picture(chart, write=str):
    """Draw a chart of a report.

    :param chart: {"title", "kind": bars | stacked | lines, "categories", "series": [{"label", "values"}]}
    :param write: how a whole number is written, as the tables of the same report write it
    :return: Markup of an SVG element, whose title tells its content in words
    """
    series = [(one["label"], [_number(value) for value in one["values"]]) for one in chart["series"]]
    draw = {"bars": _bars, "stacked": _stacked, "lines": _lines}[chart["kind"]]

    def label(value):
        """A number as short as a picture needs it: without cents."""
        return LEFT_OUT if value is None else write(int(Decimal(value).quantize(Decimal(1), rounding=ROUND_HALF_UP)))

    parts, height = draw(chart["categories"], series, label)
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img" '
        'font-family="sans-serif" font-size="11"><title>%s</title>%s</svg>'
    ) % (WIDTH, height, WIDTH, height, _summary(chart, series, label), Markup().join(parts))


def _number(value):
    return None if value is None else Decimal(str(value))


def _summary(chart, series, write):
    texts = (
        f"{label}: "
        + ", ".join(f"{name} {write(value)}" for name, value in zip(chart["categories"], values, strict=True))
        for label, values in series
    )
    return ". ".join([chart["title"], *texts])


# ------------------------------------------------------------
# Kinds
# ------------------------------------------------------------


def _bars(categories, series, write):
    """Lying bars, one below the other, each with its number."""
    highest = _highest([value for _label, values in series for value in values])
    room, y, parts = WIDTH - LABELS - 70, TOP, []
    for index, category in enumerate(categories):
        for number, (_name, values) in enumerate(series):
            value = values[index]
            width = float((value or 0) / highest) * room
            if number == 0:
                parts.append(_text(LABELS - 8, y + 12, _shortened(category, 44), "end"))
            parts.append(_rect(LABELS, y, width, BAR, number))
            parts.append(_text(LABELS + width + 6, y + 12, write(value)))
            y += BAR + 2
        y += GAP - 2
    parts.append(_line(LABELS, TOP - 4, LABELS, y))
    return _with_legend(parts, y, series, _swatch) if len(series) > 1 else (parts, y + 4)


def _stacked(categories, series, write):
    """Standing bars, a part for each series, the total above."""
    totals = [sum(values[index] or 0 for _name, values in series) for index in range(len(categories))]
    highest = _highest(totals)
    parts, step = _grid(highest, write), (WIDTH - LEFT - RIGHT) / max(len(categories), 1)
    width = min(step * 0.6, 80)
    for index, category in enumerate(categories):
        x, y = LEFT + step * (index + 0.5) - width / 2, TOP + PLOT_HEIGHT
        for number, (_name, values) in enumerate(series):
            size = float((values[index] or 0) / highest) * PLOT_HEIGHT
            if not size:
                continue
            y -= size
            parts.append(_rect(x, y, width, size, number))
            # A part that is all of it has its number above already.
            if size > 14 and values[index] != totals[index]:
                parts.append(_text_on(x + width / 2, y + size / 2 + 4, write(values[index]), number))
        parts.append(_text(x + width / 2, y - 4, write(totals[index]), "middle"))
        parts.append(_text(x + width / 2, TOP + PLOT_HEIGHT + 15, _shortened(category, 18), "middle"))
    return _with_legend(parts, TOP + PLOT_HEIGHT + 26, series, _swatch)


def _lines(categories, series, write):
    """A line for each series over time."""
    highest = _highest([value for _label, values in series for value in values])
    parts, step = _grid(highest, write), (WIDTH - LEFT - RIGHT) / max(len(categories), 1)
    every = math.ceil(len(categories) / MOST_LABELS)
    for index, category in enumerate(categories):
        if index % every == 0:
            x = LEFT + step * (index + 0.5)
            parts.append(_text(x, TOP + PLOT_HEIGHT + 15, _shortened(category, 14), "middle"))
    for number, (_name, values) in enumerate(series):
        points = [
            None if value is None else (LEFT + step * (index + 0.5), TOP + PLOT_HEIGHT * (1 - float(value / highest)))
            for index, value in enumerate(values)
        ]
        dash, form = LINES[number % len(LINES)]
        for start, end in pairwise(points):
            if start and end:
                parts.append(_line(*start, *end, "#0b4f55", 2, dash))
        parts.extend(_point(*point, form) for point in points if point)
    return _with_legend(parts, TOP + PLOT_HEIGHT + 26, series, _line_sample)


# ------------------------------------------------------------
# Pieces
# ------------------------------------------------------------


def _highest(values):
    """The end of the axis: a round number not below any value."""
    most = max((value for value in values if value is not None), default=Decimal(0))
    if most <= 0:
        return Decimal(1)
    unit = Decimal(10) ** (len(str(int(most))) - 1)
    return next(unit * factor for factor in (1, 2, 4, 5, 8, 10) if unit * factor >= most)


def _grid(highest, write):
    parts = []
    steps = 4 if highest >= 4 else max(int(highest), 1)
    for step in range(steps + 1):
        y = TOP + PLOT_HEIGHT * (1 - step / steps)
        parts.append(_line(LEFT, y, WIDTH - RIGHT, y, "#999" if step else "#000", 0.6))
        parts.append(_text(LEFT - 6, y + 4, write(highest * step / steps), "end"))
    return parts


def _with_legend(parts, y, series, sample):
    x, y = LEFT, y + 12
    for number, (label, _values) in enumerate(series):
        width = 40 + 6.4 * len(label)
        if x + width > WIDTH and x > LEFT:
            x, y = LEFT, y + 18
        parts += [*sample(x, y, number), _text(x + 30, y + 4, label)]
        x += width + 14
    return parts, y + 14


def _swatch(x, y, number):
    yield _rect(x + 8, y - 6, 16, 12, number)


def _line_sample(x, y, number):
    dash, form = LINES[number % len(LINES)]
    yield _line(x, y, x + 26, y, "#0b4f55", 2, dash)
    yield _point(x + 13, y, form)


def _shortened(text, most):
    return text if len(text) <= most else text[: most - 1] + "…"


def _rect(x, y, width, height, number):
    fill, hatched = FILLS[number % len(FILLS)]
    rect = Markup('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" stroke="#000" stroke-width="0.7"/>') % (
        x,
        y,
        width,
        height,
        fill,
    )
    if not hatched:
        return rect
    strokes = [_line(x, y + offset, x + width, y + offset, "#000", 0.7) for offset in range(3, math.ceil(height), 4)]
    return Markup().join([rect, *strokes])


def _line(x1, y1, x2, y2, colour="#000", width=1, dash="none"):
    return Markup(
        '<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="%s" stroke-dasharray="%s"/>'
    ) % (x1, y1, x2, y2, colour, width, dash)


def _point(x, y, form):
    look = Markup('fill="#fff" stroke="#0b4f55" stroke-width="1.8"')
    if form == "circle":
        return Markup('<circle cx="%.1f" cy="%.1f" r="3.2" %s/>') % (x, y, look)
    if form == "square":
        return Markup('<rect x="%.1f" y="%.1f" width="6" height="6" %s/>') % (x - 3, y - 3, look)
    points = f"{x:.1f},{y - 4:.1f} {x - 4:.1f},{y + 3:.1f} {x + 4:.1f},{y + 3:.1f}"
    return Markup('<polygon points="%s" %s/>') % (points, look)


def _text(x, y, text, anchor="start", colour="#000"):
    return Markup('<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s">%s</text>') % (x, y, anchor, colour, text)


def _text_on(x, y, text, number):
    """A text on a part; on a hatched one with a ground of its own."""
    fill, hatched = FILLS[number % len(FILLS)]
    written = _text(x, y, text, "middle", "#fff" if fill == ON_DARK else "#000")
    if not hatched:
        return written
    width = 6.6 * len(text) + 4
    ground = Markup('<rect x="%.1f" y="%.1f" width="%.1f" height="13" fill="#fff"/>') % (x - width / 2, y - 10, width)
    return ground + written

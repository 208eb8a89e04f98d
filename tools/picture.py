"""Scores as a picture (SVG), the same on the screen and on paper.

Readable in black and white: the rounds differ by dashes and by filled or hollow
points, and each picture carries its content as text.
"""

import base64
import math
import textwrap

from markupsafe import Markup, escape

WIDTH, HEIGHT = 640, 430
CENTRE_X, CENTRE_Y, RADIUS = WIDTH / 2, 195, 135
LEGEND_Y = HEIGHT - 16
BAR_HEIGHT = 14
# Line and points of the earlier and of the later round.
STYLES = (
    {"dash": "7 4", "fill": "none", "point": "#fff", "stroke": "#555", "width": 2},
    {"dash": "none", "fill": "#017e84", "point": "#017e84", "stroke": "#017e84", "width": 2.5},
)


def score_picture(axes, rounds, summary):
    """Draw how each axis was scored in one or two rounds.

    :param axes: list of (label, highest score)
    :param rounds: list of (label, scores in the order of the axes); 0 is not scored. Of
        several, the first is the earlier one.
    :param summary: the content in words, for who cannot see the picture
    :return: Markup of an SVG element; a radar, or bars where there are fewer than three axes
    """
    draw = _radar if len(axes) > 2 else _bars
    styles = STYLES[-1:] if len(rounds) == 1 else STYLES
    parts = [
        draw(axes, [(scores, style) for (_label, scores), style in zip(rounds, styles, strict=True)]),
        _legend([label for label, _scores in rounds], styles),
    ]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" role="img" font-family="sans-serif" '
        'font-size="13"><title>%s</title>%s</svg>'
    ) % (WIDTH, HEIGHT, summary, Markup().join(parts))


def data_uri(svg):
    """The picture as the address of an image."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def picture_tag(svg, summary):
    """The picture as an image that a form can show: its text alternative is the summary."""
    return Markup('<img src="%s" alt="%s" style="width: 100%%; max-width: 640px;"/>') % (data_uri(svg), summary)


def _radar(axes, rounds):
    angles = [2 * math.pi * index / len(axes) - math.pi / 2 for index in range(len(axes))]
    parts = [_ring(angles, part / 5, "#bbb") for part in range(1, 6)]
    for (label, _highest), angle in zip(axes, angles, strict=True):
        x, y = _point(angle, 1)
        parts.append(_line(CENTRE_X, CENTRE_Y, x, y, "#bbb"))
        parts.append(_label(label, angle))
    for scores, style in rounds:
        points = [
            _point(angle, score / highest)
            for angle, score, (_label_text, highest) in zip(angles, scores, axes, strict=True)
            if score
        ]
        parts.append(
            Markup(
                '<polygon points="%s" fill="%s" fill-opacity="0.15" stroke="%s" stroke-width="%s" '
                'stroke-dasharray="%s"/>'
            )
            % (_path(points), style["fill"], style["stroke"], style["width"], style["dash"])
        )
        parts.extend(_dot(x, y, style) for x, y in points)
    return Markup().join(parts)


def _bars(axes, rounds):
    parts, y, length = [], 40, WIDTH - 260
    for index, (label, highest) in enumerate(axes):
        parts.append(_text(230, y + 12, label, "end"))
        for scores, style in rounds:
            width = length * scores[index] / highest
            parts.append(
                Markup(
                    '<rect x="245" y="%s" width="%.1f" height="%s" fill="%s" fill-opacity="0.3" stroke="%s" '
                    'stroke-width="1.5" stroke-dasharray="%s"/>'
                )
                % (y, width, BAR_HEIGHT, style["fill"], style["stroke"], style["dash"])
            )
            y += BAR_HEIGHT + 4
        y += 18
    return Markup().join(parts)


def _legend(labels, styles):
    parts, x = [], 150 if len(labels) > 1 else 260
    for label, style in zip(labels, styles, strict=True):
        parts.append(
            Markup('<line x1="%s" y1="%s" x2="%s" y2="%s" stroke="%s" stroke-width="%s" stroke-dasharray="%s"/>')
            % (x, LEGEND_Y - 4, x + 40, LEGEND_Y - 4, style["stroke"], style["width"], style["dash"])
        )
        parts.append(_dot(x + 20, LEGEND_Y - 4, style))
        parts.append(_text(x + 48, LEGEND_Y, label))
        x += 210
    return Markup().join(parts)


def _label(label, angle):
    x, y = _point(angle, 1.1)
    side = math.cos(angle)
    anchor = "middle" if abs(side) < 0.2 else "start" if side > 0 else "end"
    lines = textwrap.wrap(label, 16)[:3]
    # Above the picture the last line is next to it, below the first one.
    top = y + 4 + 15 * (len(lines) - 1) * (math.sin(angle) - 1) / 2
    return Markup().join(_text(x, top + 15 * index, line, anchor) for index, line in enumerate(lines))


def _ring(angles, share, colour):
    points = [_point(angle, share) for angle in angles]
    return Markup('<polygon points="%s" fill="none" stroke="%s" stroke-width="1"/>') % (_path(points), colour)


def _dot(x, y, style):
    return Markup('<circle cx="%.1f" cy="%.1f" r="4" fill="%s" stroke="%s" stroke-width="2"/>') % (
        x,
        y,
        style["point"],
        style["stroke"],
    )


def _line(x1, y1, x2, y2, colour):
    return Markup('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>') % (x1, y1, x2, y2, colour)


def _text(x, y, text, anchor="start"):
    return Markup('<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>') % (x, y, anchor, escape(text))


def _point(angle, share):
    return CENTRE_X + RADIUS * share * math.cos(angle), CENTRE_Y + RADIUS * share * math.sin(angle)


def _path(points):
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)

"""Larger drawings of a report: matrices of pairs with their difference, and curves of distances."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

SIDE = 260.0  # of a matrix, in user units
NAMES = 96.0  # room for names left of it
STRONG = 0.3  # difference that has the full colour
WIDTH, HEIGHT, BASE = 420.0, 180.0, 156.0  # of the curves, and where their axis lies

Cells = Sequence[Sequence[float | None]]


def heat(matrices: Mapping[str, Any]) -> Markup:
    """Three matrices of the same columns: of real, of synthetic rows, and what the latter have more or less."""
    names: Sequence[str] = matrices["names"]
    real, made = matrices["real"], matrices["synthetic"]
    gaps = [
        [None if a is None or b is None else b - a for a, b in zip(*rows, strict=True)]
        for rows in zip(real, made, strict=True)
    ]
    drawn = [("real", real, 1.0), ("synthetic", made, 1.0), ("difference", gaps, STRONG)]
    return Markup("").join(_matrix(kind, names, cells, full) for kind, cells, full in drawn)


def curves(details: Mapping[str, Any]) -> Markup:
    """Shares of rows, from below, over the distance that they are within: synthetic as a line, fresh ones dashed."""
    top = max((*details["synthetic"], *details["fresh"]), default=0.0) or 1.0

    def line(kind: str) -> Markup:
        points = zip(details[kind], details["shares"], strict=True)
        drawn = " ".join(f"{_n(x / top * WIDTH)},{_n(BASE - y * (BASE - 8))}" for x, y in points)
        return Markup('<polyline class="curve {}" points="{}"/>').format(kind, drawn)

    axis = Markup('<line class="axis" x1="0" y1="{}" x2="{}" y2="{}"/>').format(_n(BASE), _n(WIDTH), _n(BASE))
    ends = Markup(
        '<text class="tick" x="0" y="{0}">0</text><text class="tick" x="{1}" y="{0}" text-anchor="end">{2}</text>'
    )
    told = "Shares of synthetic and of fresh real rows within a distance of the rows learnt from"
    head = Markup('<svg class="curves" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
        _n(WIDTH), _n(HEIGHT), told
    )
    words = ends.format(_n(HEIGHT - 6), _n(WIDTH), f"{top:.2g}")
    return head + axis + line("fresh") + line("synthetic") + words + Markup("</svg>")


def _matrix(kind: str, names: Sequence[str], cells: Cells, full: float) -> Markup:
    step = SIDE / max(len(names), 1)
    labels = [_label(name, NAMES - 6, (i + 0.5) * step, step) for i, name in enumerate(names)]
    squares = [
        _square(names[i], names[j], value, (NAMES + j * step, i * step, step, full))
        for i, row in enumerate(cells)
        for j, value in enumerate(row)
        if i != j and value is not None
    ]
    frame = Markup('<rect class="frame" x="{}" y="0" width="{}" height="{}"/>').format(_n(NAMES), _n(SIDE), _n(SIDE))
    head = Markup('<figure class="{}"><svg class="heat" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
        kind, _n(NAMES + SIDE), _n(SIDE), f"{kind.capitalize()}: {len(names)} columns, each with each"
    )
    return (
        head
        + Markup("").join([frame, *squares, *labels])
        + Markup("</svg><figcaption>{}</figcaption></figure>").format(kind)
    )


def _square(one: str, other: str, value: float, at: tuple[float, float, float, float]) -> Markup:
    """A square the stronger the value, with the two names and the value to be read when pointed at."""
    x, y, step, full = at
    strength = min(abs(value) / full, 1.0)
    form = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" fill-opacity="{}"><title>{}</title></rect>')
    kind = "more" if value >= 0 else "less"
    told = f"{one} · {other}: {value:.2f}"
    return form.format(kind, _n(x), _n(y), _n(step - 0.5), _n(step - 0.5), f"{strength:.2f}", told)


def _label(name: str, x: float, y: float, step: float) -> Markup:
    size = min(11.0, step)
    shown = name if len(name) <= 15 else name[:14] + "…"
    form = Markup('<text class="label" x="{}" y="{}" text-anchor="end" style="font-size:{}px">{}</text>')
    return form.format(_n(x), _n(y + size / 3), _n(size), shown)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")

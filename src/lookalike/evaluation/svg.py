"""Small drawings as inline SVG; colours are classes of the page, every text is escaped."""

from collections.abc import Iterable, Sequence
from math import ceil

from markupsafe import Markup

from lookalike.evaluation import Figure
from lookalike.evaluation.distributions import Distribution

WIDTH, HEIGHT = 280, 132  # of a column's drawing, in user units
TRACK_HEIGHT = 44
LABEL_WIDTH = 106
TAIL_GAP = 6


def track(figure: Figure) -> Markup:
    """A line with the synthetic value (disc), how far chance moves it (band), and that of fresh real rows (ring)."""
    low, high = _range(figure)
    left, right, middle = 8.0, WIDTH - 8.0, 16.0

    def x(value: float) -> float:
        return left + (right - left) * (min(max(value, low), high) - low) / (high - low)

    parts = [_line("axis", left, middle, right, middle)]
    if figure.direction != "floor":
        ideal = x({"half": 0.5, "lower": low, "higher": 1.0}[figure.direction])
        parts.append(_line("ideal", ideal, middle - 8, ideal, middle + 8))
    if figure.interval is not None:
        parts.append(_line("chance", x(figure.interval[0]), middle, x(figure.interval[1]), middle))
    if figure.value is not None and figure.floor is not None:
        parts.append(_line("gap", x(figure.floor), middle, x(figure.value), middle))
    if figure.floor is not None:
        parts.append(_circle("fresh", x(figure.floor), middle))
    if figure.value is not None:
        parts.append(_circle("made", x(figure.value), middle))
    ends = ((left, "start", low), (right, "end", high))
    parts += [_text("tick", at, TRACK_HEIGHT - 4, f"{value:g}", anchor) for at, anchor, value in ends]
    return _svg(parts, TRACK_HEIGHT, _told(figure))


def spread(distribution: Distribution, name: str) -> Markup:
    """A column's shares: real as a filled shape, synthetic as a line over it."""
    draw = _level_bars if distribution.kind == "levels" else _histogram
    height = HEIGHT if distribution.kind == "numbers" else 16 * len(distribution.labels) + 4
    return _svg(draw(distribution), height, f"How {name} is spread in real and in synthetic rows")


def _range(figure: Figure) -> tuple[float, float]:
    known = [v for v in (figure.value, figure.floor, *(figure.interval or ())) if v is not None]
    if figure.direction == "half":
        return (0.0, 1.0) if min(known, default=0.5) < 0.4 else (0.4, 1.0)
    if figure.direction in ("higher", "floor"):
        low = next((low for low in (0.9, 0.8, 0.5) if min(known, default=0.0) >= low), 0.0)
        return low, _top(known, (1.0, 2.0, 5.0), figure.bounds[1])
    return 0.0, _top([1.25 * v for v in known], (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0), figure.bounds[1])


def _top(known: Sequence[float], tops: Sequence[float], most: float) -> float:
    """The shortest scale that holds what is known, and `most` at most."""
    return min(next((top for top in tops if max(known, default=0.0) <= top), most), most)


def _told(figure: Figure) -> str:
    made = "not judged" if figure.value is None else f"{figure.value:.3f}"
    fresh = "not known" if figure.floor is None else f"{figure.floor:.3f}"
    chance = "" if figure.interval is None else ", by chance from {:.3f} to {:.3f}".format(*figure.interval)
    return f"Synthetic rows: {made}{chance}. Fresh real rows: {fresh}."


def _histogram(distribution: Distribution) -> list[Markup]:
    base, n = HEIGHT - 18.0, len(distribution.real)
    scale = (base - 6) / max(*distribution.real, *distribution.synthetic, 1e-9)
    step = (WIDTH - 2 * TAIL_GAP) / n
    lefts = [i * step + TAIL_GAP * ((i > 0) + (i == n - 1)) for i in range(n)]
    bars = [
        _rect("real tail" if i in (0, n - 1) else "real", (x + 0.5, base - h * scale), (step - 1, h * scale))
        for i, (x, h) in enumerate(zip(lefts, distribution.real, strict=True))
    ]
    steps = [(x, x + step, base - h * scale) for x, h in zip(lefts, distribution.synthetic, strict=True)]
    lines = [_path(s) for s in (steps[:1], steps[1:-1], steps[-1:])]
    ends = [(lefts[1], "start", distribution.labels[0]), (lefts[-1] - TAIL_GAP, "end", distribution.labels[-1])]
    words = [_text("tick", x, HEIGHT - 4, text, anchor) for x, anchor, text in ends]
    return [*bars, _line("axis", 0, base, WIDTH, base), *lines, *words]


def _level_bars(distribution: Distribution) -> list[Markup]:
    room = WIDTH - LABEL_WIDTH - 80.0
    scale = room / max(*distribution.real, *distribution.synthetic, 1e-9)
    rows = zip(distribution.labels, distribution.real, distribution.synthetic, strict=True)
    return [part for i, row in enumerate(rows) for part in _level(row, 16.0 * i + 2, scale)]


def _level(row: tuple[str, float, float], top: float, scale: float) -> Iterable[Markup]:
    label, real, made = row
    yield Markup("<g><title>{}</title>").format(label)
    yield _text("label", LABEL_WIDTH - 8, top + 10, _short(label, 15), "end")
    yield _rect("real", (LABEL_WIDTH, top + 1), (real * scale, 11))
    yield _rect("made", (LABEL_WIDTH, top + 5), (made * scale, 3))
    yield _text("tick", WIDTH, top + 10, f"{_percent(real)} · {_percent(made)}", "end")
    yield Markup("</g>")


def _percent(share: float) -> str:
    """A share of at most four digits, rounded half up, so that 0.5 % is never 0."""
    return f"{share:.1%}" if share < 0.0995 else f"{ceil(share * 100 - 0.5)}%"


def _short(text: str, n: int) -> str:
    return text if len(text) <= n else text[: n - 1] + "…"


def _svg(parts: Sequence[Markup], height: float, told: str) -> Markup:
    head = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">').format(WIDTH, _n(height), told)
    return head + Markup("").join(parts) + Markup("</svg>")


def _path(steps: Sequence[tuple[float, float, float]]) -> Markup:
    points = " ".join(f"{_n(a)},{_n(y)} {_n(b)},{_n(y)}" for a, b, y in steps)
    return Markup('<polyline class="made" points="{}"/>').format(points)


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    form = Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>')
    return form.format(kind, _n(x1), _n(y1), _n(x2), _n(y2))


def _rect(kind: str, corner: tuple[float, float], size: tuple[float, float]) -> Markup:
    form = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>')
    return form.format(kind, *map(_n, corner), *map(_n, size))


def _circle(kind: str, x: float, y: float) -> Markup:
    return Markup('<circle class="{}" cx="{}" cy="{}" r="6"/>').format(kind, _n(x), _n(y))


def _text(kind: str, x: float, y: float, text: str, anchor: str) -> Markup:
    form = Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>')
    return form.format(kind, _n(x), _n(y), anchor, text)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")

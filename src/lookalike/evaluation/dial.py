"""A dial for one side of the verdict: half a circle from poor on the left to fresh real rows on the right."""

from math import cos, pi, sin

from markupsafe import Markup

from lookalike.evaluation.verdict import Grade, Side

WIDTH, HEIGHT = 200, 118  # in user units
CENTRE, RADIUS = (100.0, 104.0), 84.0
GAP = 0.008  # of the half circle, between its thirds
GRADES = (Grade.POOR, Grade.FAIR, Grade.GOOD)


def dial(side: Side, name: str) -> Markup:
    """Three thirds of an arc, the one of the grade in its colour, a band for chance, and a hand at the score."""
    thirds = [
        _arc(f"third {grade}" if grade is side.grade else "third", (i / 3 + GAP, (i + 1) / 3 - GAP), RADIUS)
        for i, grade in enumerate(GRADES)
    ]
    band = [] if side.band is None else [_arc("band", side.band, RADIUS - 14)]
    hand = [] if side.score is None else [_hand(side.score)]
    head = Markup('<svg class="dial" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
        WIDTH, HEIGHT, _told(side, name)
    )
    return head + Markup("").join([*thirds, *band, *hand]) + Markup("</svg>")


def _told(side: Side, name: str) -> str:
    if side.score is None:
        return f"{name}: not judged."
    return f"{name}: {side.grade}, {side.score:.0%} of the way from nothing to fresh real rows."


def _arc(kind: str, ends: tuple[float, float], radius: float) -> Markup:
    (x1, y1), (x2, y2) = (_at(share, radius) for share in ends)
    form = Markup('<path class="{}" d="M{} {}A{} {} 0 0 1 {} {}"/>')
    return form.format(kind, _n(x1), _n(y1), _n(radius), _n(radius), _n(x2), _n(y2))


def _hand(score: float) -> Markup:
    (x1, y1), (x2, y2) = _at(score, RADIUS - 30), _at(score, RADIUS + 8)
    return Markup('<line class="hand" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(_n(x1), _n(y1), _n(x2), _n(y2))


def _at(share: float, radius: float) -> tuple[float, float]:
    """The point of the half circle at that share of the way from left to right."""
    angle = pi * (1 - share)
    return CENTRE[0] + radius * cos(angle), CENTRE[1] - radius * sin(angle)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")

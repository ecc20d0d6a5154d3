"""The verdict on what is no table: the same grades, and a sentence that names what was judged."""

from lookalike.evaluation import Figure
from lookalike.evaluation.verdict import Grade, Scale, Side, Verdict, in_words

_PRIVACY = {
    Grade.GOOD: "they repeat no more of what was learnt from than fresh real ones do",
    Grade.FAIR: "they lean slightly towards what was learnt from",
    Grade.POOR: "they repeat too much of what was learnt from: do not share them",
    Grade.UNKNOWN: "too little was held back to judge how private they are",
}
UNKNOWN = Side(Grade.UNKNOWN)


def worst(sides: list[Side]) -> Side:
    """The worst of those that are known; unknown if none is."""
    return min((s for s in sides if s.score is not None), key=lambda s: s.score or 0.0, default=UNKNOWN)


def above_floor(figure: Figure | None, least: float, scale: Scale) -> Side:
    """How far a value is above its floor, or above `least` if that is higher; unknown without both."""
    if figure is None or figure.value is None or figure.floor is None:
        return UNKNOWN
    base, ends = max(figure.floor, least), figure.interval
    return scale.side(figure.value - base, ends and (ends[0] - base, ends[1] - base))


def surely_above_floor(figure: Figure | None, scale: Scale) -> Side:
    """The same by the low end of the interval: what chance alone explains is not held against a figure."""
    if figure is None or figure.value is None or figure.floor is None:
        return UNKNOWN
    low, high = figure.interval or (figure.value, figure.value)
    return scale.side(low - figure.floor, (low - figure.floor, high - figure.floor))


def spoken(what: str, fidelity: Side, utility: Side, privacy: Side) -> Verdict:
    """The verdict in words; `what` is the plural of what was judged."""
    return in_words(what, (fidelity, utility, privacy), _PRIVACY)

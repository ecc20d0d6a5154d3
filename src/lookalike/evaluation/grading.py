"""The verdict on what is no table: the same grades, and a sentence that names what was judged."""

from collections.abc import Iterator, Mapping

from lookalike.evaluation import Figure
from lookalike.evaluation.gate import unjudged
from lookalike.evaluation.verdict import POOR_BELOW, Grade, Scale, Side, Verdict, in_words

PRIVACY = {
    Grade.GOOD: "they repeat no more of what was learnt from than fresh real ones do",
    Grade.FAIR: "they lean slightly towards what was learnt from",
    Grade.POOR: "they repeat too much of what was learnt from: do not share them",
    Grade.UNKNOWN: "too little was held back to judge how private they are",
}
UNKNOWN = Side(Grade.UNKNOWN)


def worst(sides: Mapping[str, Side], family: str) -> Side:
    """The worst of a family's that are known; unknown if none is."""
    known = [s for name, s in sides.items() if name.startswith(f"{family}.") and s.score is not None]
    return min(known, key=lambda s: s.score or 0.0, default=UNKNOWN)


def standard(sides: Mapping[str, Side], figures: Mapping[str, Figure]) -> Iterator[str]:
    """
    Why the gate ``standard`` keeps sequences or texts back: figures whose grade is poor at the end of the band that
    speaks for them; that nothing of fidelity, or of privacy, could be judged.

    Args:
        sides: What is graded, by the name of the figure.
    """
    for family in ("fidelity", "privacy"):
        names = [name for name in sides if name.startswith(f"{family}.")]
        if worst(sides, family) is UNKNOWN:
            yield unjudged(names[0], figures)
        yield from poor({name: sides[name] for name in names}, figures)


def poor(sides: Mapping[str, Side], figures: Mapping[str, Figure]) -> Iterator[str]:
    """Figures whose grade is poor even at the end of the band that speaks for them, a sentence each."""
    return (_poor(name, figures[name]) for name, side in sides.items() if _best(side) < POOR_BELOW)


def _best(side: Side) -> float:
    return 1.0 if side.score is None else max(side.band or (side.score,))


def _poor(name: str, figure: Figure) -> str:
    beside = "" if figure.floor is None else f", that of fresh real ones {figure.floor:.3f}"
    return f"{name} is {figure.value:.3f}{beside}"


def above_floor(figure: Figure, least: float, scale: Scale) -> Side:
    """How far a value is above its floor, or above `least` if that is higher; unknown without both."""
    if figure.value is None or figure.floor is None:
        return UNKNOWN
    base, ends = max(figure.floor, least), figure.interval
    return scale.side(figure.value - base, ends and (ends[0] - base, ends[1] - base))


def surely_above_floor(figure: Figure, scale: Scale) -> Side:
    """The same by the low end of the interval: what chance alone explains is not held against a figure."""
    if figure.value is None or figure.floor is None:
        return UNKNOWN
    low, high = figure.interval or (figure.value, figure.value)
    return scale.side(low - figure.floor, (low - figure.floor, high - figure.floor))


def spoken(what: str, fidelity: Side, utility: Side, privacy: Side) -> Verdict:
    """The verdict in words; `what` is the plural of what was judged."""
    return in_words(what, (fidelity, utility, privacy), PRIVACY)

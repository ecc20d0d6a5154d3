"""The verdict on what is no table: the same grades, and a sentence that names what was judged."""

from lookalike.evaluation import Figure
from lookalike.evaluation.verdict import Grade, Verdict

_FIDELITY = {
    Grade.GOOD: "the synthetic {0} are hard to tell from fresh real ones",
    Grade.FAIR: "the synthetic {0} resemble fresh real ones, though a classifier finds traces",
    Grade.POOR: "the synthetic {0} are easily told from real ones",
    Grade.UNKNOWN: "there is too little to judge how faithful the synthetic {0} are",
}
_PRIVACY = {
    Grade.GOOD: "they repeat no more of what was learnt from than fresh real ones do",
    Grade.FAIR: "they lean slightly towards what was learnt from",
    Grade.POOR: "they repeat too much of what was learnt from: do not share them",
    Grade.UNKNOWN: "too little was held back to judge how private they are",
}
_ORDER = (Grade.GOOD, Grade.FAIR, Grade.POOR)


def grade(excess: float, good: float, fair: float) -> Grade:
    """The grade of something of which less is better: good and fair up to these."""
    if excess <= good:
        return Grade.GOOD
    return Grade.FAIR if excess <= fair else Grade.POOR


def worst(grades: list[Grade]) -> Grade:
    """The worst of those that are known; unknown if none is."""
    return max((g for g in grades if g in _ORDER), key=_ORDER.index, default=Grade.UNKNOWN)


def above_floor(figure: Figure | None, least: float, good: float, fair: float) -> Grade:
    """The grade of how far a value is above its floor, or above `least` if that is higher; unknown without both."""
    if figure is None or figure.value is None or figure.floor is None:
        return Grade.UNKNOWN
    return grade(figure.value - max(figure.floor, least), good, fair)


def surely_above_floor(figure: Figure | None, good: float, fair: float) -> Grade:
    """The same by the low end of the interval: what chance alone explains is not held against a figure."""
    if figure is None or figure.value is None or figure.floor is None:
        return Grade.UNKNOWN
    low = figure.value if figure.interval is None else figure.interval[0]
    return grade(low - figure.floor, good, fair)


def spoken(what: str, fidelity: Grade, privacy: Grade) -> Verdict:
    """The verdict in words; `what` is the plural of what was judged."""
    joint = ", and" if fidelity is privacy is Grade.GOOD else ";"
    sentence = f"{_FIDELITY[fidelity].format(what)}{joint} {_PRIVACY[privacy]}."
    return Verdict(sentence[0].upper() + sentence[1:], fidelity, privacy)

"""The verdict on texts and the columns beside them: one sentence that says of both how near they are to real ones."""

from collections.abc import Mapping
from dataclasses import dataclass

from lookalike.evaluation import Figure
from lookalike.evaluation.grading import PRIVACY, UNKNOWN
from lookalike.evaluation.verdict import FIDELITY, PRIVACY_OF_ROWS, UTILITY, Grade, Side, Verdict, sentence

_BESIDE = {
    Grade.GOOD: "the columns beside them are hard to tell from those of fresh real rows",
    Grade.FAIR: "the columns beside them resemble those of fresh real rows, though with traces",
    Grade.POOR: "the columns beside them are easily told from those of real rows",
    Grade.UNKNOWN: "there are too few rows to judge the columns beside them",
}
_WHAT_LEARNS = {True: "rows", False: "texts"}


@dataclass(frozen=True)
class Sides:
    """What fidelity, utility and privacy are like, of texts or of rows."""

    fidelity: Side
    utility: Side
    privacy: Side


@dataclass(frozen=True)
class Plain:
    """
    Figures that a reader who is no statistician can be told of.

    Attributes:
        classifier: Of the one that tells texts best; None: none was judged.
        textless, lacking: Of records without a text, and how good that is.
    """

    classifier: Figure | None
    textless: Figure
    lacking: Side


def worded(texts: Sides, rows: Sides | None, figures: Plain, *, whole: bool) -> Verdict:
    """
    The verdict on texts, and on the columns beside them, if there are any.

    Each of its sides is the worse of both; fidelity and privacy are unknown where one is and the other is good.

    Args:
        whole: Whether rows were judged as those of tables, with utility and privacy of their own.
    """
    fidelity = texts.fidelity if figures.lacking is UNKNOWN else _both(texts.fidelity, figures.lacking)
    fidelity = fidelity if rows is None else _both(fidelity, rows.fidelity)
    utility = texts.utility if rows is None else _worse(texts.utility, rows.utility)
    privacy, of_privacy = _privacy(texts.privacy, rows.privacy if rows is not None and whole else None)
    learners = UTILITY.get(utility.grade, "").format(_WHAT_LEARNS[whole])
    beside = "" if rows is None else _BESIDE[rows.fidelity.grade]
    said = [_texts(texts.fidelity.grade, figures.classifier), _lacking(figures), beside, learners, of_privacy]
    well = fidelity.grade is privacy.grade is Grade.GOOD and utility.grade in (Grade.GOOD, Grade.UNKNOWN)
    return Verdict(sentence(said, well=well), fidelity, utility, privacy)


def _texts(grade: Grade, plainest: Figure | None) -> str:
    """How far texts are from real ones, in words and by the share of pairs in which a classifier is right."""
    said = FIDELITY[grade].format("texts")
    if plainest is None or plainest.value is None or plainest.floor is None:
        return said
    times, fresh = (round(100 * share) for share in (plainest.value, plainest.floor))
    beside = f"other real ones {fresh}, chance 50"
    return f"{said} (out of pairs with fresh real ones a classifier picks {times} in 100, {beside})"


def _lacking(figures: Plain) -> str:
    """How many records have no text, where that is not as in the real rows."""
    if figures.lacking.grade not in (Grade.FAIR, Grade.POOR):
        return ""
    synthetic, real = (figures.textless.details[table] for table in ("synthetic", "train"))
    return f"{synthetic:.0%} of the records have no text, of the real ones {real:.0%}"


def _worse(one: Side, other: Side) -> Side:
    """The worse of those that are known."""
    known = [side for side in (one, other) if side.score is not None]
    return min(known, key=lambda side: side.score or 0.0, default=UNKNOWN)


def _both(one: Side, other: Side) -> Side:
    """The worse of two; unknown where one is and the other is good: the one that is unknown may not be."""
    worse = _worse(one, other)
    unknown = Grade.UNKNOWN in (one.grade, other.grade) and worse.grade is Grade.GOOD
    return UNKNOWN if unknown else worse


def _privacy(texts: Side, rows: Side | None) -> tuple[Side, str]:
    of_texts, of_rows = PRIVACY[texts.grade], "" if rows is None else PRIVACY_OF_ROWS[rows.grade]
    if rows is None:
        return texts, of_texts
    both = _both(texts, rows)
    if both.grade is Grade.UNKNOWN:
        return both, PRIVACY[Grade.UNKNOWN]
    return both, of_texts if both is texts else of_rows


def plainest(sides: Mapping[str, Side], figures: Mapping[str, Figure]) -> Figure | None:
    """The figure of the classifier whose side is the worst; None if none could be judged."""
    known = [name for name, side in sides.items() if name.startswith("fidelity.c2st") and side.score is not None]
    name = min(known, key=lambda name: sides[name].score or 0.0, default=None)
    return None if name is None else figures[name]

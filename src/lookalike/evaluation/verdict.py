"""One sentence on how faithful and how private, by rules anyone can check against the figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lookalike.evaluation import Figure


class Grade(StrEnum):
    """How good one side of the matter is."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """The sentence, and the grades it was made from."""

    sentence: str
    fidelity: Grade
    privacy: Grade


C2ST_GOOD, C2ST_FAIR = 0.10, 0.25  # AUC above that of fresh real rows
PAIRS_GOOD, PAIRS_FAIR = 0.03, 0.10  # distance above that of fresh real rows, where there is no C2ST
LEAK_GOOD, LEAK_FAIR = 0.04, 0.12  # of the way from fresh real rows (0) to a complete copy (1), beyond chance
MAX_CHANCE = 0.5  # of that way: where chance alone goes further, no leaning says nothing
FEW_ROWS = 500  # a side; with fewer, the sentence says how many it rests on

_FIDELITY = {
    Grade.GOOD: "the synthetic rows are hard to tell from fresh real rows",
    Grade.FAIR: "the synthetic rows resemble fresh real rows, though a classifier finds traces",
    Grade.POOR: "the synthetic rows are easily told from real rows",
    Grade.UNKNOWN: "there are too few rows to judge how faithful the synthetic rows are",
}
_PRIVACY = {
    Grade.GOOD: "they stand no nearer to the rows learnt from than to rows held back",
    Grade.FAIR: "they lean slightly towards the rows learnt from",
    Grade.POOR: "they stand too near to the rows learnt from: do not share them",
    Grade.UNKNOWN: "there are too few held-back rows to judge how private they are",
}


def verdict(figures: Mapping[str, Figure]) -> Verdict:
    """
    The verdict on a set of figures.

    Fidelity goes by `fidelity.c2st` above its floor (at least 0.5), or by `fidelity.pair_distances` above its floor
    where that cannot be judged; without a floor it is unknown. Privacy goes by the leak that
    `privacy.dcr_share` tells (0 for fresh real rows, 1 for a copy), less two standard errors.
    """
    c2st = figures.get("fidelity.c2st")
    fidelity, privacy = _fidelity(figures), _privacy(figures.get("privacy.dcr_share"))
    n_rows = c2st.details.get("n_rows", FEW_ROWS) if c2st else FEW_ROWS
    hedge = f"As far as {n_rows} rows can show, " if n_rows < FEW_ROWS and fidelity is not Grade.UNKNOWN else ""
    joint = ", and" if fidelity is privacy is Grade.GOOD else ";"
    sentence = f"{hedge}{_FIDELITY[fidelity]}{joint} {_PRIVACY[privacy]}."
    return Verdict(sentence[0].upper() + sentence[1:], fidelity, privacy)


def _fidelity(figures: Mapping[str, Figure]) -> Grade:
    scales = (("c2st", 0.5, C2ST_GOOD, C2ST_FAIR), ("pair_distances", 0.0, PAIRS_GOOD, PAIRS_FAIR))
    for name, least, good, fair in scales:
        figure = figures.get(f"fidelity.{name}")
        if figure is not None and figure.value is not None and figure.floor is not None:
            return _grade(figure.value - max(figure.floor, least), good, fair)
    return Grade.UNKNOWN


def _privacy(dcr: Figure | None) -> Grade:
    if dcr is None or dcr.value is None:
        return Grade.UNKNOWN
    chance = 2 * float(dcr.details["leak_error"])
    grade = _grade(float(dcr.details["leak"]) - chance, LEAK_GOOD, LEAK_FAIR)
    return Grade.UNKNOWN if grade is Grade.GOOD and chance > MAX_CHANCE else grade


def _grade(excess: float, good: float, fair: float) -> Grade:
    if excess <= good:
        return Grade.GOOD
    return Grade.FAIR if excess <= fair else Grade.POOR

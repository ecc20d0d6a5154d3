"""One sentence on how faithful, how useful and how private, by rules anyone can check against the figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lookalike.evaluation import Figure


class Grade(StrEnum):
    """How good one side of the matter is."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Side:
    """
    One side of the matter.

    Attributes:
        score: 1 where fresh real rows are, 2/3 where good ends, 1/3 where fair ends, towards 0; None if unknown.
        band: Of the score, from the interval of the figure it goes by; None if that has none.
    """

    grade: Grade
    score: float | None = None
    band: tuple[float, float] | None = None

    def to_json(self) -> dict[str, Any]:
        return {"grade": self.grade.value, "score": self.score, "band": None if self.band is None else list(self.band)}


@dataclass(frozen=True)
class Verdict:
    """The sentence, and the three sides it was made from."""

    sentence: str
    fidelity: Side
    utility: Side
    privacy: Side

    def to_json(self) -> dict[str, Any]:
        sides = {name: side.to_json() for name, side in vars(self).items() if isinstance(side, Side)}
        return {"sentence": self.sentence, **sides}


POOR_BELOW = 1 / 3  # a score


@dataclass(frozen=True)
class Scale:
    """How far above fresh real rows is good, and how far fair."""

    good: float
    fair: float

    def grade(self, excess: float) -> Grade:
        if excess <= self.good:
            return Grade.GOOD
        return Grade.FAIR if excess <= self.fair else Grade.POOR

    def score(self, excess: float) -> float:
        """1 up to fresh real rows, 2/3 where good ends, `POOR_BELOW` where fair ends, then towards 0."""
        if excess <= 0:
            return 1.0
        if excess <= self.good:
            return 1 - excess / self.good / 3
        if excess <= self.fair:
            return 2 / 3 - (excess - self.good) / (self.fair - self.good) * POOR_BELOW
        return self.fair / excess * POOR_BELOW

    def side(self, excess: float, ends: tuple[float, float] | None) -> Side:
        band = None if ends is None else (self.score(max(ends)), self.score(min(ends)))
        return Side(self.grade(excess), self.score(excess), band)


C2ST = Scale(0.10, 0.25)  # AUC above that of fresh real rows
PAIRS = Scale(0.03, 0.10)  # distance above that of fresh real rows, where there is no C2ST
TSTR = Scale(0.03, 0.10)  # what a model learnt from them lacks to one learnt from real rows
LEAK = Scale(0.04, 0.12)  # of the way from fresh real rows (0) to a complete copy (1), beyond chance
MAX_CHANCE = 0.5  # of that way: where chance alone goes further, no leaning says nothing
FEW_ROWS = 500  # a side; with fewer, the sentence says how many it rests on

FIDELITY = {  # of rows, or of whatever else is judged
    Grade.GOOD: "the synthetic {0} are hard to tell from fresh real {0}",
    Grade.FAIR: "the synthetic {0} resemble fresh real {0}, though a classifier finds traces",
    Grade.POOR: "the synthetic {0} are easily told from real {0}",
    Grade.UNKNOWN: "there are too few {0} to judge how faithful the synthetic {0} are",
}
UTILITY = {
    Grade.GOOD: "models learn from them as well as from real {0}",
    Grade.FAIR: "models learn from them somewhat less than from real {0}",
    Grade.POOR: "models learn from them much less than from real {0}",
}
PRIVACY_OF_ROWS = {
    Grade.GOOD: "they stand no nearer to the rows learnt from than to rows held back",
    Grade.FAIR: "they lean slightly towards the rows learnt from",
    Grade.POOR: "they stand too near to the rows learnt from: do not share them",
    Grade.UNKNOWN: "there are too few held-back rows to judge how private they are",
}


def verdict(figures: Mapping[str, Figure]) -> Verdict:
    """
    The verdict on a set of figures.

    Fidelity goes by `fidelity.c2st` above its floor (at least 0.5), or by `fidelity.pair_distances` above its floor
    where that cannot be judged; without a floor it is unknown. Utility goes by what `utility.tstr` lacks to its floor.
    Privacy goes by the leak that `privacy.dcr_share` tells (0 for fresh real rows, 1 for a copy), less two standard
    errors.
    """
    c2st = figures.get("fidelity.c2st")
    fidelity = _fidelity(figures)
    utility, privacy = learnt(figures.get("utility.tstr")), _privacy(figures.get("privacy.dcr_share"))
    n_rows = c2st.details.get("n_rows", FEW_ROWS) if c2st else FEW_ROWS
    hedge = f"As far as {n_rows} rows can show, " if n_rows < FEW_ROWS and fidelity.grade is not Grade.UNKNOWN else ""
    return in_words("rows", (fidelity, utility, privacy), PRIVACY_OF_ROWS, hedge)


def in_words(what: str, sides: tuple[Side, Side, Side], of_privacy: Mapping[Grade, str], hedge: str = "") -> Verdict:
    """
    The verdict on fidelity, utility and privacy: in one breath where all is well, else side by side.

    Args:
        what: The plural of what was judged.
        of_privacy: What is said of privacy by its grade.
        hedge: What the sentence begins with.
    """
    fidelity, utility, privacy = sides
    said = [FIDELITY[fidelity.grade], UTILITY.get(utility.grade), of_privacy[privacy.grade]]
    well = fidelity.grade is privacy.grade is Grade.GOOD and utility.grade in (Grade.GOOD, Grade.UNKNOWN)
    return Verdict(sentence([part.format(what) for part in said if part], hedge, well=well), *sides)


def sentence(said: Sequence[str], hedge: str = "", *, well: bool) -> str:
    """What is to be said as one sentence, in one breath if all is well; what is empty is left out."""
    *first, last = [part for part in said if part]
    told = hedge + (f"{', '.join(first)}, and {last}." if well else f"{'; '.join([*first, last])}.")
    return told[0].upper() + told[1:]


def _fidelity(figures: Mapping[str, Figure]) -> Side:
    for name, least, scale in (("c2st", 0.5, C2ST), ("pair_distances", 0.0, PAIRS)):
        figure = figures.get(f"fidelity.{name}")
        if figure is not None and figure.value is not None and figure.floor is not None:
            base, ends = max(figure.floor, least), figure.interval
            return scale.side(figure.value - base, ends and (ends[0] - base, ends[1] - base))
    return Side(Grade.UNKNOWN)


def learnt(tstr: Figure | None) -> Side:
    """Utility, by what a model learnt from synthetic rows lacks to one learnt from real ones."""
    if tstr is None or tstr.value is None or tstr.floor is None:
        return Side(Grade.UNKNOWN)
    floor, ends = tstr.floor, tstr.interval
    return TSTR.side(floor - tstr.value, ends and (floor - ends[1], floor - ends[0]))


def _privacy(dcr: Figure | None) -> Side:
    if dcr is None or dcr.value is None:
        return Side(Grade.UNKNOWN)
    leak, chance = float(dcr.details["leak"]), 2 * float(dcr.details["leak_error"])
    side = LEAK.side(leak - chance, (leak - chance, leak + chance))
    return Side(Grade.UNKNOWN) if side.grade is Grade.GOOD and chance > MAX_CHANCE else side

"""How far the trees follow the data: the privacy dial, the quality asked for, and what small tables need."""

from dataclasses import dataclass, replace
from math import log2
from typing import Literal

Privacy = Literal["faithful", "balanced", "private"]
Quality = Literal["standard", "high"]

SMALL_ROWS = 1_000  # below that single rows weigh so much that splits must be surer
COMMON_ROWS = 6_000  # the dials' certainty is meant for so many and fewer
PER_DOUBLING = 0.5  # more certainty: twice the rows have twice the nodes at which chance may seem to speak
MORE_MAX = 2.2  # more
FOREST, SOONER = 4, -0.5  # trees of each column, and certainty more, where quality counts more than time
FEATURES_MAX = 200  # earlier columns a tree sees


@dataclass(frozen=True)
class Dial:
    """
    The settings of all trees of a table.

    Attributes:
        certainty: How far above chance a split must gain, in standard deviations of a chance gain.
        min_leaf: Rows a leaf must have.
        trees: Of each column; each run of drawn rows takes one of them.
        share: Of the earlier columns, at random, that each split may look at.
        refined: Whether drawn rows are chosen by a classifier.
    """

    certainty: float
    min_leaf: int
    trees: int = 1
    share: float = 1.0
    refined: bool = False


_DIALS: dict[Privacy, Dial] = {
    "faithful": Dial(2.0, 10),
    "balanced": Dial(3.0, 20),
    "private": Dial(9.0, 20, trees=8, share=0.9),
}


def dial(privacy: Privacy, quality: Quality, n_rows: int) -> Dial:
    """The settings for a table of that many rows."""
    chosen = _DIALS[privacy]
    if quality == "high":
        chosen = _refined(chosen)
    if n_rows < SMALL_ROWS:
        return replace(chosen, certainty=chosen.certainty * SMALL_ROWS / n_rows)
    more = min(max(PER_DOUBLING * log2(n_rows / COMMON_ROWS), 0.0), MORE_MAX)
    return replace(chosen, certainty=chosen.certainty + more)


def _refined(chosen: Dial) -> Dial:
    """Several trees even out what one of them makes of chance, so they may split a little sooner."""
    if chosen.trees > 1:
        return replace(chosen, refined=True)
    return Dial(chosen.certainty + SOONER, chosen.min_leaf, trees=FOREST, share=0.9, refined=True)

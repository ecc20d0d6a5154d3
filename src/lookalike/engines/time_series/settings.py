"""How far the trees of a step follow the data: the privacy dial and the quality asked for."""

from dataclasses import dataclass, replace
from typing import Literal

Privacy = Literal["faithful", "balanced", "private"]
Quality = Literal["standard", "high"]

STEPS_MAX = 60_000  # steps that trees are grown from: more make them slower, hardly better
STEP_CELLS = 720_000  # steps times columns, so that wide tables take no longer than their rows do
STEPS_MIN = 10_000
FEATURES_MAX = 160  # of one column


@dataclass(frozen=True)
class Dial:
    """
    The settings of all trees of a step.

    Attributes:
        certainty: How far above chance a split must gain, in standard deviations of a chance gain.
        min_leaf: Steps a leaf must have: so many donors stand behind each draw.
        trees: Of each column; each draw takes one of them at random.
        share: Of the features, at random, that each split may look at.
        smoothing: How far a drawn number may move from its donor towards a neighbour in the leaf, of the way there.
    """

    certainty: float
    min_leaf: int
    trees: int
    share: float = 0.7
    smoothing: float = 0.5


_DIALS: dict[Privacy, Dial] = {
    "faithful": Dial(0.0, 5, 5),
    "balanced": Dial(1.0, 5, 5),
    "private": Dial(3.0, 20, 8, smoothing=1.0),
}
_HIGH = 15  # trees


def dial(privacy: Privacy, quality: Quality) -> Dial:
    """The settings."""
    chosen = _DIALS[privacy]
    return replace(chosen, trees=_HIGH) if quality == "high" else chosen


def steps_for(n_columns: int) -> int:
    """How many steps the trees of so many columns are grown from at most."""
    return max(STEPS_MIN, min(STEPS_MAX, STEP_CELLS // max(n_columns, 1)))

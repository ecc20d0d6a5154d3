"""How far the trees follow the data: the privacy dial, and what small tables need."""

from dataclasses import dataclass
from typing import Literal

Privacy = Literal["faithful", "balanced", "private"]

SMALL_ROWS = 1_000  # below that single rows weigh so much that splits must be surer
FEATURES_MAX = 200  # earlier columns a tree sees


@dataclass(frozen=True)
class Dial:
    """
    The settings of all trees of a table.

    Attributes:
        certainty: How far above chance a split must gain, in standard deviations of a chance gain.
        min_leaf: Rows a leaf must have.
    """

    certainty: float
    min_leaf: int


_DIALS: dict[Privacy, Dial] = {
    "faithful": Dial(3.0, 10),
    "balanced": Dial(4.0, 20),
    "private": Dial(6.0, 20),
}


def dial(privacy: Privacy, n_rows: int) -> Dial:
    """The settings for a table of that many rows."""
    chosen = _DIALS[privacy]
    if n_rows >= SMALL_ROWS:
        return chosen
    return Dial(chosen.certainty * (SMALL_ROWS / n_rows) ** 0.5, chosen.min_leaf)

"""Categories with an order: a code a level, from the least to the greatest, missing one more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.transforms import Codes, Encoded, Floats, Numbers, Scale, Scores, normal
from lookalike.transforms.levels import levels_from_state, levels_state

BINS = 250  # of equal frequency; one more is kept for missing

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ordered:
    """
    The levels that may be shown.

    Attributes:
        shown: Ascending; a last null if the column has missing cells.
        n_rows: Rows that have each level, without that null; shape ``(k,)``.
    """

    shown: pl.Series
    n_rows: npt.NDArray[np.int64]
    exact: bool = True

    @property
    def n_levels(self) -> int:
        return len(self.shown)

    @property
    def scale(self) -> Scale:
        ranks, bins = self._ranks(), self._bins()
        missing = self.n_levels - len(self.n_rows)
        return Scale(
            ordered=True,
            n_bins=int(bins.max(initial=0)) + 1 + missing,
            code_bins=np.concatenate([bins, [int(bins.max(initial=0)) + 1] * missing]).astype(np.uint8),
            code_scores=np.concatenate([normal.score(ranks), [0.0] * missing]).astype(np.float32),
            code_ranks=np.concatenate([ranks, [np.nan] * missing]),
            cell_bins=np.zeros(0, np.uint8),
            cell_ranks=np.zeros(0),
        )

    def levels(self, codes: Codes, scores: Scores) -> Codes:
        return codes

    def decode(self, codes: Codes, scores: Scores, *, seed: int, rows: Numbers) -> pl.Series:
        return self.decode_levels(codes)

    def decode_levels(self, levels: Codes) -> pl.Series:
        return self.shown.gather(pl.Series(levels).cast(pl.UInt32))

    def state(self) -> tuple[dict[str, Any], Mapping[str, npt.NDArray[Any]]]:
        spec, arrays = levels_state(self.shown)
        return {"kind": "ordered", "levels": spec}, arrays | {"n_rows": self.n_rows}

    def _ranks(self) -> Floats:
        """The middle of each level among the present rows, in (0, 1)."""
        middles: Floats = (np.cumsum(self.n_rows) - self.n_rows / 2) / max(int(self.n_rows.sum()), 1)
        return middles

    def _bins(self) -> npt.NDArray[np.int64]:
        numbers = np.arange(len(self.n_rows))
        if len(numbers) <= BINS:
            return numbers
        return np.unique((self._ranks() * BINS).astype(np.int64), return_inverse=True)[1].astype(np.int64)


def fit_ordered(series: pl.Series, levels: pl.Series, min_rows: int) -> tuple[Ordered, Encoded, Places] | None:
    """
    The transform of a column, its own encoding, and the places of the levels that are too rare to be shown.

    A row of a rare level is learnt from as if it had the nearest level that may be shown.

    Args:
        levels: All that occur are among them, ascending.
        min_rows: A level in fewer rows is rare.

    Returns:
        None if all levels are rare.
    """
    places = _places(series, levels)
    n_rows = np.bincount(places[places >= 0], minlength=len(levels)).astype(np.int64)
    shown = np.flatnonzero(n_rows >= max(min_rows, 1))
    if not len(shown):
        return None
    nearest = _nearest(shown, len(levels))
    missing = bool((places < 0).any())
    codes = np.where(places < 0, len(shown), nearest[places]).astype(np.int32)
    kept = np.bincount(codes, minlength=len(shown))[: len(shown)].astype(np.int64)
    cells = levels.gather(shown).alias("")
    transform = Ordered(cells.extend_constant(None, 1) if missing else cells, kept)
    scores = transform.scale.code_scores[codes]
    return transform, Encoded(codes, scores, codes), np.flatnonzero((n_rows > 0) & (n_rows < min_rows))


def load_ordered(spec: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Ordered:
    """The transform of a state."""
    return Ordered(levels_from_state(spec["levels"], arrays), arrays["n_rows"])


def _places(series: pl.Series, levels: pl.Series) -> Places:
    """Which level each row has, -1 for missing, shape ``(n,)``."""
    plain = pl.String if series.dtype in (pl.Categorical, pl.Enum) else series.dtype
    keys = pl.DataFrame({"cell": levels.cast(plain), "place": np.arange(len(levels))})
    cells = pl.DataFrame({"cell": series.cast(plain)})
    found = cells.join(keys, on="cell", how="left", maintain_order="left")["place"]
    return np.array(found.fill_null(-1).to_numpy(), np.int64)


def _nearest(shown: Places, n_levels: int) -> Places:
    """For each level the number of the shown one that is nearest, the lower of two; shape ``(n_levels,)``."""
    above = np.minimum(np.searchsorted(shown, np.arange(n_levels)), len(shown) - 1)
    below = np.maximum(above - 1, 0)
    places = np.arange(n_levels)
    nearer: Places = np.where(np.abs(places - shown[below]) <= np.abs(shown[above] - places), below, above)
    return nearer

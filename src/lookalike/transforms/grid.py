"""The grid that a column's values keep: a number of decimals, or a common step; and values between two of them."""

from dataclasses import dataclass

import numpy as np

from lookalike.transforms import Floats
from lookalike.transforms.physical import Values

DECIMALS_MAX = 7  # beyond that a number is taken for one without a grid
WHOLE = 2.0**53  # from here on every float is a whole number


@dataclass(frozen=True)
class Grid:
    """`decimals` for floats (None: any value goes), `step` for integers (at least 1)."""

    decimals: int | None
    step: int


def find_grid(values: Values) -> Grid:
    """The coarsest grid that all values keep; `values` ascending and distinct."""
    if values.dtype.kind != "f":
        return Grid(None, _step(values))
    finite = values[np.isfinite(values)]
    most = DECIMALS_MAX if np.abs(finite).max(initial=0.0) < WHOLE else 0
    for decimals in range(most + 1):
        if np.array_equal(np.round(finite, decimals), finite):
            return Grid(decimals, 1)
    return Grid(None, 1)


def between(low: Values, high: Values, part: Floats, grid: Grid) -> Values:
    """
    Values on the grid from `low` to `high`, in the dtype of both.

    Args:
        low, high: Neighbouring known values, ``low <= high``, shape ``(n,)``.
        part: How far from low to high, in ``[0, 1]``.
    """
    if low.dtype.kind != "f":
        return _between_integers(low, high, part, grid.step)
    values = low * (1.0 - part) + high * part  # the difference of both might be too large for a float
    if grid.decimals is not None:
        values = np.round(values, grid.decimals)
    kept: Values = np.clip(values.astype(low.dtype), low, high)
    return kept


def _between_integers(low: Values, high: Values, part: Floats, step: int) -> Values:
    """In unsigned arithmetic, which neither overflows nor rounds at the ends of 64 bits."""
    gap = high.astype(np.uint64) - low.astype(np.uint64)
    steps = gap // np.uint64(step)
    taken = np.minimum(np.rint(part * steps.astype(np.float64)), 2.0**63).astype(np.uint64)
    total: Values = low.astype(np.uint64) + np.minimum(taken, steps) * np.uint64(step)
    return total.astype(low.dtype)


def _step(values: Values) -> int:
    if len(values) < 2:
        return 1
    return int(np.gcd.reduce(np.diff(values.astype(np.uint64))))

"""Distance to the closest record, in a space where every column weighs the same."""

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lookalike.evaluation.comparison import HOLDOUT, TRAIN, Rows
from lookalike.evaluation.encoding import EncodedColumn

Points = NDArray[np.int32]

UNIT = 32_768  # distance 1; integers add up exactly, so ties are ties on every machine
MAX_POINTS = 65_000  # in all: a level's code times UNIT stays within an int32
MAX_COLUMNS = 20_000  # so does a distance
BLOCK = 2_048  # references at a time: their totals stay in the first cache


def space(columns: Sequence[EncodedColumn], groups: Sequence[Rows]) -> list[Points]:
    """
    Rows as points, one array of shape ``(rows, columns)`` per group.

    A number becomes its mid-rank among all real values, in ``[0, UNIT]``. Missing numbers and levels lie at least UNIT
    from everything but their like, so that with each column's distance cut at UNIT (see `nearest`) they count as 1.

    Args:
        columns: At most ``MAX_COLUMNS``, of one comparison.
        groups: At most ``MAX_POINTS`` rows in all.
    """
    ends = np.cumsum([len(g) for g in groups])[:-1]
    points = [_place(column, groups) for column in columns]
    return np.split(np.stack(points, axis=1), ends)


@njit(cache=True)
def nearest(queries: Points, references: Points) -> Points:
    """
    Distance of each query to its closest reference: L1, each column's part cut at UNIT.

    Args:
        queries: Shape ``(n, d)``.
        references: Shape ``(d, m)``, transposed and contiguous, ``m >= 1``, ``d <= MAX_COLUMNS``.

    Returns:
        Shape ``(n,)``, in ``[0, d * UNIT]``; 0 is a copy.
    """
    n, d = queries.shape
    m = references.shape[1]
    out = np.empty(n, np.int32)
    totals = np.empty(BLOCK, np.int32)
    for i in range(n):
        best = np.int32(2**31 - 1)
        for start in range(0, m, BLOCK):
            width = min(BLOCK, m - start)
            totals[:] = 0
            for c in range(d):
                here = queries[i, c]
                there = references[c, start : start + width]
                for j in range(width):  # one column of many references at a time: this loop runs on vector registers
                    gap = np.int32(abs(here - there[j]))
                    totals[j] += gap if gap < UNIT else np.int32(UNIT)
            best = min(best, totals[:width].min())
        out[i] = best
    return out


def _place(column: EncodedColumn, groups: Sequence[Rows]) -> Points:
    if column.levels is not None:
        levels = np.concatenate([g.codes(column) for g in groups])
        return (np.unique(levels, return_inverse=True)[1] * UNIT).astype(np.int32)
    values = np.concatenate([g.numbers(column) for g in groups])
    real = np.sort(np.concatenate([column.tables[TRAIN], column.tables[HOLDOUT]]))
    real = real[: np.searchsorted(real, np.nan)]
    rank = (np.searchsorted(real, values, "left") + np.searchsorted(real, values, "right")) / (2 * max(len(real), 1))
    return np.where(np.isnan(values), 2 * UNIT, np.rint(rank * UNIT)).astype(np.int32)

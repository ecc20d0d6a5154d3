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
    n, m = len(queries), references.shape[1]
    out = np.empty(n, np.int32)
    totals = np.empty(BLOCK, np.int32)
    for i in range(n):
        best = np.int32(2**31 - 1)
        for start in range(0, m, BLOCK):
            width = min(BLOCK, m - start)
            _measure(queries[i], references, start, totals[:width])
            best = min(best, totals[:width].min())
        out[i] = best
    return out


@njit(cache=True)
def closest(queries: Points, references: Points, k: int) -> tuple[Points, Points]:
    """
    Distances and numbers of each query's `k` closest references, nearest first; of equally near ones the first.

    Args:
        queries: Shape ``(n, d)``.
        references: Shape ``(d, m)``, as in `nearest`.
        k: At least 1.

    Returns:
        Two arrays of shape ``(n, k)``; where ``m < k`` the last distances are the largest int32, the numbers -1.
    """
    n, m = len(queries), references.shape[1]
    far = np.full((n, k), 2**31 - 1, np.int32)
    who = np.full((n, k), -1, np.int32)
    totals = np.empty(BLOCK, np.int32)
    for i in range(n):
        for start in range(0, m, BLOCK):
            width = min(BLOCK, m - start)
            _measure(queries[i], references, start, totals[:width])
            if totals[:width].min() >= far[i, k - 1]:
                continue  # nearly every block ends here: the rest is rare and may be slow
            for j in range(width):
                if totals[j] < far[i, k - 1]:
                    place = k - 1
                    while place and totals[j] < far[i, place - 1]:
                        far[i, place], who[i, place] = far[i, place - 1], who[i, place - 1]
                        place -= 1
                    far[i, place], who[i, place] = totals[j], start + j
    return far, who


@njit(cache=True)
def closest_but_one(queries: Points, references: Points) -> Points:
    """
    Number of each query's closest reference by all columns but one, for each column in turn; of equals the first.

    Args:
        queries: Shape ``(n, d)``.
        references: Shape ``(d, m)``, as in `nearest`.

    Returns:
        Shape ``(n, d)``; column `c` is by all columns but `c`.
    """
    n, d = queries.shape
    m = references.shape[1]
    who = np.zeros((n, d), np.int32)
    totals = np.empty(BLOCK, np.int32)
    others = np.empty(BLOCK, np.int32)
    for i in range(n):
        best = np.full(d, 2**31 - 1, np.int32)
        for start in range(0, m, BLOCK):
            width = min(BLOCK, m - start)
            _measure(queries[i], references, start, totals[:width])
            for c in range(d):
                here = queries[i, c]
                there = references[c, start : start + width]
                for j in range(width):
                    gap = np.int32(abs(here - there[j]))
                    others[j] = totals[j] - (gap if gap < UNIT else np.int32(UNIT))
                least = others[:width].min()
                if least < best[c]:
                    best[c], who[i, c] = least, start + np.argmin(others[:width])
    return who


@njit(cache=True)
def _measure(query: Points, references: Points, start: int, totals: Points) -> None:
    """Write distances of a query to the references from `start` on, as many as `totals` is long."""
    width = len(totals)
    totals[:] = 0
    for c in range(len(query)):
        here = query[c]
        there = references[c, start : start + width]
        for j in range(width):  # one column of many references at a time: this loop runs on vector registers
            gap = np.int32(abs(here - there[j]))
            totals[j] += gap if gap < UNIT else np.int32(UNIT)


def turned(points: Points) -> Points:
    """Points as references: shape ``(columns, n)``, contiguous."""
    return np.ascontiguousarray(points.T)


def _place(column: EncodedColumn, groups: Sequence[Rows]) -> Points:
    if column.levels is not None:
        levels = np.concatenate([g.codes(column) for g in groups])
        return (np.unique(levels, return_inverse=True)[1] * UNIT).astype(np.int32)
    values = np.concatenate([g.numbers(column) for g in groups])
    real = np.sort(np.concatenate([column.tables[TRAIN], column.tables[HOLDOUT]]))
    real = real[: np.searchsorted(real, np.nan)]
    order = np.argsort(values)  # what is looked up in order is found in half the time
    rising = values[order]
    rank = (np.searchsorted(real, rising, "left") + np.searchsorted(real, rising, "right")) / (2 * max(len(real), 1))
    out = np.empty(len(values), np.int32)
    out[order] = np.where(np.isnan(rising), 2 * UNIT, np.rint(rank * UNIT))
    return out

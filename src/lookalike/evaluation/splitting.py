"""Where to split a leaf of a tree of gradients: at a number, or one set of levels from the others."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lookalike.evaluation.binning import LEVELS, Binned

MIN_ROWS = 20  # of a leaf; those of its parts are estimated by their curvature
MIN_CURVATURE = 1e-3  # of a leaf
FEW_LEVELS = 4  # are tried one by one
SMOOTH = 10.0  # curvature added to a level's where levels are put in order; rows that one must have to be moved
EASE = 10.0  # curvature added to that of either side of a split by more levels than a few
MOST_LEVELS = 32  # that may leave the others together
MIN_GROUP = 100  # rows between two tries
HALF = 32  # bits of a packed pull
LOW = 2**HALF - 1

Array = NDArray[Any]


class Pulls(NamedTuple):
    """
    What rows, or sums of them, want of a tree.

    Attributes:
        packed: int64 ``(n,)``: the gradient of a row in units of `slope` in the upper half, its curvature in units of
            `bend` in the lower one, so that one addition adds both, exactly. Sums over all rows fit both halves.
    """

    packed: Array
    slope: float
    bend: float


class Whole(NamedTuple):
    """
    The leaf that is to be split.

    Attributes:
        total: Its packed pulls.
        least: Curvature that either side must have at least, in units.
        row: Curvature that counts as a row, in units.
        bend: The unit of curvature.
    """

    total: int
    least: int
    row: float
    bend: float


class Desk(NamedTuple):
    """Where splits are worked out."""

    keys: Array  # float64 (width,), what levels are ordered by
    picks: Array  # int64 (width,), levels in that order
    scores: Array  # float64 (width,), of splits at numbers


@njit(cache=True, nogil=True, error_model="numpy")
def split(table: Binned, sums: Array, whole: Whole, desk: Desk, left: Array) -> tuple[int, float]:
    """
    The column of the best split of a leaf and its gain, in units; -1 and 0 if no split gains anything.

    A side scores its squared gradient over its curvature; what both score more than the whole is the gain. Levels are
    ordered by gradient over curvature: the first few of them, from either end, are split from the others. Of equally
    good splits it is the first: by column, then missing ones right before left, then by bin.

    Args:
        sums: Packed pulls by bin, int64 ``(bins,)``; of numbers, but for missing ones, those up to the bin.
        left: Written if there is a split: 1 for bins of the column that go left, int64 ``(width,)``.

    Source: Friedman, Annals of Statistics 29, 2001; levels in order: Fisher, JASA 53, 1958, as LightGBM, Ke et al.,
    NeurIPS 2017.
    """
    pull, bend = float(whole.total >> HALF), float(whole.total & LOW)
    if bend < 2 * whole.least:
        return -1, 0.0
    base = pull * pull / bend
    best, column = base, -1
    for j in range(len(table.kinds)):
        part = sums[table.starts[j] : table.starts[j + 1]]
        if table.kinds[j] != LEVELS:
            found = _number(part, len(part) - table.kinds[j], whole, best, desk.scores, left)
        elif len(part) <= FEW_LEVELS:
            found = _level(part, whole, best, left)
        else:
            found = _levels(part, whole, best, desk.keys, desk.picks, left)
        if found > best:
            best, column = found, j
    return column, best - base


@njit(cache=True, nogil=True, error_model="numpy")
def _number(sums: Array, n: int, whole: Whole, best: float, scores: Array, left: Array) -> float:
    """The best score above `best` of a split of numbers that have `n` bins; one more is of those that are missing."""
    total, least = whole.total, whole.least
    gone = sums[n] if n < len(sums) else 0
    found, at, gone_left = best, -1, 1
    for side in range(2 if gone else 1):
        moved = gone if side else 0
        low, high = 0, n
        while low < n and ((sums[low] + moved) & LOW) < least:
            low += 1
        while high > low and ((total - moved - sums[high - 1]) & LOW) < least:
            high -= 1
        _score(sums[low:high], moved, total, scores)
        for b in range(high - low):
            if scores[b] > found:
                found, at, gone_left = scores[b], low + b, side if gone else 1
    if at >= 0:
        left[:] = 0
        left[: at + 1] = 1
        left[n : len(sums)] = gone_left
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _score(sums: Array, moved: int, total: int, scores: Array) -> None:
    """Write the scores of splits at each of some bins, `moved` going left with them; this runs on vector registers."""
    for b in range(len(sums)):
        here = sums[b] + moved
        there = total - here
        pull, bend = float(np.int32(here >> HALF)), float(np.int32(here))
        other, rest = float(np.int32(there >> HALF)), float(np.int32(there))
        scores[b] = (pull * pull * rest + other * other * bend) / (bend * rest)


@njit(cache=True, nogil=True, error_model="numpy")
def _both(here: int, there: int, ease: float) -> float:
    """What two sides score."""
    pull, bend = float(here >> HALF), float(here & LOW) + ease
    other, rest = float(there >> HALF), float(there & LOW) + ease
    return (pull * pull * rest + other * other * bend) / (bend * rest)


@njit(cache=True, nogil=True, error_model="numpy")
def _level(sums: Array, whole: Whole, best: float, left: Array) -> float:
    """The best score above `best` of one level against the others."""
    found, at = best, -1
    for b in range(len(sums)):
        here, there = sums[b], whole.total - sums[b]
        if (here & LOW) >= whole.least and (there & LOW) >= whole.least:
            score = _both(here, there, 0.0)
            if score > found:
                found, at = score, b
    if at >= 0:
        left[:] = 0
        left[at] = 1
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _levels(sums: Array, whole: Whole, best: float, keys: Array, picks: Array, left: Array) -> float:
    """The best score above `best` of the first levels in order, or the last, against all others."""
    total, group = whole.total, (MIN_GROUP - 0.5) * whole.row
    n = _order(sums, (SMOOTH - 0.5) * whole.row, SMOOTH / whole.bend, keys, picks)
    found, many, back = best, 0, False
    for side in range(2):
        here, since = 0, 0
        for i in range(min(MOST_LEVELS, (n + 1) // 2)):
            pull = sums[picks[n - 1 - i if side else i]]
            here += pull
            since += pull & LOW
            there = total - here
            if (there & LOW) < max(whole.least, group):
                break
            if (here & LOW) < whole.least or since < group:
                continue
            since = 0
            score = _both(here, there, EASE / whole.bend)
            if score > found:
                found, many, back = score, i + 1, side == 1
    if many:
        left[:] = 0
        for i in range(many):
            left[picks[n - 1 - i if back else i]] = 1
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _order(sums: Array, enough: float, smooth: float, keys: Array, picks: Array) -> int:
    """Write the levels of enough curvature, by gradient over curvature; returns how many they are."""
    n = 0
    for b in range(len(sums)):
        bend = float(sums[b] & LOW)
        if bend >= enough:
            key, i = float(sums[b] >> HALF) / (bend + smooth), n
            while i > 0 and keys[i - 1] > key:
                keys[i], picks[i] = keys[i - 1], picks[i - 1]
                i -= 1
            keys[i], picks[i] = key, b
            n += 1
    return n

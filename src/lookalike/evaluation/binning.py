"""Columns cut into few bins, so that where to split them can be found by counting."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lookalike.evaluation.encoding import Vector

MAX_BINS = 255  # of a column, missing included: a code is a byte
MIN_BIN = 3  # rows: a bin of fewer tells nothing that a neighbour would not
NUMBERS, GAPPED, LEVELS = 0, 1, 2  # kinds of a column: numbers, numbers some of which are missing, levels

Codes = NDArray[np.uint8]
Counts = NDArray[np.int32]


class Binned(NamedTuple):
    """
    A table of bins.

    Attributes:
        codes: The bin of each cell, uint8 ``(n, d)``, contiguous. Numbers rise with their bins.
        n_bins: Of each column, int32 ``(d,)``; that of missing numbers is the last one.
        kinds: ``NUMBERS``, ``GAPPED`` or ``LEVELS``, int32 ``(d,)``.
    """

    codes: Codes
    n_bins: Counts
    kinds: Counts


def binned(x: Vector, is_level: NDArray[np.bool_], most: int = MAX_BINS) -> Binned:
    """
    Cells as bins that are made of these rows.

    Numbers: each value is a bin if there are few, else bins have about as many rows each, and a value that alone has so
    many is a bin of its own; missing ones share one more. Levels: each is a bin, the most frequent one first; of more
    than `most` the rarest share the last. A missing level is a level.

    Args:
        x: Shape ``(n, d)``, ``n >= 1``: finite numbers, or whole ones from 0 on for levels; NaN where missing.
        is_level: Which columns hold levels, shape ``(d,)``.
        most: Bins of a column, in ``[3, 255]``.

    Source: bins as of LightGBM, Ke et al., NeurIPS 2017.
    """
    codes = np.empty((is_level.size, len(x)), np.uint8)
    kinds = np.where(is_level, LEVELS, np.where(np.isnan(x).any(axis=0), GAPPED, NUMBERS)).astype(np.int32)
    n_bins = np.empty(is_level.size, np.int32)
    for j, kind in enumerate(kinds.tolist()):
        column = np.ascontiguousarray(x[:, j])
        if kind == LEVELS:
            n_bins[j] = _rank_levels(column, most, codes[j])
        else:
            n_bins[j] = _cut(column, np.sort(column), most, codes[j])
    return Binned(np.ascontiguousarray(codes.T), n_bins, kinds)


def _rank_levels(values: Vector, most: int, codes: Codes) -> int:
    """Write the bins of levels; returns how many there are."""
    gone = np.isnan(values)
    whole = np.where(gone, -1.0, values).astype(np.int64) + 1
    counts = np.bincount(whole)
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(counts.size, np.int64)
    rank[order] = np.arange(counts.size)
    n_bins = min(int((counts > 0).sum()), most)
    codes[:] = np.minimum(rank, n_bins - 1).astype(np.uint8)[whole]
    return n_bins


@njit(cache=True, nogil=True)
def _cut(values: Vector, rising: Vector, most: int, codes: Codes) -> int:
    """Write the bins of numbers, given sorted too, with NaN last; returns how many there are."""
    there = len(rising)
    while there and np.isnan(rising[there - 1]):
        there -= 1
    gap = 1 if there < len(rising) else 0
    tops = np.empty(most, np.float64)
    n_tops = _tops(rising[:there], most - gap, tops)
    for i in range(len(values)):
        value, low, width = values[i], 0, n_tops - 1
        while width > 0:  # the first bin whose top is not below the value; `tops` is short, so this stays in the cache
            half = (width + 1) >> 1
            low += half if tops[low + half - 1] < value else 0
            width -= half
        codes[i] = n_tops if np.isnan(value) else low
    return n_tops + gap  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _tops(rising: Vector, most: int, tops: Vector) -> int:
    """Write the largest value of each bin; returns how many there are."""
    ends = _ends(rising)
    if len(ends) - 1 <= most:
        return _few_tops(rising, ends, tops)  # type: ignore[no-any-return]
    most = max(min(most, len(rising) // MIN_BIN), 1)
    size = len(rising) / most  # a value of so many rows is large
    n_rows, n_bins = len(rising), most  # of values that are not
    for i in range(1, len(ends)):
        if ends[i] - ends[i - 1] >= size:
            n_rows, n_bins = n_rows - (ends[i] - ends[i - 1]), n_bins - 1
    n_tops, start, mean = 0, 0, n_rows / max(n_bins, 1)
    for i in range(1, len(ends)):
        large = ends[i] - ends[i - 1] >= size
        n_rows -= 0 if large else ends[i] - ends[i - 1]
        large_next = i + 1 < len(ends) and ends[i + 1] - ends[i] >= size
        enough = max(mean / 2, 1.0) if large_next else mean
        if (large or ends[i] - start >= enough) and n_tops < most - 1:
            tops[n_tops], start = rising[ends[i] - 1], ends[i]
            n_tops += 1
            n_bins -= 0 if large else 1
            mean = n_rows / max(n_bins, 1)
    if start < len(rising):
        tops[n_tops] = rising[-1]
        n_tops += 1
    return n_tops


@njit(cache=True, nogil=True)
def _ends(rising: Vector) -> NDArray[np.int64]:
    """Where each distinct value ends, after a first 0."""
    ends = np.zeros(len(rising) + 1, np.int64)
    n_values = 0
    for i in range(len(rising)):
        n_values += 1 if i == 0 or rising[i] != rising[i - 1] else 0
        ends[n_values] = i + 1
    return ends[: n_values + 1]


@njit(cache=True, nogil=True)
def _few_tops(rising: Vector, ends: NDArray[np.int64], tops: Vector) -> int:
    """The tops of bins of a value each, or of as many as make ``MIN_BIN`` rows."""
    n_tops, start = 0, 0
    for i in range(1, len(ends)):
        if ends[i] - start >= MIN_BIN or i == len(ends) - 1:
            tops[n_tops], start = rising[ends[i] - 1], ends[i]
            n_tops += 1
    return n_tops

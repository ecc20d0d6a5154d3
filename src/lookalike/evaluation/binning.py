"""Columns cut into few bins, so that where to split them can be found by counting."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lookalike.evaluation.encoding import Vector

MAX_BINS = 255  # of a column, missing included: more find no more, and a column's bin fits a byte
MAX_CELLS = 65_536  # bins of all columns: a cell is 16 bits
MIN_BIN = 3  # rows: a bin of fewer tells nothing that a neighbour would not
NUMBERS, GAPPED, LEVELS = 0, 1, 2  # kinds of a column: numbers, numbers some of which are missing, levels

Cells = NDArray[np.uint16]


class Binned(NamedTuple):
    """
    A table of bins, which are numbered over all columns.

    Attributes:
        cells: The bin of each cell, uint16 ``(n, d)``, contiguous.
        starts: The first bin of each column, and how many there are in all, int64 ``(d + 1,)``. A column's numbers rise
            with its bins; those that are missing have the last one.
        kinds: ``NUMBERS``, ``GAPPED`` or ``LEVELS``, int64 ``(d,)``.
    """

    cells: Cells
    starts: NDArray[np.int64]
    kinds: NDArray[np.int64]


def binned(x: Vector, is_level: NDArray[np.bool_], most: int = MAX_BINS) -> Binned:
    """
    Cells as bins that are made of these rows.

    Numbers: each value is a bin if there are few, else bins have about as many rows each, and a value that alone has so
    many is a bin of its own; missing ones share one more. Levels: each is a bin, the most frequent one first; of more
    than `most` the rarest share the last. A missing level is a level.

    Args:
        x: Shape ``(n, d)``, ``n >= 1``: finite numbers, or whole ones from 0 on for levels; NaN where missing.
        is_level: Which columns hold levels, shape ``(d,)``; at most 20,000.
        most: Bins of a column, in ``[3, 255]``; of many columns each has fewer.

    Source: bins as of LightGBM, Ke et al., NeurIPS 2017.
    """
    n, d = x.shape
    most = min(most, MAX_CELLS // d)
    cells = np.empty((d, n), np.uint16)
    kinds = np.where(is_level, LEVELS, np.where(np.isnan(x).any(axis=0), GAPPED, NUMBERS)).astype(np.int64)
    starts = np.zeros(d + 1, np.int64)
    for j in range(d):
        column = np.ascontiguousarray(x[:, j])
        n_bins = _rank(column, most, cells[j]) if is_level[j] else _cut(column, np.sort(column), most, cells[j])
        starts[j + 1] = starts[j] + n_bins
    cells += starts[:-1, None].astype(np.uint16)
    return Binned(np.ascontiguousarray(cells.T), starts, kinds)


def _rank(levels: Vector, most: int, cells: Cells) -> int:
    """Write the bins of levels; returns how many there are."""
    whole = np.where(np.isnan(levels), -1.0, levels).astype(np.int64) + 1
    counts = np.bincount(whole)
    rank = np.empty(counts.size, np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(counts.size)
    n_bins = min(int((counts > 0).sum()), most)
    cells[:] = np.minimum(rank, n_bins - 1)[whole]
    return n_bins


@njit(cache=True, nogil=True)
def _cut(values: Vector, rising: Vector, most: int, cells: Cells) -> int:
    """Write the bins of numbers, which are given sorted too, NaN last; returns how many there are."""
    there = len(rising)
    while there and np.isnan(rising[there - 1]):
        there -= 1
    gap = 1 if there < len(rising) else 0
    tops = np.empty(most, np.float64)
    n_tops = _tops(rising[:there], most - gap, tops)
    for i in range(len(values)):
        low, width = 0, n_tops
        while width > 1:  # the first bin whose top is not below the value
            half = width >> 1
            low += half if tops[low + half - 1] < values[i] else 0
            width -= half
        cells[i] = n_tops if np.isnan(values[i]) else low
    return n_tops + gap


@njit(cache=True, nogil=True)
def _tops(rising: Vector, most: int, tops: Vector) -> int:
    """Write the largest value of each bin; returns how many there are."""
    ends = _ends(rising)
    if len(ends) - 1 <= most:
        return _few_tops(rising, ends, tops)
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

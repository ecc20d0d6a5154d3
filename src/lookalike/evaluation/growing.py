"""Growing a tree of gradients over bins, leaf by leaf."""

from typing import NamedTuple

import numpy as np
from numba import njit

from lookalike.evaluation.binning import LEVELS, Binned
from lookalike.evaluation.splitting import (
    EASE,
    FEW_LEVELS,
    LOW,
    MIN_CURVATURE,
    MIN_ROWS,
    Array,
    Desk,
    Pulls,
    Whole,
    split,
)

LEAVES = 31


class Room(NamedTuple):
    """Room to grow a tree in, kept from tree to tree; the rows of a leaf stand together in `order`."""

    order: Array  # int32 (n,), row numbers: first of those that are learnt from
    spare: Array  # int32 (n,)
    bounds: Array  # int64 (LEAVES, 2, 2): where the rows of a leaf, learnt from and others, start and end in `order`
    sums: Array  # int64 (LEAVES, bins), packed pulls by bin, see `splitting.split`
    totals: Array  # int64 (LEAVES,), packed pulls
    eases: Array  # float64 (LEAVES,), added to the curvature of a leaf when it takes its step
    gains: Array  # float64 (LEAVES,), of the best split of a leaf, in units; 0 if there is none
    columns: Array  # int64 (LEAVES,), of the best split
    lefts: Array  # int64 (LEAVES, width), of the best split: 1 for bins that go left


def room_of(n: int, n_bins: int, width: int) -> tuple[Room, Desk]:
    """Room for trees of `n` rows and `n_bins` bins, at most `width` of a column."""
    room = Room(
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.zeros((LEAVES, 2, 2), np.int64),
        np.empty((LEAVES, n_bins), np.int64),
        np.zeros(LEAVES, np.int64),
        np.zeros(LEAVES, np.float64),
        np.zeros(LEAVES, np.float64),
        np.zeros(LEAVES, np.int64),
        np.zeros((LEAVES, width), np.int64),
    )
    return room, Desk(np.empty(width, np.float64), np.empty(width, np.int64), np.empty(width, np.float64))


@njit(cache=True, nogil=True, error_model="numpy")
def grow(table: Binned, pulls: Pulls, n_learnt: int, room: Room, desk: Desk, told: Array) -> int:
    """
    Grow a tree in `room`; returns how many leaves it has.

    The leaf whose split gains most is split next. Of two children the one of fewer rows is counted, the other is the
    rest.

    Args:
        n_learnt: Of so many rows of `room.order` the tree is made; the others only find their leaves.
        told: float64 ``(d,)``; the gain of each column is added to it.

    Source: LightGBM, Ke et al., NeurIPS 2017.
    """
    room.bounds[0, 0, 0], room.bounds[0, 0, 1] = 0, n_learnt
    room.bounds[0, 1, 0], room.bounds[0, 1, 1] = n_learnt, len(room.order)
    root = np.int64(0)  # of the type of all leaves, so that nothing is compiled twice
    room.totals[root], room.eases[root] = _count(table, pulls.packed, room, root), 0.0
    _look(table, pulls, room, desk, root)
    for leaf in range(1, LEAVES):
        parent = int(np.argmax(room.gains[:leaf]))
        if room.gains[parent] <= 0:
            return leaf
        told[room.columns[parent]] += room.gains[parent] * pulls.slope * (pulls.slope / pulls.bend)
        _part(table, room, parent, leaf)
        room.totals[leaf] = _count(table, pulls.packed, room, leaf)
        room.totals[parent] -= room.totals[leaf]
        if leaf < LEAVES - 1:
            _subtract(room.sums[parent], room.sums[leaf])
            _look(table, pulls, room, desk, parent)
            _look(table, pulls, room, desk, leaf)
    return LEAVES


@njit(cache=True, nogil=True, error_model="numpy")
def _look(table: Binned, pulls: Pulls, room: Room, desk: Desk, leaf: int | np.int64) -> None:
    """Find the best split of a leaf."""
    n_rows = room.bounds[leaf, 0, 1] - room.bounds[leaf, 0, 0]
    room.gains[leaf] = 0.0
    if n_rows >= 2 * MIN_ROWS:
        row = float(room.totals[leaf] & LOW) / n_rows
        least = int(np.ceil(max((MIN_ROWS - 0.5) * row, MIN_CURVATURE / pulls.bend)))
        whole = Whole(room.totals[leaf], least, row, pulls.bend)
        room.columns[leaf], room.gains[leaf] = split(table, room.sums[leaf], whole, desk, room.lefts[leaf])


@njit(cache=True, nogil=True)
def _part(table: Binned, room: Room, parent: int, leaf: int) -> None:
    """Split a leaf: the child of fewer rows becomes `leaf`, the other keeps the place of its parent."""
    left, column, fewer_left = room.lefts[parent], room.columns[parent], True
    for part in range(2):
        low, high = room.bounds[parent, part]
        middle = low + _sort(room.order[low:high], room.spare, table.cells, column, left, table.starts[column])
        if part == 0:
            fewer_left = middle - low < high - middle
        few, many = ((low, middle), (middle, high)) if fewer_left else ((middle, high), (low, middle))
        room.bounds[leaf, part, 0], room.bounds[leaf, part, 1] = few
        room.bounds[parent, part, 0], room.bounds[parent, part, 1] = many
    eased = table.kinds[column] == LEVELS and table.starts[column + 1] - table.starts[column] > FEW_LEVELS
    room.eases[parent] = room.eases[leaf] = EASE if eased else 0.0


@njit(cache=True, nogil=True)
def _sort(order: Array, spare: Array, cells: Array, column: int, left: Array, first: int) -> int:
    """Put rows that go left before the others, either in the order they stand in; returns how many go left."""
    here, there = np.uint64(0), np.uint64(0)  # without a sign, as an index, what is written need not be looked at
    for row in order:
        goes = np.uint64(left[np.uint64(cells[np.uint64(row), np.uint64(column)]) - np.uint64(first)])
        order[here] = spare[there] = row
        here += goes
        there += np.uint64(1) - goes
    for i in range(there):
        order[here + i] = spare[i]
    return np.int64(here)  # type: ignore[return-value]


@njit(cache=True, nogil=True)
def _count(table: Binned, packed: Array, room: Room, leaf: int | np.int64) -> int:
    """Write the packed pulls of a leaf by bin; returns their sum."""
    sums, cells, total = room.sums[leaf], table.cells, 0
    sums[:] = 0
    for i in range(room.bounds[leaf, 0, 0], room.bounds[leaf, 0, 1]):
        row = np.uint64(room.order[i])
        pull = packed[row]
        total += pull
        for j in range(cells.shape[1]):
            sums[np.uint64(cells[row, j])] += pull
    for j in range(len(table.kinds)):
        if table.kinds[j] != LEVELS:
            below = 0
            for b in range(table.starts[j], table.starts[j + 1] - table.kinds[j]):
                below += sums[b]
                sums[b] = below
    return total


@njit(cache=True, nogil=True)
def _subtract(many: Array, few: Array) -> None:
    """Take the packed pulls of one child from those of both; a third faster than numba's own."""
    for b in range(len(many)):
        many[b] -= few[b]

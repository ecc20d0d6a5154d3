"""Growing one regression tree of gradients over bins, leaf by leaf."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lookalike.evaluation.binning import GAPPED, LEVELS, NUMBERS

LEAVES = 31
MIN_ROWS = 20  # of a leaf; of parts of a leaf rows are estimated by their curvature, as LightGBM does
MIN_CURVATURE = 1e-3  # of a leaf
SMOOTH = 10.0  # curvature added to a level's when levels are put in order; rows that a level must have to be moved
EASE = 10.0  # curvature added to that of either side of a split by levels
MOST_LEVELS = 32  # that leave the others together
MIN_GROUP = 100  # rows between two tries
FEW_LEVELS = 4  # are tried one by one
HALF = 32  # bits of a pull
LOW = 2**HALF - 1

Array = NDArray[Any]


class Table(NamedTuple):
    """Bins: `cells` uint16 ``(n, d)``, `starts` int64 ``(d + 1,)``, `kinds` int32 ``(d,)``."""

    cells: Array
    starts: Array
    kinds: Array


class Pulls(NamedTuple):
    """
    What rows want of a tree.

    `packed`, int64 ``(n,)``: a row's gradient in units of `slope` in the upper half, its curvature in units of `bend`
    in the lower one, so that one addition adds both, exactly. Sums over all rows fit too.
    """

    packed: Array
    slope: float
    bend: float


class Room(NamedTuple):
    """
    Room to grow a tree in, kept from tree to tree.

    A leaf's rows stand together in `order`, those that are learnt from and the others in parts of their own.
    """

    order: Array  # int32 (n,)
    bounds: Array  # int64 (LEAVES, 2, 2): of each leaf, of rows learnt from and others: start and end in `order`
    spare: Array  # int32 (n,)
    sums: Array  # int64 (LEAVES, bins): packed pulls by bin, of numbers those up to the bin
    totals: Array  # int64 (LEAVES,): packed pulls of a leaf
    eases: Array  # float64 (LEAVES,): curvature added to a leaf's
    gains: Array  # float64 (LEAVES,): of the best split of a leaf, 0 if there is none
    columns: Array  # int64 (LEAVES,): that is split on
    lefts: Array  # int64 (LEAVES, width): 1 for bins that go left
    scores: Array  # float64 (2, width + 1), of levels and of splits
    picks: Array  # int64 (width + 1,), levels in order


class Whole(NamedTuple):
    total: int
    least: int
    row: float
    bend: float


def room_of(n: int, n_bins: int, width: int) -> Room:
    """Room for trees of `n` rows and `n_bins` bins, at most `width` of a column."""
    return Room(
        np.empty(n, np.int32),
        np.zeros((LEAVES, 2, 2), np.int64),
        np.empty(n, np.int32),
        np.empty((LEAVES, n_bins), np.int64),
        np.zeros(LEAVES, np.int64),
        np.zeros(LEAVES, np.float64),
        np.zeros(LEAVES, np.float64),
        np.zeros(LEAVES, np.int64),
        np.zeros((LEAVES, width), np.int64),
        np.empty((2, width + 1), np.float64),
        np.empty(width + 1, np.int64),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def grow(table: Table, pulls: Pulls, n_learnt: int, room: Room, told: Array) -> int:
    """
    Grow a tree in `room`; returns how many leaves it has.

    Args:
        n_learnt: So many rows of `room.order` are learnt from, those after them not.
        told: float64 ``(d,)``; the gain of each column is added to it.

    Source: growth by the best leaf, and the larger child by subtraction, as LightGBM, Ke et al., NeurIPS 2017.
    """
    room.bounds[0, 0, 0], room.bounds[0, 0, 1] = 0, n_learnt
    room.bounds[0, 1, 0], room.bounds[0, 1, 1] = n_learnt, len(room.order)
    room.totals[0] = _count(table, pulls.packed, room, 0)
    room.eases[0] = 0.0
    _look(table, pulls, room, 0)
    for leaf in range(1, LEAVES):
        parent = np.argmax(room.gains[:leaf])
        if room.gains[parent] <= 0:
            return leaf
        told[room.columns[parent]] += room.gains[parent]
        _part(table, room, parent, leaf)
        room.totals[leaf] = _count(table, pulls.packed, room, leaf)
        room.totals[parent] -= room.totals[leaf]
        if leaf < LEAVES - 1:
            room.sums[parent] -= room.sums[leaf]
            _look(table, pulls, room, parent)
            _look(table, pulls, room, leaf)
    return LEAVES


@njit(cache=True, nogil=True, error_model="numpy")
def _part(table: Table, room: Room, parent: int, leaf: int) -> None:
    """Split a leaf: the child of fewer rows becomes `leaf`, the other keeps the place of its parent."""
    left, column = room.lefts[parent], room.columns[parent]
    first = table.starts[column]
    middle = np.zeros(2, np.int64)
    for part in range(2):
        start, end = room.bounds[parent, part]
        middle[part] = start + _sort(room.order[start:end], table.cells, column, left, first, room.spare)
    start, end = room.bounds[parent, 0]
    fewer_left = middle[0] - start < end - middle[0]
    for part in range(2):
        if fewer_left:
            room.bounds[leaf, part, 0], room.bounds[leaf, part, 1] = room.bounds[parent, part, 0], middle[part]
            room.bounds[parent, part, 0] = middle[part]
        else:
            room.bounds[leaf, part, 0], room.bounds[leaf, part, 1] = middle[part], room.bounds[parent, part, 1]
            room.bounds[parent, part, 1] = middle[part]
    many = table.kinds[column] == LEVELS and table.starts[column + 1] - first > FEW_LEVELS
    room.eases[parent] = EASE if many else 0.0
    room.eases[leaf] = room.eases[parent]


@njit(cache=True, nogil=True, error_model="numpy")
def _sort(order, cells, column, left, first, spare):
    here, there, one = np.uint64(0), np.uint64(0), np.uint64(1)
    first = np.uint64(first)
    column = np.uint64(column)
    for i in range(len(order)):
        row = order[i]
        goes = np.uint64(left[np.uint64(cells[np.uint64(row), column]) - first])
        order[here] = row
        spare[there] = row
        here += goes
        there += one - goes
    for i in range(there):
        order[here + i] = spare[i]
    return np.int64(here)


@njit(cache=True, nogil=True, error_model="numpy")
def _count(table: Table, packed: Array, room: Room, leaf: int) -> int:
    """Write the pulls of a leaf by bin; returns their sum."""
    sums, cells, whole = room.sums[leaf], table.cells, 0
    sums[:] = 0
    for i in range(room.bounds[leaf, 0, 0], room.bounds[leaf, 0, 1]):
        row = np.uint64(room.order[i])
        pull = packed[row]
        whole += pull
        for j in range(cells.shape[1]):
            sums[np.uint64(cells[row, j])] += pull
    for j in range(cells.shape[1]):
        if table.kinds[j] != LEVELS:
            total = 0
            for b in range(table.starts[j], table.starts[j + 1] - table.kinds[j]):
                total += sums[b]
                sums[b] = total
    return whole


@njit(cache=True, nogil=True, error_model="numpy")
def _look(table: Table, pulls: Pulls, room: Room, leaf: int) -> None:
    """Find the best split of a leaf."""
    room.gains[leaf] = 0.0
    n_rows = room.bounds[leaf, 0, 1] - room.bounds[leaf, 0, 0]
    if n_rows < 2 * MIN_ROWS:
        return
    total = room.totals[leaf]
    pull, bend = float(total >> HALF), float(total & LOW)
    row = bend / n_rows  # curvature that counts as a row
    least = int(np.ceil(max((MIN_ROWS - 0.5) * row, MIN_CURVATURE / pulls.bend)))
    best = pull * pull / bend
    whole = Whole(total, least, row, pulls.bend)
    left, keys, gains, picks, sums = room.lefts[leaf], room.scores[0], room.scores[1], room.picks, room.sums[leaf]
    starts, kinds = table.starts, table.kinds
    at = -1
    for j in range(len(kinds)):
        part = sums[starts[j] : starts[j + 1]]
        if kinds[j] != LEVELS:
            found = _best_number(part, kinds[j], whole, best, gains, left)
        elif len(part) <= FEW_LEVELS:
            found = _best_level(part, whole, best, left)
        else:
            found = _best_levels(part, whole, best, keys, picks, left)
        if found > best:
            best, at = found, j
    room.columns[leaf] = at
    room.gains[leaf] = (best - pull * pull / bend) * (pulls.slope * pulls.slope / pulls.bend)


@njit(cache=True, nogil=True, error_model="numpy")
def _best_number(sums, kind, whole, best, gains, left):
    n = len(sums) - kind
    total, least = whole.total, whole.least
    gone = sums[n] if kind else 0
    found, at, gone_left = best, -1, 0
    for side in range(2 if gone else 1):
        shift = gone if side else 0
        low, high = 0, n
        while low < n and ((sums[low] + shift) & LOW) < least:
            low += 1
        while high > low and ((total - shift - sums[high - 1]) & LOW) < least:
            high -= 1
        _gains(sums[low:high], shift, total, gains)
        for b in range(high - low):
            if gains[b] > found:
                found, at, gone_left = gains[b], low + b, side
    if at >= 0:
        left[:] = 0
        left[: at + 1] = 1
        if kind:
            left[n] = gone_left if gone else 1
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _gains(sums, shift, total, gains):
    """These loops run on vector registers."""
    for b in range(len(sums)):
        here = sums[b] + shift
        there = total - here
        g, h = float(np.int32(here >> HALF)), float(np.int32(here))
        k, l = float(np.int32(there >> HALF)), float(np.int32(there))
        gains[b] = (g * g * l + k * k * h) / (h * l)


@njit(cache=True, nogil=True, error_model="numpy")
def _best_level(sums, whole, best, left):
    total, least = whole.total, whole.least
    found, at = best, -1
    for b in range(len(sums)):
        here = sums[b]
        there = total - here
        if (here & LOW) < least or (there & LOW) < least:
            continue
        g, h = float(here >> HALF), float(here & LOW)
        k, l = float(there >> HALF), float(there & LOW)
        gain = (g * g * l + k * k * h) / (h * l)
        if gain > found:
            found, at = gain, b
    if at >= 0:
        left[:] = 0
        left[at] = 1
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _best_levels(sums, whole, best, keys, picks, left):
    total, least, row, bend = whole.total, whole.least, whole.row, whole.bend
    smooth = SMOOTH / bend
    ease = EASE / bend
    n = 0
    enough = (SMOOTH - 0.5) * row
    for b in range(len(sums)):
        h = float(sums[b] & LOW)
        if h < enough:
            continue
        key = float(sums[b] >> HALF) / (h + smooth)
        i = n
        while i > 0 and keys[i - 1] > key:
            keys[i], picks[i] = keys[i - 1], picks[i - 1]
            i -= 1
        keys[i], picks[i] = key, b
        n += 1
    most = min(MOST_LEVELS, (n + 1) // 2)
    group = (MIN_GROUP - 0.5) * row
    found, many, back = best, 0, False
    for side in range(2):
        here, since = 0, 0
        for i in range(most):
            pull = sums[picks[n - 1 - i if side else i]]
            here += pull
            since += pull & LOW
            there = total - here
            if (there & LOW) < least or (there & LOW) < group:
                break
            if (here & LOW) < least or since < group:
                continue
            since = 0
            g, h = float(here >> HALF), float(here & LOW) + ease
            k, l = float(there >> HALF), float(there & LOW) + ease
            gain = g * g / h + k * k / l
            if gain > found:
                found, many, back = gain, i + 1, side == 1
    if many:
        left[:] = 0
        for i in range(many):
            left[picks[n - 1 - i if back else i]] = 1
    return found

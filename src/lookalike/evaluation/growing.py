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
    """Bins: `codes` uint8 ``(n, d)``, `n_bins` and `kinds` int32 ``(d,)``, see `binning.Binned`."""

    codes: Array
    n_bins: Array
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
    sums: Array  # int64 (LEAVES, d * width): packed pulls by bin, of numbers those up to the bin
    totals: Array  # int64 (LEAVES,): packed pulls of a leaf
    eases: Array  # float64 (LEAVES,): curvature added to a leaf's
    gains: Array  # float64 (LEAVES,): of the best split of a leaf, 0 if there is none
    columns: Array  # int64 (LEAVES,): that is split on
    lefts: Array  # int64 (LEAVES, width): 1 for bins that go left
    scores: Array  # float64 (2, width + 1), of levels and of splits
    picks: Array  # int64 (width + 1,), levels in order


def room_of(n: int, d: int, width: int) -> Room:
    """Room for trees of `n` rows and `d` columns of at most `width` bins."""
    return Room(
        np.empty(n, np.int32),
        np.zeros((LEAVES, 2, 2), np.int64),
        np.empty(n, np.int32),
        np.empty((LEAVES, d * width), np.int64),
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
    _count(table, pulls.packed, room, 0)
    room.totals[0] = _total(table, room.sums[0])
    room.eases[0] = 0.0
    _look(table, pulls, room, 0)
    for leaf in range(1, LEAVES):
        parent = np.argmax(room.gains[:leaf])
        if room.gains[parent] <= 0:
            return leaf
        told[room.columns[parent]] += room.gains[parent]
        _part(table, room, parent, leaf)
        _count(table, pulls.packed, room, leaf)
        room.totals[leaf] = _total(table, room.sums[leaf])
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
    middle = np.zeros(2, np.int64)
    for part in range(2):
        start, end = room.bounds[parent, part]
        here, there = start, 0
        for i in range(start, end):
            row = room.order[i]
            goes = left[table.codes[row, column]]
            room.order[here] = row
            room.spare[there] = row
            here += goes
            there += 1 - goes
        room.order[here:end] = room.spare[:there]
        middle[part] = here
    start, end = room.bounds[parent, 0]
    fewer_left = middle[0] - start < end - middle[0]
    for part in range(2):
        if fewer_left:
            room.bounds[leaf, part, 0], room.bounds[leaf, part, 1] = room.bounds[parent, part, 0], middle[part]
            room.bounds[parent, part, 0] = middle[part]
        else:
            room.bounds[leaf, part, 0], room.bounds[leaf, part, 1] = middle[part], room.bounds[parent, part, 1]
            room.bounds[parent, part, 1] = middle[part]
    many = table.kinds[column] == LEVELS and table.n_bins[column] > FEW_LEVELS
    room.eases[parent] = EASE if many else 0.0
    room.eases[leaf] = room.eases[parent]


@njit(cache=True, nogil=True, error_model="numpy")
def _count(table: Table, packed: Array, room: Room, leaf: int) -> None:
    """Write the pulls of a leaf by bin."""
    sums, codes = room.sums[leaf], table.codes
    d = codes.shape[1]
    width = np.uint64(len(sums) // d)
    sums[:] = 0
    for i in range(room.bounds[leaf, 0, 0], room.bounds[leaf, 0, 1]):
        row = np.uint64(room.order[i])
        pull = packed[row]
        base = np.uint64(0)
        for j in range(d):
            sums[base + np.uint64(codes[row, j])] += pull
            base += width
    for j in range(d):
        if table.kinds[j] != LEVELS:
            base, total = j * width, 0
            for b in range(base, base + table.n_bins[j] - table.kinds[j]):
                total += sums[b]
                sums[b] = total


@njit(cache=True, nogil=True, error_model="numpy")
def _total(table: Table, sums: Array) -> int:
    """The packed pulls of a leaf, from those of its bins of the first column."""
    n_bins, kind = table.n_bins[0], table.kinds[0]
    if kind == LEVELS:
        return sums[:n_bins].sum()  # type: ignore[no-any-return]
    rest = sums[n_bins - 1] if kind == GAPPED else 0
    return rest + (sums[n_bins - 1 - kind] if n_bins > kind else 0)  # type: ignore[no-any-return]


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
    d = table.codes.shape[1]
    width = room.sums.shape[1] // d
    for j in range(d):
        sums = room.sums[leaf, j * width : j * width + table.n_bins[j]]
        if table.kinds[j] != LEVELS:
            found = _best_number(sums, table.kinds[j], total, least, best, room.lefts[leaf])
        elif table.n_bins[j] <= FEW_LEVELS:
            found = _best_level(sums, total, least, best, room.lefts[leaf])
        else:
            found = _best_levels(sums, total, least, best, row, pulls.bend, room, leaf)
        if found > best:
            best = found
            room.columns[leaf] = j
    room.gains[leaf] = (best - pull * pull / bend) * (pulls.slope * pulls.slope / pulls.bend)


@njit(cache=True, nogil=True, error_model="numpy")
def _best_number(sums, kind, total, least, best, left):
    n = len(sums) - kind
    gone = sums[n] if kind else 0
    found, at, gone_left = best, -1, 0
    for side in range(2):
        if side == 1 and gone == 0:
            break
        shift = gone if side else 0
        low = 0
        while low < n and ((sums[low] + shift) & LOW) < least:
            low += 1
        high = n
        while high > low and ((total - shift - sums[high - 1]) & LOW) < least:
            high -= 1
        top = 0.0
        for b in range(low, high):
            here = sums[b] + shift
            there = total - here
            g, h = float(np.int32(here >> HALF)), float(np.int32(here))
            k, l = float(np.int32(there >> HALF)), float(np.int32(there))
            gain = (g * g * l + k * k * h) / (h * l)
            if gain > found:
                found, at, gone_left = gain, b, side
    if at >= 0:
        left[:] = 0
        left[: at + 1] = 1
        if kind:
            left[n] = gone_left if gone else 1
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _best_level(sums, total, least, best, left):
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
def _best_levels(sums, total, least, best, row, bend, room, leaf):
    smooth = SMOOTH / bend
    ease = EASE / bend
    keys, picks = room.scores[0], room.picks
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
        left = room.lefts[leaf]
        left[:] = 0
        for i in range(many):
            left[picks[n - 1 - i if back else i]] = 1
    return found

"""
Growing a distributional tree: splits between which a whole distribution differs, not only its mean.

A row's target is a vector of 8 features of its value; the gain of a split is the drop of the summed squared distance
to the node's mean vector. For the idea see Cevid, Michel, Naf, Buhlmann and Meinshausen, "Distributional random
forests", JMLR 23, 2022; the stop rule is our own: a split must gain more than chance would.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import compiled

DIMENSIONS = 8
BITS = 10  # of a dimension: the sums of two million rows stay below 2**31
WORDS = 4  # of 64 bits, two dimensions each: adding four numbers is twice as fast as adding eight
LOW = 2**32 - 1  # the half of a word that holds the first of its two dimensions
WHOLE = 2**32
SQUARES = WORDS  # column of a packed target that holds the sum of its squares
BINS_MAX = 256
ORDERINGS = 3  # of the categories of a node, each by another direction
FEATURE, THRESHOLD, LEFT, START, END = 0, 1, 2, 3, 4  # columns of a node; a leaf's feature is -1
MASKED = -1  # thresholds from here down are mask numbers: -1 is mask 0, -2 mask 1

Array = npt.NDArray[Any]


class Features(NamedTuple):
    """
    What a tree may split on: `bins` uint8 ``(f, n)``; `clues` uint8 ``(k, n)``, more features, numbered from ``f`` on;
    `n_bins` int32 and `ordered` bool ``(f + k,)``.
    """

    bins: Array
    clues: Array
    n_bins: Array
    ordered: Array


class Rule(NamedTuple):
    """
    `min_leaf`: rows a leaf must have. `factor`: gain a split must have, in within-node variances. `share`: of the
    features a split may look at, in 2**-32.
    """

    min_leaf: int
    factor: float
    share: int


class Scratch(NamedTuple):
    """Room to count in, kept from node to node."""

    sums: Array  # int64 (BINS_MAX, WORDS), packed target sums by bin
    rows: Array  # int64 (BINS_MAX,), rows by bin
    order: Array  # int64 (BINS_MAX,), bins with rows, in the order that is tried
    keys: Array  # float64 (BINS_MAX,), what that order is by
    total: Array  # float64 (8,), target sums of the node
    side: Array  # bool (BINS_MAX,), bins that go left in the best split so far
    random: Array  # uint64 (1,), state of the generator


@compiled
def grow(
    features: Features, target: Array, order: Array, used: Array, rule: Rule, random: Array
) -> tuple[Array, Array]:
    """
    A tree, as nodes and masks; `order`, and `target` with it, are rearranged so that each leaf's rows stand together.

    Args:
        target: int64 ``(n, WORDS + 1)``, see `pack`.
        order: int32 ``(n,)``, the row numbers.
        used: int32, which of the features may be split on.
        random: uint64 ``(1,)``, the state of a generator; it moves on.

    Returns:
        Nodes int32 ``(k, 5)``: feature, threshold (left if the bin is at most that; negative: a mask), left child (the
        right one is next), start and end in `order`. Masks uint8 ``(m, 32)``: a set bit sends its bin left.
    """
    cap = 2 * (order.size // rule.min_leaf) + 1
    nodes = np.full((cap, 5), -1, np.int32)
    masks = np.zeros((cap, 32), np.uint8)
    scratch = _scratch(random)
    nodes[0, START], nodes[0, END] = 0, order.size
    n_nodes, n_masks, node = 1, 0, 0
    while node < n_nodes:
        start, end = nodes[node, START], nodes[node, END]
        feature, low, high = _best(features, target[start:end], order[start:end], used, rule, scratch)
        if feature >= 0:
            threshold = MASKED - n_masks
            if features.ordered[feature]:
                threshold = low + below(scratch.random, high - low)
                _split_ordered(scratch.side, threshold)
            else:
                _pack(scratch.side, masks[n_masks])
                n_masks += 1
            nodes[node, FEATURE], nodes[node, THRESHOLD], nodes[node, LEFT] = feature, threshold, n_nodes
            middle = start + _rearrange(_bins(features, feature), scratch.side, target[start:end], order[start:end])
            nodes[n_nodes, START], nodes[n_nodes, END] = start, middle
            nodes[n_nodes + 1, START], nodes[n_nodes + 1, END] = middle, end
            n_nodes += 2
        node += 1
    return nodes[:n_nodes].copy(), masks[:n_masks].copy()


def pack(table: Array, counts: Array) -> Array:
    """
    Target vectors as whole numbers of one common step, two to a word, and the sum of their squares.

    Whole numbers add up to the same sums in any order, and four words are added faster than eight floats.

    Args:
        table: float64 ``(m, 8)``.
        counts: ``(m,)``, rows that each vector stands for.

    Returns:
        int64 ``(m, WORDS + 1)``.
    """
    bits = min(BITS, 31 - int(counts.sum()).bit_length())
    known = table[counts > 0]
    low = known.min(axis=0)
    step = max(float((known.max(axis=0) - low).max()), 1e-9) / (2**bits - 1)
    levels = np.clip(np.rint((table - low) / step), 0, 2**bits - 1).astype(np.int64)
    words = levels[:, 0::2] | (levels[:, 1::2] << 32)
    return np.concatenate([words, (levels * levels).sum(axis=1, keepdims=True)], axis=1)


@compiled
def next_random(state: Array) -> int:
    """The next of a stream of 64-bit numbers (splitmix64); `state` is uint64 ``(1,)`` and moves on."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))  # type: ignore[no-any-return]


@compiled
def below(state: Array, limit: int) -> int:
    """A random number in ``0 … limit - 1``, ``1 <= limit <= 2**32``."""
    return np.int64(((next_random(state) >> np.uint64(32)) * np.uint64(limit)) >> np.uint64(32))  # type: ignore[return-value]


@compiled
def _bins(features: Features, feature: int) -> Array:
    n_columns = len(features.bins)
    return features.clues[feature - n_columns] if feature >= n_columns else features.bins[feature]  # type: ignore[no-any-return]


@compiled
def _scratch(random: Array) -> Scratch:
    return Scratch(
        np.zeros((BINS_MAX, WORDS), np.int64),
        np.zeros(BINS_MAX, np.int64),
        np.zeros(BINS_MAX, np.int64),
        np.zeros(BINS_MAX),
        np.zeros(DIMENSIONS),
        np.zeros(BINS_MAX, np.bool_),
        random,
    )


@compiled
def _best(
    features: Features, target: Array, rows: Array, used: Array, rule: Rule, scratch: Scratch
) -> tuple[int, int, int]:
    """The feature of the best split that the rule allows, -1 for none, and the bins on both sides of the cut."""
    best, low, high = -1, 0, 0
    if rows.size < 2 * rule.min_leaf:
        return best, low, high
    variance = _totals(target, scratch.total)
    if variance <= 1e-9:
        return best, low, high
    bar = variance * rule.factor
    for feature in used:
        if rule.share < WHOLE and below(scratch.random, WHOLE) >= rule.share:
            continue
        n_present = _histogram(_bins(features, feature), features.n_bins[feature], target, rows, scratch)
        if n_present < 2:
            continue
        tries = 1 if features.ordered[feature] else ORDERINGS
        for _ in range(tries):
            if not features.ordered[feature]:
                _arrange(scratch, n_present)
            gain, cut = _scan(scratch, n_present, rows.size, rule.min_leaf, bar)
            if cut >= 0:
                bar, best, low, high = gain, feature, scratch.order[cut], scratch.order[cut + 1]
                if not features.ordered[feature]:
                    _take_sides(scratch, n_present, cut)
    return best, low, high


@compiled
def _totals(target: Array, total: Array) -> float:
    """Fills the node's target sums; the within-node variance per row."""
    sums = np.zeros(WORDS + 1, np.int64)
    for i in range(len(target)):
        for w in range(WORDS + 1):
            sums[w] += target[i, w]
    between = 0.0
    for w in range(WORDS):
        low, high = np.float64(sums[w] & LOW), np.float64(sums[w] >> 32)
        total[2 * w], total[2 * w + 1] = low, high
        between += low * low + high * high
    return (sums[SQUARES] - between / len(target)) / len(target)  # type: ignore[no-any-return]


@compiled
def _histogram(bins: Array, n_bins: int, target: Array, rows: Array, scratch: Scratch) -> int:
    """Counts rows and sums targets by bin; how many bins have rows, listed ascending in `scratch.order`."""
    for b in range(n_bins):
        scratch.rows[b] = 0
        for w in range(WORDS):
            scratch.sums[b, w] = 0
    for i in range(rows.size):
        b = bins[rows[i]]
        scratch.rows[b] += 1
        for w in range(WORDS):
            scratch.sums[b, w] += target[i, w]
    n_present = 0
    for b in range(n_bins):
        if scratch.rows[b] > 0:
            scratch.order[n_present] = b
            n_present += 1
    return n_present


@compiled
def _arrange(scratch: Scratch, n_present: int) -> None:
    """Orders the bins by how far they lie in the direction of a random one of them, seen from the node's mean."""
    n_rows = 0
    for i in range(n_present):
        n_rows += scratch.rows[scratch.order[i]]
    chosen = scratch.order[below(scratch.random, n_present)]
    for i in range(n_present):
        b = scratch.order[i]
        key = 0.0
        for d in range(DIMENSIONS):
            direction = _sum(scratch, chosen, d) / scratch.rows[chosen] - scratch.total[d] / n_rows
            key += _sum(scratch, b, d) / scratch.rows[b] * direction
        scratch.keys[b] = key
    for i in range(1, n_present):
        moving = scratch.order[i]
        j = i
        while j > 0 and scratch.keys[scratch.order[j - 1]] > scratch.keys[moving]:
            scratch.order[j] = scratch.order[j - 1]
            j -= 1
        scratch.order[j] = moving


@compiled
def _sum(scratch: Scratch, b: int, d: int) -> int:
    word = scratch.sums[b, d >> 1]
    return word >> 32 if d & 1 else word & LOW  # type: ignore[no-any-return]


@compiled
def _scan(scratch: Scratch, n_present: int, n_rows: int, min_leaf: int, bar: float) -> tuple[float, int]:
    """The best cut of the ordered bins with a gain above `bar`, after which place it comes; -1 if there is none."""
    total = scratch.total
    left = np.zeros(WORDS, np.int64)
    n_left, cut = 0, -1
    whole = 0.0
    for d in range(DIMENSIONS):
        whole += total[d] * total[d]
    for i in range(n_present - 1):
        b = scratch.order[i]
        n_left += scratch.rows[b]
        for w in range(WORDS):
            left[w] += scratch.sums[b, w]
        if n_left < min_leaf:
            continue
        if n_rows - n_left < min_leaf:
            break
        own, both = 0.0, 0.0
        for w in range(WORDS):
            low, high = np.float64(left[w] & LOW), np.float64(left[w] >> 32)
            own += low * low + high * high
            both += low * total[2 * w] + high * total[2 * w + 1]
        right = whole - 2.0 * both + own  # |T - L|^2
        gain = own / n_left + right / (n_rows - n_left) - whole / n_rows
        if gain > bar:
            bar, cut = gain, i
    return bar, cut


@compiled
def _take_sides(scratch: Scratch, n_present: int, cut: int) -> None:
    """Bins up to the cut go left, the other ones of the node right; those the node has not seen, to a random side."""
    for b in range(BINS_MAX):
        scratch.side[b] = next_random(scratch.random) & np.uint64(1) == np.uint64(0)
    for i in range(n_present):
        scratch.side[scratch.order[i]] = i <= cut


@compiled
def _split_ordered(side: Array, threshold: int) -> None:
    for b in range(BINS_MAX):
        side[b] = b <= threshold


@compiled
def _pack(side: Array, mask: Array) -> None:
    for b in range(BINS_MAX):
        if side[b]:
            mask[b >> 3] |= np.uint8(1 << (b & 7))


@compiled
def _rearrange(bins: Array, side: Array, target: Array, order: Array) -> int:
    """Puts the rows that go left first, both sides in their old order; how many go left."""
    left = np.empty(order.size, np.bool_)
    for i in range(order.size):
        left[i] = side[bins[order[i]]]
    _part_rows(left, target, np.empty(target.shape, np.int64))
    return _part(left, order, np.empty(order.size, np.int32))


# cell by cell: assigning slices makes numba compile the words of an error about their shapes, for seconds


@compiled
def _part(left: Array, values: Array, moved: Array) -> int:
    n_left, n_right = 0, 0
    for i in range(left.size):
        if left[i]:
            values[n_left] = values[i]
            n_left += 1
        else:
            moved[n_right] = values[i]
            n_right += 1
    for i in range(n_right):
        values[n_left + i] = moved[i]
    return n_left


@compiled
def _part_rows(left: Array, values: Array, moved: Array) -> None:
    n_left, n_right = 0, 0
    for i in range(left.size):
        for d in range(values.shape[1]):
            if left[i]:
                values[n_left, d] = values[i, d]
            else:
                moved[n_right, d] = values[i, d]
        n_left += left[i]
        n_right += not left[i]
    for i in range(n_right):
        for d in range(values.shape[1]):
            values[n_left + i, d] = moved[i, d]

"""The split search and the growing of trees, against plain Python."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.tabular.splits import (
    END,
    FEATURE,
    LEFT,
    MASKED,
    START,
    THRESHOLD,
    WHOLE,
    WORDS,
    Array,
    Features,
    Rule,
    grow,
    pack,
)


def gain(target: Array, left: Array) -> float:
    """|S_L|^2 / n_L + |S_R|^2 / n_R - |S|^2 / n."""

    def part(rows: Array) -> float:
        total = target[rows].astype(np.float64).sum(axis=0)
        return float(total @ total) / rows.sum()

    return part(left) + part(~left) - part(np.ones(len(left), bool))


def best_gain(bins: Array, target: Array, min_leaf: int) -> float:
    """The gain of the best split of any feature at any threshold."""
    gains = [0.0]
    for feature in bins:
        for threshold in np.unique(feature)[:-1]:
            left = feature <= threshold
            if min(left.sum(), (~left).sum()) >= min_leaf:
                gains.append(gain(target, left))
    return max(gains)


def unpacked(words: Array) -> Array:
    """The whole numbers of a packed target, float64 ``(n, 8)``."""
    halves = [half for w in range(WORDS) for half in (words[:, w] % 2**32, words[:, w] // 2**32)]
    return np.stack(halves, axis=1).astype(np.float64)


def data(seed: int, n: int, f: int, n_bins: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    bins = rng.integers(0, n_bins, (f, n)).astype(np.uint8)
    target = rng.standard_normal((n, 8)) + bins[0][:, None] / n_bins
    return bins, unpacked(pack(target, np.ones(n, np.int64)))


def grown(bins: Array, target: Array, ordered: bool, rule: Rule) -> tuple[Array, Array, Array]:
    n_bins = np.full(len(bins), int(bins.max()) + 1, np.int32)
    features = Features(bins, np.zeros((0, bins.shape[1]), np.uint8), n_bins, np.full(len(bins), ordered))
    order, used = np.arange(bins.shape[1], dtype=np.int32), np.arange(len(bins), dtype=np.int32)
    words = pack(target, np.ones(len(target), np.int64))
    nodes, masks = grow(features, words, order, used, rule, np.array([5], np.uint64))
    return nodes, masks, order


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(10, 60), st.integers(1, 4), st.integers(2, 12))
def test_first_split_is_the_best(seed: int, n: int, f: int, n_bins: int) -> None:
    """The root of a tree splits where the plain search finds the greatest gain, or not at all if that is too small."""
    bins, target = data(seed, n, f, n_bins)
    nodes, _, _ = grown(bins, target, True, Rule(5, 1.5, WHOLE))
    variance = float(target.astype(np.float64).var(axis=0).sum())
    wanted = best_gain(bins, target, 5)

    if nodes[0, FEATURE] < 0:
        assert wanted <= 1.5 * variance * (1 + 1e-9)
    else:
        found = gain(target, bins[nodes[0, FEATURE]] <= nodes[0, THRESHOLD])

        assert abs(wanted - found) <= 1e-6 * wanted


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(10, 80), st.booleans())
def test_leaves_hold_the_rows_that_go_there(seed: int, n: int, ordered: bool) -> None:
    """Every row stands in the leaf its bins lead to, leaves are large enough, and no row is lost."""
    bins, target = data(seed, n, 3, 9)
    nodes, masks, order = grown(bins, target, ordered, Rule(4, 1.1, WHOLE))

    for row in range(n):
        node = 0
        while nodes[node, FEATURE] >= 0:
            b, threshold = int(bins[nodes[node, FEATURE], row]), int(nodes[node, THRESHOLD])
            left = b <= threshold if threshold >= 0 else masks[MASKED - threshold][b // 8] >> (b % 8) & 1
            node = nodes[node, LEFT] + (0 if left else 1)

        assert row in order[nodes[node, START] : nodes[node, END]]
    leaves = nodes[nodes[:, FEATURE] < 0]

    assert list(range(n)) == sorted(order.tolist())
    assert n == int((leaves[:, END] - leaves[:, START]).sum())
    assert len(leaves) == 1 or int((leaves[:, END] - leaves[:, START]).min()) >= 4


def test_noise_is_not_split() -> None:
    """With the default certainty a target that depends on nothing is left whole in nearly all tries."""
    rng = np.random.default_rng(3)
    sizes = []
    for _ in range(10):
        bins = rng.integers(0, 50, (5, 500)).astype(np.uint8)
        target = rng.standard_normal((500, 8))
        sizes.append(len(grown(bins, target, True, Rule(20, 1.0 + 4.0 * 0.5, WHOLE))[0]))

    assert sizes.count(1) >= 8


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 60))
def test_packed_vectors_keep_their_distances(seed: int, m: int) -> None:
    """Whole numbers of one step stand for the vectors: differences are right to a step, and squares are their own."""
    rng = np.random.default_rng(seed)
    table, counts = rng.standard_normal((m, 8)) * rng.random(8), rng.integers(1, 9, m)
    words = pack(table, counts)
    levels = unpacked(words)
    step = float((table.max(axis=0) - table.min(axis=0)).max()) / 1023

    assert np.abs((levels - levels[0]) * step - (table - table[0])).max() <= step * 1.01 + 1e-9
    assert (levels**2).sum(axis=1).tolist() == words[:, WORDS].tolist()


def test_a_split_may_look_at_a_share_of_the_features() -> None:
    """With a share of none nothing is split; with all of them the one that matters is."""
    bins, target = data(1, 400, 3, 9)

    assert len(grown(bins, target, True, Rule(5, 1.2, 0))[0]) == 1
    assert len(grown(bins, target, True, Rule(5, 1.2, WHOLE))[0]) > 1


def test_a_clue_is_a_feature() -> None:
    """A tree splits on a clue, whose number follows those of the columns."""
    rng = np.random.default_rng(2)
    bins, clue = rng.integers(0, 9, (2, 400)).astype(np.uint8), rng.integers(0, 9, 400).astype(np.uint8)
    words = pack(np.repeat(clue[:, None], 8, axis=1).astype(np.float64), np.ones(400, np.int64))
    features = Features(bins, clue[None], np.full(3, 9, np.int32), np.full(3, True))
    used, order = np.arange(3, dtype=np.int32), np.arange(400, dtype=np.int32)
    nodes, _ = grow(features, words, order, used, Rule(20, 3.0, WHOLE), np.array([5], np.uint64))

    assert {2, -1} == set(nodes[:, FEATURE].tolist())

"""Bins, the split search and whole boosted trees, against plain Python."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.evaluation.binning import GAPPED, LEVELS, NUMBERS, Binned, binned
from lookalike.evaluation.boosting import Pace, boosted
from lookalike.evaluation.growing import LEAVES, room_of
from lookalike.evaluation.splitting import HALF, Whole, split

Rows = list[int]


def naive_tops(values: list[float], most: int) -> list[float]:
    """The largest value of each bin."""
    counts = sorted(Counter(values).items())
    few = len(counts) <= most
    most = max(min(most, len(values) // 3), 1)
    size = len(values) / most
    small = [c for _, c in counts if c < size]
    rest, bins = sum(small), most - (len(counts) - len(small))
    tops: list[float] = []
    filled, mean = 0, rest / max(bins, 1)
    for i, (value, count) in enumerate(counts):
        filled += count
        if few:
            full = filled >= 3
        else:
            large = count >= size
            rest -= 0 if large else count
            enough = max(mean / 2, 1) if i + 1 < len(counts) and counts[i + 1][1] >= size else mean
            full = (large or filled >= enough) and len(tops) < most - 1
        if full:
            tops.append(value)
            filled = 0
            if not few:
                bins -= 0 if large else 1
                mean = rest / max(bins, 1)
    return [*tops, counts[-1][0]] if filled else tops


def naive_bins(values: list[float], is_level: bool, most: int) -> list[int]:
    """The bin of each value."""
    if is_level:
        whole = [-1 if math.isnan(v) else int(v) for v in values]
        order = [v for v, _ in sorted(Counter(whole).items(), key=lambda item: (-item[1], item[0]))]
        return [min(order.index(v), most - 1) for v in whole]
    there = [v for v in values if not math.isnan(v)]
    tops = naive_tops(there, most - (len(there) < len(values))) if there else []
    return [len(tops) if math.isnan(v) else sum(t < v for t in tops) for v in values]


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 120), st.sampled_from([3, 5, 16, 255]), st.integers(1, 60), st.booleans(), st.integers(0, 99))
def test_bins_are_those_of_the_slow_twin(n: int, most: int, spread: int, is_level: bool, seed: int) -> None:
    """Numbers and levels fall into the bins that their counts ask for, missing ones into one of their own."""
    rng = np.random.Generator(np.random.PCG64(seed))
    values = np.floor(rng.exponential(spread / 3, n))
    values[rng.random(n) < 0.1 * (seed % 3)] = np.nan
    values[rng.random(n) < 0.5 * (seed % 2)] = 1.0
    table = binned(values[:, None], np.array([is_level]), most)

    assert naive_bins(values.tolist(), is_level, most) == table.cells[:, 0].tolist()
    assert table.starts.tolist() == [0, int(table.cells.max()) + 1]


def candidates(table: Binned, j: int, rows: Rows, g: list[float], h: list[float]) -> Iterator[tuple[set[int], float]]:
    """Sets of bins that may go left, and the curvature that is added to either side."""
    kind, n_bins, first = table.kinds[j], int(table.starts[j + 1] - table.starts[j]), int(table.starts[j])
    if kind != LEVELS:
        n = n_bins - int(kind)
        for gone in [set(), {n}] if kind == GAPPED else [set()]:
            yield from ((set(range(b + 1)) | gone, 0.0) for b in range(n))
        return
    if n_bins <= 4:
        yield from (({b}, 0.0) for b in range(n_bins))
        return
    per_row = sum(h[i] for i in rows) / len(rows)
    of = {b: [i for i in rows if table.cells[i, j] - first == b] for b in range(n_bins)}
    bend = {b: sum(h[i] for i in of[b]) for b in of}
    order = [b for b in of if bend[b] >= 9.5 * per_row]
    order.sort(key=lambda b: sum(g[i] for i in of[b]) / (bend[b] + 10))
    for way in (order, order[::-1]):
        since = 0.0
        for many in range(1, min(32, (len(order) + 1) // 2) + 1):
            since += bend[way[many - 1]]
            others = sum(bend.values()) - sum(bend[b] for b in way[:many])
            if others < 99.5 * per_row:
                break
            if since >= 99.5 * per_row and sum(bend[b] for b in way[:many]) >= 19.5 * per_row:
                yield set(way[:many]), 10.0
                since = 0.0


def naive_split(table: Binned, rows: Rows, g: list[float], h: list[float]) -> tuple[float, float, Rows, Rows]:
    """The best gain, what it adds to curvature, and the rows of both sides; gain 0 if there is none."""
    best: tuple[float, float, Rows, Rows] = (0.0, 0.0, [], [])
    whole, bend = sum(g[i] for i in rows), sum(h[i] for i in rows)
    least = max(19.5 * bend / max(len(rows), 1), 1e-3)
    for j in range(len(table.kinds) if len(rows) >= 40 else 0):
        for left, ease in candidates(table, j, rows, g, h):
            sides = [
                [i for i in rows if (table.cells[i, j] - table.starts[j] in left) == here] for here in (True, False)
            ]
            bends = [sum(h[i] for i in side) for side in sides]
            if min(bends) >= least:
                scores = [sum(g[i] for i in s) ** 2 / (b + ease) for s, b in zip(sides, bends, strict=True)]
                gain = sum(scores) - whole**2 / bend
                if gain > best[0] * (1 + 1e-9) + 1e-9:
                    best = (gain, ease, *sides)
    return best


def made_up(seed: int, n: int, kinds: str) -> tuple[Binned, Any, Any]:
    """Bins of numbers (n), numbers with gaps (g), few levels (f) and many (l), the cells, and what they make."""
    rng = np.random.Generator(np.random.PCG64(seed))
    x = np.stack([rng.normal(size=n) if k in "ng" else rng.integers(0, 3 if k == "f" else 7, n) for k in kinds], axis=1)
    x = x.astype(np.float64)
    gaps = (np.array(list(kinds)) == "g") & (rng.random(x.shape) < 0.2)
    effect = np.where(gaps, 0.7, np.sin(3 * x)).sum(axis=1) + rng.normal(size=n)
    return binned(np.where(gaps, np.nan, x), np.array([k in "fl" for k in kinds]), 12), x, effect


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 9_999), st.integers(40, 400), st.text("ngfl", min_size=1, max_size=3))
def test_the_best_split_is_that_of_the_slow_twin(seed: int, n: int, kinds: str) -> None:
    """No split of numbers, missing ones on either side, or of levels gains more, and its bins gain what it says."""
    rng = np.random.Generator(np.random.PCG64(seed))
    table, _, effect = made_up(seed, n, kinds)
    g, h = np.rint(50 * effect).astype(int), rng.integers(1, 9, n)
    packed = (g << HALF) + h
    sums = np.zeros(table.starts[-1], np.int64)
    np.add.at(sums, table.cells, packed[:, None])
    for j, kind in enumerate(table.kinds):
        if kind != LEVELS:
            there = slice(table.starts[j], table.starts[j + 1] - kind)
            sums[there] = np.cumsum(sums[there])
    _, desk = room_of(n, len(sums), 12)
    row, left = h.sum() / n, np.zeros(12, np.int64)
    column, gain = split(table, sums, Whole(int(packed.sum()), math.ceil(19.5 * row), row, 1.0), desk, left)
    expected, ease, *_ = naive_split(table, list(range(n)), g.tolist(), h.tolist())

    assert expected == pytest.approx(gain, rel=1e-9, abs=1e-6)
    assert (column < 0) == (expected == 0)
    if column >= 0:
        goes = left[table.cells[:, column] - table.starts[column]] == 1
        scores = [g[side].sum() ** 2 / (h[side].sum() + ease) for side in (goes, ~goes)]

        assert expected == pytest.approx(sum(scores) - g.sum() ** 2 / h.sum(), rel=1e-9, abs=1e-6)


def naive_tree(table: Binned, learnt: Rows, g: list[float], h: list[float]) -> list[tuple[Rows, float]]:
    """Leaves, and the curvature that is added to theirs."""
    leaves = [(learnt, 0.0)]
    while len(leaves) < LEAVES:
        splits = [naive_split(table, rows, g, h) for rows, _ in leaves]
        best = max(range(len(leaves)), key=lambda i: splits[i][0])
        gain, ease, one, other = splits[best]
        if gain <= 0:
            break
        leaves[best : best + 1] = [(one, ease), (other, ease)]
    return leaves


def naive_pulls(truth: Any, scores: Any, n_classes: int, k: int) -> tuple[Any, Any]:
    """Gradient and curvature of the loss of each row."""
    if not n_classes:
        return scores[0] - truth, np.ones(len(truth))
    if n_classes == 2:
        p = 1 / (1 + np.exp(-scores[0]))
        return p - truth, p * (1 - p)
    p = np.exp(scores[k]) / np.exp(scores).sum(axis=0)
    return p - (truth == k), n_classes / (n_classes - 1) * p * (1 - p)


def naive_boost(table: Binned, truth: Any, n_classes: int, pace: Pace) -> Any:
    """Scores of all rows, which all are learnt from."""
    shares = [float((truth == k).mean()) for k in range(n_classes)]
    starts = {0: [float(truth.mean())], 2: [math.log(shares[-1] / shares[0])] if n_classes else []}
    scores = np.array([[s] * len(truth) for s in starts.get(n_classes, [math.log(s) for s in shares])])
    for _ in range(pace.rounds):
        pulls = [naive_pulls(truth, scores, n_classes, k) for k in range(len(scores))]
        for k, (g, h) in enumerate(pulls):
            leaves = naive_tree(table, list(range(len(truth))), g.tolist(), h.tolist())
            for rows, ease in leaves if len(leaves) > 1 else []:
                scores[k, rows] -= pace.rate * g[rows].sum() / (h[rows].sum() + ease)
    if n_classes == 2:
        return 1 / (1 + np.exp(-scores.T))
    return (np.exp(scores) / np.exp(scores).sum(axis=0)).T if n_classes else scores.T


@pytest.mark.parametrize("n_classes", [0, 2, 3])
@pytest.mark.parametrize("kinds", ["n", "gf", "nlg"])
@pytest.mark.parametrize("seed", [1, 2])
def test_boosted_trees_are_those_of_the_slow_twin(n_classes: int, kinds: str, seed: int) -> None:
    """Three rounds of trees say of each row what the slow twin's say."""
    table, _, effect = made_up(seed, 300, kinds)
    truth = np.digitize(effect, np.quantile(effect, np.arange(1, n_classes) / n_classes)) if n_classes else effect
    pace = Pace(3, 0.3)
    found, _ = boosted(table, truth.astype(np.float64), np.ones(300, np.bool_), n_classes, pace)

    np.testing.assert_allclose(naive_boost(table, truth, n_classes, pace), found, atol=1e-4)


def test_kinds_are_told() -> None:
    """Numbers, numbers with gaps and levels are told apart."""
    table, _, _ = made_up(1, 100, "ngl")

    assert [NUMBERS, GAPPED, LEVELS] == table.kinds.tolist()

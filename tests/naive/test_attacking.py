"""What attacks search by, held against slow and obvious twins: closest rows, and rows that meet conditions."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lookalike.evaluation.boxes import FEW, MOST, Cells
from lookalike.evaluation.neighbours import Points, closest, closest_but_one
from lookalike.evaluation.predicates import MAX_WIDTH, NONE, holders

UNIT = MOST // 8
SIZES = st.integers(1, 5), st.integers(1, 4), st.integers(1, 2 * FEW + 3), st.integers(0, 99)


def _points(seed: int, n: int, d: int) -> Points:
    """Few values, so that there are ties and gaps beyond UNIT; every other column holds levels."""
    cells = np.random.Generator(np.random.PCG64(seed)).integers(0, 7, (n, d)) * (UNIT // 2)
    return Points(cells.astype(np.int16), np.arange(d) % 2 == 0, UNIT)


def _gaps(query: Cells, references: Points) -> NDArray[np.int64]:
    """Each column's part of the distances of a query, shape ``(m, d)``."""
    gaps = np.abs(query.astype(np.int64) - references.cells)
    return np.where(references.numbers, np.minimum(gaps, UNIT), UNIT * (gaps > 0))


@settings(deadline=None, max_examples=40)
@given(*SIZES, st.integers(1, 6))
def test_closest(n: int, d: int, m: int, seed: int, k: int) -> None:
    """The closest are the first of all references sorted by distance, those first that come first."""
    queries, references = _points(seed, n, d), _points(seed + 1, m, d)
    far, who = closest(queries, references, k)

    for query, distances, numbers in zip(queries.cells, far, who, strict=True):
        totals = _gaps(query, references).sum(axis=1)
        order = np.argsort(totals, kind="stable")[:k].tolist()
        lacking = k - len(order)

        assert [*totals[order].tolist(), *[MOST] * lacking] == distances.tolist()
        assert [*order, *[-1] * lacking] == numbers.tolist()


@settings(deadline=None, max_examples=40)
@given(*SIZES)
def test_closest_but_one(n: int, d: int, m: int, seed: int) -> None:
    """The closest by all columns but one is the first with the least distance over the others."""
    queries, references = _points(seed, n, d), _points(seed + 1, m, d)
    found = closest_but_one(queries, references)

    for query, numbers in zip(queries.cells, found, strict=True):
        gaps = _gaps(query, references)
        wanted = [np.argmin(np.delete(gaps, c, axis=1).sum(axis=1)) for c in range(d)]

        assert wanted == numbers.tolist()


def _cells(seed: int, n: int, d: int) -> Cells:
    return np.random.Generator(np.random.PCG64(seed)).integers(0, 7, (n, d)).astype(np.int16)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 60), st.integers(0, 99))
def test_holders(n: int, d: int, m: int, seed: int) -> None:
    """A point meets a predicate if each column asked lies between the bounds; more than two such points are two."""
    rng = np.random.Generator(np.random.PCG64(seed))
    points, width = _cells(seed, m, d), min(d, MAX_WIDTH)
    columns = np.full((n, MAX_WIDTH), NONE, np.int16)
    for row in columns:
        used = rng.integers(1, width + 1)
        row[:used] = rng.choice(d, used, replace=False)
    lows = _cells(seed + 1, n, MAX_WIDTH)
    highs = lows + _cells(seed + 2, n, MAX_WIDTH)

    def meets(i: int, point: Cells) -> bool:
        asked = zip(columns[i], lows[i], highs[i], strict=True)
        return all(low <= point[c] <= high for c, low, high in asked if c != NONE)

    wanted = [min(2, sum(meets(i, point) for point in points)) for i in range(n)]

    assert wanted == holders(columns, lows, highs, points).tolist()

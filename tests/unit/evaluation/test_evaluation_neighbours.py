import math

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.evaluation.comparison import SYNTHETIC, TRAIN, Comparison, Rows
from lookalike.evaluation.neighbours import BLOCK, UNIT, nearest, space


def _naive_rank(real: list[float], x: float | None) -> float | None:
    """Mid-rank of x among the real values, in [0, 1]."""
    if x is None or math.isnan(x):
        return None
    return (sum(r < x for r in real) + sum(r <= x for r in real)) / (2 * len(real))


def _naive_distance(a: list[object], b: list[object]) -> float:
    """Numbers (ranks): absolute difference; a missing one is 1 from a number, 0 from missing; levels: 0 or 1."""
    total = 0.0
    for x, y in zip(a, b, strict=True):
        total += abs(x - y) if isinstance(x, float) and isinstance(y, float) else float(x != y)
    return total


def test_space_and_kernel_against_a_naive_twin(people, metadata) -> None:
    """Distances are those of the slow definition over ranks and level mismatches, to the rounding of ranks."""
    train, holdout, synthetic = people(60, 1), people(50, 2), people(30, 3)
    comparison = Comparison(train, holdout, synthetic, metadata, 7)
    groups = [Rows(TRAIN, np.arange(60)), Rows(SYNTHETIC, np.arange(30))]
    references, queries = space(comparison.columns, groups)
    found = nearest(queries, np.ascontiguousarray(references.T)) / UNIT

    real = {c: pl.concat([train, holdout])[c].drop_nulls().to_list() for c in ("age", "height")}

    def naive(row: dict[str, object]) -> list[object]:
        return [_naive_rank(real[c], row[c]) if c in real else row[c] for c in row]

    points = [naive(r) for r in train.to_dicts()]
    expected = [min(_naive_distance(naive(q), p) for p in points) for q in synthetic.to_dicts()]

    np.testing.assert_allclose(expected, found, atol=3 / UNIT)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 2 * BLOCK + 3), st.integers(0, 99))
def test_the_kernel_finds_the_minimum(n: int, d: int, m: int, seed: int) -> None:
    """Whatever the number of references, below, at and above a block, the nearest one is found."""
    rng = np.random.Generator(np.random.PCG64(seed))
    queries, references = (rng.integers(0, 3 * UNIT, (k, d), dtype=np.int32) for k in (n, m))
    gaps = np.minimum(np.abs(queries[:, None, :] - references[None, :, :]), UNIT).sum(axis=2)

    np.testing.assert_array_equal(gaps.min(axis=1), nearest(queries, np.ascontiguousarray(references.T)))

import math

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.evaluation.boxes import FEW, MOST
from lookalike.evaluation.comparison import SYNTHETIC, TRAIN, Comparison, Rows
from lookalike.evaluation.neighbours import Points, nearest, space


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
    references, queries = space(comparison, comparison.columns, groups)
    found = nearest(queries, references) / queries.unit

    real = {c: pl.concat([train, holdout])[c].drop_nulls().to_list() for c in ("age", "height")}

    def naive(row: dict[str, object]) -> list[object]:
        return [_naive_rank(real[c], row[c]) if c in real else row[c] for c in row]

    points = [naive(r) for r in train.to_dicts()]
    expected = [min(_naive_distance(naive(q), p) for p in points) for q in synthetic.to_dicts()]

    np.testing.assert_allclose(expected, found, atol=3 / queries.unit)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 2 * FEW + 3), st.integers(0, 99))
def test_the_kernel_finds_the_minimum(n: int, d: int, m: int, seed: int) -> None:
    """Whatever the number of references, below, at and above a block, the nearest one is found."""
    rng = np.random.Generator(np.random.PCG64(seed))
    numbers, unit = rng.random(d) < 0.5, MOST // d // 3
    levels = rng.integers(-MOST, MOST, (2, 2 * FEW + 3, d))
    ranks = rng.integers(0, 3 * unit, (2, 2 * FEW + 3, d))
    cells = np.where(numbers, ranks, levels).astype(np.int16)
    queries, references = cells[0, :n].astype(np.int64), cells[1, :m].astype(np.int64)
    gaps = np.abs(queries[:, None, :] - references[None, :, :])
    gaps = np.where(numbers, np.minimum(gaps, unit), unit * (gaps > 0)).sum(axis=2)
    points = [Points(part, numbers, unit) for part in (cells[0, :n], cells[1, :m])]

    np.testing.assert_array_equal(gaps.min(axis=1), nearest(*points))


def test_more_levels_than_an_int16_counts_are_apart() -> None:
    """Forty thousand rows, each with a level of its own, are all a whole column apart from each other's places."""
    names = pl.DataFrame({"name": [f"n{i}" for i in range(40_000)]})
    column = Metadata((Column("name", ColumnType.CATEGORICAL, pl.String()),))
    comparison = Comparison(names, names.clear(), names.clear(), column, 7)
    rows = [Rows(TRAIN, np.arange(20_000)), Rows(TRAIN, np.arange(20_000, 40_000))]
    one, two = space(comparison, comparison.columns, rows)

    assert {one.unit} == set(nearest(one[::200], two).tolist())
    assert {0} == set(nearest(one[::200], one).tolist())

"""Directions: the solver and the sums of bins, against numpy; what they find, on tables made for it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.tabular.coded import Coded
from lookalike.engines.tabular.directions import (
    Direction,
    bin_sums,
    explained,
    find_direction,
    follow,
    make_design,
    solve,
)
from lookalike.engines.tabular.splits import pack
from lookalike.transforms import Scale

N = 3_000


def scale() -> Scale:
    """Of a number without atoms; its bins are its cells."""
    none = np.zeros(0)
    return Scale(True, 250, none.astype(np.uint8), none.astype(np.float32), none, none.astype(np.uint8), none)


def coded(scores: np.ndarray) -> Coded:  # type: ignore[type-arg]
    ranks = scores.argsort(axis=1).argsort(axis=1)
    bins = (ranks * 250 // scores.shape[1]).astype(np.uint8)
    rows = np.arange(len(scores), dtype=np.int32)
    codes = tuple(np.full(scores.shape[1], -1, np.int8) for _ in scores)
    return Coded(bins, scores.astype(np.float32), rows, codes, np.zeros(scores.shape[1], np.uint8))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 8))
def test_solution(seed: int, p: int, k: int) -> None:
    """The solver's answer times the matrix is the right side."""
    rng = np.random.default_rng(seed)
    half = rng.standard_normal((p, p))
    gram, right = half @ half.T + np.eye(p), rng.standard_normal((p, k))

    assert np.allclose(gram @ solve(gram.copy(), right), right)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 200))
def test_sums_of_bins(seed: int, n: int) -> None:
    """Rows and target sums of each bin are those of a plain count; what they explain is at most all there is."""
    rng = np.random.default_rng(seed)
    levels, bins = rng.integers(0, 1000, (n, 8)), rng.integers(0, 256, n).astype(np.uint8)
    words = np.concatenate([levels[:, ::2] + (levels[:, 1::2] << 32), (levels**2).sum(axis=1)[:, None]], axis=1)
    n_rows, sums = bin_sums(bins, words)

    assert np.bincount(bins, minlength=256).tolist() == n_rows.tolist()
    assert all((levels[bins == b].sum(axis=0) == sums[b]).all() for b in range(256))
    assert -1e-6 <= explained(n_rows, sums) <= ((levels - levels.mean(axis=0)) ** 2).sum() + 1e-6


def test_a_sum_of_columns_is_found() -> None:
    """Where three columns act through their sum the clue follows that sum; where one acts alone there is none."""
    rng = np.random.default_rng(4)
    scores = rng.standard_normal((4, N))
    scores[3] = scores[:3].sum(axis=0) + 0.3 * rng.standard_normal(N)
    table = coded(scores)
    design = make_design(table, (scale(),) * 4)
    rows = np.arange(N, dtype=np.int32)

    assert design is not None
    direction, clues = find_direction(table, design, 3, rows, pack(scores[3][:, None].repeat(8, 1), np.ones(N, int)))

    assert abs(float(np.corrcoef(clues[0], scores[:3].sum(axis=0))[0, 1])) > 0.97
    assert {0, 1, 2} == set(direction.columns.tolist())
    alone, none = find_direction(table, design, 3, rows, pack(scores[0][:, None].repeat(8, 1), np.ones(N, int)))

    assert (0, 0) == (len(alone.columns), len(none))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5))
def test_clues_are_sums_on_a_grid(seed: int, n_columns: int) -> None:
    """A row's clues are the bins of the cells that its sums of table entries fall in."""
    rng = np.random.default_rng(seed)
    tables = rng.standard_normal((n_columns, 256, 2)).astype(np.float32)
    bins = rng.integers(0, 256, (n_columns, 50)).astype(np.uint8)
    columns, cells = np.arange(n_columns, dtype=np.int32), np.stack([np.arange(1024) // 5, np.arange(1024) // 9])
    grid = np.array([[-3.0, 150.0], [-2.0, 99.0]], np.float32)
    found = follow(Direction(columns, tables, grid, cells.astype(np.uint8)), bins)
    for k in range(2):
        totals = [sum((tables[c, bins[c, row], k] for c in columns), np.float32(0.0)) for row in range(50)]
        places = [min(max(int((t - grid[k, 0]) * grid[k, 1]), 0), 1023) for t in totals]

        assert [int(cells[k, place]) for place in places] == found[k].tolist()

"""Columns missing together and copied cells: found where they are, never where chance is enough."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.tabular.finding.kin import Number, find_copies, find_leaders
from lookalike.engines.tabular.kinship import SOURCES_MAX, Copy

N = 4_000


def numbers(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 1.0, N).round(4)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(0, 10**9), st.integers(2, 8), st.integers(20, 2_000))
def test_chance_makes_no_leader(seed: int, n_columns: int, n: int) -> None:
    """Columns missing at random lead nobody, however many there are."""
    rng = np.random.default_rng(seed)
    masks = [rng.random(n) < rng.uniform(0.01, 0.99) for _ in range(n_columns)]

    assert {} == find_leaders(list(enumerate(masks)))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(0, 10**9), st.integers(200, 2_000), st.floats(0.1, 0.6))
def test_leaders_imply(seed: int, n: int, share: float) -> None:
    """Whatever is found as a leader is missing only where the column it leads is, and stands before it."""
    rng = np.random.default_rng(seed)
    first = rng.random(n) < share
    masks = [first, rng.random(n) < 0.3, first | (rng.random(n) < 0.1), np.zeros(n, bool), np.ones(n, bool)]
    leaders = find_leaders(list(enumerate(masks)))

    assert leaders.get(2) == 0
    for column, leader in leaders.items():
        assert leader < column
        assert not (masks[leader] & ~masks[column]).any()


def number(column: int, values: np.ndarray, loose: np.ndarray | None = None, dtype: Any = None) -> Number:
    return Number(column, dtype or pl.Float64(), values, np.ones(len(values), bool) if loose is None else loose)


def test_columns_of_different_dtypes_never_copy() -> None:
    """Equal values of another dtype are no copies: the same number of days and of euros is chance."""
    values = np.arange(N)
    dtypes: Sequence[Any] = (pl.Int64(), pl.Date(), pl.Duration("us"), pl.Datetime("us"), pl.Datetime("us", "UTC"))

    assert ((), {}) == find_copies([number(n, values, dtype=dtype) for n, dtype in enumerate(dtypes)])


def test_atoms_are_not_copied() -> None:
    """Where values are atoms they are equal often, and no copy is seen in that."""
    values = np.random.default_rng(1).integers(0, 3, N)
    none = np.zeros(N, bool)

    assert ((), {}) == find_copies([number(0, values, none), number(1, values, none)])


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(0, 10**9), st.integers(2, 6), st.integers(100, 3_000))
def test_chance_makes_no_copy(seed: int, n_columns: int, n: int) -> None:
    """Columns that have nothing to do with each other copy nothing."""
    rng = np.random.default_rng(seed)

    assert ((), {}) == find_copies([number(c, rng.normal(0, 1, n).round(3)) for c in range(n_columns)])


def test_a_column_copies_from_the_best_two() -> None:
    """Of many sources those of most cells are kept, each row has one of them, and all stand before the column."""
    rng = np.random.default_rng(5)
    sources = [numbers(seed) for seed in range(4)]
    which = rng.choice(5, N, p=[0.1, 0.3, 0.05, 0.2, 0.35])
    last = np.choose(which, [*sources, numbers(9)])
    copies, chosen = find_copies([number(n, values) for n, values in enumerate([*sources, last])])

    assert (Copy(4, 1), Copy(4, 3)) == copies
    assert len(copies) == SOURCES_MAX
    assert ((which == 1).sum(), (which == 3).sum()) == ((chosen[4] == 0).sum(), (chosen[4] == 1).sum())

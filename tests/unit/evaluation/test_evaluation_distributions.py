from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.distributions import Distribution, distribution

LEAST = 5


def _spread(train: pl.Series, kind: ColumnType, synthetic: pl.Series | None = None) -> Distribution | None:
    metadata = Metadata((Column("x", kind, train.dtype),))
    made = train if synthetic is None else synthetic
    comparison = Comparison(train.to_frame("x"), None, made.to_frame("x"), metadata, 7, LEAST)
    return distribution(comparison, comparison.columns[0])


@given(st.lists(st.sampled_from([*"abcdefghijkl", None]), min_size=20, max_size=90))
def test_no_rare_level_is_named(cells: list[str | None]) -> None:
    """Only levels that five train rows share are named, however often synthetic rows have them."""
    spread = _spread(pl.Series(cells, dtype=pl.String), ColumnType.CATEGORICAL, pl.Series([*"abcdefghijkl"] * 9))
    named = set(spread.labels) - {"other levels", "missing"}

    assert all(cells.count(level) >= LEAST for level in named)


@settings(deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=20, max_size=90))
def test_bars_count_in_handfuls(cells: list[float]) -> None:
    """Real shares come from counts rounded to multiples of five, in edges + 1 bins; synthetic ones add up to 1."""
    spread = _spread(pl.Series(cells), ColumnType.DECIMAL)
    handfuls = np.array(spread.real) * len(cells) / LEAST

    assert len(spread.labels) + 1 == len(spread.real) == len(spread.synthetic)
    np.testing.assert_allclose(np.rint(handfuls), handfuls, atol=0.01)
    assert abs(1 - sum(spread.synthetic)) < 0.01


@pytest.mark.parametrize("n", [20, 100, 2_000])
def test_edges_have_rows_beyond_them(n: int) -> None:
    """At least five rows lie below the second edge and above the last but one: no edge is an extreme person's."""
    values = np.random.Generator(np.random.PCG64(n)).lognormal(8, 1, n)
    spread = _spread(pl.Series(values), ColumnType.DECIMAL)
    edges = [float(label.replace(",", "")) for label in spread.labels]

    assert (values < edges[1]).sum() >= LEAST
    assert (values >= edges[-2]).sum() >= LEAST
    assert not {float(values.min()), float(values.max())} & set(edges)


def test_edges_are_round() -> None:
    """Edges are multiples of 1, 2 or 5 times a power of ten; those of integers are integers."""
    spread = _spread(pl.Series(range(18, 91)), ColumnType.INTEGER)

    assert ("20", "25", "30") == spread.labels[:3]


def test_dates_are_written_as_dates() -> None:
    """The edges of dates are dates."""
    days = pl.Series([date(2020, 1, 1) + timedelta(days=i) for i in range(100)])
    spread = _spread(days, ColumnType.DATE)

    assert all(date.fromisoformat(label) for label in spread.labels)


@pytest.mark.parametrize("cells", [[1.5] * 30, [0.0] * 30, [1e308] * 15 + [-1e308] * 15, [1e-300, 2e-300] * 20])
def test_strange_numbers_do_no_harm(cells: list[float]) -> None:
    """Constants, the largest and the smallest numbers are drawn, or not shown, but never fail."""
    spread = _spread(pl.Series(cells), ColumnType.DECIMAL)

    assert spread is None or len(spread.real) >= 3


def test_few_rows_are_not_shown() -> None:
    """Fewer than four handfuls of rows with a value are not drawn."""
    assert _spread(pl.Series([1.0] * 19 + [None] * 9), ColumnType.DECIMAL) is None
    assert _spread(pl.Series(["a"] * 19), ColumnType.CATEGORICAL) is None


def test_missing_is_told() -> None:
    """The missing shares of numbers stand beside the bins."""
    spread = _spread(pl.Series([1, 2, None, None] * 10), ColumnType.INTEGER, pl.Series([1, 2, 2, None]))

    assert (0.5, 0.25) == spread.missing

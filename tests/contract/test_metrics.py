"""What every metric promises, whoever wrote it."""

import json
import re
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from figures import faults
from lookalike import plugins
from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.streams import stream
from lookalike.evaluation import Figure, metric_names
from lookalike.evaluation.comparison import Comparison

METADATA = Metadata(
    (
        Column("n", ColumnType.INTEGER, pl.Int64()),
        Column("x", ColumnType.DECIMAL, pl.Float64()),
        Column("c", ColumnType.CATEGORICAL, pl.String()),
        Column("b", ColumnType.BOOLEAN, pl.Boolean()),
        Column("e", ColumnType.EMPTY, pl.Null()),
    )
)
EVERY = pytest.mark.parametrize("name", metric_names())


def _metric(name: str) -> Callable[[Comparison], Figure]:
    family, _, file = name.partition(".")
    metric: Callable[[Comparison], Figure] = plugins.part(f"lookalike.evaluation.{family}", file).metric
    return metric


def _table(n: int, seed: int) -> pl.DataFrame:
    rng = stream(seed, "table")
    x = rng.normal(size=n)
    cells = {
        "n": rng.integers(0, 50, n),
        "x": np.where(rng.random(n) < 0.1, np.nan, x),
        "c": np.where(rng.random(n) < 0.02, "rare-cell", np.where(x > 0, "a", "b")),
        "b": rng.random(n) < 0.3,
    }
    cells["c"][5::125] = "c"  # a level that is rare in 600 rows, without chance
    return pl.DataFrame(cells).with_columns(pl.col("x").fill_nan(None), e=pl.lit(None))


def _comparison(n_train: int, n_holdout: int | None, n_synthetic: int) -> Comparison:
    holdout = None if n_holdout is None else _table(n_holdout, 2)
    return Comparison(_table(n_train, 1), holdout, _table(n_synthetic, 3), METADATA, 7, 3, None, _breaches)


def _breaches(frame: pl.DataFrame) -> dict[str, NDArray[np.bool_]]:
    return {"range of 'n'": (frame["n"] > 45).to_numpy()}


def test_there_are_metrics() -> None:
    """Fidelity, utility and privacy are all measured."""
    assert {"fidelity", "utility", "privacy"} <= {name.partition(".")[0] for name in metric_names()}


@EVERY
def test_a_fair_comparison_has_value_and_floor(name: str) -> None:
    """With enough rows of one source, value and floor are near each other: within a tenth of what can be."""
    figure = _metric(name)(_comparison(2_000, 1_500, 1_500))

    low, high = figure.bounds

    assert figure.value is not None
    assert figure.floor is not None
    assert abs(figure.value - figure.floor) < 0.1 * (high - low)


@EVERY
def test_a_figure_lies_in_its_bounds_and_its_interval(name: str) -> None:
    """Value and floor are within the bounds, and so is the interval, which holds the value."""
    for sizes in ((600, 400, 500), (600, 400, 40), (300, None, 200)):
        figure = _metric(name)(_comparison(*sizes))

        assert [] == faults(figure)
        assert figure.interval is None or figure.interval[0] <= (figure.value or 0.0) <= figure.interval[1]
    assert _metric(name)(_comparison(600, 400, 500)).interval is not None


@EVERY
def test_same_comparison_same_figure(name: str) -> None:
    """A figure is the same to the last bit each time."""
    one, two = (_metric(name)(_comparison(300, 100, 200)) for _ in range(2))

    assert one == two


@EVERY
@pytest.mark.parametrize("sizes", [(0, None, 0), (1, 0, 1), (20, 2, 0), (0, 60, 60), (3, 60, 60), (300, None, 2)])
def test_little_data_is_no_accident(name: str, sizes: tuple[int, int | None, int]) -> None:
    """With little data there is a value, or none and a note that says why; never an error or a NaN."""
    assert [] == faults(_metric(name)(_comparison(*sizes)))


@EVERY
def test_a_figure_tells_no_cell(name: str) -> None:
    """Meaning, note and details are JSON without a single cell."""
    figure = _metric(name)(_comparison(600, 400, 500))

    assert "rare-cell" not in json.dumps([figure.meaning, figure.note, dict(figure.details)], allow_nan=False)


@EVERY
def test_the_meaning_is_one_sentence(name: str) -> None:
    """The meaning is one sentence."""
    assert re.fullmatch(r"[A-Z](?:[^.]|\.\d)*\.", _metric(name)(_comparison(1, None, 1)).meaning)


@EVERY
def test_tables_are_left_as_they_are(name: str) -> None:
    """A metric changes no table and no encoded column."""
    comparison = _comparison(300, 100, 200)
    before = [t.copy() for c in comparison.columns for t in c.tables]
    _metric(name)(comparison)

    for was, now in zip(before, (t for c in comparison.columns for t in c.tables), strict=True):
        np.testing.assert_array_equal(was, now)

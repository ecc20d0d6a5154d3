"""No drawn place is a place of train, and places stay on their grid."""

import numpy as np
import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType
from lookalike.transforms.points import Points, fit_points, load_points

COLUMNS = [Column("lat", ColumnType.LATITUDE, pl.Float64()), Column("lon", ColumnType.LONGITUDE, pl.Float64())]


def places(n: int, seed: int, dtype: type[pl.DataType] = pl.Float64) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    table = pl.DataFrame({"lat": rng.uniform(40, 50, n).round(2), "lon": rng.uniform(-10, 10, n).round(2), "x": 1})
    return table.with_columns(pl.col("lat", "lon").cast(dtype))


def points(table: pl.DataFrame) -> Points:
    return fit_points(table, COLUMNS)[0]


@pytest.mark.parametrize("dtype", [pl.Float64, pl.Float32, pl.Decimal(9, 2)])
def test_no_pair_of_train_comes_out(dtype: type[pl.DataType]) -> None:
    """Train's own rows are all moved, a few steps, on their grid, within train's range; other rows stay."""
    train, others = places(500, 1, dtype), places(300, 2, dtype)
    known = points(train)
    drawn = pl.concat([train, others])
    out = known.moved(drawn, seed=1, rows=np.arange(800, dtype=np.uint64))

    assert drawn.schema == out.schema
    assert set() == set(train.select("lat", "lon").rows()) & set(out.select("lat", "lon").rows())
    assert (out["lat"].cast(float).round(2) - out["lat"].cast(float)).abs().max() < 1e-5  # type: ignore[operator]
    assert (out["lat"].cast(float) - drawn["lat"].cast(float)).abs().max() < 0.1  # type: ignore[operator]
    assert train["lat"].min() <= out["lat"].min() <= out["lat"].max() <= train["lat"].max()  # type: ignore[operator]
    assert out[500:].select("lon", "x").equals(drawn[500:].select("lon", "x"))
    assert out.equals(load_points(*known.state()).moved(drawn, seed=1, rows=np.arange(800, dtype=np.uint64)))


def test_missing_cells_stay() -> None:
    """A place that is missing, wholly or by half, stays missing."""
    train = places(50, 1).with_columns(pl.when(pl.int_range(50) % 5 > 1).then("lat"))
    out = points(train).moved(train, seed=1, rows=np.arange(50, dtype=np.uint64))

    assert train["lat"].is_null().to_list() == out["lat"].is_null().to_list()


def test_a_table_without_places_has_no_points() -> None:
    """Without both columns, or without a complete row, there is nothing to keep apart."""
    empty = places(5, 1).with_columns(pl.lit(None, pl.Float64).alias("lat"))

    assert () == fit_points(empty, COLUMNS)
    assert () == fit_points(places(5, 1), COLUMNS[:1])

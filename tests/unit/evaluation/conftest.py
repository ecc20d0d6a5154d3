from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.streams import stream

TYPES = {"age": ColumnType.INTEGER, "height": ColumnType.DECIMAL, "town": ColumnType.CATEGORICAL}


@pytest.fixture
def people() -> Callable[[int, int], pl.DataFrame]:
    """`people(n, seed)`: n rows of age, height (a tenth missing; it goes with age) and town (a few rare ones)."""

    def draw(n: int, seed: int) -> pl.DataFrame:
        rng = stream(seed, "people")
        age = rng.integers(18, 90, n)
        height = np.where(rng.random(n) < 0.1, np.nan, 150 + age / 4 + rng.normal(0, 3, n))
        town = rng.choice(["Ulm", "Köln", "Bonn", "Jena"], n, p=[0.5, 0.3, 0.15, 0.05])
        return pl.DataFrame({"age": age, "height": pl.Series(height).fill_nan(None), "town": town})

    return draw


@pytest.fixture
def metadata() -> Metadata:
    dtypes = {"age": pl.Int64(), "height": pl.Float64(), "town": pl.String()}
    return Metadata(tuple(Column(name, kind, dtypes[name]) for name, kind in TYPES.items()))

"""All kernels of a report compiled ahead, or loaded: a small made-up table is judged, and its page drawn."""

import numpy as np
import polars as pl

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.streams import stream
from lookalike.evaluation.report import evaluate_tables

N_ROWS = 600  # of each table; few enough to take a moment, enough for everything to be judged
TYPES = {"number": ColumnType.DECIMAL, "other": ColumnType.DECIMAL, "level": ColumnType.CATEGORICAL}


def warm() -> None:
    """Compile all kernels, or load them where that was done before."""
    real, synthetic, holdout = (_table(i) for i in range(3))
    metadata = Metadata(tuple(Column(name, TYPES[name], dtype) for name, dtype in real.schema.items()))
    evaluate_tables(real, synthetic, holdout, metadata=metadata, seed=0).to_html()


def _table(number: int) -> pl.DataFrame:
    """Two numbers, some of the second missing, and levels."""
    rng = stream(0, "warming", number)
    values = rng.normal(size=(2, N_ROWS))
    other = np.where(rng.random(N_ROWS) < 0.1, np.nan, values.sum(axis=0))
    level = pl.Series(list("abcdef")).gather(rng.integers(0, 6, N_ROWS))
    return pl.DataFrame({"number": values[0], "other": pl.Series(other, nan_to_null=True), "level": level})

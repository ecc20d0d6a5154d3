"""Made-up sequences: patients of some hours each, and one long series."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.streams import stream

STEPS = Metadata(
    (
        Column("at", ColumnType.DATETIME, pl.Datetime("us")),
        Column("pulse", ColumnType.DECIMAL, pl.Float64()),
        Column("load", ColumnType.DECIMAL, pl.Float64()),
        Column("mood", ColumnType.CATEGORICAL, pl.String()),
    )
)


def patients(n: int, seed: int) -> pl.DataFrame:
    """n patients of 5 to 15 hours each, all in the same days; now and then a mood that hardly anybody has."""
    rng = stream(seed, "patients")
    found = []
    for i in range(n):
        rows = _walk(int(rng.integers(5, 16)), rng, 10.0 * rng.random())
        start = datetime(2024, 1, 1) + timedelta(hours=int(rng.integers(48)))
        hours = pl.datetime_range(start, start + timedelta(hours=rows.height - 1), "1h", eager=True)
        found.append(rows.select(pl.lit(f"p{seed}-{i}").alias("who"), hours.alias("at"), pl.all()))
    empty = pl.Schema({"who": pl.String(), **{c.name: c.dtype for c in STEPS.columns}}).to_frame()
    return pl.concat([empty, *found])


def series(n: int, seed: int) -> pl.DataFrame:
    """n hours of one patient."""
    start = datetime(2024, 1, 1)
    hours = pl.datetime_range(start, start + timedelta(hours=n - 1), "1h", eager=True)
    return _walk(n, stream(seed, "series"), 5.0).select(hours.alias("at"), pl.all())


def _walk(n: int, rng: np.random.Generator, level: float) -> pl.DataFrame:
    """n hours of a pulse that returns to its level, a load that goes with it (some missing), and a mood that stays."""
    noise, pulse = rng.normal(size=n), np.zeros(n)
    for i in range(n):
        pulse[i] = level + 0.8 * (pulse[i - 1] - level if i else 0.0) + noise[i]
    load = np.where(rng.random(n) < 0.05, np.nan, pulse + rng.normal(size=n))
    mood = np.where(np.cumsum(rng.random(n) < 0.2) % 2, "calm", "wild")
    mood = np.where(rng.random(n) < 0.01, "rare-cell", mood)
    return pl.DataFrame({"pulse": pulse.round(3), "load": pl.Series(load.round(3)).fill_nan(None), "mood": mood})

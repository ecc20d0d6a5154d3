"""Columns of several tables in one common form: numbers as float64, everything else as codes over the union."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike.data.metadata import NUMERIC, Column
from lookalike.errors import MetadataError

Vector = NDArray[np.float64]
Codes = NDArray[np.int32]

MISSING = -1  # the code of a missing category; a missing number is NaN

_PER_S = {"ns": 1e9, "us": 1e6, "ms": 1e3}


@dataclass(frozen=True, eq=False)
class EncodedColumn:
    """
    One column of several tables in the same form.

    Attributes:
        tables: One array per table, in the order given: float64 with NaN for missing, or int32 codes with -1.
        levels: What the codes stand for, in code order; None for a column of numbers. These are cells.
    """

    column: Column
    tables: tuple[NDArray[np.generic], ...]
    levels: tuple[str, ...] | None

    @property
    def is_number(self) -> bool:
        return self.levels is None


def encode(column: Column, tables: Sequence[pl.Series]) -> EncodedColumn:
    """
    The same column of several tables in one form.

    Dates and datetimes become seconds since 1970 (UTC), times seconds since midnight, durations seconds. NaN and
    infinities are missing. Levels are sorted, so that codes depend on the tables only.

    Raises:
        MetadataError: if a table stores the column as something its type cannot mean.
    """
    if column.type in NUMERIC:
        return EncodedColumn(column, tuple(_numbers(column, s) for s in tables), None)
    texts = _texts(column, tables)
    union = pl.concat(texts)
    levels = union.drop_nulls().unique().sort()
    codes = union.cast(pl.Enum(levels)).to_physical().cast(pl.Int32).fill_null(MISSING).to_numpy()
    ends = np.cumsum([len(s) for s in texts])[:-1]
    return EncodedColumn(column, tuple(np.split(codes, ends)), tuple(levels.to_list()))


def mid_ranks(tables: Sequence[NDArray[np.generic]], n_real: int) -> tuple[Vector, ...]:
    """
    Mid-ranks of numbers among those of the first tables: the share below plus half the share of equals.

    Args:
        tables: float64, NaN where missing.
        n_real: How many of them are ranked among.

    Returns:
        An array a table, in ``[0, 1]``, NaN where missing; 0 if none of the first has a number.
    """
    values = np.concatenate(tables).astype(np.float64, copy=False)
    real = np.sort(np.concatenate(tables[:n_real]).astype(np.float64, copy=False))
    real = real[: np.searchsorted(real, np.nan)]
    order = np.argsort(values)  # what is looked up in order is found in half the time
    rising = values[order]
    below = np.searchsorted(real, rising, "left") + np.searchsorted(real, rising, "right")
    ranks = np.empty(len(values))
    ranks[order] = np.where(np.isnan(rising), np.nan, below / (2 * max(len(real), 1)))
    return tuple(np.split(ranks, np.cumsum([len(t) for t in tables])[:-1]))


def canonical(column: Column, tables: Sequence[pl.Series]) -> list[pl.Series]:
    """
    The same column of several tables in cells that can be compared: float64 or text, null where missing.

    Raises:
        MetadataError: as `encode`.
    """
    if column.type in NUMERIC:
        return [pl.Series(_numbers(column, s), nan_to_null=True) for s in tables]
    return _texts(column, tables)


def _numbers(column: Column, series: pl.Series) -> Vector:
    units, per_second = _units(column, series)
    values = units.cast(pl.Float64).fill_null(float("nan")).to_numpy() / per_second
    return np.where(np.isfinite(values), values, np.nan)


def _units(column: Column, series: pl.Series) -> tuple[pl.Series, float]:
    """A column as plain numbers, and how many of them are a second; 1 for what is no time."""
    match series.dtype:
        case pl.Date():
            return series.cast(pl.Datetime("ms")).to_physical(), _PER_S["ms"]
        case pl.Datetime() | pl.Duration() as dtype:
            return series.to_physical(), _PER_S[dtype.time_unit]
        case pl.Time():
            return series.to_physical(), _PER_S["ns"]
        case dtype if dtype.is_numeric() or dtype in (pl.Boolean, pl.Null):
            return series, 1.0
    raise MetadataError(f"Column '{column.name}' is {series.dtype} in one of the tables, its type is {column.type}.")


def _texts(column: Column, tables: Sequence[pl.Series]) -> list[pl.Series]:
    """All as text; numbers that are levels are spelled alike, whichever width they are stored in."""
    if any(s.dtype.is_nested() or s.dtype == pl.Binary for s in tables):
        raise MetadataError(f"Column '{column.name}' is nested or binary in one of the tables.")
    alike = len({str(s.dtype) for s in tables}) == 1
    return [s.cast(pl.String) if alike or not s.dtype.is_numeric() else _spelled(s) for s in tables]


def _spelled(series: pl.Series) -> pl.Series:
    return series.cast(pl.Float64).cast(pl.String).str.strip_suffix(".0")

"""Cells as the numbers they are stored as: polars series to numpy and back, without loss."""

from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.errors import InputRefused

Values = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


def to_physical(series: pl.Series) -> tuple[Values, Mask]:
    """
    Values and which of them are missing (those hold 0).

    Returns:
        ``int64``, ``uint64`` (from UInt64), ``float32`` or ``float64``, shape ``(n,)``, and a mask of the same shape.

    Raises:
        InputRefused: a decimal column with more digits than 64 bits hold.
    """
    missing = np.array(series.is_null().to_numpy())
    physical = series.to_physical()
    if physical.dtype == pl.Int128:
        physical = _narrow(series.name, physical)
    dtype = physical.dtype if physical.dtype in (pl.UInt64, pl.Float32, pl.Float64) else pl.Int64
    return np.array(physical.cast(dtype).fill_null(0).to_numpy()), missing


def from_physical(values: Values, missing: Mask, dtype: pl.DataType) -> pl.Series:
    """The series of that dtype that `to_physical` took apart."""
    series = pl.Series(values)
    if missing.any():
        series = pl.select(pl.when(pl.Series(~missing)).then(series)).to_series()
    if isinstance(dtype, pl.Decimal):
        series = series.cast(pl.Decimal(38, 0)) * Decimal(1).scaleb(-dtype.scale)
    return series.cast(dtype).alias("")


def _narrow(name: str, physical: pl.Series) -> pl.Series:
    narrow = physical.cast(pl.Int64, strict=False)
    if narrow.null_count() > physical.null_count():
        raise InputRefused(f"Column '{name}' has decimals of more than 18 digits.", hint="Cast it to Float64.")
    return narrow

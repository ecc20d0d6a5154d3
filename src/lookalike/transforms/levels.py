"""Distinct values of a column of any dtype, as JSON and arrays and back."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.dtypes import dtype_from_json, dtype_to_json
from lookalike.transforms.physical import from_physical, to_physical


def levels_state(levels: pl.Series) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """JSON and arrays of a series of levels, nulls included."""
    spec: dict[str, Any] = {"dtype": dtype_to_json(levels.dtype)}
    if levels.dtype == pl.Null:
        return spec | {"n_rows": len(levels)}, {}
    if isinstance(levels.dtype, (pl.String, pl.Categorical, pl.Enum)):
        return spec | {"texts": levels.cast(pl.String).to_list()}, {}
    values, missing = to_physical(levels)
    return spec, {"values": values, "missing": missing.astype(np.uint8)}


def levels_from_state(spec: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> pl.Series:
    """The series that `levels_state` wrote."""
    dtype = dtype_from_json(spec["dtype"])
    if dtype == pl.Null:
        return pl.Series([None] * spec["n_rows"], dtype=pl.Null)
    if "texts" in spec:
        return pl.Series(spec["texts"], dtype=pl.String).cast(dtype)
    return from_physical(arrays["values"], arrays["missing"].astype(bool), dtype)

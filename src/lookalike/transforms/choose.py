"""Which transform suits a column, and transforms from their states."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
import polars as pl

from lookalike.data.metadata import NUMERIC, Column, ColumnType
from lookalike.data.streams import stream
from lookalike.errors import MetadataError, ModelFileError
from lookalike.transforms import Encoded, Transform
from lookalike.transforms.categorical import count, fit_categorical, load_categorical
from lookalike.transforms.constant import Constant, load_constant
from lookalike.transforms.format import LENGTH_MAX
from lookalike.transforms.made_up import fit_made_up, load_made_up
from lookalike.transforms.numeric import fit_numeric, load_numeric

_LOADERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, npt.NDArray[Any]]], Transform]] = {
    "categorical": load_categorical,
    "constant": load_constant,
    "made_up": load_made_up,
    "numeric": load_numeric,
}


@dataclass(frozen=True)
class Fitted:
    """A transform, the encoding of the column it was fitted to, and what the report should say of it."""

    transform: Transform
    encoded: Encoded
    notes: tuple[str, ...] = ()


def fit(series: pl.Series, column: Column, *, min_level_rows: int, seed: int) -> Fitted:
    """
    The transform that suits a column by its type.

    Args:
        series: At least one row.
        min_level_rows: A categorical level in fewer rows is never shown. Booleans are exempt: their two levels are
            known beforehand.

    Raises:
        MetadataError: a column of numeric type that holds text.
        InputRefused: a decimal column of more digits than can be kept.
    """
    if series.null_count() == len(series) or series.n_unique() == 1:
        constant = Constant(series.head(1).alias(""))
        return Fitted(constant, constant.encode(len(series)))
    if column.type in NUMERIC:
        return _numeric(series, column, seed)
    return _categorical(series, column, min_level_rows, seed)


def load(spec: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Transform:
    """
    The transform of a state.

    Raises:
        ModelFileError: a state that no transform wrote.
    """
    try:
        return _LOADERS[spec["kind"]](spec, arrays)
    except (KeyError, TypeError, ValueError, IndexError, MetadataError, pl.exceptions.PolarsError):
        raise ModelFileError("The model file holds a column that cannot be decoded.") from None


def _numeric(series: pl.Series, column: Column, seed: int) -> Fitted:
    if isinstance(series.dtype, (pl.String, pl.Categorical, pl.Enum)):
        raise MetadataError(f"Column '{column.name}' is {column.type} but holds text.")
    transform, encoded = fit_numeric(series, stream(seed, "transform", column.name).random(len(series)))
    return Fitted(transform, encoded)


def _about_made_up(values: pl.Series, name: str) -> tuple[str, ...]:
    notes = [f"Column '{name}': nearly every cell is its own, so cells are made up."]
    if (values.cast(pl.String).str.len_chars() > LENGTH_MAX).any():
        notes.append(f"Column '{name}': made-up cells have at most {LENGTH_MAX:,} characters, some real ones more.")
    return tuple(notes)


def _categorical(series: pl.Series, column: Column, min_level_rows: int, seed: int) -> Fitted:
    counted = count(series)
    n_shown = counted.surviving(1 if column.type == ColumnType.BOOLEAN else min_level_rows)
    few = 2 * int(counted.n_rows[:n_shown].sum()) < int(counted.n_rows.sum())
    if few and isinstance(series.dtype, (pl.String, pl.Categorical)):
        made_up = fit_made_up(counted, unique=len(counted.values) == len(series) - counted.n_missing)
        return Fitted(*made_up, _about_made_up(counted.values, column.name))
    if few and series.dtype.is_numeric():
        return _numeric(series, column, seed)
    transform, encoded = fit_categorical(counted, n_shown)
    hidden = len(counted.values) - n_shown
    notes = (f"Column '{column.name}': {hidden} of its levels, in fewer than {min_level_rows} rows, never shown.",)
    return Fitted(transform, encoded, notes if hidden else ())

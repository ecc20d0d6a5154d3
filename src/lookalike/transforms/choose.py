"""Which transform suits a column, and transforms from their states."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.metadata import MADE_UP, NUMERIC, Column, ColumnType, level_series
from lookalike.data.personal import surely_personal
from lookalike.data.streams import stream
from lookalike.errors import InputRefused, MetadataError, ModelFileError
from lookalike.transforms import Encoded, Transform
from lookalike.transforms.categorical import Count, count, fit_categorical, load_categorical, set_apart
from lookalike.transforms.constant import Constant, load_constant
from lookalike.transforms.format import LENGTH_MAX, Formats, find_formats, told_format
from lookalike.transforms.key_numbers import fit_key_numbers, load_key_numbers
from lookalike.transforms.made_up import fit_made_up, load_made_up
from lookalike.transforms.numeric import fit_numeric, load_numeric
from lookalike.transforms.ordered import fit_ordered, load_ordered
from lookalike.transforms.personal import REPEATING, find_personal

_LOADERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, npt.NDArray[Any]]], Transform]] = {
    "categorical": load_categorical,
    "constant": load_constant,
    "key_numbers": load_key_numbers,
    "made_up": load_made_up,
    "numeric": load_numeric,
    "ordered": load_ordered,
}


@dataclass(frozen=True)
class Fitted:
    """A transform, the encoding of the column it was fitted to, and what the report should say of it."""

    transform: Transform
    encoded: Encoded
    notes: tuple[str, ...] = ()


def fit(series: pl.Series, column: Column, *, min_level_rows: int, seed: int, common: Collection[str] = ()) -> Fitted:
    """
    The transform that suits a column by its type.

    Args:
        series: At least one row.
        min_level_rows: A categorical level in fewer rows is never shown. Booleans are exempt: their two levels are
            known beforehand.
        common: Levels that are shown though the series has few of them: these are not all cells of the column.

    Raises:
        MetadataError: a column of numeric type that holds text.
        InputRefused: free text, which other engines write; a decimal column of more digits than can be kept; an ordered
            column all of whose levels are rare.
    """
    nothing = series.null_count() == len(series)
    if nothing or (series.n_unique() == 1 and column.type not in MADE_UP):
        constant = Constant(series.head(1).alias(""))
        return Fitted(constant, constant.encode(len(series)))
    if column.type in NUMERIC:
        return _numeric(series, column, seed)
    if column.type is ColumnType.TEXT:
        raise _free_text(column.name)
    if column.type is ColumnType.ORDERED:
        return _ordered(series, column, min_level_rows)
    if column.type in MADE_UP:
        return _made_up(series, column, min_level_rows)
    return _categorical(series, column, (min_level_rows, common), seed)


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


def _free_text(name: str) -> InputRefused:
    return InputRefused(
        f"Column '{name}' holds free text, which is written in tables only, not in time series.",
        hint=f'Exclude it, or say columns: {{"{name}": {{"type": "categorical"}}}} to treat its texts as levels.',
    )


def _numeric(series: pl.Series, column: Column, seed: int) -> Fitted:
    if isinstance(series.dtype, (pl.String, pl.Categorical, pl.Enum)):
        raise MetadataError(f"Column '{column.name}' is {column.type} but holds text.")
    transform, encoded = fit_numeric(series, stream(seed, "transform", column.name).random(len(series)))
    return Fitted(transform, encoded)


def _ordered(series: pl.Series, column: Column, min_level_rows: int) -> Fitted:
    found = fit_ordered(series, level_series(column.told.levels or (), column.dtype), min_level_rows)
    if found is None:
        raise InputRefused(
            f"Column '{column.name}' has no level in {min_level_rows} rows.",
            hint="Lower min_level_rows, or tell another type in columns.",
        )
    transform, encoded, rare = found
    note = f"Column '{column.name}': {len(rare):,} of its levels, in fewer than {min_level_rows} rows, never shown."
    return Fitted(transform, encoded, (note,) if len(rare) else ())


def _made_up(series: pl.Series, column: Column, min_level_rows: int) -> Fitted:
    """What tells rows or people apart: never a cell of the table, whatever stands in how many rows."""
    kind = column.type
    if isinstance(series.dtype, pl.Enum):
        raise MetadataError(f"Column '{column.name}' is {kind} but an Enum, which takes no new text.")
    note = (f"Column '{column.name}': cells are made up, because it is {kind.value}.",)
    if is_key_numbers(column):
        return Fitted(*fit_key_numbers(series, column), note)
    counted = count(series)
    values = counted.values.cast(pl.String)
    formats = find_formats(values, counted.n_rows) if kind is ColumnType.ID else None
    if column.told.format is not None:
        formats = Formats((told_format(column.told.format),), np.ones(1, np.int64))
    formats = formats or find_personal(values, counted.n_rows, kind, min_level_rows)
    fitted = fit_made_up(counted, formats, column.name, unique=_differ(counted) and kind not in REPEATING)
    return Fitted(*fitted, note + _about_length(values, column.name))


def is_key_numbers(column: Column) -> bool:
    """Whether made-up cells of a column are whole numbers."""
    return column.dtype.is_integer() and column.type is not ColumnType.CARD and column.told.format is None


def _differ(counted: Count) -> bool:
    """Whether no two cells are the same."""
    return len(counted.values) == int(counted.n_rows.sum())


def _about_length(values: pl.Series, name: str) -> tuple[str, ...]:
    told = f"Column '{name}': made-up cells have at most {LENGTH_MAX:,} characters, some real ones more."
    return (told,) if (values.str.len_chars() > LENGTH_MAX).any() else ()


def _categorical(series: pl.Series, column: Column, rare: tuple[int, Collection[str]], seed: int) -> Fitted:
    counted, (min_level_rows, common) = count(series), rare
    is_text = isinstance(series.dtype, (pl.String, pl.Categorical))
    n_shown = counted.surviving(1 if column.type == ColumnType.BOOLEAN else min_level_rows)
    if common:
        hidden = (counted.n_rows < min_level_rows) & ~counted.values.cast(pl.String).is_in(list(common)).to_numpy()
        counted, n_shown = set_apart(counted, pl.Series(hidden))
    if is_text:
        counted, n_shown = set_apart(counted, surely_personal(counted.values.head(n_shown).cast(pl.String)))
    n_rows = int(counted.n_rows.sum())
    n_kept = int(counted.n_rows[:n_shown].sum())
    if 2 * n_kept < n_rows and is_text:
        values = counted.values.cast(pl.String)
        formats = find_formats(values, counted.n_rows)
        fitted = fit_made_up(counted, formats, column.name, unique=_differ(counted))
        note = f"Column '{column.name}': nearly every cell is its own, so cells are made up."
        return Fitted(*fitted, (note, *_about_length(values, column.name)))
    if 2 * n_kept < n_rows and series.dtype.is_numeric():
        return _numeric(series, column, seed)
    transform, encoded = fit_categorical(counted, n_shown)
    return Fitted(transform, encoded, _about_hidden(counted, n_shown, column.name, min_level_rows))


def _about_hidden(counted: Count, n_shown: int, name: str, min_level_rows: int) -> tuple[str, ...]:
    n_levels, n_rows = len(counted.values) - n_shown, int(counted.n_rows[n_shown:].sum())
    told = (
        f"Column '{name}': {n_levels:,} of its levels, in fewer than {min_level_rows} rows or personal, never shown; "
        f"{n_rows:,} rows drew others."
    )
    return (told,) if n_levels else ()

"""Cells that a caller tells, as a column holds them; and as the codes and scores by which a chain draws them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.metadata import MADE_UP, Column, TextForm
from lookalike.data.spelling import unspell
from lookalike.errors import InputInvalid, MetadataError
from lookalike.transforms import CONTINUOUS, Transform
from lookalike.transforms.numeric import Numeric
from lookalike.transforms.physical import to_physical

_CLOCK = r"[0-9][T ][0-9]{2}:"
_MIDNIGHT = r"[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?$"
_OFFSET = r"(?:Z|[+-][0-9]{2}:?[0-9]{2})$"
_ROUNDED = 1e-9  # as much as two ways of reading the same decimals may differ by
UNKNOWN = -3  # the code of a cell that the column cannot have

Codes = npt.NDArray[np.int32]
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Coded:
    """`codes` int32 and `scores` float32, shape ``(m,)``; `UNKNOWN` for cells out of the column's reach."""

    codes: Codes
    scores: Array


def refuse_made_up(column: Column, what: str) -> None:
    """
    Nothing for columns whose cells can be asked for.

    Raises:
        InputInvalid: the column's cells are made up.
    """
    if column.type in MADE_UP:
        raise InputInvalid(
            f"Column '{column.name}' is {column.type.value}: its cells are made up, so {what} cannot name it.",
            hint=f"Leave it out of {what}.",
        )


def told_cells(values: Sequence[Any], column: Column, what: str) -> pl.Series:
    """
    JSON values as cells of a column, missing for null.

    Raises:
        InputInvalid: a value that the column's type cannot mean; never says which.
    """
    texts = pl.Series([None if v is None else _text(v, column) for v in values], dtype=pl.String)
    try:
        read = _read(texts.alias(column.name), column)
        held = _in_dtype(read, column)
        if _is_rounded(texts if column.dtype.is_decimal() else read, held) or _has_hours(texts, column):
            raise MetadataError("more digits, or hours, than the column holds")
        return held
    except (MetadataError, pl.exceptions.PolarsError):
        raise InputInvalid(
            f"{what} asks of column '{column.name}' what is no {column.type.value}.", hint=f"Correct {what}."
        ) from None


def table_cells(cells: pl.Series, column: Column, what: str) -> pl.Series:
    """The cells of a table of conditions as cells of a column; raises as `told_cells`."""
    if cells.dtype == column.dtype:
        return cells
    if cells.dtype == pl.String:
        return told_cells(cells.to_list(), column, what)
    wrong = InputInvalid(
        f"{what} asks of column '{column.name}' what is no {column.type.value}.", hint=f"Correct {what}."
    )
    try:
        told = _in_dtype(cells, column)
        same = (cells.dtype.is_float() and column.dtype.is_float()) or told.cast(cells.dtype).eq_missing(cells).all()
    except pl.exceptions.PolarsError:
        raise wrong from None
    if not same:  # halves of a whole number, the hours of a date: a cast would drop them without a word
        raise wrong
    return told


def coded(cells: pl.Series, transform: Transform) -> Coded:
    """The codes of cells of the column's dtype; scores for those between its known values."""
    codes = _known(cells, transform)
    if isinstance(transform, Numeric):  # which has codes for missing and not-a-number, whether they occur or not
        never = transform.spread.n_missing == 0, transform.spread.n_nan == 0
        for code, is_never in zip((transform.scale.n_codes - 2, transform.scale.n_codes - 1), never, strict=True):
            codes[is_never & (codes == code)] = UNKNOWN
    scores = np.zeros(len(codes), np.float32)
    if isinstance(transform, Numeric) and len(transform.scale.cell_bins):
        loose = np.flatnonzero((codes == UNKNOWN) & _is_number(cells))
        _, found = transform.place(to_physical(cells)[0][loose])
        within = loose[~np.isnan(found)]
        codes[within], scores[within] = CONTINUOUS, found[~np.isnan(found)]
    return Coded(codes, scores)


def _known(cells: pl.Series, transform: Transform) -> Codes:
    n_codes = transform.scale.n_codes
    numbers = np.arange(n_codes, dtype=np.int32)
    told = transform.decode(numbers, np.zeros(n_codes, np.float32), seed=0, rows=numbers.astype(np.uint64))
    if told.dtype.is_float():  # -0.0 and 0.0 are one value, and stored as two
        told, cells = told + 0.0, cells + 0.0
    keys = pl.DataFrame({"cell": told, "code": numbers}).unique(subset="cell", keep="first", maintain_order=True)
    asked = pl.DataFrame({"cell": cells})
    found = asked.join(keys, on="cell", how="left", nulls_equal=True, maintain_order="left")["code"]
    return np.array(found.fill_null(UNKNOWN).cast(pl.Int32).to_numpy())


def _is_number(cells: pl.Series) -> npt.NDArray[np.bool_]:
    """Which cells are neither missing nor not-a-number."""
    present = cells.is_not_null()
    if cells.dtype.is_float():
        present &= cells.is_not_nan().fill_null(False)
    return np.array(present.to_numpy())


def _text(value: Any, column: Column) -> str:
    if isinstance(value, bool):
        return column.text.true if value else column.text.false
    return str(value)


def _read(texts: pl.Series, column: Column) -> pl.Series:
    """What texts mean; moments without an offset are of the column's own zone."""
    dtype = column.dtype
    if not isinstance(dtype, pl.Datetime) or dtype.time_zone is None:
        return unspell(texts, column)
    told = texts.str.contains(_OFFSET).fill_null(False)
    zoned = unspell(texts.set(~told, None), column)
    local = replace(column, dtype=pl.Datetime(dtype.time_unit), text=TextForm())
    moments = unspell(texts.set(told, None), local).cast(local.dtype)
    return zoned.zip_with(told, moments.dt.replace_time_zone(dtype.time_zone, ambiguous="earliest"))


def _is_rounded(read: pl.Series, held: pl.Series) -> bool:
    """Whether whole numbers or decimals are not what was told."""
    if not (held.dtype.is_integer() or held.dtype.is_decimal()):
        return False
    gap = (read.cast(pl.Float64, strict=False) - held.cast(pl.Float64)).abs().max()
    return isinstance(gap, float) and gap > _ROUNDED


def _has_hours(texts: pl.Series, column: Column) -> bool:
    """Whether dates were told with a time of day, which they would lose."""
    return column.dtype == pl.Date and bool((texts.str.contains(_CLOCK) & ~texts.str.contains(_MIDNIGHT)).any())


def _in_dtype(cells: pl.Series, column: Column) -> pl.Series:
    return cells.cast(column.dtype)


def of_column(columns: Mapping[str, Column], name: str, what: str) -> Column:
    """
    The column of that name.

    Raises:
        InputInvalid: there is none.
    """
    if name not in columns:
        raise InputInvalid(f"There is no column '{name}' for {what}.", hint=f"Correct {what}.")
    return columns[name]

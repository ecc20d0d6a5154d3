"""What the columns of a table mean: text is read into types, dtypes are given theirs."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import polars as pl

from lookalike.data.dtypes import dtype_to_json
from lookalike.data.metadata import Column, ColumnType, Metadata, TextForm
from lookalike.data.spelling import Misfit, Reading, recognise
from lookalike.errors import InputInvalid, InputRefused, MetadataError

MIN_ROWS = 20  # fewer cannot be learnt from without repeating them: nothing could be held out, each row would show
_DAY_ZERO = date(1970, 1, 1).toordinal()
_DAYS = (date.min.toordinal() - _DAY_ZERO, date.max.toordinal() - _DAY_ZERO)  # beyond them polars panics when it writes
_DAYS_LONG = date.max.toordinal()
_PER_DAY = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_NOUNS = {
    ColumnType.DECIMAL: "numbers",
    ColumnType.DATE: "dates",
    ColumnType.DATETIME: "dates with times",
    ColumnType.TIME: "times",
}


def infer(
    frame: pl.DataFrame, *, textual: bool, null: str | None = None, exclude: Collection[str] = ()
) -> tuple[pl.DataFrame, Metadata]:
    """
    The table with typed columns, and what is known of them.

    Args:
        frame: As a format's `read` gives it.
        textual: Whether it comes from a textual format: String columns that hold integers, decimals, booleans, dates,
            datetimes or times throughout become so. Otherwise dtypes alone decide.
        null: The token that the reader took for missing cells; None leaves it to each column.
        exclude: Columns to leave out. Dropping them before would make lines wrong if their cells hold newlines.

    Returns:
        Rows and columns in the order given. A column without values is EMPTY. Only text columns change their dtype.

    Raises:
        InputRefused: no columns, nested columns, fewer than 20 rows.
        InputInvalid: columns without names; dates outside the years 1 … 9999; a column of which at least 95 % but not
            all cells are numbers (dates, times) of more than 20 values; names column, counts, and line of the first
            other cell (header is line 1).
    """
    kept = frame.drop(exclude)
    _refuse(kept)
    read = [_column(frame, series, textual=textual, null=null) for series in kept.iter_columns()]
    return pl.DataFrame([series for series, _ in read]), Metadata(tuple(column for _, column in read))


def line_of(frame: pl.DataFrame, row: int) -> int:
    """
    The line of a CSV file, from 1, at which a row begins: cells may hold newlines.

    Args:
        frame: The table as the CSV format read it.
        row: From 0.
    """
    before = frame.head(row).select(pl.col(pl.String).str.count_matches("\n").sum())
    inside = sum(int(n or 0) for n in (before.row(0) if before.width else ()))
    return 2 + row + inside + sum(name.count("\n") for name in frame.columns)


def _refuse(frame: pl.DataFrame) -> None:
    if frame.width == 0:
        raise InputRefused("The table has no columns.")
    for i, (name, dtype) in enumerate(frame.schema.items()):
        if not name.strip():
            raise InputInvalid(f"Column {i + 1} has no name.", hint="Give each column a name.")
        _refuse_dtype(name, dtype)
    if frame.height == 0:
        raise InputRefused("The table has columns but no rows.")
    if frame.height < MIN_ROWS:
        raise InputRefused(f"The table has {frame.height} rows; {MIN_ROWS} are the least to learn from.")


def _refuse_dtype(name: str, dtype: pl.DataType) -> None:
    try:
        dtype_to_json(dtype)
    except MetadataError:
        kind = dtype.__class__.__name__
        raise InputRefused(
            f"Column '{name}' is of dtype {kind}, which is nested or not supported.",
            hint="Make it flat: numbers, text, booleans, dates or times; or leave it out.",
        ) from None


def _column(frame: pl.DataFrame, cells: pl.Series, *, textual: bool, null: str | None) -> tuple[pl.Series, Column]:
    if textual and cells.dtype == pl.String:
        match recognise(cells):
            case Misfit() as misfit:
                raise _mixed(frame, cells.name, misfit)
            case Reading(type_, values, text):
                text = text if null is None else replace(text, null=null)
                return values.alias(cells.name), Column(cells.name, type_, values.dtype, text)
    _check_range(cells)
    return cells, Column(cells.name, _type(cells), cells.dtype, _form(cells, null))


def _check_range(cells: pl.Series) -> None:
    match cells.dtype:
        case pl.Date():
            told, low, high = "dates outside the years 1 to 9999", *_DAYS
        case pl.Datetime(time_unit=unit):
            told, low, high = "dates outside the years 1 to 9999", *(day * _PER_DAY[unit] for day in _DAYS)
        case pl.Duration(time_unit=unit):
            told, high = "durations of more than 9,999 years", _DAYS_LONG * _PER_DAY[unit]
            low = -high
        case _:
            return
    physical = cells.to_physical()
    beyond = (physical < max(low, -(2**63))) | (physical > min(high, 2**63 - 1))
    if n := beyond.sum():
        raise InputInvalid(
            f"Column '{cells.name}' has {n:,} {told}, the first in row {int(beyond.arg_max() or 0) + 1}.",
            hint="Correct those cells or leave them empty.",
        )


def _mixed(frame: pl.DataFrame, name: str, misfit: Misfit) -> InputInvalid:
    n_other = misfit.n_cells - misfit.n_fitting
    return InputInvalid(
        f"Column '{name}' has {misfit.n_fitting:,} {_NOUNS[misfit.type]} and {n_other:,} other cells, "
        f"the first in line {line_of(frame, misfit.row)}.",
        hint="Correct those cells or leave them empty; if they stand for missing ones, name the token: csv.null.",
    )


def _type(cells: pl.Series) -> ColumnType:
    dtype = cells.dtype
    if cells.null_count() == len(cells):
        return ColumnType.EMPTY
    if dtype.is_integer():
        return ColumnType.INTEGER
    if dtype.is_numeric():
        return ColumnType.DECIMAL
    moments = {
        pl.Boolean: ColumnType.BOOLEAN,
        pl.Date: ColumnType.DATE,
        pl.Datetime: ColumnType.DATETIME,
        pl.Time: ColumnType.TIME,
        pl.Duration: ColumnType.DURATION,
    }
    return moments.get(dtype.base_type(), ColumnType.CATEGORICAL)


def _form(cells: pl.Series, null: str | None) -> TextForm:
    """How a typed column is to be spelled if it is ever written as text: fractions of seconds only if there are any."""
    form = TextForm(null=null or "")
    match cells.dtype:
        case pl.Decimal():
            return replace(form, decimals=cells.dtype.scale)
        case pl.Date():
            return replace(form, pattern="%Y-%m-%d")
        case pl.Datetime():
            offset = "" if cells.dtype.time_zone is None else "%:z"
            return replace(form, pattern=f"%Y-%m-%dT%H:%M:%S{_fraction(cells)}{offset}")
        case pl.Time():
            return replace(form, pattern=f"%H:%M:%S{_fraction(cells)}")
    return form


def _fraction(cells: pl.Series) -> str:
    nanoseconds = cells.dt.nanosecond()
    for step, digits in ((1_000_000_000, ""), (1_000_000, "%.3f"), (1_000, "%.6f")):
        if not (nanoseconds % step != 0).any():
            return digits
    return "%.9f"

"""What the columns of a table mean: text is read into types, dtypes are given theirs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike.data.columns import ColumnParameters
from lookalike.data.dtypes import dtype_to_json
from lookalike.data.flatten import flatten
from lookalike.data.keys import is_integer_key, is_text_key
from lookalike.data.metadata import Column, ColumnType, Metadata, stored_type
from lookalike.data.personal import is_free_text, personal_type
from lookalike.data.points import with_points
from lookalike.data.spelling import Misfit, Reading, recognise, recognise_moments, stored_form
from lookalike.data.told import Source, Where, read_told
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


@dataclass(frozen=True)
class Part:
    """
    What some rows are of a larger table.

    Attributes:
        numbers: Which rows of it, from 0, shape ``(n,)``.
        repeating: Columns in which cells of it repeat, though these may not.
    """

    numbers: NDArray[np.int64]
    repeating: frozenset[str] = frozenset()

    def where(self, row: int) -> str:
        """What a message calls a row."""
        return f"row {int(self.numbers[row]) + 1:,}"


def infer(
    frame: pl.DataFrame,
    *,
    textual: bool,
    null: str | None = None,
    exclude: Collection[str] = (),
    columns: Mapping[str, ColumnParameters] | None = None,
    part: Part | None = None,
) -> tuple[pl.DataFrame, Metadata]:
    """
    The table with typed columns, and what is known of them.

    Args:
        frame: As a format's `read` gives it.
        textual: Whether it comes from a textual format: String columns that hold integers, decimals, booleans, dates,
            datetimes or times throughout become so. Otherwise dtypes decide, but text that holds dates, datetimes or
            times throughout becomes those: left as text it had no order, while digits may well be names.
        null: The token that the reader took for missing cells; None leaves it to each column.
        exclude: Columns to leave out. Dropping them before would make lines wrong if their cells hold newlines.
        columns: What was told of columns, by name. Those told to be nested are made flat first; what that makes may be
            told of and excluded too. Of the others `meaning` finds keys, personal cells and free text.
        part: What the frame is of a larger table; None if it is all of it.

    Returns:
        Rows and columns in the order given. A column without values is EMPTY. Only text columns change their dtype.

    Raises:
        InputRefused: no columns, nested columns, fewer than 20 rows, all columns excluded, too long a list.
        ConstraintBroken: cells outside the min and max that were told; names column and counts.
        InputInvalid: columns to exclude or told of that are not there; cells that are not what was told; names missing
            or twice; dates outside the years 1 … 9999; a column of which at least 95 % but not all cells are numbers
            (dates, times) of more than 20 values; with column, counts, line of the first (header is line 1).
    """
    told = columns or {}
    kept = chosen(frame, exclude, told)
    _refuse(kept)
    source = Source(textual, null, part.where if part else _where(frame, textual=textual))
    read = [_read(cells, told.get(cells.name), source, part) for cells in kept.iter_columns()]
    typed = pl.DataFrame([series for series, _ in read])
    return typed, Metadata(with_points(typed, tuple(column for _, column in read)))


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


def _where(frame: pl.DataFrame, *, textual: bool) -> Where:
    return lambda row: f"line {line_of(frame, row)}" if textual else f"row {row + 1}"


def _read(
    cells: pl.Series, rule: ColumnParameters | None, source: Source, part: Part | None
) -> tuple[pl.Series, Column]:
    if rule is None or rule.type == "nested":
        series, column = _column(cells, source)
        return series, replace(
            column, type=meaning(series, column, repeats=part is not None and cells.name in part.repeating)
        )
    series, column = read_told(cells, rule, source)
    _check_range(series)
    return series, column


def chosen(frame: pl.DataFrame, exclude: Collection[str], told: Mapping[str, ColumnParameters]) -> pl.DataFrame:
    """
    The columns to learn from, nested ones that were told so made flat.

    Raises:
        InputInvalid, InputRefused: see `infer`.
    """
    nested = {name for name, rule in told.items() if rule.type == "nested"}
    flat = flatten(frame.drop(set(exclude) & set(frame.columns)), nested)
    known = {*frame.columns, *flat.columns}
    prefixes = {
        name for name in nested if any(column.startswith(f"{name}.") for column in known)
    }  # JSON is flat by now
    if unknown := sorted(set(exclude) - known):
        raise InputInvalid(f"There is no column '{unknown[0]}' to exclude.", hint="Correct exclude.")
    if unknown := sorted(set(told) - known - prefixes):
        raise InputInvalid(f"There is no column '{unknown[0]}', of which something is told.", hint="Correct columns.")
    kept = flat.drop(set(exclude) & set(flat.columns))
    if frame.width and not kept.width:
        raise InputRefused("All columns are excluded.", hint="Leave at least one column in.")
    return kept


def meaning(cells: pl.Series, column: Column, *, repeats: bool = False) -> ColumnType:
    """
    What a column means beyond its dtype: a key, personal texts or numbers, free text; else the type it has.

    Free text is text of which at least half of the different cells have five words and 25 characters or more, and at
    least half of the cells are different; names and addresses are told apart before (`data.personal`).

    Args:
        repeats: Some cells, perhaps others than these, are the same: they are no key.
    """
    if column.type is ColumnType.INTEGER:
        return personal_type(cells) or (ColumnType.ID if not repeats and is_integer_key(cells) else column.type)
    if column.type is not ColumnType.CATEGORICAL or isinstance(cells.dtype, pl.Enum):
        return column.type
    if (personal := personal_type(cells)) is not None:
        return personal
    if not repeats and is_text_key(cells):
        return ColumnType.ID
    return ColumnType.TEXT if is_free_text(cells) else column.type


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
            hint=f'Exclude it; lists and structs are made flat by columns: {{"{name}": {{"type": "nested"}}}}.',
        ) from None


def _column(cells: pl.Series, source: Source) -> tuple[pl.Series, Column]:
    if source.textual and cells.dtype == pl.String:
        match recognise(cells):
            case Misfit() as misfit:
                raise _mixed(cells.name, misfit, source)
            case Reading(type_, values, text):
                text = text if source.null is None else replace(text, null=source.null)
                return values.alias(cells.name), Column(cells.name, type_, values.dtype, text)
    if cells.dtype == pl.String and (moments := recognise_moments(cells)) is not None:
        values = moments.values.alias(cells.name)
        return values, Column(cells.name, moments.type, values.dtype, moments.text, as_text=True)
    _check_range(cells)
    empty = cells.null_count() == len(cells)
    type_ = ColumnType.EMPTY if empty else stored_type(cells.dtype)
    return cells, Column(cells.name, type_, cells.dtype, stored_form(cells, source.null))


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


def _mixed(name: str, misfit: Misfit, source: Source) -> InputInvalid:
    n_other = misfit.n_cells - misfit.n_fitting
    return InputInvalid(
        f"Column '{name}' has {misfit.n_fitting:,} {_NOUNS[misfit.type]} and {n_other:,} other cells, "
        f"the first in {source.where(misfit.row)}.",
        hint="Correct those cells or leave them empty; if they stand for missing ones, name the token: csv.null.",
    )

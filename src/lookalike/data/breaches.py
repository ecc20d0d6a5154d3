"""Which rows break a rule, by the rule alone; and the end of a job whose input does not keep the rules declared."""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import assert_never

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike.data.constraints import (
    Bound,
    ClockSum,
    Combination,
    Equal,
    Fd,
    Less,
    LessEqual,
    Range,
    Regex,
    Rule,
    Sum,
    Unique,
)
from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.spelling import spell
from lookalike.data.sums import adds_up, clock_adds_up, decimals_of
from lookalike.errors import ConstraintBroken, InputInvalid

_COMPARED: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "equal": operator.eq,
    "less": operator.lt,
    "less_equal": operator.le,
}
_ORDERED = frozenset({"number", "date", "time", "duration", "datetime", "datetime with zone"})
_ADDED = (frozenset({"number"}), frozenset({"number", "date"}), frozenset({"date", "time", "duration", "datetime"}))


def refuse_broken(frame: pl.DataFrame, metadata: Metadata, rules: Sequence[Rule]) -> None:
    """
    Nothing, if the rows keep all rules.

    Raises:
        InputInvalid: a rule names a column that is not there, or columns it cannot be asked of.
        ConstraintBroken: names the first rule that rows break, and how many do. Of rows that agree on the determinant
            of an fd those count whose dependent differs from the first of them; of rows that are not unique all but
            the first.
    """
    for rule in rules:
        refuse_unfit(rule, metadata)
        broken = n_broken(frame, rule, metadata)
        if broken:
            raise ConstraintBroken(f"{broken:,} of {frame.height:,} rows break the rule {rule.title}.")


def n_broken(frame: pl.DataFrame, rule: Rule, metadata: Metadata) -> int:
    """How many rows break a rule."""
    decimals = {rule.equals: decimals_of(frame[rule.equals])} if isinstance(rule, Sum) else {}
    return int(frame.select(breaks(rule, metadata, decimals).sum()).item())


def breaching(
    frame: pl.DataFrame, rules: Sequence[Rule], metadata: Metadata, real: pl.DataFrame
) -> dict[str, NDArray[np.bool_]]:
    """
    Which rows break each rule that fits the columns, by its title, shape ``(n,)`` each.

    Args:
        real: Rows that keep the rules: combinations that they do not have break the rule, and the total of a sum is as
            exact as theirs.
    """
    masks: dict[str, NDArray[np.bool_]] = {}
    for rule in rules:
        decimals = {rule.equals: decimals_of(real[rule.equals])} if isinstance(rule, Sum) else {}
        rows = frame.select(breaks(rule, metadata, decimals).alias("rows"))["rows"]
        if isinstance(rule, Combination):
            rows = _strange(frame, rule, metadata, real)
        masks[rule.title] = masks.get(rule.title, np.zeros(frame.height, bool)) | rows.to_numpy()
    return masks


def _strange(frame: pl.DataFrame, rule: Combination, metadata: Metadata, real: pl.DataFrame) -> pl.Series:
    cells = [cell(name, metadata[name].dtype) for name in rule.columns]
    keys, known = (rows.select(cells).hash_rows(seed=0) for rows in (frame, real))
    present = frame.select(pl.all_horizontal(c.is_not_null() for c in cells).alias("present"))["present"]
    return present & ~keys.is_in(known.unique().implode())


def breaks(rule: Rule, metadata: Metadata, decimals: Mapping[str, int | None]) -> pl.Expr:
    """
    An expression for the rows that break a rule that fits the columns; never null: rows with a missing cell in a column
    that the rule names are exempt.

    Args:
        decimals: Of the total of a sum.
    """
    if any(metadata[name].type is ColumnType.EMPTY for name in rule.named):
        return pl.repeat(False, pl.len())
    present = pl.all_horizontal([cell(name, metadata[name].dtype).is_not_null() for name in rule.named])
    return (present & ~_keeps(rule, metadata, decimals)).fill_null(False)


def cell(name: str, dtype: pl.DataType) -> pl.Expr:
    """
    A column's cells as values: not-a-number is missing, and a category is its text, whose number depends on what else
    was read.
    """
    if dtype.is_float():
        return pl.col(name).fill_nan(None)
    return pl.col(name).cast(pl.String) if isinstance(dtype, (pl.Categorical, pl.Enum)) else pl.col(name)


def _keeps(rule: Rule, metadata: Metadata, decimals: Mapping[str, int | None]) -> pl.Expr:
    cells = [cell(name, metadata[name].dtype) for name in rule.named]
    match rule:
        case Fd():
            return cells[-1] == cells[-1].drop_nulls().first().over(cells[:-1])
        case Equal() | Less() | LessEqual():
            return _COMPARED[rule.type](cells[0], cells[1])
        case Sum():
            return adds_up([metadata[name] for name in rule.columns], metadata[rule.equals], decimals[rule.equals])
        case ClockSum():
            return clock_adds_up(rule.clock, rule.minutes, rule.equals)
        case Range():
            return _within(cells[0], metadata[rule.column], rule)
        case Regex():
            return spell(metadata[rule.column]).str.contains(rule.whole)
        case Unique():
            return pl.struct(cells).is_first_distinct()
        case Combination():
            return pl.lit(True)  # any combination may stand in the input
    assert_never(rule)


def _within(cells: pl.Expr, column: Column, rule: Range) -> pl.Expr:
    low, high = (None if end is None else _bound(end, column) for end in (rule.min, rule.max))
    number = column.dtype.is_numeric()
    above = pl.lit(True) if low is None else _wide(cells, rule.min, number=number) >= low
    return above if high is None else above & (_wide(cells, rule.max, number=number) <= high)


def _wide(cells: pl.Expr, end: Bound | None, *, number: bool) -> pl.Expr:
    """Integers are compared with integers exactly; all else as floats."""
    if not number:
        return cells
    return cells.cast(pl.Int128, strict=False) if isinstance(end, int) else cells.cast(pl.Float64)


def _bound(end: Bound, column: Column) -> pl.Expr:
    """
    An end of a range as the column's cells are.

    Raises:
        ValueError: it is no such thing.
    """
    dtype = column.dtype
    if not isinstance(end, str):
        if not dtype.is_numeric():
            raise ValueError("a number for a column that holds none")
        return pl.lit(end, dtype=pl.Int128 if isinstance(end, int) else pl.Float64)
    match dtype:
        case pl.Date():
            return pl.lit(date.fromisoformat(end))
        case pl.Time():
            return pl.lit(time.fromisoformat(end))
        case pl.Datetime():
            return _moment(datetime.fromisoformat(end), dtype)
    raise ValueError("a text for a column that holds neither dates nor times")


def _moment(end: datetime, dtype: pl.Datetime) -> pl.Expr:
    """Without an offset it is meant in the column's own zone."""
    if end.tzinfo is not None and dtype.time_zone is None:
        raise ValueError("an offset for a column that has none")
    if end.tzinfo is not None or dtype.time_zone is None:
        return pl.lit(end).cast(dtype)
    return pl.lit(end).dt.replace_time_zone(dtype.time_zone).cast(dtype)


def refuse_unfit(rule: Rule, metadata: Metadata) -> None:
    """
    Nothing, if the rule can be asked of its columns.

    Raises:
        InputInvalid: a column is not there, or holds what the rule is not about; names rule and column.
    """
    for name in rule.named:
        if name not in metadata.names:
            raise InputInvalid(
                f"There is no column '{name}', which the rule {rule.title} names.", hint="Correct constraints."
            )
    kinds = {kind(metadata[name]) for name in rule.named} - {"empty"}
    wanted = _wanted(rule, kinds, metadata)
    if wanted is not None:
        raise InputInvalid(f"The rule {rule.title} needs {wanted}.", hint="Correct constraints.")


def _wanted(rule: Rule, kinds: set[str], metadata: Metadata) -> str | None:
    """What the rule would need instead of columns of these kinds; None if they will do."""
    match rule:
        case Equal() if len(kinds) > 1:
            return "two columns of one kind"
        case Less() | LessEqual() if len(kinds) > 1 or not kinds <= _ORDERED:
            return "two columns of numbers, or two of dates or times of one kind"
        case Sum() if not any({k.removesuffix(" with zone") for k in kinds} <= added for added in _ADDED):
            return "columns of numbers, or of dates, times and durations"
        case Range() if kinds and not _has_bounds(rule, metadata[rule.column]):
            return "a column of numbers, or one of dates or times and ends that are ISO 8601 text of the same kind"
    return None


def _has_bounds(rule: Range, column: Column) -> bool:
    try:
        return all(_bound(end, column) is not None for end in (rule.min, rule.max) if end is not None)
    except (ValueError, OverflowError):
        return False


def kind(column: Column) -> str:
    """What a column's cells can be compared with: those of another column of the same kind."""
    if column.type is ColumnType.EMPTY:
        return "empty"
    match column.dtype:
        case pl.Datetime(time_zone=None):
            return "datetime"
        case pl.Datetime():
            return "datetime with zone"
        case pl.Date() | pl.Time() | pl.Duration() | pl.Boolean():
            return str(column.dtype.base_type()).lower()
        case dtype if dtype.is_numeric():
            return "number"
    return "text"

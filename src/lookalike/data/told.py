"""Columns of which something was told: their cells read as that, or an error that says which do not fit."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from lookalike.data import dates
from lookalike.data.checks import quiet
from lookalike.data.columns import SLOTS, ColumnParameters, slots
from lookalike.data.metadata import MADE_UP, Column, ColumnType, TextForm, Told, level_values, stored_type
from lookalike.data.spelling import (
    MISSING_TOKENS,
    Reading,
    decimal_form,
    read_duration,
    recognise,
    recognise_moments,
    stored_form,
    unspell,
)
from lookalike.errors import ConstraintBroken, InputInvalid, MetadataError

_WORDS = (
    ("true", "false"), ("True", "False"), ("TRUE", "FALSE"), ("yes", "no"), ("Yes", "No"), ("YES", "NO"),
    ("y", "n"), ("Y", "N"), ("t", "f"), ("T", "F"), ("1", "0"),
)  # fmt: skip
_SAMPLED = frozenset({ColumnType.CATEGORICAL, ColumnType.ORDERED, ColumnType.ID, None})
_INTEGERS = frozenset({ColumnType.ID, ColumnType.PHONE, ColumnType.POSTCODE, ColumnType.CARD})
_NUMBERS = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.LATITUDE, ColumnType.LONGITUDE})
_MOMENTS = frozenset({ColumnType.DATE, ColumnType.DATETIME, ColumnType.TIME})
_ANY = frozenset({ColumnType.CATEGORICAL, ColumnType.ORDERED, ColumnType.BOOLEAN})
_RANGES = {ColumnType.LATITUDE: 90.0, ColumnType.LONGITUDE: 180.0}
_READ = _NUMBERS | _MOMENTS | {ColumnType.BOOLEAN, ColumnType.DURATION}

Where = Callable[[int], str]


@dataclass(frozen=True)
class Source:
    """
    Where cells come from.

    Attributes:
        textual: Text stands for whatever it spells.
        null: The token that the reader took for missing cells.
        where: What a message calls a row, counted from 0.
    """

    textual: bool
    null: str | None
    where: Where


def read_told(cells: pl.Series, rule: ColumnParameters, source: Source) -> tuple[pl.Series, Column]:
    """
    The cells of a column as what was told of it, and the column.

    Text that is told to be numbers, booleans or moments becomes those; all other cells keep their dtype. Missing cells
    are exempt from every rule.

    Raises:
        InputInvalid: cells that are not what was told, or outside `levels`; names column, count, place of the first.
        ConstraintBroken: cells outside `min` and `max`; names column and count.
    """
    kind = None if rule.type is None else ColumnType(rule.type)
    if cells.null_count() == len(cells):
        return cells, Column(cells.name, ColumnType.EMPTY, cells.dtype, TextForm(source.null or ""))
    if kind in MADE_UP and isinstance(cells.dtype, pl.Enum):
        raise InputInvalid(
            f"Column '{cells.name}' is told to be {rule.type}, but it is an Enum, which takes no new text.",
            hint="Store it as text.",
        )
    plain = cells.dtype == pl.String
    if cells.dtype in (pl.String, pl.Categorical, pl.Enum):
        cells, form, found = _read_text(cells, kind, rule, source)
    else:
        form, found = stored_form(cells, source.null), stored_type(cells.dtype)
        _check_stored(cells, kind, source)
    as_text = plain and not source.textual and cells.dtype != pl.String
    column = Column(cells.name, kind or found, cells.dtype, form, as_text=as_text)
    _check_ranges(cells, column, source)
    low, high = (_bound(value, key, column, source) for key, value in (("min", rule.min), ("max", rule.max)))
    _check_bounds(cells, low, high)
    return cells, replace(column, told=_told(cells, column, rule, source, (low, high)))


def _read_text(
    cells: pl.Series, kind: ColumnType | None, rule: ColumnParameters, source: Source
) -> tuple[pl.Series, TextForm, ColumnType]:
    """Cells, how they are spelled, and what they would be if nothing was told."""
    text = cells if cells.dtype == pl.String else cells.cast(pl.String)
    if kind in _READ:
        values, form, wrong = _read_as(text, kind, rule, source)
        _refuse(wrong, cells.name, f"are no {kind.value}", source)
        return values.alias(cells.name), form, kind
    plain = TextForm(source.null or "")
    if cells.dtype == pl.String and kind in _SAMPLED:
        found = recognise(cells) if source.textual else recognise_moments(cells) if kind is None else None
        whole = isinstance(found, Reading) and found.type is ColumnType.INTEGER
        if isinstance(found, Reading) and (whole or kind is not ColumnType.ID):
            form = found.text if source.null is None else replace(found.text, null=source.null)
            return found.values.alias(cells.name), form, found.type
    return cells, plain, ColumnType.CATEGORICAL


def _read_as(
    text: pl.Series, kind: ColumnType | None, rule: ColumnParameters, source: Source
) -> tuple[pl.Series, TextForm, pl.Series]:
    """Values, how they are spelled, and which cells are not of the kind."""
    tokens = [*MISSING_TOKENS, *([source.null] if source.null else [])]
    missing = text.filter(text.is_in(tokens))
    blank = text.set(text.is_in(tokens), None)
    form = TextForm(source.null if source.null is not None else _commonest(missing, text.null_count()))
    if kind is ColumnType.BOOLEAN:
        return _booleans(text, form)
    if kind in _MOMENTS and kind is not None:
        return _moments(blank, kind, rule.format, form)
    if kind is ColumnType.DURATION:
        values = read_duration(blank).cast(pl.Duration("us"))
        return values, form, values.is_null() & blank.is_not_null()
    return _numbers(blank, kind, form)


def _commonest(tokens: pl.Series, n_null: int) -> str:
    """The commonest token, if it stands for more missing cells than are missing without one."""
    counts = tokens.alias("token").value_counts(sort=True, name="n").head(1)
    return "" if counts.is_empty() or counts["n"][0] <= n_null else str(counts["token"][0])


def _numbers(blank: pl.Series, kind: ColumnType | None, form: TextForm) -> tuple[pl.Series, TextForm, pl.Series]:
    for dtype in (pl.Int64, pl.UInt64) if kind is ColumnType.INTEGER else (pl.Float64,):
        values = blank.cast(dtype, strict=False)
        wrong = values.is_null() & blank.is_not_null()
        if not wrong.any():
            break
    if kind is not ColumnType.INTEGER:
        form = decimal_form(blank.drop_nulls().unique(), form.null)
    return values, form, wrong


def _booleans(text: pl.Series, form: TextForm) -> tuple[pl.Series, TextForm, pl.Series]:
    present = text.set(text.is_in(["", form.null]), None)
    counts = {pair: int(present.is_in(pair).sum()) for pair in _WORDS}
    true, false = max(counts, key=lambda pair: counts[pair])
    values = present.replace_strict({true: True, false: False}, default=None, return_dtype=pl.Boolean)
    return values, replace(form, true=true, false=false), values.is_null() & present.is_not_null()


def _moments(
    blank: pl.Series, kind: ColumnType, pattern: str | None, form: TextForm
) -> tuple[pl.Series, TextForm, pl.Series]:
    hint = f'Say how they are written: columns: {{"{blank.name}": {{"format": "%d/%m/%Y"}}}}, for instance.'
    if pattern is None:
        found = dates.find(blank.drop_nulls().unique(maintain_order=True), 0.5)
        if found is None or found.type is not kind:
            raise InputInvalid(f"Column '{blank.name}' has no one pattern of a {kind.value}.", hint=hint)
        values, pattern = found.read(blank), found.pattern
    else:
        unreadable = InputInvalid(f"The format of column '{blank.name}' cannot be read.", hint=hint)
        values = quiet(lambda: _parsed(blank, kind, str(pattern)), unreadable)
    return values, replace(form, pattern=pattern), values.is_null() & blank.is_not_null()


def _parsed(blank: pl.Series, kind: ColumnType, pattern: str) -> pl.Series:
    values = dates.parse(blank, kind, pattern, None)
    values.dt.strftime(pattern)
    return values


def _check_stored(cells: pl.Series, kind: ColumnType | None, source: Source) -> None:
    """Whether cells that are no text can be what was told."""
    dtype, found = cells.dtype, stored_type(cells.dtype)
    if kind is None or kind is found or kind in (ColumnType.CATEGORICAL, ColumnType.ORDERED):
        return None
    if kind is ColumnType.BOOLEAN and dtype.is_numeric():
        return _refuse(~cells.is_in([0, 1]) & cells.is_not_null(), cells.name, "are neither 0 nor 1", source)
    if kind in _NUMBERS and dtype.is_numeric():
        whole = cells.cast(pl.Float64).floor() == cells.cast(pl.Float64)
        wrong = ~whole & cells.is_not_null() if kind is ColumnType.INTEGER else pl.Series([False])
        return _refuse(wrong, cells.name, "are no whole numbers", source)
    if kind in _INTEGERS and dtype.is_integer():
        return None
    raise InputInvalid(
        f"Column '{cells.name}' is told to be {kind.value}, but it is stored as {dtype.__class__.__name__}.",
        hint=f"Correct columns, or store it as what it is ({found.value}).",
    )


def _check_ranges(cells: pl.Series, column: Column, source: Source) -> None:
    if (most := _RANGES.get(column.type)) is not None:
        number = cells.cast(pl.Float64)
        wrong = (number.abs() > most) | number.is_nan()
        _refuse(wrong.fill_null(False), cells.name, f"are no {column.type.value}", source)


def _bound(value: Any, key: str, column: Column, source: Source) -> Any:
    """A bound as a value that compares with the cells."""
    if value is None:
        return None
    wrong = InputInvalid(
        f"{key} of column '{column.name}' is not what its cells are: {stored_type(column.dtype).value}.",
        hint="Give a number for numbers, and text as a cell has it for dates, times and durations.",
    )
    if column.dtype.is_numeric():
        if isinstance(value, str):
            raise wrong
        return value
    if not column.dtype.is_temporal() or not isinstance(value, str):
        raise wrong
    try:
        bound = unspell(pl.Series(column.name, [value]), column)[0]
    except MetadataError:
        bound = None
    if bound is None:
        raise wrong
    return bound


def _check_bounds(cells: pl.Series, low: Any, high: Any) -> None:
    present = cells.drop_nulls()
    if cells.dtype.is_float():
        present = present.filter(present.is_not_nan())
    below = 0 if low is None else _count(pl.col("cell") < _wide(low), present)
    above = 0 if high is None else _count(pl.col("cell") > _wide(high), present)
    if below or above:
        raise ConstraintBroken(
            f"Column '{cells.name}' has {below:,} cells below its min and {above:,} above its max.",
            hint="Repair those cells, or widen columns.",
        )


def _count(which: pl.Expr, present: pl.Series) -> int:
    return int(present.alias("cell").to_frame().select(which.sum()).item())


def _wide(bound: Any) -> Any:
    """A whole number that no dtype holds as a decimal, so that any cell compares with it."""
    return float(bound) if isinstance(bound, int) and not -(2**63) <= bound < 2**63 else bound


def _told(cells: pl.Series, column: Column, rule: ColumnParameters, source: Source, bounds: tuple[Any, Any]) -> Told:
    levels = _levels(cells, column, rule, source)
    if column.type is ColumnType.ORDERED:
        return Told(levels=level_values(levels))
    if column.type is ColumnType.ID and cells.dtype.is_integer() and rule.format is None:
        low, high = bounds
        return Told(low=None if low is None else int(low), high=None if high is None else int(high))
    if rule.format is None or column.type in _MOMENTS:
        return Told()
    places = slots(rule.format)
    pattern = "".join(f"[{SLOTS[kind]}]" if kind in SLOTS else re.escape(literal) for kind, literal in places)
    other = ~cells.cast(pl.String).str.contains(f"^{pattern}$").fill_null(True)
    _refuse(other, column.name, "do not have its format", source)
    return Told(format=rule.format)


def _levels(cells: pl.Series, column: Column, rule: ColumnParameters, source: Source) -> pl.Series:
    """The levels in order; none if they were not told and have none."""
    if rule.levels is None:
        return _natural(cells, column)
    wrong = InputInvalid(
        f"The levels of column '{column.name}' are not what its cells are: {stored_type(column.dtype).value}.",
        hint="Give levels as the cells have them.",
    )
    try:
        levels = quiet(lambda: _level_cells(rule.levels or (), column), wrong)
    except MetadataError:
        levels = cells.head(0).extend_constant(None, 1)
    if levels.n_unique() < len(levels) or levels.null_count():
        raise wrong
    plain = pl.String if column.is_text else cells.dtype
    outside = ~cells.cast(plain).is_in(levels.cast(plain).implode()) & cells.is_not_null()
    _refuse(outside, column.name, "are outside its levels", source)
    return levels


def _natural(cells: pl.Series, column: Column) -> pl.Series:
    if column.type is ColumnType.ORDERED and isinstance(cells.dtype, pl.Enum):
        return cells.dtype.categories.cast(cells.dtype)
    if column.type is ColumnType.ORDERED and column.is_text:
        raise InputInvalid(
            f"Column '{column.name}' is told to be ordered, and its texts have no order.",
            hint=f'Give it: columns: {{"{column.name}": {{"type": "ordered", "levels": [least, …, greatest]}}}}.',
        )
    return cells.drop_nulls().unique().sort() if column.type is ColumnType.ORDERED else cells.head(0)


def _level_cells(levels: tuple[Any, ...], column: Column) -> pl.Series:
    texts = [str(level).lower() if isinstance(level, bool) else str(level) for level in levels]
    if column.is_text:
        return pl.Series(texts, dtype=pl.String).cast(column.dtype)
    if column.dtype.is_numeric():
        return pl.Series(texts, dtype=pl.String).cast(column.dtype)
    return unspell(pl.Series(column.name, texts, dtype=pl.String), column)


def _refuse(wrong: pl.Series, name: str, says: str, source: Source) -> None:
    if n := int(wrong.sum()):
        raise InputInvalid(
            f"Column '{name}' has {n:,} cells that {says}, the first in {source.where(int(wrong.arg_max() or 0))}.",
            hint="Correct those cells or leave them empty, or tell something else in columns.",
        )

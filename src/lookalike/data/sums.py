"""Cells that add up: columns of numbers or of times in one unit, exact where it can be, and how near is the same."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from lookalike.data.metadata import Column

DECIMALS_MAX = 7  # beyond that a number is taken for one without a grid
_DAY_NS = 86_400_000_000_000
_TICK_NS = {"ns": 1, "us": 1_000, "ms": 1_000_000}
_SLACK = 1e-9  # relative; what adding a thousand floats may lose
_SLACK_SINGLE = 1e-6  # the same for 32 bits
_MINUTES = 24 * 60


def is_exact(columns: Sequence[Column]) -> bool:
    """Whether the columns can be added without rounding: none of them is a float."""
    return not any(c.dtype.is_float() for c in columns)


def amounts(columns: Sequence[Column]) -> dict[str, pl.Expr]:
    """
    Cells of all columns in one unit: Int128 if `is_exact`, else Float64; not-a-number is missing.

    Dates count in days, but in nanoseconds as soon as a datetime, time or duration is among them.
    """
    if not is_exact(columns):
        return {c.name: _float(c).fill_nan(None) for c in columns}
    return {
        c.name: pl.col(c.name).to_physical().cast(pl.Int128) * n for c, n in zip(columns, ticks(columns), strict=True)
    }


def ticks(columns: Sequence[Column]) -> list[int]:
    """How many of the common units one step of each column's stored numbers is, if `is_exact`."""
    timed = any(isinstance(c.dtype, (pl.Datetime, pl.Duration, pl.Time)) for c in columns)
    scale = max((c.dtype.scale for c in columns if isinstance(c.dtype, pl.Decimal)), default=0)
    return [_tick(c.dtype, scale, timed=timed) for c in columns]


def _tick(dtype: pl.DataType, scale: int, *, timed: bool) -> int:
    match dtype:
        case pl.Decimal():
            return int(10 ** (scale - dtype.scale))
        case pl.Datetime() | pl.Duration():
            return _TICK_NS[dtype.time_unit]
        case pl.Date():
            return _DAY_NS if timed else int(10**scale)
    return 1 if timed else int(10**scale)


def _float(column: Column) -> pl.Expr:
    cells = pl.col(column.name)
    return (cells if column.dtype.is_numeric() else cells.to_physical()).cast(pl.Float64)


def decimals_of(cells: pl.Series) -> int | None:
    """Digits after the point that all cells keep; None for floats of more than `DECIMALS_MAX`, or of none at all."""
    if isinstance(cells.dtype, pl.Decimal):
        return cells.dtype.scale
    if not cells.dtype.is_float():
        return 0
    finite = cells.filter(cells.is_finite())
    return next((d for d in range(DECIMALS_MAX + 1) if finite.round(d).equals(finite)), None)


def adds_up(terms: Sequence[Column], total: Column, decimals: int | None) -> pl.Expr:
    """
    Whether each row's terms add up to the total; null where a cell is missing.

    Exact but for floats: those may differ by half a unit of the total's last decimal, and where it has no fixed number
    of decimals by what adding floats loses.

    Args:
        decimals: Of the total, as `decimals_of`.
    """
    cells = amounts([*terms, total])
    added = pl.sum_horizontal([cells[c.name] for c in terms], ignore_nulls=False)
    if is_exact([*terms, total]):
        return added == cells[total.name]
    size = pl.sum_horizontal([cell.abs() for cell in cells.values()], ignore_nulls=False)
    single = any(c.dtype == pl.Float32 for c in [*terms, total])
    near = size * (_SLACK_SINGLE if single else _SLACK)
    if decimals is not None:
        near = near + float(Decimal("0.5").scaleb(-decimals)) * (1 + _SLACK)
    return ((added - cells[total.name]).abs() <= near) | (added == cells[total.name])


def minutes(name: str) -> pl.Expr:
    """Minutes since midnight of a clock time written HHMM as a number."""
    cell = whole(name)
    return (cell // 100) * 60 + cell % 100


def clock_adds_up(clock: str, later: str, total: str) -> pl.Expr:
    """Whether `later` minutes after `clock` it is `total`, on a clock of 24 hours; null where a cell is missing."""
    return (minutes(clock) + whole(later) - minutes(total)) % _MINUTES == 0


def whole(name: str) -> pl.Expr:
    """A column's cells as Int64; whole numbers with gaps often come as floats, where not-a-number is a gap."""
    return pl.col(name).cast(pl.Int64, strict=False)

"""Columns that a rule computes from others: which, and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.constraints import ClockSum, Equal, Fd, Sum
from lookalike.data.metadata import Column, Metadata
from lookalike.data.sums import amounts, decimals_of, is_exact, minutes, ticks, whole
from lookalike.engines.tabular.rules.held import Held

Mask = npt.NDArray[np.bool_]
Number = int | float | None

_DAY = 24 * 60
MIDNIGHTS = (0, 2400)  # how midnight may be written


@dataclass(frozen=True)
class Step:
    """
    A column that is computed.

    Attributes:
        held: Number of the rule that tells how.
        column: What is computed; the rule's other columns are needed for it.
        whole: No cell of it is drawn: it is missing where a needed one is, or as the rule's table says. Else it is
            drawn too, and what is not missing is computed over.
        low, high: What computed numbers may be, as they are stored; None for other cells.
        decimals: That computed floats keep.
        midnight: How a clock time writes midnight.
    """

    held: int
    column: str
    whole: bool
    low: Number = None
    high: Number = None
    decimals: int | None = None
    midnight: int = 0

    def needs(self, held: Held) -> tuple[str, ...]:
        """The columns that must be there before."""
        return tuple(name for name in held.rule.named if name != self.column)

    def computed(self, frame: pl.DataFrame, held: Held, metadata: Metadata) -> pl.Series:
        """The column, of its own dtype and name."""
        rule, column = held.rule, metadata[self.column]
        if isinstance(rule, Fd):
            values = held.dependents(frame, rule.determinant)[0].alias(column.name)
        else:
            values = frame.select(self._formula(rule, metadata).cast(column.dtype, strict=False).alias(column.name))[
                column.name
            ]
        if self.whole:
            return values
        drawn = frame[column.name]
        shown = frame.select(pl.all_horizontal([_present(metadata[name]) for name in rule.named]).alias("shown"))
        return values.zip_with(shown["shown"], drawn)

    def strays(self, frame: pl.DataFrame, held: Held, metadata: Metadata) -> Mask:
        """Rows whose computed cell is no cell of the column: out of its range, or not to be told in its dtype."""
        if isinstance(held.rule, Fd):
            return np.zeros(frame.height, bool)  # the rule itself tells
        needed = pl.all_horizontal([_present(metadata[name]) for name in self.needs(held)])
        told = _present(metadata[self.column])
        lost = ~told if self.whole else pl.lit(False)
        if self.low is not None and self.high is not None:
            lost = lost | (told & ~pl.col(self.column).to_physical().is_between(self.low, self.high))
        return np.array(frame.select((needed & lost).fill_null(False).alias("lost"))["lost"].to_numpy())

    def _formula(self, rule: Any, metadata: Metadata) -> pl.Expr:
        match rule:
            case Sum():
                return self._rest(rule, metadata)
            case ClockSum():
                return self._clock(rule)
            case Equal():
                (source,) = (name for name in rule.columns if name != self.column)
                return pl.col(source).cast(pl.String) if _is_text(metadata[source]) else pl.col(source)
        raise ValueError(f"no column is computed by a {rule.type}")

    def _rest(self, rule: Sum, metadata: Metadata) -> pl.Expr:
        """The total, or the term that is left of it."""
        columns = [metadata[name] for name in rule.named]
        cells = amounts(columns)
        terms = pl.sum_horizontal([cells[n] for n in rule.columns if n != self.column], ignore_nulls=False)
        rest = terms if self.column == rule.equals else cells[rule.equals] - terms
        column = metadata[self.column]
        if not is_exact(columns):
            if column.dtype.is_float():
                return rest if self.decimals is None else rest.round(self.decimals)
            unit = 10**column.dtype.scale if isinstance(column.dtype, pl.Decimal) else 1
            return _stored((rest * unit).round(0).cast(pl.Int128, strict=False), column)
        tick = ticks(columns)[rule.named.index(self.column)]
        return _stored(pl.when(rest % tick == 0).then(rest // tick), column)

    def _clock(self, rule: ClockSum) -> pl.Expr:
        shift = whole(rule.minutes)
        later = minutes(rule.clock) + shift if self.column == rule.equals else minutes(rule.equals) - shift
        moment = later % _DAY
        written = moment // 60 * 100 + moment % 60
        return pl.when(moment == 0).then(pl.lit(self.midnight, dtype=pl.Int64)).otherwise(written)


def make_step(number: int, held: Held, column: Column, table: pl.DataFrame, metadata: Metadata) -> Step:
    """How a column of a table is computed by a rule."""
    cells = table[column.name]
    if isinstance(held.rule, Fd):
        return Step(number, column.name, whole=held.nulls)
    whole = _follows(held, column.name, table, metadata)
    if isinstance(held.rule, Equal):
        return Step(number, column.name, whole)
    physical = cells.fill_nan(None).to_physical() if cells.dtype.is_float() else cells.to_physical()
    midnight = next((m for m in reversed(MIDNIGHTS) if isinstance(held.rule, ClockSum) and (cells == m).any()), 0)
    low, high = (_number(end) for end in (physical.min(), physical.max()))
    return Step(number, column.name, whole, low, high, decimals_of(cells), midnight)


def ordered(steps: Sequence[Step], held: Sequence[Held]) -> tuple[Step, ...]:
    """
    The steps, each after those that compute what it needs.

    Raises:
        ValueError: some need each other, or a column is computed twice.
    """
    left = {step.column: step for step in steps}
    if len(left) < len(steps):
        raise ValueError("a column is computed twice")
    done: list[Step] = []
    while left:
        ready = [s for s in left.values() if not left.keys() & set(s.needs(held[s.held]))]
        if not ready:
            raise ValueError("columns are computed from each other")
        done += ready
        left = {name: step for name, step in left.items() if step not in ready}
    return tuple(done)


def load_step(told: Mapping[str, Any], held: Sequence[Held]) -> Step:
    """
    What `vars(step)` told.

    Raises:
        ValueError, TypeError, KeyError: it told something else.
    """
    step = Step(**told)
    if not isinstance(step.held, int) or not 0 <= step.held < len(held):
        raise ValueError("number of a rule")
    rule, table = held[step.held].rule, held[step.held].table
    if isinstance(rule, Fd) and (table is None or (held[step.held].loose and table.is_empty())):
        raise ValueError("an fd without a table")
    allowed = {
        "fd": rule.named[-1:],
        "equal": rule.named,
        "sum": rule.named,
        "clock_sum": (rule.named[0], rule.named[-1]),
    }
    if step.column not in allowed[rule.type] or not isinstance(step.whole, bool) or step.midnight not in MIDNIGHTS:
        raise ValueError("a column that the rule does not compute")
    numbers = (step.low, step.high, step.decimals)
    if any(n is not None and (isinstance(n, bool) or not isinstance(n, int | float)) for n in numbers):
        raise ValueError("ends that are no numbers")
    return step


def _follows(held: Held, column: str, table: pl.DataFrame, metadata: Metadata) -> bool:
    """Whether a column is missing just where one of the rule's others is."""
    if any(table[c].is_nan().any() for c in held.rule.named if table.schema[c].is_float()):
        return False
    others = pl.any_horizontal([pl.col(name).is_null() for name in held.rule.named if name != column])
    return bool(table.select((others == pl.col(column).is_null()).all()).item())


def _present(column: Column) -> pl.Expr:
    cells = pl.col(column.name)
    return (cells.fill_nan(None) if column.dtype.is_float() else cells).is_not_null()


def _is_text(column: Column) -> bool:
    return isinstance(column.dtype, (pl.String, pl.Categorical, pl.Enum))


def _stored(numbers: pl.Expr, column: Column) -> pl.Expr:
    """Stored numbers as cells; null where they have no room."""
    match column.dtype:
        case pl.Decimal(precision=precision, scale=scale):
            whole = numbers.cast(pl.Decimal(38, 0), strict=False) * pl.lit(Decimal(1).scaleb(-scale))
            return whole.cast(pl.Decimal(precision, scale), strict=False)
        case pl.Date():
            return numbers.cast(pl.Int32, strict=False).cast(pl.Date)
        case pl.Datetime() | pl.Duration() | pl.Time():
            return numbers.cast(pl.Int64, strict=False).cast(column.dtype)
    return numbers.cast(column.dtype, strict=False)


def _number(end: Any) -> Number:
    return None if end is None else end if isinstance(end, int | float) else int(end)

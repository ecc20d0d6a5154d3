"""Whole sequences, or a stretch of one long one, drawn so that every row keeps all rules."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.streams import key, stream
from lookalike.engines.time_series.encoding import encode_starts
from lookalike.engines.time_series.features import LAGS, WINDOW, Plot, Rows
from lookalike.engines.time_series.forest import Forest
from lookalike.engines.time_series.layout import Layout
from lookalike.engines.time_series.stepping import Course, Runs, draw_rows
from lookalike.engines.time_series.telling import Drawn, tell
from lookalike.errors import ConditionsUnreachable

TURNS_MAX = 1_000  # draws of one row, none of which keeps all rules
STRETCH, RETRIED = 512, 16  # rows of a sequence drawn before rules are looked at; after one that had to be drawn again
PATIENCE = 50  # draws of a row, none of which keeps all rules, after which rows before it are drawn again

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Machine:
    """What rows are drawn by; `most`: rows of the longest sequence there may be."""

    layout: Layout
    forest: Forest
    course: Course
    seed: int
    most: int

    @property
    def plot(self) -> Plot:
        return self.layout.plot

    @property
    def memory(self) -> int:
        """How many rows back a step looks; one more than the window has, for the first of its changes."""
        return max(LAGS, WINDOW + 1, *(n + 2 for n in (*self.layout.seasons, *self.layout.spans)))


@dataclass(frozen=True)
class Begun:
    """
    Sequences of which the first rows are known.

    Attributes:
        frame: Context, keys and first cells, a row a sequence.
        numbers: Of the sequences, by which their rows are drawn, int64 ``(s,)``.
        ticks, until: Of the first rows, and those after which no row comes, ``(s,)``.
        least, most: Rows of each sequence, int64 ``(s,)``.
    """

    frame: pl.DataFrame
    numbers: Array
    ticks: Array
    until: Array
    least: Array
    most: Array


def draw_sequences(machine: Machine, begun: Begun, once: list[str]) -> pl.DataFrame:
    """
    The rows of all the sequences, one sequence after the other.

    Args:
        once: Columns of `begun.frame` that stand in every row of a sequence.

    Raises:
        ConditionsUnreachable: a row of which no draw keeps all rules.
    """
    rows, runs = _set_out(machine, begun)
    telling = Telling(machine, rows, begun.frame.select(once), begun.numbers)
    _fill(machine, runs, telling)
    return telling.told(runs, np.zeros(len(runs.base), np.int64), runs.lengths)


def draw_lengths(machine: Machine, begun: Begun) -> npt.NDArray[np.int64]:
    """How long the sequences become, if rules are not looked at."""
    rows, runs = _set_out(machine, begun)
    draw_rows(machine.plot, machine.forest, machine.course, rows, runs)
    return runs.lengths


def _set_out(machine: Machine, begun: Begun) -> tuple[Rows, Runs]:
    """Room for all rows, the first ones of the sequences filled, and what is to be drawn."""
    base = np.cumsum(begun.most) - begun.most
    rows = _room(machine.layout, int(begun.most.sum()))
    values, modes = encode_starts(begun.frame, machine.layout)
    rows.values[base], rows.modes[base], rows.ticks[base], rows.sums[base] = values, modes, begun.ticks, values
    of = (np.ones(len(base), np.int64), begun.most.copy(), values)
    return rows, _runs(machine, begun, base, of, len(rows.ticks))


def draw_stretch(
    machine: Machine, begun: Begun, tail: Rows | None, start: int, n_rows: int
) -> tuple[pl.DataFrame, Rows]:
    """
    Rows ``start … start + n_rows - 1`` of the one sequence that has begun, and the last ones, from which it goes on.

    Args:
        tail: The last rows before `start`; None where `start` is 0.
    """
    behind = 0 if tail is None else len(tail.ticks)
    fresh = _room(machine.layout, n_rows)
    rows = fresh if tail is None else Rows(*map(np.concatenate, zip(tail, fresh, strict=True)))
    values, modes = encode_starts(begun.frame, machine.layout)
    if tail is None:
        rows.values[:1], rows.modes[:1], rows.ticks[:1], rows.sums[:1] = values, modes, begun.ticks, values
    ends = np.array([start + n_rows])
    runs = _runs(machine, begun, np.array([behind - start]), (np.array([max(start, 1)]), ends, values), len(rows.ticks))
    telling = Telling(machine, rows, begun.frame.select([]), begun.numbers)
    _fill(machine, runs, telling)
    drawn = telling.told(runs, np.array([start]), ends)
    return drawn, Rows(*(array[-machine.memory :].copy() for array in rows))


def _runs(machine: Machine, begun: Begun, base: Array, of: tuple[Array, Array, Array], n_rows: int) -> Runs:
    """`of`: start and stop of each sequence, and the values of its first row; `n_rows`: that there is room for."""
    start, stop, values = of
    return Runs(
        base,
        start,
        stop,
        begun.least,
        np.array([_key(machine.seed, number) for number in begun.numbers], np.uint64),
        values,
        begun.ticks,
        np.array([machine.layout.rhythm.step or 0], np.float64),
        begun.until,
        clues(machine.layout, begun.frame),
        np.zeros(n_rows, np.int64),
        stop.copy(),
    )


def clues(layout: Layout, frame: pl.DataFrame) -> npt.NDArray[np.float64]:
    """The context of sequences as steps see it, ``(s, k)``."""
    told = [clue.of(frame[clue.name]) for clue in layout.clues]
    return np.ascontiguousarray(np.column_stack(told)) if told else np.zeros((frame.height, 0))


def _room(layout: Layout, n_rows: int) -> Rows:
    n_columns = len(layout.names)
    return Rows(
        np.zeros((n_rows, n_columns)),
        np.zeros((n_rows, n_columns), np.int64),
        np.zeros((n_rows, n_columns), np.int64),
        np.zeros(n_rows),
        np.zeros((n_rows, n_columns)),
    )


def _key(seed: int, number: int) -> int:
    return key(seed, "sequence", int(number)) & (2**64 - 1)


@dataclass(frozen=True)
class Telling:
    """Rows of a batch as cells; `once` and `numbers` have a row a sequence."""

    machine: Machine
    rows: Rows
    once: pl.DataFrame
    numbers: Array

    def of(self, which: Array) -> "Telling":
        """That of some of the sequences."""
        return replace(self, once=self.once[which] if self.once.width else self.once, numbers=self.numbers[which])

    def told(self, runs: Runs, start: Array, stop: Array) -> pl.DataFrame:
        """Rows ``start … stop - 1`` of each sequence."""
        sequence, t = spread(start, stop)
        at = runs.base[sequence] + t
        numbers = self.numbers[sequence].astype(np.uint64) * np.uint64(self.machine.most) + t.astype(np.uint64)
        drawn = Drawn(
            self.rows.values[at],
            self.rows.modes[at],
            self.rows.ticks[at],
            self.once[sequence] if self.once.width else self.once,
            numbers,
        )
        return tell(self.machine.layout, drawn, self.machine.seed)


def spread(start: Array, stop: Array) -> tuple[Array, Array]:
    """Sequence and number of each row, for rows ``start … stop - 1`` of each sequence."""
    n_rows = np.maximum(stop - start, 0)
    sequence = np.repeat(np.arange(len(start)), n_rows)
    within = np.arange(int(n_rows.sum())) - np.repeat(np.cumsum(n_rows) - n_rows, n_rows)
    return sequence, within + start[sequence]


def _fill(machine: Machine, runs: Runs, telling: Telling) -> None:
    """Draws all rows; those that break a rule again, and all that come after them in their sequences."""
    rules = machine.layout.rules
    if not rules.held and not rules.steps:
        draw_rows(machine.plot, machine.forest, machine.course, telling.rows, runs)
        return
    start, ends = runs.start.copy(), runs.stop.copy()
    while (left := np.flatnonzero(start < ends)).size:
        again = runs.turns[runs.base[left] + start[left]] > 0
        stop = np.minimum(start[left] + np.where(again, RETRIED, STRETCH), ends[left])
        some = _taken(runs, left, start[left], stop)
        draw_rows(machine.plot, machine.forest, machine.course, telling.rows, some)
        ended = some.lengths < stop
        stop = np.minimum(stop, some.lengths)
        own = telling.of(left)
        kept = rules.kept(own.told(some, start[left], stop))
        first = _first_broken(kept, start[left], stop)
        broken = first < stop
        stop[broken] = _back(runs, left[broken], first[broken])
        start[left] = stop
        done = ~broken & ended
        ends[left[done]] = runs.lengths[left[done]] = stop[done]


def _back(runs: Runs, which: Array, first: Array) -> Array:
    """
    The row from which each of some sequences is drawn again, after row `first` broke a rule.

    Of a row that no draw mends the rows before it are the cause: more of them each time that patience runs out.

    Raises:
        ConditionsUnreachable: a row was drawn too often.
    """
    base = runs.base[which]
    runs.turns[base + first] += 1
    turns = runs.turns[base + first]
    if (turns > TURNS_MAX).any():
        raise ConditionsUnreachable("A row of a sequence could not be drawn so that it keeps all rules.")
    back = np.where(turns % PATIENCE == 0, 2 ** (turns // PATIENCE), 0)
    start = np.maximum(first - back, runs.start[which])
    runs.turns[(base + start)[start < first]] += 1
    return np.asarray(start)


def _taken(runs: Runs, which: Array, start: Array, stop: Array) -> Runs:
    """Some of the sequences, to be drawn from row `start` to row `stop`."""
    return runs._replace(
        base=runs.base[which],
        start=start,
        stop=stop,
        least=runs.least[which],
        keys=runs.keys[which],
        first=runs.first[which],
        ticks=runs.ticks[which],
        until=runs.until[which],
        context=runs.context[which],
        lengths=stop.copy(),
    )


def _first_broken(kept: Array, start: Array, stop: Array) -> Array:
    """Number of the first row of each sequence that breaks a rule; `stop` where none does."""
    sequence, t = spread(start, stop)
    first = stop.copy()
    broken = np.flatnonzero(~kept)[::-1]
    first[sequence[broken]] = t[broken]
    return first


def drawn_lengths(layout: Layout, numbers: Array, seed: int) -> npt.NDArray[np.int64]:
    """Rows of sequences that no column ends: as long as those of train, or between two of them."""
    seen = layout.lengths.seen.astype(np.float64)
    share = np.array([stream(seed, "length", int(number)).random() for number in numbers])
    drawn: npt.NDArray[np.int64] = np.rint(np.quantile(seen, share)).astype(np.int64)
    return drawn

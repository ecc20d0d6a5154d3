"""
How sequences begin: their context, start in time and first row together, by the tabular engine.

Where there are few sequences, their first rows are too few to learn from; then rows near the beginning stand for them,
or, if beginnings look like all other rows, any row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.metadata import Column, Metadata, stored_type
from lookalike.data.parameters import TabularParameters
from lookalike.data.sequences.arranging import Sequences
from lookalike.data.streams import stream
from lookalike.engines.tabular import Model, Plan
from lookalike.engines.tabular.filling import Mask, Places, fill
from lookalike.engines.tabular.plan import make_plan
from lookalike.engines.time_series.beginnings import is_taken_apart, take_apart
from lookalike.transforms.physical import to_physical

ENOUGH = 100  # sequences of which a start in time says more than which of them it is
FIRST_ALONE = 30  # sequences whose first rows are learnt from alone
POOL = 4_000  # rows that stand for first rows, where any row may
NEAR = 200  # rows near the beginning that stand for first rows, where beginnings are special
SPECIAL = 4.0  # standard errors by which the mean of first rows may differ from that of all rows by chance
COPIES = 2  # rows of one sequence where its context stands beside them: of three alike a column gives values back
GROUP = 1_024  # sequences that are begun together
ALONE = "\x00alone"  # whether the first row is the only one

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class StartColumns:
    """What is drawn at the beginning of a sequence: context, start in time, first cells. Keys are made up beside it."""

    context: tuple[str, ...]
    index: str | None
    values: tuple[str, ...]


def start_table(sequences: Sequences, levels: pl.DataFrame, columns: StartColumns, seed: int) -> pl.DataFrame:
    """
    The rows that beginnings are learnt from: a row a sequence, or more where there are few sequences.

    Args:
        levels: Of each sequence; drawn like context.
    """
    table, lengths = sequences.table, sequences.lengths
    first = np.cumsum(lengths) - lengths
    rows = _rows(table, first, lengths, columns.values, seed)
    owner = np.searchsorted(first, rows, side="right") - 1
    if (columns.context or levels.columns) and len(first) < FIRST_ALONE:
        rows, owner = _few_of_each(rows, owner, seed)
    begun = table[first[owner]].select([*columns.context, *([columns.index] if columns.index else [])])
    begun = pl.concat([begun, levels[owner]], how="horizontal") if levels.columns else begun
    if columns.index is not None and is_taken_apart(begun[columns.index]):
        begun = begun.with_columns(take_apart(begun[columns.index])).drop(columns.index)
    started = table[rows].select(columns.values)
    alone = pl.Series(ALONE, (lengths == 1)[owner])
    told = pl.concat([begun, started], how="horizontal") if columns.values else begun
    return told.with_columns(alone) if (lengths == 1).any() and not (lengths == 1).all() else told


def _rows(table: pl.DataFrame, first: Array, lengths: Array, values: tuple[str, ...], seed: int) -> Array:
    if len(first) >= FIRST_ALONE:
        return first
    if not special(table, first, values):
        rows = np.arange(table.height)
        return rows if len(rows) <= POOL else np.sort(stream(seed, "starts").permutation(table.height)[:POOL])
    return _near(table, first, lengths, values)


def _near(table: pl.DataFrame, first: Array, lengths: Array, values: tuple[str, ...]) -> Array:
    """The rows near the beginning, so many that they still look like first ones."""
    position = np.arange(table.height) - np.repeat(first, lengths)
    depth = -(-NEAR // len(first))
    while depth > 1:
        rows = np.flatnonzero(position < depth)
        if not special(table[rows], np.flatnonzero(position[rows] == 0), values):
            return rows
        depth //= 2
    return first


def _few_of_each(rows: Array, owner: Array, seed: int) -> tuple[Array, Array]:
    """At most `COPIES` rows of each sequence, at random, and their sequences."""
    mixed = stream(seed, "starts", "few").permutation(len(rows))
    mixed = mixed[np.argsort(owner[mixed], kind="stable")]
    begins = np.searchsorted(owner[mixed], owner[mixed], side="left")
    kept = np.sort(mixed[np.arange(len(mixed)) - begins < COPIES])
    return rows[kept], owner[kept]


def rows_shown(n_sequences: int, min_sequences: int, *, context: bool) -> int:
    """How many rows of the table of beginnings a level must have, to stand in so many sequences."""
    pooled = context and 4 * min_sequences <= n_sequences < FIRST_ALONE
    return min_sequences * (COPIES if pooled else 1)


def special(table: pl.DataFrame, first: Array, values: tuple[str, ...]) -> bool:
    """Whether first rows differ from all rows by more than chance, in any number's mean or level's share."""
    return any(_differs(table[name], first) for name in values)


def _differs(cells: pl.Series, first: Array) -> bool:
    if not (cells.dtype.is_numeric() or cells.dtype.is_temporal() or cells.dtype == pl.Boolean):
        return any(_far(np.asarray((cells == level).fill_null(False), np.float64), first) for level in _top(cells))
    values, missing = to_physical(cells.cast(pl.Int64) if cells.dtype == pl.Boolean else cells)
    told = np.where(missing | ~np.isfinite(values.astype(np.float64)), np.nan, values.astype(np.float64))
    if np.isnan(told).all():
        return False
    ranks = np.argsort(np.argsort(np.nan_to_num(told, nan=np.nanmedian(told)))) / len(told)  # outliers count once
    return _far(ranks, first)


def _top(cells: pl.Series) -> list[Any]:
    counted = cells.value_counts(sort=True).head(5)
    return [level for level in counted[cells.name].to_list() if level is not None]


def _far(values: Array, first: Array) -> bool:
    deviation = float(values.std())
    error = SPECIAL * deviation / max(len(first), 1) ** 0.5
    return deviation > 0 and abs(float(values[first].mean() - values.mean())) > error


def start_metadata(table: pl.DataFrame, metadata: Metadata) -> Metadata:
    """Of the table of beginnings."""
    known = set(metadata.names)
    columns = [
        metadata[name] if name in known else Column(name, stored_type(table.schema[name]), table.schema[name])
        for name in table.columns
    ]
    return Metadata(tuple(columns))


def plan_starts(
    table: pl.DataFrame, metadata: Metadata, asked: tuple[TabularParameters, pl.DataFrame | None], seed: int
) -> Plan:
    """The tabular plan of beginnings; `asked`: its parameters, and the table of conditions if there is one."""
    return make_plan(table, start_metadata(table, metadata), asked[0], seed, asked[1])


def draw_starts(
    model: Model, group: int, *, seed: int, total: int, kept: Callable[[pl.DataFrame], Mask]
) -> pl.DataFrame:
    """
    The beginnings of sequences ``group * GROUP …``, `GROUP` of them.

    Args:
        total: Sequences among which conditions are shared out; those behind them get them once more.
        kept: Which beginnings may stay, besides.

    Raises:
        ConditionsUnreachable: not so many that keep all rules and conditions could be found.
    """
    wishes = model.wishes(total)

    def draw(places: Places, turn: int) -> tuple[pl.DataFrame, Mask]:
        rows = (group * GROUP + places).astype(np.uint64)
        frame, stay = model.candidates(stream(seed, "starts", group, turn), seed, rows, wishes)
        return frame, stay & kept(frame)

    return fill(GROUP, draw)


def spread_evenly(frame: pl.DataFrame, along: Array, seed: int, group: int) -> pl.DataFrame:
    """
    The beginnings of a group so ordered that the first few of them, however many, lie evenly along a number.

    A few drawn at random leave gaps that sequences of one series, one after the other, never have.

    Args:
        along: By which they are to lie evenly, shape ``(GROUP,)``.

    Source: van der Corput, "Verteilungsfunktionen", Proc. Akad. Amsterdam 38, 1935, shifted at random.
    """
    digits = int(GROUP).bit_length() - 1
    places = np.array([int(f"{number:0{digits}b}"[::-1], 2) for number in range(GROUP)])
    shift = int(stream(seed, "spread", group).integers(GROUP))
    order = np.argsort(along, kind="stable")[(places + shift) % GROUP]
    spread: pl.DataFrame = frame[order]
    return spread

"""The sequences learnt from, as a step sees them: tracks of value columns, and rows as numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.metadata import MADE_UP, Column, ColumnType, stored_type
from lookalike.data.sequences.arranging import Sequences
from lookalike.engines.time_series.features import Rows, ages, sums
from lookalike.engines.time_series.layout import END, STEP, Layout, Track
from lookalike.engines.time_series.values import FEW, Levels, Mask, Number, fit_number, shown
from lookalike.transforms import Transform
from lookalike.transforms.choose import Fitted
from lookalike.transforms.numeric import Numeric
from lookalike.transforms.physical import to_physical

Array = npt.NDArray[Any]


def meaning(column: Column, cells: pl.Series, first: Mask) -> Column:
    """
    What a value column means within sequences: a whole number that tells rows apart counts something all the same,
    unless it numbers the rows.
    """
    if column.type is not ColumnType.ID or not column.dtype.is_integer():
        return column
    steps = cells.cast(pl.Float64).diff().to_numpy()[~first]
    numbers_rows = len(steps) > 0 and bool(np.all(steps == 1)) and cells.n_unique() == len(cells)
    return column if numbers_rows else Column(column.name, stored_type(column.dtype), column.dtype, column.text)


@dataclass(frozen=True)
class Tracks:
    """Value columns sorted by how they come about; `moving` in the order of drawing."""

    moving: Mapping[str, Track]
    still: Mapping[str, Transform]
    modes: Mapping[str, Array]


def make_tracks(
    table: pl.DataFrame, columns: Sequence[Column], fitted: Mapping[str, Fitted], first: Mask, min_sequences: int
) -> Tracks:
    """
    How each value column is told.

    Args:
        columns: Those that are neither computed nor looked up.
        first: Which rows begin a sequence.
        min_sequences: In how many sequences a level must stand to be shown.
    """
    moving: dict[str, Track] = {}
    still: dict[str, Transform] = {}
    modes: dict[str, Array] = {}
    for column in columns:
        one = fitted[column.name]
        transform, cells = one.transform, table[column.name]
        if isinstance(transform, Numeric) and _has_values(cells):
            moving[column.name] = fit_number(cells, first)
        elif column.type in MADE_UP or transform.scale.n_codes + len(transform.scale.cell_bins) <= 1:
            still[column.name] = transform
        else:
            moving[column.name] = Levels(transform)
            modes[column.name] = _modes(one, first, min_sequences)
    order = sorted(moving, key=lambda name: _is_coarse(moving[name]))
    return Tracks({name: moving[name] for name in order}, still, modes)


def _has_values(cells: pl.Series) -> bool:
    """Whether a number is anywhere finite; else what there is are levels."""
    values, missing = to_physical(cells)
    return bool(np.isfinite(values[~missing]).any())


def _is_coarse(track: Track) -> bool:
    """Coarse columns come last: they follow from fine ones more often than the other way round."""
    return not isinstance(track, Number) or 0 < len(track.known) <= FEW


def _modes(fitted: Fitted, first: Mask, min_sequences: int) -> Array:
    """Codes of the rows, those in too few sequences replaced like those that are never shown."""
    n_codes, codes = fitted.transform.scale.n_codes, fitted.encoded.codes.copy()
    sequence = np.cumsum(first) - 1
    pairs = np.unique(codes.astype(np.int64) * (int(sequence[-1]) + 1) + sequence)
    n_sequences = np.bincount(pairs // (int(sequence[-1]) + 1), minlength=n_codes + 1)
    if sequence[-1] + 1 >= 4 * min_sequences and (n_sequences[:n_codes] >= min_sequences).any():
        codes[n_sequences[codes] < min_sequences] = n_codes
    return shown(codes, n_codes, first)


def encode_rows(sequences: Sequences, table: pl.DataFrame, layout: Layout, modes: Mapping[str, Array]) -> Rows:
    """The rows of all sequences as numbers."""
    lengths = sequences.lengths
    first = np.zeros(table.height, np.bool_)
    first[np.cumsum(lengths) - lengths] = True
    ticks = sequences.rhythm.ticks(table[layout.roles.index]) if layout.roles.index else _counted(lengths)
    told = list(_columns(layout, table, first, ticks, modes))
    values = np.column_stack([v for v, _ in told]) if told else np.zeros((table.height, 0))
    codes = np.column_stack([m for _, m in told]).astype(np.int64) if told else np.zeros((table.height, 0), np.int64)
    values = np.ascontiguousarray(values, np.float64)
    return Rows(values, np.ascontiguousarray(codes), ages(codes, first), ticks, sums(values, first))


def _columns(
    layout: Layout, table: pl.DataFrame, first: Mask, ticks: Array, modes: Mapping[str, Array]
) -> Iterator[tuple[Array, Array]]:
    for name, track in zip(layout.names, layout.tracks, strict=True):
        if name == END:
            ends = np.append(first[1:], True).astype(np.int64)
            yield ends.astype(np.float64), ends
        elif name == STEP and isinstance(track, Number):
            yield track.encode(steps(ticks, first), first)
        elif isinstance(track, Number):
            yield track.encode(table[name], first)
        else:
            yield modes[name].astype(np.float64), modes[name]


def steps(ticks: Array, first: Mask) -> pl.Series:
    """Ticks since the row before, missing in the first row of a sequence."""
    gaps = np.diff(ticks, prepend=ticks[:1])
    return pl.Series(np.where(first, np.nan, gaps), nan_to_null=True)


def _counted(lengths: Array) -> npt.NDArray[np.float64]:
    """Row numbers within each sequence."""
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)
    counted: npt.NDArray[np.float64] = (np.arange(len(first)) - first).astype(np.float64)
    return counted


def encode_starts(frame: pl.DataFrame, layout: Layout) -> tuple[Array, Array]:
    """Values and modes of drawn first rows, each ``(n, c)``."""
    every = np.ones(frame.height, np.bool_)
    values = np.zeros((frame.height, len(layout.names)))
    modes = np.zeros((frame.height, len(layout.names)), np.int64)
    for place, (name, track) in enumerate(zip(layout.names, layout.tracks, strict=True)):
        if name == STEP and isinstance(track, Number):
            values[:, place], modes[:, place] = track.drawn(np.array([track.middle]))[0], 1
        elif name in frame.columns and isinstance(track, Number):
            values[:, place], modes[:, place] = track.encode(frame[name], every)
        elif name in frame.columns and isinstance(track, Levels):
            modes[:, place] = level_codes(frame[name], track)
            values[:, place] = modes[:, place]
    return values, modes


def level_codes(cells: pl.Series, track: Levels) -> npt.NDArray[np.int64]:
    """The code of each cell; 0 for what is no level."""
    codes = np.arange(track.n_codes, dtype=np.int32)
    known = pl.DataFrame({"cell": track.decode(codes.astype(np.float64), codes.astype(np.int64)), "code": codes})
    known = known.unique("cell", keep="first", maintain_order=True)
    asked = cells.alias("cell").cast(known["cell"].dtype).to_frame()
    found = asked.join(known, on="cell", how="left", nulls_equal=True, maintain_order="left")
    return found["code"].fill_null(0).cast(pl.Int64).to_numpy()

"""Drawn rows as cells: the columns of a step decoded, others looked up, made up or computed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.engines.time_series.layout import Layout
from lookalike.engines.time_series.values import Levels
from lookalike.errors import ConditionsUnreachable

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Drawn:
    """
    Rows to be told.

    Attributes:
        values, modes: Of the columns of a step, ``(n, c)``.
        ticks: Shape ``(n,)``.
        once: Context and keys of each row's sequence, ``n`` rows.
        numbers: Of the rows, by which cells are made up; uint64 ``(n,)``.
    """

    values: Array
    modes: Array
    ticks: Array
    once: pl.DataFrame
    numbers: Array


def tell(layout: Layout, drawn: Drawn, seed: int) -> pl.DataFrame:
    """The rows as a table of all columns, in order."""
    known = {name: drawn.once[name] for name in drawn.once.columns}
    if layout.roles.index is not None:
        known[layout.roles.index] = _times(layout, drawn.ticks)
    for name in layout.metadata.names:
        if name not in known and name in layout.names:
            place = layout.track(name)
            known[name] = layout.tracks[place].decode(drawn.values[:, place], drawn.modes[:, place])
    for name, derived in layout.derived.items():
        known[name] = _looked_up(layout, drawn, name, derived)
    for name, transform in layout.still.items():
        codes = np.zeros(len(drawn.ticks), np.int32)
        known[name] = transform.decode(codes, codes.astype(np.float32), seed=seed, rows=drawn.numbers)
    frame = pl.DataFrame([series.alias(name) for name, series in known.items()])
    return layout.rules.complete(frame).select(layout.metadata.names)


def _times(layout: Layout, ticks: Array) -> pl.Series:
    try:
        return layout.rhythm.times(ticks)
    except (pl.exceptions.PolarsError, OverflowError):
        raise ConditionsUnreachable(
            f"Sequences go on beyond what the dtype of '{layout.roles.index}' holds.",
            hint="Ask for shorter sequences or an earlier start, or give the index a wider dtype.",
        ) from None


def _looked_up(layout: Layout, drawn: Drawn, name: str, derived: Any) -> pl.Series:
    place = layout.track(derived.determinant)
    track = layout.tracks[place]
    if not isinstance(track, Levels):
        raise ValueError("only categories determine others by a lookup")
    codes = drawn.modes[:, place].astype(np.int32)
    levels = track.transform.levels(codes, np.zeros(0, np.float32))
    found: pl.Series = derived.transform.decode_levels(derived.lookup[levels])
    return found

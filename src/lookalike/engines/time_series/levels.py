"""
Levels of sequences: the means of numbers that differ more between sequences than within them.

Cities, firms or customers that are followed side by side keep to what they are, each to a level of its own. Drawn at
the beginning and seen by every step, it holds a sequence where else each step would lead it a little further away.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.engines.time_series.features import Rows
from lookalike.engines.time_series.layout import Layout
from lookalike.engines.time_series.values import MISSING, Number

LEVEL = "\x00level "  # before the name of a number, is that of its level
ROWS_MIN = 20  # that the middle sequence has; a shorter one cannot stray far
SHARE_MIN = 0.3  # of the variance that lies between sequences
LEVELS_MAX = 20
BESIDE = 0.5  # of the sequences begin while another one runs; else they are parts of one series

Array = npt.NDArray[Any]


def find_levels(layout: Layout, rows: Rows, lengths: Array) -> pl.DataFrame:
    """A row for each sequence and a column for each number that has levels, float64; no column where there are none."""
    if len(lengths) < 2 or np.median(lengths) < ROWS_MIN or not _beside(rows.ticks, lengths):
        return pl.DataFrame()
    means, shares = dict[str, Array](), dict[str, float]()
    for place, (name, track) in enumerate(zip(layout.names, layout.tracks, strict=True)):
        if isinstance(track, Number) and name in layout.metadata.names and name not in layout.monotone:
            values, known = track.counted(rows.values[:, place]), rows.modes[:, place] != MISSING
            means[name] = _means(values, known, lengths)
            shares[name] = _between(values[known], np.repeat(means[name], lengths)[known])
    found = sorted((name for name in means if shares[name] >= SHARE_MIN), key=lambda name: -shares[name])
    return pl.DataFrame({LEVEL + name: means[name] for name in found[:LEVELS_MAX]})


def _means(values: Array, known: Array, lengths: Array) -> npt.NDArray[np.float64]:
    """Of the values that are known, where there are any in a sequence."""
    first = np.cumsum(lengths) - lengths
    n_known = np.add.reduceat(known, first, dtype=np.int64)
    sums = np.add.reduceat(np.where(known, values, 0.0), first)
    told: npt.NDArray[np.float64] = np.where(n_known > 0, sums / np.maximum(n_known, 1), values[first])
    return told


def _between(values: Array, means: Array) -> float:
    """The share of the variance that lies between sequences."""
    variance = float(values.var())
    return 0.0 if variance == 0 else 1.0 - float(((values - means) ** 2).mean()) / variance


def _beside(ticks: Array, lengths: Array) -> bool:
    """Whether most sequences begin while another one runs."""
    ends = np.cumsum(lengths)
    start, end = ticks[ends - lengths], ticks[ends - 1]
    order = np.argsort(start, kind="stable")
    running = np.maximum.accumulate(end[order])[:-1]
    return float((start[order][1:] <= running).mean()) >= BESIDE

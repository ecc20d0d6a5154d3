"""Columns whose values are names: a code by falling frequency, missing one more; rare levels are never shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.transforms import Codes, Encoded, Numbers, Scale, Scores, unordered_scale
from lookalike.transforms.levels import levels_from_state, levels_state


@dataclass(frozen=True)
class Categorical:
    """
    The levels that may be shown.

    Attributes:
        shown: Levels by falling frequency; a last null if the column has missing cells.
    """

    shown: pl.Series
    exact: bool = True

    @property
    def n_levels(self) -> int:
        return len(self.shown)

    @property
    def scale(self) -> Scale:
        return unordered_scale(self.n_levels)

    def levels(self, codes: Codes, scores: Scores) -> Codes:
        return codes

    def decode(self, codes: Codes, scores: Scores, *, seed: int, rows: Numbers) -> pl.Series:
        return self.decode_levels(codes)

    def decode_levels(self, levels: Codes) -> pl.Series:
        return self.shown.gather(pl.Series(levels).cast(pl.UInt32))

    def state(self) -> tuple[dict[str, Any], Mapping[str, npt.NDArray[Any]]]:
        spec, arrays = levels_state(self.shown)
        return {"kind": "categorical", "levels": spec}, arrays


@dataclass(frozen=True)
class Count:
    """
    The distinct values of a column, by falling frequency, then by first row.

    Attributes:
        values: Without null.
        n_rows: How often each occurs, shape ``(len(values),)``.
        numbers: Which value each row has, ``len(values)`` for missing, shape ``(n,)``.
    """

    values: pl.Series
    n_rows: npt.NDArray[np.int64]
    numbers: Codes

    @property
    def n_missing(self) -> int:
        return len(self.numbers) - int(self.n_rows.sum())

    def surviving(self, min_rows: int) -> int:
        """How many values occur in at least `min_rows` rows; they come first."""
        return int((self.n_rows >= min_rows).sum())


def count(series: pl.Series) -> Count:
    """The count of a column."""
    rows, sizes = _grouped(series)
    first = rows[np.cumsum(sizes) - sizes]
    order = np.lexsort((first, -sizes))
    if series.null_count():
        missing = int(np.flatnonzero(first == series.is_null().arg_max())[0])
        order = np.append(order[order != missing], missing)
    places = np.empty(len(order), np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    numbers = np.empty(len(series), np.int32)
    numbers[rows] = np.repeat(places, sizes)
    shown = order[:-1] if series.null_count() else order
    return Count(series.gather(pl.Series(first[shown])).alias(""), sizes[shown], numbers)


def _grouped(series: pl.Series) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Row numbers, those of equal cells side by side and ascending, and how many each group has."""
    if series.n_unique() == len(series):  # keys: groups of one would take 20 times the memory
        return np.arange(len(series), dtype=np.uint32), np.ones(len(series), np.int64)
    groups = series.alias("cell").to_frame().with_row_index("row").group_by("cell").agg("row")["row"]
    return groups.explode().to_numpy(), groups.list.len().to_numpy().astype(np.int64)


def set_apart(counted: Count, hidden: pl.Series) -> tuple[Count, int]:
    """
    The count with some of its first values moved behind the others of them, and how many of those come first now.

    Args:
        hidden: Which of the first values move, shape ``(k,)``, ``k <= len(counted.values)``.
    """
    apart = np.array(hidden.to_numpy(), bool)
    if not apart.any():
        return counted, len(hidden)
    order = np.concatenate([np.flatnonzero(~apart), np.flatnonzero(apart), np.arange(len(apart), len(counted.values))])
    places = np.empty(len(order) + 1, np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    places[-1] = len(order)
    moved = Count(counted.values.gather(order), counted.n_rows[order], places[counted.numbers])
    return moved, int((~apart).sum())


def fit_categorical(counted: Count, n_shown: int) -> tuple[Categorical, Encoded]:
    """
    The transform that shows the first `n_shown` values, and the column's own encoding.

    With missing cells their code is ``n_shown``; the cells that are not shown have the code after all others.
    """
    shown = counted.values.head(n_shown)
    if counted.n_missing or n_shown == 0:
        shown = shown.extend_constant(None, 1)
    numbers = counted.numbers
    codes = np.where(numbers < n_shown, numbers, len(shown)).astype(np.int32)
    codes[numbers == len(counted.values)] = n_shown
    return Categorical(shown), Encoded(codes, np.zeros(len(codes), np.float32), codes)


def load_categorical(spec: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Categorical:
    """The transform of a state."""
    return Categorical(levels_from_state(spec["levels"], arrays))

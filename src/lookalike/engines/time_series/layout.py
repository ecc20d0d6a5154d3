"""How sequences are told: which columns are drawn step by step, which once, which are computed or made up."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.data.sequences.rhythm import Rhythm
from lookalike.data.sequences.roles import Roles
from lookalike.data.sequences.wide import Widening
from lookalike.engines.tabular.rules import Rules
from lookalike.engines.time_series.features import Plot, make_plot, ordered
from lookalike.engines.time_series.values import Levels, Number
from lookalike.transforms import Transform

Array = npt.NDArray[Any]
Track = Number | Levels

STEP, END = "\x00step", "\x00end"  # of columns that are drawn with the others but are none of the table's


@dataclass(frozen=True)
class Clue:
    """
    A context column as steps see it.

    Attributes:
        levels: Of a category; its clue is the place among them, that of others one more. None: a number, itself.
        middle: What stands for a missing number.
    """

    name: str
    levels: pl.Series | None
    middle: float

    def of(self, cells: pl.Series) -> npt.NDArray[np.float64]:
        """The clue of each cell, shape ``(n,)``."""
        if self.levels is None:
            physical = cells.to_physical().cast(pl.Float64)
            told: npt.NDArray[np.float64] = physical.fill_null(self.middle).fill_nan(self.middle).to_numpy()
            return told
        known = pl.DataFrame({"cell": self.levels, "place": np.arange(len(self.levels))})
        found = (
            cells.alias("cell").to_frame().join(known, on="cell", how="left", nulls_equal=True, maintain_order="left")
        )
        return found["place"].fill_null(len(self.levels)).cast(pl.Float64).to_numpy()


@dataclass(frozen=True)
class Lookup:
    """A category that another one, drawn by steps, determines: `lookup` has its level for each level of that one."""

    determinant: str
    transform: Transform
    lookup: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Lengths:
    """
    How long sequences are, in rows.

    Attributes:
        seen: Lengths of train's sequences, or so many of their quantiles, ascending.
        mean: Of train.
        span: Ticks from the first row to the last at most.
        last: Tick after which there is none.
    """

    seen: npt.NDArray[np.int64]
    mean: float
    span: float = float("inf")
    last: float = float("inf")

    @property
    def least(self) -> int:
        return int(self.seen[0])

    @property
    def most(self) -> int:
        return int(self.seen[-1])


@dataclass(frozen=True)
class Layout:
    """
    Attributes:
        metadata: Of the columns that come out, in order.
        names: Of the columns drawn step by step, in the order of drawing; `STEP` first and `END` last where there are.
        tracks: How each of them is told.
        still: Value columns that never change, or whose cells are made up, by name.
        keys: What makes up the columns that tell sequences apart, by name.
        derived: Columns that another one determines, by name.
        rules: What rows must obey, and the columns computed from others.
        seasons: Rows of a season, where what was then says what is now.
        spans: Rows over which slow means are taken.
        periods: Ticks of a day, a week, a year, as far as there is more than one.
        monotone: 1 for columns that never fall within a sequence, -1 for those that never rise.
        widening: How rows become those of the table that was given, where each of its rows is a sequence.
        given: Metadata of that table; without a widening the same as `metadata`.
    """

    metadata: Metadata
    roles: Roles
    rhythm: Rhythm
    names: tuple[str, ...]
    tracks: tuple[Track, ...]
    still: Mapping[str, Transform]
    keys: Mapping[str, Transform]
    derived: Mapping[str, Lookup]
    rules: Rules
    seasons: tuple[int, ...]
    spans: tuple[int, ...]
    periods: tuple[float, ...]
    monotone: Mapping[str, int]
    lengths: Lengths
    clues: tuple[Clue, ...]
    notes: tuple[str, ...]
    widening: Widening | None
    given: Metadata

    @cached_property
    def plot(self) -> Plot:
        """Where the features of a step stand."""
        numeric = np.array([track.numeric for track in self.tracks], np.bool_)
        seasons = np.array(self.seasons, np.int64), np.array(self.spans, np.int64)
        return make_plot(numeric, seasons, np.array(self.periods), len(self.clues), timed=self.timed)

    @cached_property
    def ordered(self) -> npt.NDArray[np.bool_]:
        """Which features are numbers."""
        return ordered(self.plot, np.array([clue.levels is None for clue in self.clues], np.bool_))

    @property
    def timed(self) -> bool:
        """Whether the time between rows is drawn."""
        return bool(self.names) and self.names[0] == STEP

    @property
    def ended(self) -> bool:
        """Whether a column says when a sequence ends."""
        return bool(self.names) and self.names[-1] == END

    def track(self, name: str) -> int:
        """Number of a column drawn step by step."""
        return self.names.index(name)

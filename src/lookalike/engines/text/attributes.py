"""What a text is told to be about: the columns beside it, by levels or parts of a range, as rows of one table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.dtypes import dtype_from_json, dtype_to_json
from lookalike.data.metadata import NUMERIC, Column, ColumnType, Metadata, level_series, level_values

MOST_LEVELS = 1_000
N_PARTS = 8  # of a range of numbers, about equally many texts in each
LEAST_TEXTS = 5  # a level of fewer has not enough to be told apart

Kinds = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Attribute:
    """
    One column.

    Attributes:
        levels: Those that are told apart, or of numbers the ends between parts of their range.
        ordered: Whether they are such ends.
    """

    name: str
    levels: pl.Series
    ordered: bool

    @property
    def size(self) -> int:
        """Rows it has in the table: one for each level or part, one for missing cells and levels not told apart."""
        return len(self.levels) + 1 + self.ordered

    def codes(self, cells: pl.Series) -> Kinds:
        """The row of each cell, from 0; of missing cells the last."""
        if self.ordered:
            numbers = cells.to_physical().cast(pl.Float64).fill_nan(None)
            found = np.searchsorted(self.levels.to_numpy(), numbers.fill_null(0).to_numpy(), side="right")
            return np.where(numbers.is_null().to_numpy(), self.size - 1, found).astype(np.int64)
        known = pl.DataFrame({"cell": self.levels, "code": np.arange(len(self.levels))})
        told = pl.DataFrame({"cell": cells.cast(self.levels.dtype)}).join(known, "cell", "left", maintain_order="left")
        return told["code"].fill_null(self.size - 1).to_numpy().astype(np.int64)

    def state(self) -> dict[str, Any]:
        """JSON from which `load` makes the same."""
        told = {"name": self.name, "ordered": self.ordered, "dtype": dtype_to_json(self.levels.dtype)}
        return {**told, "levels": list(level_values(self.levels))}

    @staticmethod
    def load(state: Mapping[str, Any]) -> "Attribute":
        """The attribute of a state."""
        levels = level_series(state["levels"], dtype_from_json(state["dtype"]))
        return Attribute(str(state["name"]), levels, bool(state["ordered"]))


@dataclass(frozen=True, eq=False)
class Attributes:
    """All that texts of a column are told, one after the other in one table."""

    columns: tuple[Attribute, ...]

    @cached_property
    def starts(self) -> Kinds:
        """The first row of each; each has one more at its end: not told."""
        return np.cumsum([0, *(a.size + 1 for a in self.columns)])[:-1].astype(np.int64)

    @property
    def n_kinds(self) -> int:
        """Rows of the table: one at least."""
        return max(1, sum(a.size + 1 for a in self.columns))

    @property
    def untold(self) -> Kinds:
        """The rows of "not told", ``(attributes,)``; without attributes the only one."""
        if not self.columns:
            return np.zeros(1, np.int64)
        return self.starts + np.array([a.size for a in self.columns], np.int64)

    def kinds(self, frame: pl.DataFrame) -> Kinds:
        """The rows of each text, ``(n, attributes)``."""
        if not self.columns:
            return np.zeros((frame.height, 1), np.int64)
        return np.stack([s + a.codes(frame[a.name]) for s, a in zip(self.starts, self.columns, strict=True)], axis=1)

    def state(self) -> list[dict[str, Any]]:
        """JSON from which `load` makes the same."""
        return [a.state() for a in self.columns]

    @staticmethod
    def load(state: Sequence[Mapping[str, Any]]) -> "Attributes":
        """The attributes of a state."""
        return Attributes(tuple(map(Attribute.load, state)))


def learn(frame: pl.DataFrame, metadata: Metadata, names: Sequence[str]) -> Attributes:
    """The attributes that the named columns make; those that say nothing, or too much, make none."""
    found = (_attribute(frame[name], metadata[name]) for name in names)
    return Attributes(tuple(a for a in found if a is not None))


def _attribute(cells: pl.Series, column: Column) -> Attribute | None:
    counts = cells.drop_nulls().alias("cell").to_frame().group_by("cell").len("n").sort("cell")
    if column.type in NUMERIC and counts.height > N_PARTS:
        ends = cells.to_physical().cast(pl.Float64).fill_nan(None).drop_nulls().to_numpy()
        parts = np.unique(np.quantile(ends, np.arange(1, N_PARTS) / N_PARTS, method="higher"))
        return Attribute(column.name, pl.Series(parts, dtype=pl.Float64), ordered=True)
    told = counts.filter(pl.col("n") >= LEAST_TEXTS)["cell"]
    if not counts.height > 1 or not 0 < len(told) <= MOST_LEVELS or column.type is ColumnType.TEXT:
        return None
    return Attribute(
        column.name, told if not isinstance(told.dtype, pl.Enum | pl.Categorical) else told.cast(pl.String), False
    )

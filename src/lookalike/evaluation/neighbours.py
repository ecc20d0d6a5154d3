"""Distance to the closest record, in a space where every column weighs the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from lookalike.evaluation.boxes import (
    MOST,
    Boxes,
    Cells,
    Numbers,
    Picks,
    boxed,
    closest_but_one_of,
    closest_of,
    nearest_of,
)
from lookalike.evaluation.comparison import Comparison, Rows
from lookalike.evaluation.encoding import EncodedColumn

MAX_UNIT = 10_900  # a missing number, at twice that, is no further than an int16 from any other
MAX_POINTS = 65_000  # in all: no two levels have the same code in 16 bits
MAX_COLUMNS = 1_000  # a number has 32 places at least, then


@dataclass(frozen=True, eq=False)
class Points:
    """
    Rows as points of a space.

    The distance of two is the sum over columns: of numbers how far apart they are, of levels `unit` if they differ. A
    missing number is `unit` from all others.

    Attributes:
        cells: Shape ``(n, d)``: ranks in ``[0, unit]``, twice `unit` for missing ones; codes of levels, in any order.
        numbers: Which columns hold numbers, shape ``(d,)``.
        unit: The distance 1.
    """

    cells: Cells
    numbers: Picks
    unit: int

    def __len__(self) -> int:
        return len(self.cells)

    def __getitem__(self, rows: Any) -> "Points":
        return replace(self, cells=self.cells[rows])

    @property
    def n_columns(self) -> int:
        return len(self.numbers)

    @cached_property
    def boxes(self) -> Boxes:
        """The same to be searched; there is one row at least."""
        return boxed(self.cells, self.numbers, self.unit)

    def only(self, columns: Picks) -> "Points":
        """The same rows in some of the columns."""
        return replace(self, cells=np.ascontiguousarray(self.cells[:, columns]), numbers=self.numbers[columns])


def space(comparison: Comparison, columns: Sequence[EncodedColumn], groups: Sequence[Rows]) -> list[Points]:
    """
    Rows as points of one space; a number becomes its mid-rank among all real values.

    Args:
        columns: At most ``MAX_COLUMNS``, of the comparison.
        groups: At most ``MAX_POINTS`` rows in all.
    """
    unit = min(MAX_UNIT, (MOST - 1) // max(len(columns), 1))  # in 16 bits sixteen are measured at a time, ties are ties
    numbers = np.array([c.is_number for c in columns], np.bool_)
    cells = np.stack([_place(comparison, column, groups, unit) for column in columns], axis=1)
    ends = np.cumsum([len(g) for g in groups])[:-1]
    return [Points(part, numbers, unit) for part in np.split(cells, ends)]


def nearest(queries: Points, references: Points) -> Cells:
    """
    Distance of each query to its closest reference, of which there is one at least.

    Returns:
        Shape ``(n,)``, in ``[0, d * unit]``; 0 is a copy, as far as places tell numbers apart.
    """
    return np.asarray(nearest_of(queries.cells, references.boxes))


def closest(queries: Points, references: Points, k: int) -> tuple[Cells, Numbers]:
    """
    Distances and numbers of each query's `k` closest references, nearest first; of equally near ones the first.

    Returns:
        Two arrays of shape ``(n, k)``; where there are fewer than `k` the last distances are the largest int16, the
        numbers -1.
    """
    far, who = closest_of(queries.cells, references.boxes, k)
    return far, who


def closest_but_one(queries: Points, references: Points) -> Numbers:
    """
    Number of each query's closest reference by all columns but one, for each column in turn; of equals the first.

    Returns:
        Shape ``(n, d)``; column `c` is by all columns but `c`.
    """
    return np.asarray(closest_but_one_of(queries.cells, references.boxes))


def _place(comparison: Comparison, column: EncodedColumn, groups: Sequence[Rows], unit: int) -> Cells:
    if column.levels is not None:
        codes = np.concatenate([g.codes(column) for g in groups])
        if len(column.levels) > MAX_POINTS:  # fewer are in so many rows
            codes = np.unique(codes, return_inverse=True)[1].astype(np.int32)
        return codes.astype(np.uint16).view(np.int16)
    ranks = comparison.ranks(column)
    values = np.concatenate([ranks[g.table][g.index] for g in groups])
    return np.where(np.isnan(values), 2 * unit, np.rint(values * unit)).astype(np.int16)

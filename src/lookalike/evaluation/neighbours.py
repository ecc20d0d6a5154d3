"""Distance to the closest record, in a space where every column weighs the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lookalike.evaluation.comparison import Comparison, Rows
from lookalike.evaluation.encoding import EncodedColumn

Cells = NDArray[np.int16]
Picks = NDArray[np.bool_]

MOST = 32_767  # of an int16: sixteen of them are measured at a time, and they add up exactly, so that ties are ties
MAX_UNIT = 10_900  # a missing number, at twice that, is no further than an int16 from any other
MAX_POINTS = 65_000  # in all: no two levels have the same code in 16 bits
MAX_COLUMNS = 1_000  # a number has 32 places at least, then
BLOCK = 2_048  # references at a time: their totals stay in the first cache


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

    @property
    def turned(self) -> Cells:
        """The cells column by column, shape ``(d, n)``, contiguous."""
        return np.ascontiguousarray(self.cells.T)

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
    unit = min(MAX_UNIT, MOST // max(len(columns), 1))
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
    return np.asarray(_nearest(queries.cells, references.turned, queries.numbers, queries.unit))


def closest(queries: Points, references: Points, k: int) -> tuple[Cells, NDArray[np.int32]]:
    """
    Distances and numbers of each query's `k` closest references, nearest first; of equally near ones the first.

    Returns:
        Two arrays of shape ``(n, k)``; where there are fewer than `k` the last distances are the largest int16, the
        numbers -1.
    """
    far, who = _closest(queries.cells, references.turned, queries.numbers, queries.unit, k)
    return far, who


def closest_but_one(queries: Points, references: Points) -> NDArray[np.int32]:
    """
    Number of each query's closest reference by all columns but one, for each column in turn; of equals the first.

    Returns:
        Shape ``(n, d)``; column `c` is by all columns but `c`.
    """
    return np.asarray(_closest_but_one(queries.cells, references.turned, queries.numbers, queries.unit))


@njit(cache=True, nogil=True)
def _nearest(queries: Cells, references: Cells, numbers: Picks, unit: int) -> Cells:
    out = np.full(len(queries), MOST, np.int16)
    work = np.empty((2, BLOCK), np.int16)
    for i in range(len(queries)):
        for start in range(0, references.shape[1], BLOCK):
            width = _measure(queries[i], references, start, numbers, unit, work)
            out[i] = min(out[i], work[0, :width].min())
    return out


@njit(cache=True, nogil=True)
def _closest(queries: Cells, references: Cells, numbers: Picks, unit: int, k: int) -> tuple[Cells, NDArray[np.int32]]:
    n = len(queries)
    far = np.full((n, k), MOST, np.int16)
    who = np.full((n, k), -1, np.int32)
    work = np.empty((2, BLOCK), np.int16)
    totals = work[0]
    for i in range(n):
        for start in range(0, references.shape[1], BLOCK):
            width = _measure(queries[i], references, start, numbers, unit, work)
            if totals[:width].min() >= far[i, k - 1]:
                continue  # nearly every block ends here: the rest is rare and may be slow
            for j in range(width):
                if totals[j] < far[i, k - 1]:
                    place = k - 1
                    while place and totals[j] < far[i, place - 1]:
                        far[i, place], who[i, place] = far[i, place - 1], who[i, place - 1]
                        place -= 1
                    far[i, place], who[i, place] = totals[j], start + j
    return far, who


@njit(cache=True, nogil=True)
def _closest_but_one(queries: Cells, references: Cells, numbers: Picks, unit: int) -> NDArray[np.int32]:
    n, d = queries.shape
    who = np.zeros((n, d), np.int32)
    work = np.empty((2, BLOCK), np.int16)
    totals, others = work[0], work[1]
    for i in range(n):
        best = np.full(d, MOST, np.int16)
        for start in range(0, references.shape[1], BLOCK):
            width = _measure(queries[i], references, start, numbers, unit, work)
            for c in range(d):
                _gaps(queries[i, c], references[c, start : start + width], numbers[c], unit, others)
                for j in range(width):
                    others[j] = np.int16(totals[j] - others[j])
                least = others[:width].min()
                if least < best[c]:
                    best[c], who[i, c] = least, start + _first(others, least)
    return who


@njit(cache=True, nogil=True)
def _first(values: Cells, sought: int) -> int:
    """Where a value that is there stands."""
    j = 0
    while values[j] != sought:
        j += 1
    return j


@njit(cache=True, nogil=True)
def _measure(query: Cells, references: Cells, start: int, numbers: Picks, unit: int, work: Cells) -> int:
    """Write distances of a query to a block of references into the first row of `work`; returns how many there are."""
    width = min(BLOCK, references.shape[1] - start)
    totals, gaps = work[0], work[1]
    totals[:width] = 0
    for c in range(len(query)):
        _gaps(query[c], references[c, start : start + width], numbers[c], unit, gaps)
        for j in range(width):
            totals[j] = np.int16(totals[j] + gaps[j])
    return width  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _gaps(here: int, there: Cells, is_number: bool, unit: int, gaps: Cells) -> None:
    """Write how far each cell of a column is from one; these loops run on vector registers."""
    most = np.int16(unit)
    if is_number:
        for j in range(len(there)):
            gap = np.int16(abs(np.int16(there[j] - here)))
            gaps[j] = gap if gap < most else most
    else:
        for j in range(len(there)):
            gaps[j] = np.int16(0) if there[j] == here else most


def _place(comparison: Comparison, column: EncodedColumn, groups: Sequence[Rows], unit: int) -> Cells:
    if column.levels is not None:
        codes = np.concatenate([g.codes(column) for g in groups])
        if len(column.levels) > MAX_POINTS:  # fewer are in so many rows
            codes = np.unique(codes, return_inverse=True)[1].astype(np.int32)
        return codes.astype(np.uint16).view(np.int16)
    ranks = comparison.ranks(column)
    values = np.concatenate([ranks[g.table][g.index] for g in groups])
    return np.where(np.isnan(values), 2 * unit, np.rint(values * unit)).astype(np.int16)

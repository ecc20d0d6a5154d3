"""Conditions on one or several columns, made from synthetic rows, and how many rows meet them."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lookalike.evaluation.boxes import Cells
from lookalike.evaluation.neighbours import Points

MAX_WIDTH = 6  # columns of a predicate
NONE = -1  # in the place of a column: no more columns are asked


@dataclass(frozen=True, eq=False)
class Predicates:
    """
    Conditions on points (see `neighbours.space`), one predicate a row, each array of shape ``(n, MAX_WIDTH)``.

    Attributes:
        columns: Which columns are asked, then `NONE`.
        lows, highs: Between what they must lie, both included.
    """

    columns: Cells
    lows: Cells
    highs: Cells

    def __len__(self) -> int:
        return len(self.columns)

    def single_out(self, points: Points) -> NDArray[np.bool_]:
        """Which predicates exactly one of the points meets; shape ``(n,)``."""
        return np.asarray(holders(self.columns, self.lows, self.highs, points.cells) == 1)

    def only(self, picked: NDArray[np.bool_], most: int) -> "Predicates":
        """The first so many of those picked, none of them twice."""
        rows = np.concatenate([self.columns, self.lows, self.highs], axis=1)[picked][:most]
        return Predicates(*np.split(np.unique(rows, axis=0), 3, axis=1))


def of_one_column(points: Points, rng: np.random.Generator) -> Predicates:
    """
    To have a level that occurs among the points; to be at most the lowest number, or at least the highest.

    Returns:
        All that there are, in random order.
    """
    kinds = enumerate(zip(points.cells.T, points.numbers.tolist(), strict=True))
    found = [_ends(c, cells, points.unit) if number else _levels(c, cells) for c, (cells, number) in kinds]
    made = rng.permutation(np.concatenate(found))
    rest = np.zeros((len(made), MAX_WIDTH - 1), np.int16)
    columns, lows, highs = (np.concatenate([made[:, [j]], rest], axis=1) for j in range(3))
    columns[:, 1:] = NONE
    return Predicates(columns, lows, highs)


def of_several_columns(points: Points, n: int, rng: np.random.Generator) -> Predicates:
    """
    To have the levels of a point drawn at random, and to be at least as far from the median as its numbers.

    Args:
        points: With at least two columns.
        n: How many to make, each of two to six columns drawn at random.
    """
    d, unit = points.n_columns, points.unit
    most = min(d, MAX_WIDTH)
    columns = np.full((n, MAX_WIDTH), NONE, np.int16)
    columns[:, :most] = rng.random((n, d)).argsort(axis=1)[:, :most]
    columns[np.arange(MAX_WIDTH) >= rng.integers(2, most + 1, (n, 1))] = NONE
    cells = points.cells[rng.integers(0, len(points), n)[:, None], columns]
    free = points.numbers[columns] & (cells <= unit)  # a missing number is a level: it lies at two units
    upper = cells >= _middles(points.cells)[columns]
    lows, highs = np.where(free & ~upper, 0, cells), np.where(free & upper, unit, cells)
    return Predicates(columns, lows.astype(np.int16), highs.astype(np.int16))


@njit(cache=True, nogil=True)
def holders(columns: Cells, lows: Cells, highs: Cells, points: Cells) -> Cells:
    """
    How many of the points meet each predicate, two standing for two or more.

    Args:
        columns, lows, highs: As in `Predicates`.
        points: Shape ``(m, d)``.

    Returns:
        Shape ``(n,)``, of 0, 1 and 2.
    """
    n, width = columns.shape
    out = np.zeros(n, np.int16)
    for i in range(n):
        for j in range(len(points)):
            met = True
            for k in range(width):
                c = columns[i, k]
                if c == NONE:
                    break
                if points[j, c] < lows[i, k] or points[j, c] > highs[i, k]:
                    met = False
                    break
            if met:
                out[i] += 1
                if out[i] == 2:
                    break
    return out


def _levels(column: int, cells: Cells) -> Cells:
    """Column, low and high of a predicate a level."""
    levels = np.unique(cells)
    return np.stack([np.full_like(levels, column), levels, levels], axis=1)


def _ends(column: int, cells: Cells, unit: int) -> Cells:
    known = cells[cells <= unit]
    if not len(known):
        return np.empty((0, 3), np.int16)
    return np.array([[column, 0, known.min()], [column, known.max(), unit]], np.int16)


def _middles(points: Cells) -> NDArray[np.float64]:
    """The median of each column; missing numbers weigh a little on it, which does no harm."""
    return np.asarray(np.median(points, axis=0), np.float64)

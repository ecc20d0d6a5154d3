"""Conditions on one or several columns, made from synthetic rows, and how many rows meet them."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lookalike.evaluation.neighbours import UNIT, Points

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

    columns: Points
    lows: Points
    highs: Points

    def __len__(self) -> int:
        return len(self.columns)

    def single_out(self, points: Points) -> NDArray[np.bool_]:
        """Which predicates exactly one of the points meets; shape ``(n,)``."""
        return np.asarray(holders(self.columns, self.lows, self.highs, points) == 1)

    def only(self, picked: NDArray[np.bool_], most: int) -> "Predicates":
        """The first so many of those picked, none of them twice."""
        rows = np.concatenate([self.columns, self.lows, self.highs], axis=1)[picked][:most]
        return Predicates(*np.split(np.unique(rows, axis=0), 3, axis=1))


def of_one_column(points: Points, numbers: NDArray[np.bool_], rng: np.random.Generator) -> Predicates:
    """
    To have a level that occurs among the points; to be at most the lowest number, or at least the highest.

    Args:
        numbers: Which columns hold numbers.

    Returns:
        All that there are, in random order.
    """
    found = [_ends(c, points[:, c]) if number else _levels(c, points[:, c]) for c, number in enumerate(numbers)]
    made = rng.permutation(np.concatenate(found))
    rest = np.zeros((len(made), MAX_WIDTH - 1), np.int32)
    columns, lows, highs = (np.concatenate([made[:, [j]], rest], axis=1) for j in range(3))
    columns[:, 1:] = NONE
    return Predicates(columns, lows, highs)


def of_several_columns(points: Points, numbers: NDArray[np.bool_], n: int, rng: np.random.Generator) -> Predicates:
    """
    To have the levels of a point drawn at random, and to be at least as far from the median as its numbers.

    Args:
        points: With at least two columns.
        numbers: Which columns hold numbers.
        n: How many to make, each of two to six columns drawn at random.
    """
    d = points.shape[1]
    columns = np.full((n, MAX_WIDTH), NONE, np.int32)
    for picked in columns:
        width = rng.integers(2, min(d, MAX_WIDTH) + 1)
        picked[:width] = rng.choice(d, width, replace=False)
    cells = points[rng.integers(0, len(points), n)[:, None], columns]
    free = numbers[columns] & (cells <= UNIT)  # a missing number is a level: it lies at 2 UNIT
    upper = cells >= _middles(points)[columns]
    lows, highs = np.where(free & ~upper, 0, cells), np.where(free & upper, UNIT, cells)
    return Predicates(columns, lows.astype(np.int32), highs.astype(np.int32))


@njit(cache=True)
def holders(columns: Points, lows: Points, highs: Points, points: Points) -> Points:
    """
    How many of the points meet each predicate, two standing for two or more.

    Args:
        columns, lows, highs: As in `Predicates`.
        points: Shape ``(m, d)``.

    Returns:
        Shape ``(n,)``, of 0, 1 and 2.
    """
    n, width = columns.shape
    out = np.zeros(n, np.int32)
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


def _levels(column: int, cells: NDArray[np.int32]) -> Points:
    """Column, low and high of a predicate a level."""
    levels = np.unique(cells)
    return np.stack([np.full_like(levels, column), levels, levels], axis=1)


def _ends(column: int, cells: NDArray[np.int32]) -> Points:
    known = cells[cells <= UNIT]
    if not len(known):
        return np.empty((0, 3), np.int32)
    return np.array([[column, 0, known.min()], [column, known.max(), UNIT]], np.int32)


def _middles(points: Points) -> NDArray[np.float64]:
    """The median of each column; missing numbers weigh a little on it, which does no harm."""
    return np.asarray(np.median(points, axis=0), np.float64)

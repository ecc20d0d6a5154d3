"""Short windows of rows as points, and how near those of one table are to those of another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.intervals import Interval, of_share
from lookalike.evaluation.sequences.panel import WINDOW, Kind, Matrix, Numbers, Panel

Points = NDArray[np.float32]

MAX_QUERIES = 1_000  # a share of so many windows is known to about 0.015
MAX_REFERENCES = 15_000
MIN_QUERIES = 20
SHORT, LONG = 2, 6  # rows of a window of a panel, whose sequences may be short
TOP_LEVELS = 30  # of a column; all others count as one
SAME = 2e-3  # nearer than this, in standard deviations, a window is the same one: rounding is not another
BLOCK = 4_000  # references at a time


@dataclass(frozen=True, eq=False)
class Space:
    """
    Where windows lie: in a panel their standardised values, of a series their standardised first differences.

    So a stretch of a series moved up or down is a copy still. Scales are those of train; two levels that differ are one
    apart, missing is 0 and flagged. All is divided by the root of its size, so a distance is that of a typical cell.
    """

    kind: Kind
    length: int
    mean: Vector
    scale: Vector

    def points(self, panel: Panel, starts: Numbers) -> Points:
        """The windows that begin with these rows, shape ``(windows, dimensions)``."""
        x = panel.at(starts, self.length)
        cells = self._values(panel, x) if self.kind is Kind.PANEL else np.diff(x, axis=1) / self.scale
        flat: Points = np.nan_to_num(cells.reshape(len(x), cells.shape[1] * cells.shape[2])).astype(np.float32)
        return flat / np.float32((self.length * max(x.shape[2], 1)) ** 0.5)

    def _values(self, panel: Panel, x: Matrix) -> Matrix:
        layout = panel.layout
        kept = range(layout.n_values)
        numbers = [j for j in layout.numbers if j in kept]
        scaled = (x[:, :, numbers] - self.mean[numbers]) / self.scale[numbers]
        hot = [_one_hot(x[:, :, [j]], layout.n_codes[j]) for j in layout.categories]
        return np.concatenate([np.nan_to_num(scaled), np.isnan(scaled), *hot], axis=2)


def _one_hot(codes: Matrix, n_codes: int) -> Matrix:
    levels = np.minimum(codes, TOP_LEVELS)
    hot: Matrix = (levels == np.arange(min(n_codes, TOP_LEVELS + 1))) * 0.5**0.5
    return hot


def space(kind: Kind, train: Panel) -> Space:
    """The space by the rows of train; windows of a panel have two to six rows, as its shorter sequences allow."""
    if kind is not Kind.PANEL:
        return Space(kind, WINDOW, np.zeros(0), _spread(np.diff(train.values, axis=0)))
    length = int(np.clip(np.quantile(train.lengths, 0.25), SHORT, LONG)) if len(train) else SHORT
    return Space(kind, length, _means(train.values), _spread(train.values))


def _means(values: Matrix) -> Vector:
    there = ~np.isnan(values)
    means: Vector = np.where(there, values, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return means


def _spread(values: Matrix) -> Vector:
    return np.sqrt(_means((values - _means(values)) ** 2)) + 1e-9


def nearest(queries: Points, references: Points) -> Vector:
    """
    Euclidean distance of each query to its closest reference; 0 where that is the same (see `SAME`).

    Args:
        queries, references: Shape ``(n, d)`` and ``(m, d)``, ``m >= 1``.
    """
    best = np.full(len(queries), np.inf, np.float32)
    at = np.zeros(len(queries), np.int64)
    for start in range(0, len(references), BLOCK):
        block = references[start : start + BLOCK]
        gaps = np.einsum("ij,ij->i", block, block) - 2 * (queries @ block.T)
        found = gaps.argmin(axis=1)
        gap = gaps[np.arange(len(queries)), found]
        at = np.where(gap < best, start + found, at)
        best = np.minimum(gap, best)
    exact = np.sqrt(((queries.astype(np.float64) - references[at]) ** 2).sum(axis=1))
    return np.where(exact < SAME, 0.0, exact)


@dataclass(frozen=True, eq=False)
class Nearness:
    """Distances of windows to their closest window of train; `unit` is whose window a synthetic one is."""

    synthetic: Vector
    unit: Numbers
    fresh: Vector


def of_units(share: float, unit: Numbers) -> Interval:
    """Interval of a share of rows or windows, as if those of one unit said all the same: it is rather too wide."""
    n = len(np.unique(unit))
    return of_share(share * n, n)

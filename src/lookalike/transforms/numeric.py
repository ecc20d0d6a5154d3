"""
Columns whose values have an order: numbers, dates, times, durations.

Values that stand out (hard atoms) get codes; all other cells are continuous and told by a normal score, the randomised
probability integral transform (Ruschendorf, "On the distributional transform, Sklar's theorem, and the empirical
copula process", J. Stat. Plan. Inference 139, 2009) among the continuous cells.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.dtypes import dtype_from_json, dtype_to_json
from lookalike.transforms import CONTINUOUS, Codes, Encoded, Floats, Numbers, Scale, Scores, normal
from lookalike.transforms.grid import DECIMALS_MAX, Grid, between, find_grid
from lookalike.transforms.physical import Mask, Values, from_physical, to_physical

BINS = 250  # of equal frequency; two more are kept for missing and not-a-number
FEW = 20  # so many distinct values or fewer are all atoms
ATOM_SHARE = 0.003  # of the rows makes an atom; measured against 0.01 on six tables
ATOM_ROWS = 5  # and never fewer, lest single people of a small table become atoms
REPEATED = 4  # a continuous value in so many rows is given back as it is
ROWS_MAX = 2**31  # of a table
EXACT = 3  # so many rows a value on average: all values are given back as they are
POINTS_MAX = 65_536  # values to interpolate between: more than anyone could tell apart by the rows drawn


@dataclass(frozen=True)
class Spread:
    """
    The distinct values of a column and how often they occur.

    Attributes:
        values: Ascending, infinities included, NaN and missing not, shape ``(u,)``.
        n_rows: Shape ``(u,)``.
        as_is: Which values come back as they are, shape ``(u,)``; the others are only interpolated between.
        grid: What all values of the column keep.
    """

    dtype: pl.DataType
    values: Values
    n_rows: npt.NDArray[np.int64]
    as_is: Mask
    grid: Grid
    n_missing: int
    n_nan: int

    @property
    def n_present(self) -> int:
        return int(self.n_rows.sum())

    @property
    def n_all(self) -> int:
        return self.n_present + self.n_missing + self.n_nan


class Numeric:
    """
    The transform of a spread.

    Levels are the values in order, then missing, then NaN. Codes are the atoms in order, then missing, then NaN.
    """

    def __init__(self, spread: Spread) -> None:
        self.spread = spread
        n_values = len(spread.values)
        self.n_levels = n_values + 2
        self.exact = bool(spread.as_is.all())
        atom = _atoms(spread)
        self._code_levels = np.concatenate([np.flatnonzero(atom), [n_values, n_values + 1]]).astype(np.int32)
        self._cont = np.flatnonzero(~atom)  # levels that are continuous, ascending, shape (k,)
        self._cum = np.concatenate([[0], np.cumsum(spread.n_rows[self._cont])])  # shape (k + 1,)

    @cached_property
    def scale(self) -> Scale:
        bins, ranks = self._level_bins(), self._level_ranks()
        cells = np.zeros(0, np.int64)
        if len(self._cont):
            cells = self._cont[self._places(normal.cell_probabilities() * self._cum[-1])]
        return Scale(
            ordered=True,
            n_bins=int(bins.max()) + 1,
            code_bins=bins[self._code_levels],
            code_scores=self._code_scores(),
            code_ranks=ranks[self._code_levels],
            cell_bins=bins[cells],
            cell_ranks=ranks[cells],
        )

    def encode(self, levels: Codes, uniform: Floats) -> Encoded:
        """
        Codes and scores of rows given by their levels.

        Args:
            uniform: In ``[0, 1)``, one a row: where a cell falls among its equals.
        """
        codes = np.full(self.n_levels, CONTINUOUS, np.int32)
        codes[self._code_levels] = np.arange(len(self._code_levels), dtype=np.int32)
        scores = np.zeros(self.n_levels)
        scores[self._code_levels] = self._code_scores()
        row_scores = scores[levels]
        rows = np.flatnonzero(codes[levels] == CONTINUOUS)
        if len(rows):
            place = np.searchsorted(self._cont, levels[rows])
            within = self._cum[place] + uniform[rows] * (self._cum[place + 1] - self._cum[place])
            row_scores[rows] = normal.score(within / self._cum[-1])
        return Encoded(codes[levels], row_scores.astype(np.float32), levels)

    def levels(self, codes: Codes, scores: Scores) -> Codes:
        levels = self._code_levels[np.maximum(codes, 0)]
        rows = np.flatnonzero(codes == CONTINUOUS)
        if len(rows):
            levels[rows] = self._cont[self._places(self._mass(scores[rows]))]
        return levels

    def decode(self, codes: Codes, scores: Scores, *, seed: int, rows: Numbers) -> pl.Series:
        levels = self.levels(codes, scores)
        values = self._values_of(levels)
        loose = np.flatnonzero(codes == CONTINUOUS)
        if not self.exact and len(loose):
            loose = loose[~self.spread.as_is[levels[loose]]]
            values[loose] = self._interpolate(self._mass(scores[loose]))
        return self._series(values, levels)

    def decode_levels(self, levels: Codes) -> pl.Series:
        return self._series(self._values_of(levels), levels)

    def cell_values(self) -> Values:
        """The value in the middle of each cell of the score grid, shape ``(CELLS,)``; only with continuous cells."""
        return self._interpolate(normal.cell_probabilities() * float(self._cum[-1]))

    def place(self, values: Values) -> tuple[npt.NDArray[np.uint8], Scores]:
        """
        Bins and scores of values of another column; the score is NaN beyond this column's continuous ones.

        Args:
            values: Of this column's dtype, shape ``(n,)``.
        """
        known = self.spread.values[self._cont]
        near = np.clip(np.searchsorted(known, values), 0, len(known) - 1)
        scores = normal.score((self._cum[near] + self._cum[near + 1]) / (2.0 * self._cum[-1])).astype(np.float32)
        scores[(values < known[0]) | (values > known[-1])] = np.nan
        return self._level_bins()[self._cont[near]], scores

    def state(self) -> tuple[dict[str, Any], Mapping[str, npt.NDArray[Any]]]:
        spread = self.spread
        spec = {"dtype": dtype_to_json(spread.dtype), "n_missing": spread.n_missing, "n_nan": spread.n_nan}
        grid = {"decimals": spread.grid.decimals, "step": spread.grid.step}
        arrays = {"values": spread.values, "n_rows": spread.n_rows, "as_is": spread.as_is.astype(np.uint8)}
        return spec | {"kind": "numeric", "grid": grid}, arrays

    def thinned(self) -> "Numeric":
        """
        The transform with at most about `POINTS_MAX` values that are interpolated between; the others stay.

        One of neighbouring values stands for all of them. Codes and scores mean what they meant, but levels do not, so
        this is not for columns that are told by their levels.
        """
        spread, loose = self.spread, ~self.spread.as_is
        loose[self._code_levels[:-2]] = False
        size = -(-int(loose.sum()) // POINTS_MAX)
        if size < 2:
            return self
        start = ~loose | (np.cumsum(loose) % size == 0)
        start[1:] |= ~loose[:-1]
        start[[0, 1, -1]] = True  # the least and the greatest value stand for themselves
        first = np.flatnonzero(start)
        middle = (first + np.append(first[1:], len(start)) - 1) // 2
        n_rows = np.add.reduceat(spread.n_rows, first)
        return Numeric(replace(spread, values=spread.values[middle], n_rows=n_rows, as_is=spread.as_is[middle]))

    def _mass(self, scores: Scores) -> Floats:
        return normal.probability(scores) * float(self._cum[-1])

    @cached_property
    def _owners(self) -> Codes:
        """Per continuous row, in order of value, the place of its value: a search made once."""
        return np.repeat(np.arange(len(self._cont), dtype=np.int32), np.diff(self._cum))

    def _places(self, mass: Floats) -> Codes:
        """Places among the continuous values of points of their mass, ``0 … number of continuous rows``."""
        return self._owners[np.minimum(mass.astype(np.int64), len(self._owners) - 1)]

    def _interpolate(self, mass: Floats) -> Values:
        """Values between order statistics, each standing at the middle of its own mass."""
        middles = (self._cum[1:] + self._cum[:-1]) / 2
        place = self._places(mass)
        low = np.maximum(place - (mass < middles[place]), 0)
        high = np.minimum(low + 1, len(middles) - 1)
        gap = np.maximum(middles[high] - middles[low], 1e-12)
        part = np.clip((mass - middles[low]) / gap, 0.0, 1.0)
        known = self.spread.values[self._cont]
        return between(known[low], known[high], part, self.spread.grid)

    def _values_of(self, levels: Codes) -> Values:
        values = self.spread.values
        nan = np.nan if values.dtype.kind == "f" else 0
        return np.concatenate([values, np.array([0, nan], values.dtype)])[levels]

    def _series(self, values: Values, levels: Codes) -> pl.Series:
        missing: Mask = levels == len(self.spread.values)
        return from_physical(values, missing, self.spread.dtype)

    def _level_bins(self) -> npt.NDArray[np.uint8]:
        n_rows, n_values = self.spread.n_rows, len(self.spread.values)
        numbers = np.arange(n_values)
        if n_values > BINS:
            middle = np.cumsum(n_rows) - n_rows / 2
            numbers = np.unique((middle / self.spread.n_present * BINS).astype(np.int64), return_inverse=True)[1]
        top = int(numbers.max(initial=-1))
        return np.concatenate([numbers, [top + 1, top + 2]]).astype(np.uint8)

    def _level_ranks(self) -> Floats:
        n_rows = self.spread.n_rows
        return np.concatenate([(np.cumsum(n_rows) - n_rows / 2) / max(self.spread.n_present, 1), [np.nan, np.nan]])

    def _code_scores(self) -> Scores:
        """Atoms stand where they would among the continuous cells; without any, at their own rank; missing at 0."""
        atoms = self._code_levels[:-2]
        total = float(self._cum[-1])
        if total:
            below = self._cum[np.searchsorted(self._cont, atoms)]
            rank = np.clip(below / total, 0.5 / total, 1 - 0.5 / total)
        else:
            rank = self._level_ranks()[atoms]
        return np.concatenate([normal.score(rank), [0.0, 0.0]]).astype(np.float32)


def fit_numeric(series: pl.Series, uniform: Floats) -> tuple[Numeric, Encoded]:
    """The transform of a column and the column's own encoding; `uniform` as in `Numeric.encode`."""
    values, missing = to_physical(series)
    nan = np.isnan(values) & ~missing if values.dtype.kind == "f" else np.zeros(len(values), bool)
    present = ~(missing | nan)
    distinct, inverse, n_rows = np.unique(values[present], return_inverse=True, return_counts=True)
    levels = np.where(missing, len(distinct), len(distinct) + 1).astype(np.int32)
    levels[present] = inverse
    exact = len(distinct) * EXACT <= int(n_rows.sum()) or len(distinct) <= FEW
    as_is = n_rows >= (0 if exact else REPEATED)
    counted, grid = n_rows.astype(np.int64), find_grid(distinct)
    transform = Numeric(Spread(series.dtype, distinct, counted, as_is, grid, int(missing.sum()), int(nan.sum())))
    return transform, transform.encode(levels, uniform)


def load_numeric(spec: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Numeric:
    """
    The transform of a state; a ValueError where values do not ascend, or no rows have one, or there is no grid.

    Values that the dtype cannot hold are a PolarsError.
    """
    values, n_rows, as_is = arrays["values"], arrays["n_rows"], arrays["as_is"].astype(bool)
    grid = Grid(**spec["grid"])
    if as_is.shape != n_rows.shape or not _is_grid(grid):
        raise ValueError("values that come back, or their grid")
    if values.shape != n_rows.shape or not (values[1:] > values[:-1]).all() or not _are_counts(n_rows):
        raise ValueError("values and their rows")
    dtype = dtype_from_json(spec["dtype"])
    ends = values[[0, -1]] if len(values) else values  # all others lie between, and so does what is drawn
    from_physical(ends, np.zeros(len(ends), np.bool_), dtype)
    return Numeric(Spread(dtype, values, n_rows, as_is, grid, spec["n_missing"], spec["n_nan"]))


def _is_grid(grid: Grid) -> bool:
    decimals = grid.decimals is None or (type(grid.decimals) is int and 0 <= grid.decimals <= DECIMALS_MAX)
    return decimals and type(grid.step) is int and 1 <= grid.step < 2**64


def _are_counts(n_rows: npt.NDArray[np.int64]) -> bool:
    """Whether they are the rows of values of one table, which its row numbers of 32 bits can tell."""
    within: npt.NDArray[np.bool_] = (n_rows >= 1) & (n_rows < ROWS_MAX)
    return n_rows.ndim == 1 and bool(within.all()) and int(n_rows.sum()) < ROWS_MAX


def _atoms(spread: Spread) -> Mask:
    """Which values are atoms: frequent ones, all of a few, infinities; shape ``(u,)``."""
    if len(spread.values) <= FEW:
        return np.ones(len(spread.values), bool)
    frequent: Mask = spread.n_rows >= max(ATOM_SHARE * spread.n_all, ATOM_ROWS)
    if spread.values.dtype.kind == "f":
        frequent |= np.isinf(spread.values)
    return frequent

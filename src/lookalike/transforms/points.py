"""
Places that are no train place: where a drawn latitude and longitude are a pair of train's, the latitude moves.

Each of the two is a column of numbers of its own, so no transform of one column sees the pair; this looks at rows that
are complete. It is applied last, before rules are checked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.metadata import Column
from lookalike.data.points import pairs
from lookalike.data.streams import key
from lookalike.transforms import Numbers
from lookalike.transforms.grid import find_grid
from lookalike.transforms.known import Known, among
from lookalike.transforms.numbering import mix, seal

DECIMALS_MAX = 7  # a centimetre; finer is no place
DECIMALS_SINGLE = 4  # what 32 bits tell apart at 180 degrees
REACH = 64  # steps of the grid that a latitude moves at most

Units = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Points:
    """
    One pair of columns.

    Attributes:
        decimals: Grid of the latitudes.
        low, high: Least and greatest latitude of train, in steps of the grid.
        known: Sorted sealed digests of train's pairs.
    """

    latitude: str
    longitude: str
    decimals: int
    low: int
    high: int
    known: Known

    def moved(self, frame: pl.DataFrame, *, seed: int, rows: Numbers) -> pl.DataFrame:
        """
        The frame with no pair of train's in it; missing cells stay, and so does a pair that nothing within reach frees.

        Args:
            rows: Number of each row in the whole output, shape ``(n,)``.
        """
        latitudes, longitudes = _units(frame[self.latitude], self.decimals), _bits(frame[self.longitude])
        stale = np.flatnonzero(self._known(latitudes, longitudes) & _present(frame, self.latitude, self.longitude))
        if not len(stale):
            return frame
        signs = np.where(mix(rows, key(seed, "points", self.latitude) & (2**62 - 1)) & np.uint64(1), 1, -1)
        fresh = latitudes.copy()
        for step in [s for n in range(1, REACH + 1) for s in (n, -n)]:
            told = latitudes[stale] + step * signs[stale]
            good = ~self._known(told, longitudes[stale]) & (told >= self.low) & (told <= self.high)
            fresh[stale[good]] = told[good]
            stale = stale[~good]
            if not len(stale):
                break
        return frame.with_columns(self._told(frame[self.latitude], latitudes, fresh))

    def state(self) -> tuple[dict[str, Any], Mapping[str, npt.NDArray[Any]]]:
        """JSON and arrays from which `load_points` makes the same."""
        spec = {name: value for name, value in vars(self).items() if name != "known"}
        return spec, {"known": self.known}

    def _known(self, latitudes: Units, longitudes: Units) -> npt.NDArray[np.bool_]:
        return among(_digests(latitudes, longitudes), self.known)

    def _told(self, cells: pl.Series, before: Units, after: Units) -> pl.Series:
        moved = pl.Series(np.round(after / 10.0**self.decimals, self.decimals)).cast(cells.dtype)
        return cells.zip_with(pl.Series(before == after) | cells.is_null(), moved).alias(cells.name)


def fit_points(table: pl.DataFrame, columns: Sequence[Column]) -> tuple[Points, ...]:
    """What train's places are, a pair of columns each; a pair without any complete row is left out."""
    found = []
    for latitude, longitude in pairs(columns):
        told = table.select(latitude, longitude).drop_nulls()
        if told.height:
            decimals = _decimals(told[latitude])
            units = _units(told[latitude], decimals)
            known = np.unique(_digests(units, _bits(told[longitude])))
            found.append(Points(latitude, longitude, decimals, int(units.min()), int(units.max()), known))
    return tuple(found)


def place_digests(rows: pl.DataFrame, points: Points) -> Numbers:
    """Digests of the places of rows, as `Points.known` has them; of incomplete ones none."""
    told = rows.select(points.latitude, points.longitude).drop_nulls()
    return _digests(_units(told[points.latitude], points.decimals), _bits(told[points.longitude]))


def load_points(spec: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Points:
    """The points of a state."""
    return Points(**spec, known=arrays["known"])


def _decimals(cells: pl.Series) -> int:
    """The grid of latitudes; not finer than the dtype tells apart."""
    most = DECIMALS_SINGLE if cells.dtype == pl.Float32 else DECIMALS_MAX
    values = cells if cells.dtype == pl.Float32 else cells.cast(pl.Float64)
    decimals = find_grid(np.unique(values.to_numpy())).decimals
    return most if decimals is None else min(decimals, most)


def _present(frame: pl.DataFrame, *names: str) -> npt.NDArray[np.bool_]:
    present = frame.select(pl.all_horizontal(pl.col(name).is_not_null() for name in names)).to_series()
    return np.array(present.to_numpy(), bool)


def _units(cells: pl.Series, decimals: int) -> Units:
    """Whole steps of the grid; missing ones 0."""
    values = np.nan_to_num(cells.cast(pl.Float64).fill_null(0.0).to_numpy(), posinf=0.0, neginf=0.0)
    units: Units = np.rint(values * 10.0**decimals).astype(np.int64)
    return units


def _bits(cells: pl.Series) -> Units:
    """A number for each longitude, the same for the same to seven decimals; missing ones 0."""
    return _units(cells, DECIMALS_MAX)


def _digests(latitudes: Units, longitudes: Units) -> Numbers:
    return seal(mix(latitudes.view(np.uint64), 1) + mix(longitudes.view(np.uint64), 2))

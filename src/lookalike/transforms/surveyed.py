"""What all rows of a table show where only a sample of them is learnt from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.inference import Part
from lookalike.data.metadata import Column, ColumnType
from lookalike.transforms import Transform
from lookalike.transforms.choose import is_key_numbers
from lookalike.transforms.format import LENGTH_MAX
from lookalike.transforms.key_numbers import KeyNumbers, SeenKeys, key_digests, key_numbers
from lookalike.transforms.known import Known, put, room_for
from lookalike.transforms.made_up import MadeUp
from lookalike.transforms.points import Points, place_digests
from lookalike.transforms.words import digests

HASHES = 4_000_000  # of cells of a key, by which it is seen whether they repeat
LEVELS_MAX = 100_000  # rare ones of a column that are counted


@dataclass(frozen=True)
class Surveyed:
    """
    What was seen.

    Attributes:
        part: Which rows the sample has, and the columns in which cells of all rows repeat.
        n_rows: Of the table.
        missing: How many cells of each column are missing, of all rows.
        common: By column its levels that are rare in the sample but not in all rows.
        keys: By column what was seen of whole numbers that are keys.
        known: By column digests of the cells that must not come out.
        places: The same of places on earth, by the column of their latitudes.
    """

    part: Part
    n_rows: int
    missing: Mapping[str, int]
    common: Mapping[str, Sequence[str]]
    keys: Mapping[str, SeenKeys]
    known: Mapping[str, Known]
    places: Mapping[str, Known]

    @property
    def note(self) -> str:
        """A sentence for the report."""
        return (
            f"The input has {self.n_rows:,} rows. {len(self.part.numbers):,} of them were learnt from, held back and "
            "compared with; types, missing cells, levels, keys and rules of single rows were looked at in all."
        )

    def knowing(self, transform: Transform, column: Column) -> Transform:
        """What was fitted to the sample's cells of a column; if it makes cells up, none of all rows will come out."""
        if column.name not in self.known:
            return transform
        known, unique = self.known[column.name], column.name not in self.part.repeating
        match transform:
            case KeyNumbers(has_missing=has_missing):
                seen = self.keys[column.name]
                n_distinct = seen.n if unique else max(seen.n // 2, 1)
                return key_numbers(seen, n_distinct, known, column, has_missing=has_missing)
            case MadeUp() as made_up:
                return replace(made_up, known=known, unique=made_up.unique and unique)
        return transform

    def points(self, points: Sequence[Points]) -> tuple[Points, ...]:
        """The places of the sample's rows, knowing those of all rows."""
        return tuple(replace(p, known=self.places.get(p.latitude, p.known)) for p in points)

    def state(self) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
        """JSON and arrays from which `load_surveyed` makes the same."""
        spec = {
            "repeating": sorted(self.part.repeating),
            "n_rows": self.n_rows,
            "missing": dict(self.missing),
            "common": {name: list(levels) for name, levels in self.common.items()},
            "keys": {name: seen.to_json() for name, seen in self.keys.items()},
            "known": list(self.known),
            "places": list(self.places),
        }
        arrays = {f"known.{n}": known for n, known in enumerate(self.known.values())}
        arrays |= {f"places.{n}": known for n, known in enumerate(self.places.values())}
        return spec, arrays | {"numbers": self.part.numbers}


def load_surveyed(spec: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Surveyed:
    """What `Surveyed.state` wrote."""
    return Surveyed(
        part=Part(arrays["numbers"], frozenset(spec["repeating"])),
        n_rows=spec["n_rows"],
        missing=spec["missing"],
        common=spec["common"],
        keys={name: SeenKeys.from_json(value) for name, value in spec["keys"].items()},
        known={name: arrays[f"known.{n}"] for n, name in enumerate(spec["known"])},
        places={name: arrays[f"places.{n}"] for n, name in enumerate(spec["places"])},
    )


class MadeUpCells:
    """
    Digests of all cells of a column whose cells are made up.

    Args:
        column: Of that column; `n_rows`: as many cells at most.
    """

    def __init__(self, column: Column, n_rows: int) -> None:
        self._numbers = is_key_numbers(column)
        self._dtype = column.dtype
        self.keys = SeenKeys()
        self.known = room_for(n_rows)

    def met(self, *, unique: bool) -> Known:
        """The digests of those that new cells might be; new keys behind keys without gaps are none of them."""
        return np.zeros(0, np.uint64) if unique and self._numbers and self.keys.fill_range(self.keys.n) else self.known

    def add(self, cells: pl.Series) -> None:
        """See more of them, as they were read."""
        present = cells.drop_nulls()
        if self._numbers:
            numbers = present.cast(self._dtype, strict=False).drop_nulls()
            self.keys = self.keys.more(numbers)
            put(self.known, key_digests(numbers))
        else:
            put(self.known, digests(present.cast(pl.String), LENGTH_MAX))


class Places:
    """
    Digests of all places that two columns tell.

    Args:
        points: Of the sample; `n_rows`: as many places at most.
    """

    def __init__(self, points: Points, n_rows: int) -> None:
        self.points = points
        self.known = room_for(n_rows)

    def add(self, rows: pl.DataFrame) -> None:
        """See more rows, typed."""
        put(self.known, place_digests(rows, self.points))


class Repeats:
    """Whether cells repeat: by those of the smallest hashes, which all equal cells share."""

    def __init__(self) -> None:
        self._hashes = np.zeros(0, np.uint64)
        self._bound = np.uint64(2**64 - 1)

    def add(self, cells: pl.Series) -> None:
        """See more of them."""
        hashes = cells.drop_nulls().hash(seed=0).to_numpy()
        self._hashes = np.concatenate([self._hashes, hashes[hashes <= self._bound]])
        while len(self._hashes) > HASHES:
            self._bound = self._bound >> np.uint64(1)
            self._hashes = self._hashes[self._hashes <= self._bound]

    def found(self) -> bool:
        """Whether any two are equal; of few such in very many this may not be seen."""
        return len(np.unique(self._hashes)) < len(self._hashes)


class Rare:
    """
    Levels of a column that are rare in a sample, counted in all rows.

    Args:
        cells: Of the sample.
        least: A level in fewer rows is rare.
    """

    def __init__(self, cells: pl.Series, least: int) -> None:
        counts = cells.drop_nulls().cast(pl.String).alias("level").value_counts(name="n")
        rare = counts.filter(pl.col("n") < least)["level"]
        self._rare = rare if len(rare) <= LEVELS_MAX else rare.head(0)
        self._least = least
        self._counts: list[pl.DataFrame] = []

    def add(self, cells: pl.Series) -> None:
        """See cells of all rows."""
        if len(self._rare):
            found = cells.cast(pl.String).alias("level")
            self._counts.append(found.filter(found.is_in(self._rare.implode())).value_counts(name="n"))

    def common(self) -> list[str]:
        """Those that are not rare, sorted."""
        if not self._counts:
            return []
        counts = pl.concat(self._counts).group_by("level").agg(pl.col("n").sum())
        return counts.filter(pl.col("n") >= self._least)["level"].sort().to_list()


def has_levels(column: Column) -> bool:
    """Whether rare levels of a column are not shown."""
    return column.is_text and column.type is ColumnType.CATEGORICAL

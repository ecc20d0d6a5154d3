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
from lookalike.transforms.numbering import Numbers
from lookalike.transforms.points import Points, place_digests
from lookalike.transforms.words import digests

HASHES = 4_000_000  # of cells of a key, by which it is seen whether they repeat
LEVELS_MAX = 100_000  # rare ones of a column that are counted
COLUMNS_TOLD = 10  # by name, in a note


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
        """Sentences for the report."""
        shares = {name: n / self.n_rows for name, n in self.missing.items() if n}
        most = sorted(shares, key=lambda name: -shares[name])
        told = ", ".join(f"'{name}' {shares[name]:.2%}" for name in most[:COLUMNS_TOLD])
        more = f" and of {len(most) - COLUMNS_TOLD} more columns" if len(most) > COLUMNS_TOLD else ""
        return (
            f"The input has {self.n_rows:,} rows. {len(self.part.numbers):,} of them were learnt from, held back and "
            "compared with; types, missing cells, levels, keys and rules of single rows were looked at in all. "
            + (f"Missing in all rows: {told}{more}." if told else "No cell is missing.")
        )

    def knowing(self, transform: Transform, column: Column) -> Transform:
        """What was fitted to the sample's cells of a column; if it makes cells up, none of all rows will come out."""
        if column.name not in self.known:
            return transform
        known = self.known[column.name]
        match transform:
            case KeyNumbers(has_missing=has_missing):
                return key_numbers(self.keys[column.name], known, column, has_missing=has_missing)
            case MadeUp() as made_up:
                unique = made_up.unique and column.name not in self.part.repeating
                return replace(made_up, known=known, unique=unique)
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
    All cells of a column whose cells are made up: digests of them, and what else is to be known of numbers.

    Args:
        column: Of that column; `n_rows`: as many cells at most.
    """

    def __init__(self, column: Column, n_rows: int) -> None:
        self._column = column
        self._keys, self._known = SeenKeys(), room_for(n_rows)
        self._hashes, self._bound = np.zeros(0, np.uint64), np.uint64(2**64 - 1)

    def add(self, cells: pl.Series) -> None:
        """See more of them, as they were read."""
        present = cells.drop_nulls()
        if is_key_numbers(self._column):
            present = present.cast(self._column.dtype, strict=False).drop_nulls()
            self._keys = self._keys.more(present)
            put(self._known, key_digests(present))
        else:
            put(self._known, digests(present.cast(pl.String), LENGTH_MAX))
        self._keep(present.hash(seed=0).to_numpy())

    @property
    def repeats(self) -> bool:
        """Whether any two are equal; of few such in very many this may not be seen."""
        return len(np.unique(self._hashes)) < len(self._hashes)

    @property
    def keys(self) -> SeenKeys:
        """What is to be known of numbers; nothing of texts."""
        share = len(np.unique(self._hashes)) / max(len(self._hashes), 1)
        return replace(self._keys, n_distinct=round(share * self._keys.n))

    def met(self) -> Known:
        """The digests of those that new cells might be."""
        return self.keys.met(self._known) if is_key_numbers(self._column) else self._known

    def _keep(self, hashes: Numbers) -> None:
        """Those of the smallest hashes, which all equal cells share, tell whether cells repeat."""
        self._hashes = np.concatenate([self._hashes, hashes[hashes <= self._bound]])
        while len(self._hashes) > HASHES:
            self._bound = self._bound >> np.uint64(1)
            self._hashes = self._hashes[self._hashes <= self._bound]


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

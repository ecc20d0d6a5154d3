"""What rows are told apart by where a rule says they must differ: 64-bit digests, and those seen so far."""

from collections.abc import Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.breaches import cell

Digests = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]


def keys_of(frame: pl.DataFrame, unique: Sequence[tuple[str, ...]]) -> pl.DataFrame:
    """
    A column of digests for each rule, named ``0, 1 …``; missing where a cell is, since such rows may be alike.

    They depend on the cells alone, whoever computes them with the same version.
    """
    return pl.DataFrame([_digests(frame, columns).alias(str(n)) for n, columns in enumerate(unique)])


def _digests(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.Series:
    cells = frame.select(cell(name, frame.schema[name]).alias(str(n)) for n, name in enumerate(columns))
    missing = cells.select(pl.any_horizontal(pl.all().is_null()).alias("missing"))["missing"]
    return cells.hash_rows(seed=0).set(missing, None)


class Seen:
    """
    Digests seen so far, 8 bytes each.

    They stand in sorted runs of falling length, the shorter ones merged as they grow, so that adding a block costs no
    more than a few times its own length.
    """

    def __init__(self) -> None:
        self._runs: list[Digests] = []

    def has(self, digests: Digests) -> Mask:
        """Which of them were seen."""
        return reduce(np.logical_or, (_among(digests, run) for run in self._runs), np.zeros(len(digests), bool))

    def add(self, digests: Digests) -> None:
        """From now on these were seen."""
        self._runs.append(np.sort(digests))
        while len(self._runs) > 1 and len(self._runs[-2]) < 2 * len(self._runs[-1]):
            last, before = self._runs.pop(), self._runs.pop()
            self._runs.append(np.sort(np.concatenate([before, last]), kind="stable"))


class AllSeen:
    """Keys of rows seen so far, each rule's for itself."""

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}

    def fresh(self, keys: pl.DataFrame) -> Mask:
        """Rows that are like no row seen and like none before them here."""
        fresh = np.ones(keys.height, bool)
        for column in keys.iter_columns():
            seen = self._seen.get(column.name, Seen())
            rows = np.flatnonzero(column.is_not_null().to_numpy())
            digests = column.drop_nulls().to_numpy()
            first = np.zeros(len(rows), bool)
            first[np.unique(digests, return_index=True)[1]] = True
            fresh[rows] &= first & ~seen.has(digests)
        return fresh

    def add(self, keys: pl.DataFrame) -> None:
        """From now on these were seen."""
        for column in keys.iter_columns():
            self._seen.setdefault(column.name, Seen()).add(column.drop_nulls().to_numpy())


def _among(digests: Digests, run: Digests) -> Mask:
    if not len(run):
        return np.zeros(len(digests), bool)
    places = np.minimum(np.searchsorted(run, digests), len(run) - 1)
    among: Mask = run[places] == digests
    return among

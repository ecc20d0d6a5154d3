"""Rows chosen of a table that is seen a piece at a time: those of the smallest keys, however the pieces are cut."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike.data.streams import key, stream

Keys = Callable[[pl.DataFrame, int], NDArray[np.float64]]  # of the rows of a piece, the first of which has that number

LEAST_KEYS = 2  # that are kept, however many rows have them: rows of the same sequence have the same key
_SPARE = 1.1  # so many times the rows wanted are held before those that are too many go


def at_random(seed: int) -> Keys:
    """Keys that make the rows chosen a uniform sample."""
    drawn = stream(seed, "sample")
    return lambda piece, first: drawn.random(piece.height)


def first_ones(piece: pl.DataFrame, first: int) -> NDArray[np.float64]:
    """Keys that make the rows chosen the first ones."""
    return np.arange(first, first + piece.height, dtype=np.float64)


def last_ones(piece: pl.DataFrame, first: int) -> NDArray[np.float64]:
    """Keys that make the rows chosen the last ones."""
    return -first_ones(piece, first)


def whole_groups(columns: Sequence[str], seed: int) -> Keys:
    """Keys that make the rows chosen whole groups, a uniform sample of them: rows of the same cells in some columns."""
    salt = key(seed, "sample") % 2**63

    def keys(piece: pl.DataFrame, first: int) -> NDArray[np.float64]:
        cells = piece.select(pl.col(name).cast(pl.String) for name in columns)
        return cells.hash_rows(seed=salt).to_numpy().astype(np.float64)

    return keys


@dataclass(frozen=True)
class _Piece:
    source: int
    rows: pl.DataFrame
    numbers: NDArray[np.int64]
    keys: NDArray[np.float64]

    def below(self, bound: float) -> "_Piece":
        kept = self.keys < bound
        return _Piece(self.source, self.rows.filter(pl.Series(kept)), self.numbers[kept], self.keys[kept])


def _nth_least(keys: NDArray[np.float64], n: int) -> float:
    """The n-th of the different keys from the least on; infinite if there are fewer."""
    found = -np.inf
    for _ in range(n):
        found = float(np.min(keys, where=keys > found, initial=np.inf))
    return found


class Sample:
    """
    Rows of the smallest keys, in their order.

    Args:
        most: So many rows at most, by the number of columns; all if there are no more; of rows that share keys those of
            two keys at least.
        keys: Smaller ones are chosen.

    Attributes:
        n_rows: Of the whole table, as far as it was seen.
    """

    def __init__(self, most: Callable[[int], int], keys: Keys) -> None:
        self.n_rows = 0
        self._most_of = most
        self._most = 0
        self._keys = keys
        self._bound = np.inf
        self._pieces: list[_Piece] = []
        self._n_held = 0

    def add(self, piece: pl.DataFrame, source: int = 0) -> None:
        """See the next rows, which are of the source of that number, 0, 1, 2, …"""
        self._most = self._most or self._most_of(piece.width)
        numbers = np.arange(self.n_rows, self.n_rows + piece.height)
        seen = _Piece(source, piece, numbers, self._keys(piece, self.n_rows))
        self.n_rows += piece.height
        self._pieces.append(seen if self._bound == np.inf else seen.below(self._bound))
        self._n_held += self._pieces[-1].rows.height
        if self._n_held > _SPARE * self._most:
            self._narrow()

    def taken(self) -> dict[int, list[pl.DataFrame]]:
        """The rows chosen of each source, in a frame for each piece that was seen, be it without rows."""
        self._narrow()
        found: dict[int, list[pl.DataFrame]] = {}
        for piece in self._pieces:
            found.setdefault(piece.source, []).append(piece.rows)
        return found

    def numbers(self) -> NDArray[np.int64]:
        """Which rows of the table, from 0, were chosen; ascending."""
        self._narrow()
        return np.concatenate([piece.numbers for piece in self._pieces])

    def _narrow(self) -> None:
        """Let go of the rows that are too many."""
        if self._n_held <= self._most:
            return
        keys = np.concatenate([piece.keys for piece in self._pieces])
        bound = float(np.partition(keys, self._most)[self._most])
        self._bound = max(bound, _nth_least(keys, LEAST_KEYS + 1))
        self._pieces = [piece.below(self._bound) for piece in self._pieces]
        self._n_held = sum(piece.rows.height for piece in self._pieces)

"""Columns to codes and back. A transform is fitted to one column; `choose.fit` finds the one that suits it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

Codes = npt.NDArray[np.int32]
Scores = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Bins = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.uint64]

CONTINUOUS = -1  # the code of a cell that is told by its score alone
BIN_MAX = 254  # names from here on share one bin: a bin is a byte, and the last number is kept free


@dataclass(frozen=True)
class Encoded:
    """
    A column as numbers, one entry a row.

    Attributes:
        codes: ``0 … n_codes - 1``, or `CONTINUOUS`; a categorical level too rare to be shown has code ``n_codes``.
        scores: Normal scores, about standard normal over the continuous cells.
        levels: As `Transform.levels` numbers them, ``n_levels`` for a level too rare to be shown.
    """

    codes: Codes
    scores: Scores
    levels: Codes


@dataclass(frozen=True)
class Scale:
    """
    Where codes and continuous cells stand on the column's own scale: what a tree needs to split on a column.

    Attributes:
        ordered: Whether bins have an order (numbers) or are a set (categories).
        n_bins: ``1 … 255``.
        code_bins, code_scores, code_ranks: Per code, shape ``(n_codes,)``; ranks in ``[0, 1]``, NaN for missing.
        cell_bins, cell_ranks: Per cell of the score grid (`normal.cells`), shape ``(CELLS,)``, empty without continuous
            cells.
    """

    ordered: bool
    n_bins: int
    code_bins: Bins
    code_scores: Scores
    code_ranks: Floats
    cell_bins: Bins
    cell_ranks: Floats

    @property
    def n_codes(self) -> int:
        return len(self.code_bins)


def unordered_scale(n_codes: int) -> Scale:
    """The scale of codes that are mere names, each a bin of its own as far as a byte reaches."""
    codes = np.arange(n_codes)
    return Scale(
        ordered=False,
        n_bins=min(n_codes, BIN_MAX + 1),
        code_bins=np.minimum(codes, BIN_MAX).astype(np.uint8),
        code_scores=np.zeros(n_codes, np.float32),
        code_ranks=np.full(n_codes, np.nan),
        cell_bins=np.zeros(0, np.uint8),
        cell_ranks=np.zeros(0),
    )


class Transform(Protocol):
    """One fitted column: codes and scores to cells of exactly the fitted dtype. It holds levels and quantiles."""

    @property
    def scale(self) -> Scale:
        """What trees need; fixed once fitted."""

    @property
    def n_levels(self) -> int:
        """Levels are ``0 … n_levels - 1`` when `exact`."""

    @property
    def exact(self) -> bool:
        """Whether every decoded cell is one of the fitted values, so that it can determine another column."""

    def levels(self, codes: Codes, scores: Scores) -> Codes:
        """The level of each decoded cell; only if `exact`."""

    def decode(self, codes: Codes, scores: Scores, *, seed: int, rows: Numbers) -> pl.Series:
        """
        The cells.

        Args:
            codes: ``-1 … n_codes - 1``, shape ``(n,)``.
            scores: Shape ``(n,)``; read where the code is `CONTINUOUS`.
            seed: For cells that are made up rather than drawn.
            rows: Number of each row in the whole output, shape ``(n,)``: made-up cells differ between rows.
        """

    def decode_levels(self, levels: Codes) -> pl.Series:
        """The cells of the given levels."""

    def state(self) -> tuple[dict[str, Any], Mapping[str, npt.NDArray[Any]]]:
        """JSON with the key ``kind``, and arrays, from which `choose.load` makes the same transform."""

"""Entries of cells, and which row of an output has which of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.transforms import Numbers
from lookalike.transforms.numbering import permute

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Layer:
    """
    Entries that share out the rows of an output.

    Attributes:
        values: One row an entry, of the asked columns' own dtypes.
        asked: Which of its cells are asked for, shape ``(entries, columns)``; the others are free.
        counts: Rows each entry gets, in mixed order; None for equally many each, in the order of the entries.
    """

    values: pl.DataFrame
    asked: Mask
    counts: npt.NDArray[np.int64] | None = None

    def entries(self, rows: Numbers, total: int, salt: int) -> Places:
        """
        The entry of each row.

        Args:
            rows: Numbers of rows in the whole output, shape ``(n,)``; behind its end entries begin anew.
            total: Rows of the whole output; with counts, their sum.
            salt: Of the order in which counted entries are mixed.
        """
        if self.counts is None:
            return (rows.astype(np.int64) % total * self.values.height) // total
        return np.searchsorted(self._ends, permute(rows, total, salt).astype(np.int64), side="right")

    def sizes(self, total: int) -> Places:
        """Rows that each entry gets."""
        if self.counts is not None:
            return self.counts
        ends = -(-np.arange(self.values.height + 1, dtype=np.int64) * total // self.values.height)
        return np.diff(ends)

    def mask(self, name: str) -> Mask:
        """In which entries a column is asked for."""
        mask: Mask = self.asked[:, self.values.columns.index(name)]
        return mask

    @cached_property
    def _ends(self) -> npt.NDArray[Any]:
        return np.cumsum(self.counts if self.counts is not None else [])

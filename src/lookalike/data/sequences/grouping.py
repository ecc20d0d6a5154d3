"""Which sequence each row belongs to, as numbers in order of first appearance."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def sequence_numbers(table: pl.DataFrame, key: Sequence[str]) -> Ints:
    """
    The number of each row's sequence, from 0, in order of first appearance; all 0 without a key.

    Missing cells of a key are equal to each other.
    """
    if not key:
        return np.zeros(table.height, dtype=np.int64)
    codes = [pl.Series(f"{n}", ranks(table[name])) for n, name in enumerate(key)]
    rows = pl.Series("row", np.arange(table.height))
    stands_first = pl.col("row").first().over([cells.name for cells in codes])
    first = pl.DataFrame([*codes, rows]).select(stands_first).to_series().to_numpy()
    opens = first == np.arange(table.height)
    numbers: Ints = (np.cumsum(opens) - 1)[first]
    return numbers


def ranks(cells: pl.Series) -> Ints:
    """Whole numbers from 0 that order as the cells do, equal where those are equal; -1 where a cell is missing."""
    dense = cells.rank("dense").cast(pl.Int64) - 1
    return dense.fill_null(-1).to_numpy()


def place(numbers: Ints, row: int) -> str:
    """How a message names the sequence of a row (from 0)."""
    return f"sequence {int(numbers[row]) + 1:,} of {int(numbers.max()) + 1:,} in the order of the table"

"""Which rows are learnt from where a table has more than it takes; whoever judges must look at the same ones."""

import numpy as np
import polars as pl

from lookalike.data.streams import stream

FIT_ROWS = 1_000_000  # if the caller does not say: shares are known to 0.001, and it is half a minute's work


def learnt_from(table: pl.DataFrame, fit_rows: int | None, seed: int) -> pl.DataFrame:
    """
    The rows learnt from, in their order: all, or `fit_rows` at random of a table that has more.

    Args:
        fit_rows: None for `FIT_ROWS`.
        seed: The same seed and number of rows choose the same rows.
    """
    most = FIT_ROWS if fit_rows is None else fit_rows
    if table.height <= most:
        return table
    return table[np.sort(stream(seed, "fit rows").permutation(table.height)[:most])]

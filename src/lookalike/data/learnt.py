"""Which rows are learnt from where a table has more than it takes; whoever judges must look at the same ones."""

from math import ceil

import numpy as np
import polars as pl

from lookalike.data.streams import stream

CELLS_MAX = 20_000_000  # of those that are held only to judge by
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


def most_rows(fit_rows: int | None, holdout_share: float, n_columns: int) -> int:
    """
    How many rows of a table are held in memory: as many as are learnt from, and those held back beside them.

    Who learns from few has more to judge by: as if it were `FIT_ROWS`, if `CELLS_MAX` are not passed by that.
    """
    few = min(FIT_ROWS, CELLS_MAX // max(n_columns, 1))
    return ceil(max(FIT_ROWS if fit_rows is None else fit_rows, few) / (1.0 - holdout_share))

"""Which sequences are learnt from where a table has more rows than it takes; whoever judges looks at the same ones."""

import numpy as np
import polars as pl

from lookalike.data.learnt import FIT_ROWS, learnt_from
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.arranging import in_time
from lookalike.data.sequences.grouping import sequence_numbers
from lookalike.data.streams import stream

LEAST = 2  # sequences, however long


def learnt_rows(table: pl.DataFrame, told: TimeSeriesParameters, seed: int) -> pl.DataFrame:
    """
    The rows learnt from, in their order: all, or of a table with more than `fit_rows` whole sequences at random.

    Of one series these are its last rows, of a wide table any.

    Args:
        told: With key and index as found.
        seed: The same seed and sequences choose the same ones.
    """
    most = FIT_ROWS if told.fit_rows is None else told.fit_rows
    if told.layout == "wide":
        return learnt_from(table, most, seed)
    if table.height <= most:
        return table
    if not told.sequence_key:
        return table[np.sort(in_time(table, told.sequence_index or None)[-most:])]
    numbers = sequence_numbers(table, told.sequence_key)
    lengths = np.bincount(numbers)
    drawn = stream(seed, "fit rows").permutation(len(lengths))
    n_taken = max(int(np.searchsorted(np.cumsum(lengths[drawn]), most, "right")), LEAST)
    return table.filter(pl.Series(np.isin(numbers, drawn[:n_taken])))


def note(n_rows: int, n_learnt: int) -> tuple[str, ...]:
    """A sentence for the report if not all rows were learnt from."""
    if n_learnt == n_rows:
        return ()
    return (f"Learnt from {n_learnt:,} of {n_rows:,} rows: whole sequences at random, of one series its last rows.",)

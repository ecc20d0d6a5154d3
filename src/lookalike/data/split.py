"""Train and holdout: rows set aside before anything is learnt, so that the report can tell copying from learning."""

import numpy as np
import polars as pl

from lookalike.data.streams import stream

HOLDOUT_MIN_ROWS = 20  # fewer tell nothing about how far rows of the same source lie from each other


def split(frame: pl.DataFrame, share: float, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    Train and holdout: disjoint, together all rows, each in the order of `frame`.

    Args:
        share: Of rows in the holdout, ``0 … 0.5``, rounded to whole rows.
        seed: The same seed, number of rows and share choose the same rows.

    Returns:
        The holdout has no rows if its share is fewer than `HOLDOUT_MIN_ROWS`; `note` says so.
    """
    n_holdout = _n_holdout(frame.height, share)
    chosen = stream(seed, "split").choice(frame.height, size=n_holdout, replace=False, shuffle=False)
    held = np.zeros(frame.height, dtype=np.bool_)
    held[chosen] = True
    mask = pl.Series(held)
    return frame.filter(~mask), frame.filter(mask)


def note(n_rows: int, share: float) -> str | None:
    """A sentence for the report if the table is too small for the holdout that was asked for."""
    if share == 0.0 or _n_holdout(n_rows, share):
        return None
    return (
        f"No holdout: {share:.0%} of {n_rows} rows is fewer than {HOLDOUT_MIN_ROWS}; privacy is measured without one."
    )


def _n_holdout(n_rows: int, share: float) -> int:
    n = round(n_rows * share)
    return n if n >= HOLDOUT_MIN_ROWS else 0

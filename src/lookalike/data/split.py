"""Train and holdout: rows set aside before anything is learnt, so that the report can tell copying from learning."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

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
    return _apart(frame, chosen)


def _apart(frame: pl.DataFrame, chosen: NDArray[np.int64]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The other rows, and those chosen by their numbers; both in the order of `frame`."""
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


LEAST_SEQUENCES = 25  # from so many on some may be spared
ENOUGH_SEQUENCES = 20  # held back: fewer do not tell how well whole ones can be told apart
FIFTH = 5  # so that they are no more than this part


def split_sequences(
    table: pl.DataFrame, key: tuple[str, ...], share: float, seed: int, *, order: NDArray[np.int64]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    Train and holdout of whole sequences: disjoint, together all rows, each in the order of `table`.

    Args:
        key: Columns that tell sequences apart; without any the table is one series, whose end is held back.
        share: Of sequences in the holdout, ``0 … 0.5``; unless it is 0 at least `ENOUGH_SEQUENCES`, or a fifth.
        order: Numbers of the rows in the order of time, which tells what the end of one series is.

    Returns:
        The holdout has no rows where too few sequences, or rows of one series, would be left; `note_sequences` says so.
    """
    if not key:
        return _apart(table, order[table.height - _n_holdout(table.height, share) :])
    numbers = table.select(pl.struct(key).rank("dense").alias("number"))["number"].to_numpy().astype(np.int64) - 1
    n_sequences = int(numbers.max(initial=-1)) + 1
    chosen = stream(seed, "split").permutation(n_sequences)[: _n_held_back(n_sequences, share)]
    return _apart(table, np.flatnonzero(np.isin(numbers, chosen)))


def split_texts(table: pl.DataFrame, text: str, share: float, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    Train and holdout: disjoint, together all rows, each in the order of `table`; no text is in both, in any letter case
    and however spaced.

    Args:
        text: The column by which rows belong together; empty and missing ones do not.
        share: Of rows in the holdout, ``0 … 0.5``. A text of more rows than are left to choose is not held back.

    Returns:
        The holdout has no rows where fewer than `HOLDOUT_MIN_ROWS` could be chosen; `note_texts` says so.
    """
    groups = _same_texts(table[text])
    sizes = np.bincount(groups)
    left, chosen = _n_holdout(table.height, share), np.zeros(sizes.size, dtype=np.bool_)
    for group in stream(seed, "split").permutation(sizes.size).tolist():
        if not left:
            break
        if sizes[group] <= left:
            chosen[group] = True
            left -= int(sizes[group])
    rows = np.flatnonzero(chosen[groups])
    return _apart(table, rows if len(rows) >= HOLDOUT_MIN_ROWS else rows[:0])


def _same_texts(texts: pl.Series) -> NDArray[np.int64]:
    """A number for each row, the same for rows of the same text."""
    plain = texts.cast(pl.String).str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    frame = plain.alias("text").to_frame().with_row_index("row")
    frame = frame.with_columns(pl.when(pl.col("text").fill_null("") == "").then("row").alias("row"))
    return frame.select(pl.struct("text", "row").rank("dense"))["text"].to_numpy().astype(np.int64) - 1


def note_texts(n_rows: int, n_holdout: int, share: float) -> str | None:
    """A sentence for the report if no texts could be held back though they were asked for."""
    if share == 0.0 or n_holdout:
        return None
    told = note(n_rows, share)
    return told or "No holdout: nearly all texts repeat each other; privacy is measured without one."


def note_sequences(table: pl.DataFrame, key: tuple[str, ...], share: float) -> str | None:
    """A sentence for the report if there are too few sequences for the holdout that was asked for."""
    if not key:
        return note(table.height, share)
    n_sequences = table.select(key).n_unique()
    if share == 0.0 or _n_held_back(n_sequences, share):
        return None
    return (
        f"No holdout: of {n_sequences} sequences none can be spared, as {LEAST_SEQUENCES} are needed; "
        "privacy is measured without one."
    )


def _n_held_back(n_sequences: int, share: float) -> int:
    if share == 0.0 or n_sequences < LEAST_SEQUENCES:
        return 0
    return max(round(n_sequences * share), min(ENOUGH_SEQUENCES, n_sequences // FIFTH))

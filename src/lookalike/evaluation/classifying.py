"""A classifier that tells two sets of rows apart, and what it tells them apart by."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lookalike.data.streams import stream
from lookalike.evaluation.binning import MAX_BINS, Binned, binned
from lookalike.evaluation.boosting import Pace, boosted
from lookalike.evaluation.comparison import Comparison, Rows
from lookalike.evaluation.encoding import EncodedColumn, Vector
from lookalike.evaluation.ranking import auc, folds

FOLDS = 5
MIN_ROWS = 50  # per side; with fewer, the AUC of pure chance strays by more than 0.06
NOISY_ROWS = 1_000  # per side; below, the note says by how much chance moves the figure
MAX_ROWS = 25_000
MAX_CELLS = 400_000  # of one side: 25,000 rows of 16 columns take about two thirds of a second
MAX_COLUMNS = 300
N_GIVEAWAYS = 10
SLOW = (Pace(100, 0.1), MAX_BINS)  # rounds, rate, and bins of a column
FAST = (Pace(50, 0.2), 63)
FEW_ROWS = 5_000  # a side; of fewer FAST finds the same as SLOW, in half the time (docs/decisions/0006)
TOO_FEW = f"It takes {MIN_ROWS} real and synthetic rows to train a classifier."


def columns_of(comparison: Comparison) -> tuple[list[EncodedColumn], str]:
    """The columns that a classifier sees, and a note if they are a sample."""
    return comparison.some_columns(MAX_COLUMNS, "c2st")


def real_apart(comparison: Comparison) -> float | None:
    """AUC of telling train rows from held-back ones; None where there are too few. Made once."""
    return comparison.once(_real_apart)


def _real_apart(comparison: Comparison) -> float | None:
    columns, _ = columns_of(comparison)
    sides = comparison.against_fresh(most_rows(len(columns)))
    if sides.fresh is None or not columns or min(len(sides.reference), len(sides.fresh)) < MIN_ROWS:
        return None
    return tell_apart(columns, sides.reference, sides.fresh, comparison.seed)[0]


def most_rows(n_columns: int) -> int:
    """Rows a side that a classifier of so many columns takes at most."""
    return min(MAX_ROWS, MAX_CELLS // max(n_columns, 1))


def tell_apart(columns: list[EncodedColumn], real: Rows, other: Rows, seed: int) -> tuple[float, Vector]:
    """
    AUC of telling `other` from `real`, and the gain of each column summed over the folds.

    Deterministic: folds are from the seed, and nothing else is drawn.
    """
    pace, most = FAST if len(real) < FEW_ROWS else SLOW
    table = in_bins(columns, [real, other], most)
    truth = np.repeat([0.0, 1.0], [len(real), len(other)])
    fold = folds([len(real), len(other)], FOLDS, stream(seed, "evaluation", "c2st"))
    scores, gains = np.zeros(len(truth)), np.zeros(len(columns))
    for k in range(FOLDS):
        said, told = boosted(table, truth, fold != k, 2, pace)
        scores[fold == k] = said[fold == k, 0]
        gains += told
    return auc(scores[: len(real)], scores[len(real) :]), gains


def in_bins(columns: list[EncodedColumn], groups: Sequence[Rows], most: int) -> Binned:
    """The rows of all groups, one after the other, in at most so many bins a column."""
    x = np.stack([np.concatenate([rows.numbers(c) for rows in groups]) for c in columns], axis=1)
    return binned(x, np.array([not c.is_number for c in columns]), most)


def giveaways(columns: list[EncodedColumn], gains: Vector) -> list[dict[str, Any]]:
    """The columns that most gave the other rows away, by their share of all gain."""
    shares = gains / max(float(gains.sum()), 1e-12)
    order = np.argsort(-shares, kind="stable")[:N_GIVEAWAYS].tolist()
    return [{"column": columns[j].column.name, "share": float(shares[j])} for j in order if shares[j] > 0]


def noise(n: int) -> str:
    """How far chance moves the figure with `n` rows a side; nothing where that is little."""
    # Standard error of the AUC of pure chance, n rows a side: sqrt((2n + 1) / (12 n²)), Mann and Whitney 1947.
    told = f"With {n:,} rows a side, chance alone moves this figure by about {2 * (1 / (6 * n)) ** 0.5:.2f}."
    return told if n < NOISY_ROWS else ""

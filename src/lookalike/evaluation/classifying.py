"""A classifier that tells two sets of rows apart, and what it tells them apart by."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.data.streams import stream
from lookalike.evaluation.comparison import Comparison, Rows
from lookalike.evaluation.encoding import EncodedColumn, Vector
from lookalike.evaluation.ranking import auc, folds

FOLDS = 5
MIN_ROWS = 50  # per side; with fewer, the AUC of pure chance strays by more than 0.06
NOISY_ROWS = 1_000  # per side; below, the note says by how much chance moves the figure
MAX_ROWS = 25_000
MAX_CELLS = 400_000  # of one side: 25,000 rows of 16 columns take about a second and a half
MAX_COLUMNS = 300
N_GIVEAWAYS = 10
SETTINGS = {
    "num_leaves": 31,
    "num_threads": 1,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
SLOW = (100, {"learning_rate": 0.1})
FAST = (50, {"learning_rate": 0.2, "max_bin": 63})
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

    Deterministic: one thread, fixed seeds, folds from the seed.
    """
    import lightgbm as lgb  # takes most of a second to load: only who evaluates pays for it

    rounds, pace = FAST if len(real) < FEW_ROWS else SLOW
    settings = SETTINGS | pace | {"objective": "binary"}
    x = np.concatenate([matrix(columns, real), matrix(columns, other)])
    y = np.repeat([0.0, 1.0], [len(real), len(other)])
    fold = folds([len(real), len(other)], FOLDS, stream(seed, "evaluation", "c2st"))
    scores, gains = np.zeros(len(y)), np.zeros(len(columns))
    for k in range(FOLDS):
        data = lgb.Dataset(x[fold != k], y[fold != k], categorical_feature=levels(columns), params=dict(settings))
        model = lgb.train(dict(settings), data, rounds)
        scores[fold == k] = model.predict(x[fold == k])
        gains += model.feature_importance("gain")
    return auc(scores[: len(real)], scores[len(real) :]), gains


def matrix(columns: list[EncodedColumn], rows: Rows) -> NDArray[np.float64]:
    """Shape ``(rows, columns)``; missing is NaN."""
    return np.stack([rows.numbers(c) for c in columns], axis=1)


def levels(columns: list[EncodedColumn]) -> list[int]:
    """The numbers of the columns that hold codes of levels."""
    return [j for j, c in enumerate(columns) if not c.is_number]


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

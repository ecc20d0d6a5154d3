"""Can a classifier tell synthetic rows from real rows that nobody has seen?"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.data.streams import stream
from lookalike.evaluation import Figure
from lookalike.evaluation.comparison import Comparison, Rows
from lookalike.evaluation.encoding import EncodedColumn, Vector
from lookalike.evaluation.intervals import auc_error, of_error
from lookalike.evaluation.ranking import auc, folds

MEANING = (
    "How well a classifier tells synthetic rows from real ones it has not seen: 0.5 is guessing, 1 is always right."
)
FOLDS = 5
MIN_ROWS = 50  # per side; with fewer, the AUC of pure chance strays by more than 0.06
NOISY_ROWS = 1_000  # per side; below, the note says by how much chance moves the figure
MAX_ROWS = 25_000
MAX_CELLS = 400_000  # of one side: 25,000 rows of 16 columns take about two seconds
MAX_COLUMNS = 300
ROUNDS = 100
N_GIVEAWAYS = 10
SETTINGS = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 31,
    "num_threads": 1,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


def metric(comparison: Comparison) -> Figure:
    """
    Cross-validated AUC of LightGBM telling synthetic rows from held-back ones; 0.5 is ideal, 1 worst.

    Five stratified folds, equally many rows a side. The floor puts train rows in the place of synthetic ones. `details`
    names the columns that give synthetic rows away, by their share of the classifier's gain.

    Source: classifier two-sample test, Lopez-Paz and Oquab, arXiv:1610.06545, 2017; with AUC for accuracy.
    """
    columns, note = comparison.some_columns(MAX_COLUMNS, "c2st")
    sides = comparison.against_fresh(min(MAX_ROWS, MAX_CELLS // max(len(columns), 1)))
    n = min(len(sides.reference), len(sides.synthetic))
    if n < MIN_ROWS or not columns:
        return Figure(
            None, None, "half", MEANING, f"It takes {MIN_ROWS} real and synthetic rows to train a classifier."
        )
    value, gains = tell_apart(columns, sides.reference, sides.synthetic, comparison.seed)
    floor = tell_apart(columns, sides.reference, sides.fresh, comparison.seed)[0] if sides.fresh is not None else None
    details = {"giveaways": _giveaways(columns, gains), "n_rows": n}
    interval = of_error(value, auc_error(value, n, n))
    return Figure(value, floor, "half", MEANING, _note(note, n), details, interval)


def tell_apart(columns: list[EncodedColumn], real: Rows, other: Rows, seed: int) -> tuple[float, Vector]:
    """
    AUC of telling `other` from `real`, and the gain of each column summed over the folds.

    Deterministic: one thread, fixed seeds, folds from the seed.
    """
    import lightgbm as lgb  # takes most of a second to load: only who evaluates pays for it

    x = np.concatenate([_matrix(columns, real), _matrix(columns, other)])
    y = np.repeat([0.0, 1.0], [len(real), len(other)])
    fold = folds([len(real), len(other)], FOLDS, stream(seed, "evaluation", "c2st"))
    levels = [j for j, c in enumerate(columns) if not c.is_number]
    scores, gains = np.zeros(len(y)), np.zeros(len(columns))
    for k in range(FOLDS):
        data = lgb.Dataset(x[fold != k], y[fold != k], categorical_feature=levels, params=dict(SETTINGS))
        model = lgb.train(dict(SETTINGS), data, ROUNDS)
        scores[fold == k] = model.predict(x[fold == k])
        gains += model.feature_importance("gain")
    return auc(scores[: len(real)], scores[len(real) :]), gains


def _matrix(columns: list[EncodedColumn], rows: Rows) -> NDArray[np.float64]:
    """Shape ``(rows, columns)``; missing is NaN."""
    return np.stack([rows.numbers(c) for c in columns], axis=1)


def _giveaways(columns: list[EncodedColumn], gains: Vector) -> list[dict[str, Any]]:
    shares = gains / max(float(gains.sum()), 1e-12)
    order = np.argsort(-shares, kind="stable")[:N_GIVEAWAYS].tolist()
    return [{"column": columns[j].column.name, "share": float(shares[j])} for j in order if shares[j] > 0]


def _note(columns: str, n: int) -> str:
    # Standard error of the AUC of pure chance, n rows a side: sqrt((2n + 1) / (12 n²)), Mann and Whitney 1947.
    noise = f"With {n:,} rows a side, chance alone moves this figure by about {2 * (1 / (6 * n)) ** 0.5:.2f}."
    return " ".join(t for t in (columns, noise if n < NOISY_ROWS else "") if t)

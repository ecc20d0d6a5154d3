"""Can a classifier tell synthetic rows from real rows that nobody has seen?"""

from lookalike.evaluation import Figure
from lookalike.evaluation.classifying import (
    MIN_ROWS,
    TOO_FEW,
    columns_of,
    giveaways,
    most_rows,
    noise,
    real_apart,
    tell_apart,
)
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.intervals import auc_error, of_error

MEANING = (
    "How well a classifier tells synthetic rows from real ones it has not seen: 0.5 is guessing, 1 is always right."
)


def metric(comparison: Comparison) -> Figure:
    """
    Cross-validated AUC of boosted trees telling synthetic rows from held-back ones; 0.5 is ideal, 1 worst.

    Five stratified folds, equally many rows a side. The floor puts train rows in the place of synthetic ones. `details`
    names the columns that give synthetic rows away, by their share of the classifier's gain.

    Source: classifier two-sample test, Lopez-Paz and Oquab, arXiv:1610.06545, 2017; with AUC for accuracy.
    """
    columns, note = columns_of(comparison)
    sides = comparison.against_fresh(most_rows(len(columns)))
    n = min(len(sides.reference), len(sides.synthetic))
    if n < MIN_ROWS or not columns:
        return Figure(None, None, "half", MEANING, TOO_FEW)
    floor = real_apart(comparison)  # first: `c2st_train` needs it last
    value, gains = tell_apart(columns, sides.reference, sides.synthetic, comparison.seed)
    details = {"giveaways": giveaways(columns, gains), "n_rows": n}
    interval = of_error(value, auc_error(value, n, n))
    return Figure(value, floor, "half", MEANING, f"{note} {noise(n)}".strip(), details, interval)

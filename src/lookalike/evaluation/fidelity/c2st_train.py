"""Can a classifier tell synthetic rows from the rows that were learnt from?"""

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
from lookalike.evaluation.comparison import SYNTHETIC, TRAIN, Comparison
from lookalike.evaluation.intervals import auc_error, of_error

MEANING = (
    "How well a classifier tells synthetic rows from those learnt from: 0.5 is guessing, 1 is always right, "
    "well below 0.5 shows that rows were copied."
)


def metric(comparison: Comparison) -> Figure:
    """
    Cross-validated AUC of boosted trees telling synthetic rows from train rows; 0.5 is ideal, 1 worst, in ``[0, 1]``.

    As `fidelity.c2st`, with train rows in the place of held-back ones. Below 0.5 a row's twin stands on the other side:
    the classifier learns the one and is wrong about the other. The floor is that of `fidelity.c2st`, held-back rows
    against train rows, since it does not matter which of the two is found; so a side has as many rows as there, as a
    classifier finds the more the more rows it sees.

    Source: classifier two-sample test, Lopez-Paz and Oquab, arXiv:1610.06545, 2017; with AUC for accuracy.
    """
    columns, note = columns_of(comparison)
    sides = comparison.against_fresh(most_rows(len(columns)))
    n = min(comparison.n_rows[TRAIN], len(sides.synthetic))
    if n < MIN_ROWS or not columns:
        return Figure(None, None, "half", MEANING, TOO_FEW)
    train, synthetic = (comparison.rows(table, n, "c2st_train") for table in (TRAIN, SYNTHETIC))
    value, gains = tell_apart(columns, train, synthetic, comparison.seed)
    details = {"giveaways": giveaways(columns, gains), "n_rows": n}
    interval = of_error(value, auc_error(value, n, n))
    return Figure(value, real_apart(comparison), "half", MEANING, f"{note} {noise(n)}".strip(), details, interval)

"""Does the level of a long series drift?"""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.empirical import ks
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.holding import Distance, by_column, held
from lookalike.evaluation.sequences.panel import WINDOW, Kind, Panel

MEANING = (
    "How far the means of 24 rows are from the real ones, on average: a level that drifts shows; 0 is the same, 1 has "
    "nothing in common."
)


def metric(comparison: SequenceComparison) -> Figure:
    """
    Mean Kolmogorov-Smirnov distance to train of the means of 24 rows, over the columns of numbers; in ``[0, 1]``.

    Only of one long series. A mean with a missing cell in it counts for nothing.

    Source: two-sample statistic, Smirnov, Annals of Mathematical Statistics 19, 1948.
    """
    if comparison.kind is not Kind.SERIES:
        return Figure(None, None, "lower", MEANING, "Not judged: it takes one long series.")
    layout = comparison.panels[0].layout
    names = [layout.names[j] for j in layout.numbers]
    return held(
        comparison, Distance(_means, by_column(ks), names), MEANING, f"It takes numbers, {WINDOW} rows in order."
    )


def _means(panel: Panel) -> list[Vector]:
    means = panel.at(panel.windows(WINDOW, WINDOW), WINDOW).mean(axis=1)[:, panel.layout.numbers].T
    return [np.sort(m[~np.isnan(m)]) for m in means]

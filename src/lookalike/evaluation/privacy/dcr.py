"""How near do synthetic rows come to rows learnt from, beside rows that were not learnt from?"""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.crowds import Closeness, closeness, curves, medians, unjudged
from lookalike.evaluation.intervals import PARTS, Interval, of_parts

MEANING = (
    "Median distance of synthetic rows to the closest row learnt from, as a multiple of that of real rows held back: "
    "1 is as far as fresh rows, 0 is copies."
)
BOUNDS = (0.0, 2.0)  # what is further is cut: twice as far as real rows is not more private, but unlike them


def metric(comparison: Comparison) -> Figure:
    """
    Median distance of synthetic rows to train over that of as many held-back rows; higher is better, in ``[0, 2]``.

    The floor is 1 by definition. `details` has quantiles of both distances, in columns, but none that fewer than
    `min_level_rows` rows are beyond.

    Source: distance to closest record, Zhao et al., "CTAB-GAN", arXiv:2102.08369, 2021, beside that of a holdout.
    """
    near = comparison.once(closeness)
    if near is None:
        return unjudged("higher", MEANING, BOUNDS)
    first, fresh = near.synthetic[:, 0], near.fresh[:, 0]
    details = {**curves(first, fresh, comparison.min_level_rows), "n_rows": len(first)}
    if not np.median(fresh):
        note = "Not judged: half of the held-back rows or more equal a row learnt from."
        return Figure(None, None, "higher", MEANING, note, details, bounds=BOUNDS)
    value = min(float(np.median(first) / np.median(fresh)), BOUNDS[1])
    return Figure(value, 1.0, "higher", MEANING, near.note, details, _interval(near, value), BOUNDS)


def _interval(near: Closeness, value: float) -> Interval:
    """From the ratio's linear terms in either median, part by part: a part's own ratio could have no divisor."""
    first, fresh = near.synthetic[:, 0], near.fresh[:, 0]
    terms = medians(first, PARTS) - value * medians(fresh, PARTS)
    return of_parts(value, (value + terms / np.median(fresh)).tolist(), BOUNDS)

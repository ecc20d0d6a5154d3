"""Do synthetic rows single out one row learnt from, by being much nearer to it than to the next?"""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.crowds import closeness, curves, medians, unjudged
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.intervals import PARTS, of_parts

MEANING = (
    "How far the closest row learnt from is, as a share of the distance to the second closest, in the median: "
    "near 1 no single row is picked out, near 0 one is."
)


def metric(comparison: Comparison) -> Figure:
    """
    Median ratio of the distances to the closest and second closest train row; higher is better, in ``[0, 1]``.

    The floor is that of as many held-back rows. A row that equals two train rows picks out neither: its ratio is 1.
    `details` has quantiles of both, as in `dcr`.

    Source: nearest neighbour distance ratio, Zhao et al., "CTAB-GAN", arXiv:2102.08369, 2021.
    """
    near = comparison.once(closeness)
    if near is None:
        return unjudged("higher", MEANING)
    made, fresh = _ratios(near.synthetic), _ratios(near.fresh)
    value = float(np.median(made))
    details = {**curves(made, fresh, comparison.min_level_rows), "n_rows": len(made)}
    interval = of_parts(value, medians(made, PARTS).tolist())
    return Figure(value, float(np.median(fresh)), "higher", MEANING, near.note, details, interval)


def _ratios(distances: Vector) -> Vector:
    first, second = distances.T
    return np.asarray(np.divide(first, second, out=np.ones(len(first)), where=second > 0))

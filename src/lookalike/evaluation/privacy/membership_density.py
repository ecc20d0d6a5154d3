"""Can someone who also has real rows of the same source tell whether a row was learnt from?"""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.attacks import told_apart, victims
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.crowds import Crowds, crowds, unjudged
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.neighbours import Points, nearest

MEANING = (
    "How well it tells rows learnt from and rows held back apart where synthetic rows are denser than other real rows: "
    "0.5 is guessing, 1 is always right."
)
LEAST = 2**-15  # added to distances: one of 0 has a logarithm, too


def metric(comparison: Comparison) -> Figure:
    """
    AUC of telling train rows from held-back ones by the ratio of densities; 0.5 is ideal, 1 worst.

    The ratio is that of synthetic rows to one half of the held-back rows, each by the distance to the closest: more
    neighbours would smooth away what a generator remembers, which is single rows. The other half is attacked. The floor
    does the same with one half of the held-back rows in the place of the synthetic ones.

    Source: van Breugel et al., "Membership inference attacks against synthetic data through overfitting detection"
    (DOMIAS), AISTATS 2023, arXiv:2302.12580, with a nearest-neighbour estimate of the densities.
    """
    crowd = comparison.once(crowds)
    if crowd is None:
        return unjudged("half", MEANING)
    found, floor = (told_apart(*attack(c)) for c in (crowd, crowd.fair))
    return Figure(found.auc, floor.auc, "half", MEANING, crowd.note, found.details(), found.interval)


def attack(crowd: Crowds) -> tuple[Vector, Vector]:
    """How much denser synthetic rows are around attacked train and held-back rows; a logarithm, up to a factor."""
    half = len(crowd.holdout) // 2
    attacked, others = crowd.holdout[:half], crowd.holdout[half:]
    train, holdout, n = victims(crowd, attacked, crowd.synthetic)
    ratios = [_far(rows, others[:n]) - _far(rows, crowd.synthetic[:n]) for rows in (train, holdout)]
    return ratios[0], ratios[1]


def _far(rows: Points, references: Points) -> Vector:
    """Logarithm of the distance to the closest reference: the density's, but for sign, factor and offset."""
    return np.log(nearest(rows, references) / rows.unit + LEAST)

"""Can someone who has a row tell from the synthetic rows whether it was learnt from?"""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.attacks import told_apart, victims
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.crowds import Crowds, crowds, unjudged
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.neighbours import nearest

MEANING = (
    "How well the distance to the closest synthetic row tells rows learnt from and rows held back apart: "
    "0.5 is guessing, 1 is always right."
)


def metric(comparison: Comparison) -> Figure:
    """
    AUC of telling train rows from held-back ones by how near the closest synthetic row is; 0.5 is ideal, 1 worst.

    A larger train is cut at random into parts of the number of held-back rows, at most ten, and the areas are averaged.
    The floor puts one half of the held-back rows in the place of the synthetic ones.

    Source: distance-based membership inference, Chen et al., "GAN-Leaks", ACM CCS 2020, doi:10.1145/3372297.3417238.
    """
    crowd = comparison.once(crowds)
    if crowd is None:
        return unjudged("half", MEANING)
    found, floor = (told_apart(*attack(c)) for c in (crowd, crowd.fair))
    return Figure(found.auc, floor.auc, "half", MEANING, crowd.note, found.details(), found.interval)


def attack(crowd: Crowds) -> tuple[Vector, Vector]:
    """How near the closest synthetic row is to attacked train and held-back rows; the higher, the nearer."""
    train, holdout, n = victims(crowd, crowd.holdout, crowd.synthetic)
    references = crowd.synthetic[:n]
    near_train, near_holdout = (-nearest(rows, references).astype(np.float64) for rows in (train, holdout))
    return near_train, near_holdout

"""Can a linear classifier tell synthetic from real texts?"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from lookalike.data.streams import stream
from lookalike.evaluation import Figure
from lookalike.evaluation.intervals import auc_error, of_error
from lookalike.evaluation.ranking import auc, folds
from lookalike.evaluation.texts.comparison import MIN_TEXTS, Points, Sides, TextComparison
from lookalike.evaluation.texts.vectors import Matrix

Vector = NDArray[np.float64]

FOLDS = 4
REPEATS = 2  # folds drawn anew move the figure by 0.01
MOST_STEPS, MOST_TURNS = 20, 30
ROUGHLY = 0.1  # how near a step is to Newton's
CLOSE_ENOUGH = 1e-3  # of the gradient: the order of the scores changes no more

TOO_FEW = f"It takes {MIN_TEXTS} real and synthetic texts to train a classifier."


def told(comparison: TextComparison, name: str, stacked: Callable[[Sides], Sequence[Any]], meaning: str) -> Figure:
    """
    The AUC of telling synthetic texts from fresh ones, beside that of telling train from fresh; 0.5 is ideal.

    Args:
        name: Of the figure; its folds go by it.
        stacked: Vectors of fresh and synthetic texts, a row each, the latter below; and of fresh and train.
    """
    sides = comparison.sides
    if sides is None:
        return Figure(None, None, "half", meaning, TOO_FEW)
    n = len(sides.reference)
    value, floor = (_repeated(x, n, stream(comparison.seed, "evaluation", name)) for x in stacked(sides))
    interval = of_error(value, auc_error(value, n, n))
    return Figure(value, floor, "half", meaning, details={"n_texts": n}, interval=interval)


def stacked(points: Points | None) -> Sequence[Matrix]:
    """Points of fresh and synthetic texts below each other, and of fresh and train; nothing where there are none."""
    if points is None:
        return []
    return [np.concatenate([points.reference, other]) for other in (points.synthetic, points.fresh)]


def _repeated(x: Any, n: int, rng: np.random.Generator) -> float:
    return float(np.mean([cross_validated(x, n, rng) for _ in range(REPEATS)]))


def cross_validated(x: Any, n: int, rng: np.random.Generator) -> float:
    """AUC of telling the rows from the `n`-th on from those before, each scored by a model of the other folds."""
    side = np.repeat([0.0, 1.0], [n, x.shape[0] - n])
    fold = folds([n, x.shape[0] - n], FOLDS, rng)
    scores = np.zeros(len(side))
    for k in range(FOLDS):
        rest, held = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        slope, level = logistic(x[rest], side[rest])
        scores[held] = x[held] @ slope + level
    return auc(scores[:n], scores[n:])


def logistic(x: Any, side: Vector) -> tuple[Vector, float]:
    """
    Slope and level of the logistic regression of `side` (0 or 1) on `x`; half the squared slope is the penalty.

    Newton's method, its steps by conjugate gradients; vectors are added up without BLAS, whose threads would cost more
    than they save.

    Source: penalised logistic regression, le Cessie and van Houwelingen, Applied Statistics 41, 1992; Newton by
    conjugate gradients, Lin, Weng and Keerthi, JMLR 9, 2008.
    """
    turned = x.T.tocsr() if hasattr(x, "tocsr") else x.T
    theta = np.zeros(x.shape[1] + 1)
    for _ in range(MOST_STEPS):
        chance = expit(x @ theta[:-1] + theta[-1])
        off, spread = chance - side, chance * (1 - chance)
        slope = np.append(turned @ off + theta[:-1], off.sum())
        if np.abs(slope).max() < CLOSE_ENOUGH:
            break

        def bend(v: Vector, spread: Vector = spread) -> Vector:
            z = spread * (x @ v[:-1] + v[-1])
            return np.append(turned @ z + v[:-1], z.sum())

        theta = theta - _solved(bend, slope)
    return theta[:-1], float(theta[-1])


def _solved(bend: Callable[[Vector], Vector], slope: Vector) -> Vector:
    """The step whose bend is the slope, to a tenth of its size."""
    step, rest = np.zeros(len(slope)), slope
    way, size = rest, float((rest * rest).sum())
    enough = size * ROUGHLY**2
    for _ in range(MOST_TURNS):
        bent = bend(way)
        pace = size / float((way * bent).sum())
        step, rest = step + pace * way, rest - pace * bent
        before, size = size, float((rest * rest).sum())
        if size <= enough:
            break
        way = rest + size / before * way
    return step

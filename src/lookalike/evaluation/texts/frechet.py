"""The Fréchet distance of two sets of points."""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.intervals import PARTS, of_parts
from lookalike.evaluation.texts.comparison import MIN_PART, Points
from lookalike.evaluation.texts.telling import TOO_FEW
from lookalike.evaluation.texts.vectors import Matrix

BOUNDS = (0.0, 4.0)  # of points of length 1


def figure(points: Points | None, meaning: str) -> Figure:
    """
    The distance of synthetic to held-back texts, beside that of train; not judged where there are no points.

    Source: Dowson and Landau, Journal of Multivariate Analysis 12, 1982; Heusel et al., arXiv:1706.08500, 2017.
    """
    if points is None:
        return Figure(None, None, "lower", meaning, TOO_FEW, bounds=BOUNDS)
    value, floor = (frechet(points.reference, other) for other in (points.synthetic, points.fresh))
    n = len(points.reference)
    return Figure(
        value, floor, "lower", meaning, details={"n_texts": n}, interval=_interval(value, points), bounds=BOUNDS
    )


def frechet(a: Matrix, b: Matrix) -> float:
    """Squared distance of two samples, each taken for normal: of their means, and of their covariances."""
    apart = float(((a.mean(axis=0) - b.mean(axis=0)) ** 2).sum())
    one, two = (np.atleast_2d(np.cov(x.T)) for x in (a, b))
    values, vectors = np.linalg.eigh(one)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ two @ root), 0)).sum()
    return float(np.clip(apart + np.trace(one) + np.trace(two) - 2 * shared, *BOUNDS))


def _interval(value: float, points: Points) -> tuple[float, float] | None:
    """From ten parts of the synthetic texts: each is further away, having fewer, but varies by chance alike."""
    size = len(points.synthetic) // PARTS
    if size < MIN_PART:
        return None
    parts = [points.synthetic[i::PARTS][:size] for i in range(PARTS)]
    return of_parts(value, [frechet(points.reference, part) for part in parts], BOUNDS)

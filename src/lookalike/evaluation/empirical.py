"""Distances between two samples of one variable."""

import numpy as np

from lookalike.evaluation.encoding import Vector


def ks(a: Vector, b: Vector) -> float:
    """
    Largest gap between two empirical distribution functions.

    Args:
        a, b: Sorted, without NaN.

    Returns:
        In ``[0, 1]``; 1 if only one has values, 0 if neither has.
    """
    if not len(a) or not len(b):
        return float(len(a) != len(b))
    at = np.concatenate([a, b])
    gap = np.searchsorted(a, at, "right") / len(a) - np.searchsorted(b, at, "right") / len(b)
    return float(np.abs(gap).max())


def tvd(a: Vector, b: Vector) -> float:
    """
    Total variation distance of the values of two samples, each value being a level of its own.

    Args:
        a, b: Without NaN.

    Returns:
        In ``[0, 1]``; 1 if only one has values, 0 if neither has.
    """
    if not len(a) or not len(b):
        return float(len(a) != len(b))
    _, level = np.unique(np.concatenate([a, b]), return_inverse=True)
    n = int(level.max()) + 1
    shares = [np.bincount(part, minlength=n) / len(part) for part in (level[: len(a)], level[len(a) :])]
    return 0.5 * float(np.abs(shares[0] - shares[1]).sum())

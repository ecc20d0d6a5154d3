"""How far chance moves a figure: 95 % intervals, each by the method that its kind of figure has."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from scipy.special import ndtri, stdtrit  # scipy.stats takes half a second to load

Interval = tuple[float, float]

LEVEL = 0.95
PARTS = 10  # disjoint parts of rows for figures that no formula is known for


def of_parts(value: float, parts: Sequence[float], bounds: Interval = (0.0, 1.0)) -> Interval:
    """
    Interval of a figure from the same figure on disjoint parts of the rows, each of which is as far off by chance.

    Args:
        parts: At least two figures, of parts of equal size that together are all rows.

    Source: subsampling with a root-n rate, Politis and Romano, Annals of Statistics 22, 1994.
    """
    k = len(parts)
    half = float(stdtrit(k - 1, (1 + LEVEL) / 2)) * float(np.std(parts, ddof=1)) / sqrt(k)
    return _within(value - half, value + half, bounds)


def of_error(value: float, standard_error: float, bounds: Interval = (0.0, 1.0)) -> Interval:
    """Interval of a figure that is about normal, by its standard error."""
    half = float(ndtri((1 + LEVEL) / 2)) * standard_error
    return _within(value - half, value + half, bounds)


def of_share(n_found: float, n: float) -> Interval:
    """
    Interval of a share of `n` rows, `n_found` of which were found; never empty, also at 0 and at all.

    Source: score interval, Wilson, Journal of the American Statistical Association 22, 1927.
    """
    z2 = float(ndtri((1 + LEVEL) / 2)) ** 2
    middle, share = n + z2, n_found / n
    half = sqrt(z2 * (share * (1 - share) * n + z2 / 4)) / middle
    low, high = _within((n_found + z2 / 2) / middle - half, (n_found + z2 / 2) / middle + half, (0.0, 1.0))
    return min(low, share), max(high, share)  # which at either end is a last digit off


def auc_error(auc: float, n_negative: int, n_positive: int) -> float:
    """
    Standard error of an area under the ROC curve.

    Source: Hanley and McNeil, Radiology 143, 1982.
    """
    auc = max(auc, 1 - auc)  # the same for either direction
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    spread = auc * (1 - auc) + (n_positive - 1) * (q1 - auc * auc) + (n_negative - 1) * (q2 - auc * auc)
    return sqrt(max(spread, 0.0) / (n_negative * n_positive))


def _within(low: float, high: float, bounds: Interval) -> Interval:
    return max(low, bounds[0]), min(high, bounds[1])

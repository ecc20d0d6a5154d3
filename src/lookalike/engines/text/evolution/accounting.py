"""How much noise a differential privacy takes, where Gaussian noise is added to counts of records."""

from dataclasses import dataclass
from math import erfc, exp, log, sqrt

_STEPS = 200  # halvings: more than a float has


@dataclass(frozen=True)
class Account:
    """
    What is promised: whatever anybody sees of the releases is almost as likely without any one record.

    Attributes:
        sigma: Standard deviation of the noise of each release.
        n_releases: How many tables of counts are told, in each of which a record counts once at most.
    """

    epsilon: float
    delta: float
    sigma: float
    n_releases: int


def account(epsilon: float, n_records: int, n_releases: int) -> Account:
    """
    The noise for a budget; delta is 1 / (n log n).

    Several releases with Gaussian noise are one, with ``sigma / sqrt(n_releases)``: their privacy losses add up to a
    normal one (Dong, Roth and Su, "Gaussian differential privacy", 2022, corollary 3.3). That one is told exactly by
    Balle and Wang, "Improving the Gaussian mechanism for differential privacy", 2018, theorem 8.

    Args:
        epsilon: Above 0. n_records: 3 or more.
    """
    delta = 1 / (n_records * log(n_records))
    return Account(epsilon, delta, sqrt(n_releases) / _loss(epsilon, delta), n_releases)


def delta_of(epsilon: float, mu: float) -> float:
    """The least delta that a count of sensitivity 1 keeps to with noise of deviation ``1 / mu``, `mu` above 0."""
    beyond = _below(-epsilon / mu - mu / 2)
    return _below(mu / 2 - epsilon / mu) - (exp(epsilon + log(beyond)) if beyond > 0 else 0.0)


def _loss(epsilon: float, delta: float) -> float:
    """The largest mu that keeps to both, by halving: delta grows with it. A float less, to be on the safe side."""
    low, high = 0.0, 1.0
    while delta_of(epsilon, high) <= delta:
        high *= 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if middle > 0 and delta_of(epsilon, middle) <= delta else (low, middle)
    return low * (1 - 1e-12)


def _below(x: float) -> float:
    """The standard normal distribution's share below x."""
    return erfc(-x / sqrt(2)) / 2

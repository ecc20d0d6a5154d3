"""Intervals hold what they promise: the truth in about 95 of 100 draws."""

import numpy as np
import pytest

from lookalike.data.streams import stream
from lookalike.evaluation.intervals import auc_error, of_error, of_parts, of_share
from lookalike.evaluation.ranking import auc

N_DRAWS = 400
COVERED = (0.91, 0.985)  # 95 % give or take what 400 draws show


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5])
def test_shares(share: float) -> None:
    """The interval of a share holds the true one."""
    rng = stream(1, "shares")
    intervals = [of_share(int(rng.binomial(300, share)), 300) for _ in range(N_DRAWS)]

    assert COVERED[0] <= np.mean([low <= share <= high for low, high in intervals]) <= COVERED[1]


@pytest.mark.parametrize("n_found", [0, 20])
def test_shares_at_the_ends(n_found: int) -> None:
    """None or all of 20 rows still leave room for others, within [0, 1]."""
    low, high = of_share(n_found, 20)

    assert 0 <= low < high <= 1
    assert 0.1 < high - low < 0.2


@pytest.mark.parametrize("found", [0, 1])
def test_a_share_lies_in_its_interval(found: int) -> None:
    """None and all of any number of rows lie within, to the last digit."""
    intervals = [of_share(found * n, n) for n in range(1, 300)]

    assert all(low <= found <= high for low, high in intervals)


@pytest.mark.parametrize("shift", [0.0, 0.5, 2.0])
def test_areas(shift: float) -> None:
    """The interval of an AUC of two normals holds the true one."""
    from scipy.stats import norm

    rng, true = stream(2, "areas"), float(norm.cdf(shift / 2**0.5))
    hits = []
    for _ in range(N_DRAWS):
        value = auc(rng.normal(size=120), rng.normal(shift, size=80))
        low, high = of_error(value, auc_error(value, 120, 80))
        hits.append(low <= true <= high)

    assert COVERED[0] <= np.mean(hits) <= COVERED[1]


def test_parts() -> None:
    """The interval of a mean, from the means of ten parts, holds the true one."""
    rng, hits = stream(3, "parts"), []
    for _ in range(N_DRAWS):
        rows = rng.normal(0.5, 0.1, 500)
        low, high = of_parts(float(rows.mean()), rows.reshape(10, 50).mean(axis=1).tolist())
        hits.append(low <= 0.5 <= high)

    assert COVERED[0] <= np.mean(hits) <= COVERED[1]


def test_bounds_are_kept() -> None:
    """No interval leaves the bounds of its figure."""
    assert (0.0, 1.0) == of_error(0.5, 10.0)
    assert (-1.0, 1.0) == of_error(0.5, 10.0, (-1.0, 1.0))
    assert 0.0 == of_parts(0.001, [0.0, 0.02] * 5)[0]

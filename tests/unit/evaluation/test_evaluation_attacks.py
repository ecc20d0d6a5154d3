import numpy as np
import pytest

from lookalike.evaluation.attacks import risk, told_apart
from lookalike.evaluation.intervals import of_share
from lookalike.evaluation.ranking import auc


def _hits(n: int, share: float) -> np.ndarray:
    return (np.arange(n) < share * n).astype(float)


def test_risk_is_what_control_fails_at() -> None:
    """Half of what fails on held-back rows succeeds on those learnt from: the risk is a half."""
    found = risk(_hits(1_000, 0.7), _hits(1_000, 0.4))

    assert 0.5 == pytest.approx(found.value)
    assert (0.7, 0.4) == (found.train, found.control)
    assert found.interval[0] < 0.5 < found.interval[1]


def test_the_interval_without_control_is_that_of_the_share() -> None:
    """Where hardly any attack on held-back rows succeeds, the interval is as wide as Wilson's of the other share."""
    low, high = risk(_hits(500, 0.3), np.zeros(100_000)).interval
    wilson = of_share(150, 500)

    assert wilson[1] - wilson[0] == pytest.approx(high - low, rel=0.01)


def test_less_success_than_control_is_no_risk() -> None:
    """Where attacks succeed less often than on held-back rows the risk is 0, and in its interval."""
    found = risk(_hits(100, 0.2), _hits(100, 0.4))

    assert found.value == 0.0
    assert found.interval[0] == 0.0 <= found.interval[1]


def test_attacks_that_always_succeed_tell_nothing() -> None:
    """Where no attack on held-back rows fails there is no risk to be seen, and anything is possible."""
    assert (0.0, (0.0, 1.0)) == (risk(np.ones(50), np.ones(50)).value, risk(np.ones(50), np.ones(50)).interval)


def test_intervals_hold_what_is_true() -> None:
    """Of many draws with a known risk, nineteen of twenty intervals hold it."""
    rng = np.random.Generator(np.random.PCG64(1))
    draws = [risk(*((rng.random(300) < p).astype(float) for p in (0.55, 0.4))) for _ in range(500)]

    assert abs(np.mean([d.interval[0] <= 0.25 <= d.interval[1] for d in draws]) - 0.95) < 0.03


def test_partial_success_is_surer() -> None:
    """Attacks that each succeed on about half of many tries make a narrower interval than that many coins."""
    rng = np.random.Generator(np.random.PCG64(1))
    partial, coins = (risk(rng.binomial(k, 0.5, 400) / k, np.zeros(400)).interval for k in (10, 1))

    assert partial[1] - partial[0] < 0.5 * (coins[1] - coins[0])


def test_areas_of_equal_parts_average_to_that_of_all() -> None:
    """The mean area over parts of the members is the area of all of them."""
    rng = np.random.Generator(np.random.PCG64(1))
    members, others = rng.normal(0.5, 1, 300), rng.normal(0, 1, 100)
    found = told_apart(members, others)

    assert (100, 3) == (found.n, found.repeats)
    assert auc(others, members) == pytest.approx(found.auc)

"""Requests a customer may make."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.access.rates import BURST_S, KEPT_MAX, Rates
from lookalike.clock import ManualClock
from lookalike.errors import RateLimited

PER_S = 10
BURST = int(PER_S * BURST_S)


def rates() -> tuple[Rates, ManualClock]:
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    return Rates(PER_S, clock), clock


def test_a_burst_then_the_rate() -> None:
    """Two seconds' worth at once, then one in each tenth of a second; a refusal says when."""
    own, clock = rates()
    left = [own.take("a").left for _ in range(BURST)]
    with pytest.raises(RateLimited) as refused:
        own.take("a")
    clock.advance(0.1)
    again = own.take("a")

    assert [*range(BURST - 1, -1, -1)] == left
    assert pytest.approx(0.1) == refused.value.retry_after_s
    assert (BURST, 0, pytest.approx(BURST_S)) == (again.burst, again.left, again.full_in_s)


def test_one_customer_takes_nothing_from_another() -> None:
    """Who used all up is refused, and another is not."""
    own, _ = rates()
    for _ in range(BURST):
        own.take("a")
    with pytest.raises(RateLimited):
        own.take("a")

    assert BURST - 1 == own.take("b").left


@given(st.lists(st.floats(0, 1), max_size=60))
def test_never_more_than_the_rate(waits: list[float]) -> None:
    """Over any time no more requests are let through than a burst and the rate allow, and no fewer than they could."""
    own, clock = rates()
    n_let, passed_s, delays_s = 0, 0.0, list[float]()
    for wait_s in waits:
        clock.advance(wait_s)
        passed_s += wait_s
        try:
            own.take("a")
            n_let += 1
        except RateLimited as refused:
            delays_s.append(refused.retry_after_s)

    assert all(0 < delay_s <= 1 / PER_S for delay_s in delays_s)
    assert n_let <= BURST + passed_s * PER_S + 1e-6
    assert n_let >= min(len(waits), BURST)


def test_who_is_quiet_is_forgotten() -> None:
    """However many customers there are, only those who made requests lately are kept."""
    own, clock = rates()
    for number in range(KEPT_MAX):
        own.take(f"{number}")
    clock.advance(BURST_S)
    own.take("last")
    clock.advance(0.05)

    assert 1 == len(own._left)
    assert BURST - 2 == own.take("last").left

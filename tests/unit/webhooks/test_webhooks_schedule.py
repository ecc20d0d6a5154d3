"""When what failed is tried again."""

from hypothesis import given
from hypothesis import strategies as st

from lookalike.net.retry_after import WAIT_MAX_S
from lookalike.webhooks.schedule import DELAYS_S, JITTER, delay_s

MINUTE, HOUR = 60, 3_600


def test_the_schedule_is_the_contracts() -> None:
    """Retries after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, then given up."""
    hours = [hours * HOUR for hours in (2, 5, 10, 14, 20, 24)]
    delays = [delay_s(attempts, None, lambda: 0.0) for attempts in range(1, 11)]

    assert [5, 5 * MINUTE, 30 * MINUTE, *hours, None] == delays


@given(st.integers(1, 9), st.floats(0, 1, exclude_max=True), st.none() | st.floats(0, 1e9))
def test_nobody_is_asked_sooner_than_planned(attempts: int, drawn: float, asked: float | None) -> None:
    """Jitter adds a fifth at most; the receiver may put us off for longer, a day at most, and not for less."""
    delay = delay_s(attempts, asked, lambda: drawn)
    planned = DELAYS_S[attempts - 1]

    assert delay is not None
    assert planned <= delay <= max(planned * (1 + JITTER), min(asked or 0, WAIT_MAX_S))
    assert delay >= min(asked or 0, WAIT_MAX_S)

"""When what failed is tried again."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.webhooks.schedule import DELAYS_S, JITTER, WAIT_MAX_S, delay_s, retry_after_s

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
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


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0),
        (" 120 ", 120),
        ("9" * 4_000, WAIT_MAX_S),
        ("-1", None),
        ("1.5", None),
        ("\u0661", None),
        ("", None),
        ("soon", None),
        ("Fri, 02 Jan 2026 03:05:05 GMT", 60),
        ("Fri, 02 Jan 2026 03:05:05 -0000", 60),
        ("Fri, 02 Jan 2026 03:03:05 GMT", 0),
        ("Fri, 02 Jan 9999 03:03:05 GMT", WAIT_MAX_S),
        ("Fri, 99 Jan 2026 03:05:05 GMT", None),
        (format_datetime(NOW), 0),
    ],
)
def test_what_receivers_ask_for(value: str | None, seconds: float | None) -> None:
    """Seconds or a date; what is neither asks for nothing."""
    assert seconds == retry_after_s(value, NOW)


@given(st.text())
def test_nonsense_asks_for_nothing(value: str) -> None:
    """Whatever stands there, it is a number of seconds up to a day, or nothing."""
    asked = retry_after_s(value, NOW)

    assert asked is None or 0 <= asked <= WAIT_MAX_S

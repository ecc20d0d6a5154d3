"""When a server wants to be asked again."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.net.retry_after import WAIT_MAX_S, retry_after_s

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


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

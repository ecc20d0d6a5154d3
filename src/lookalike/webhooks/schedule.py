"""When a delivery that failed is tried again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# seconds from one attempt to the next; after the last one a delivery is given up
DELAYS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.2  # at most so much of the delay is added, so that what failed together does not come back together
WAIT_MAX_S = 86_400.0  # no receiver puts us off for longer
GIVE_UP_AFTER = timedelta(days=5)  # a webhook that only failed for so long is disabled


def delay_s(attempts: int, asked_s: float | None, draw: Callable[[], float]) -> float | None:
    """
    Seconds until the next attempt, None if there is none.

    Args:
        attempts: How many have failed, 1 or more.
        asked_s: What the receiver asked for; it may put us off for longer than the schedule, not for less.
        draw: A number in [0, 1), for the jitter.
    """
    if attempts > len(DELAYS_S):
        return None
    planned = DELAYS_S[attempts - 1] * (1 + JITTER * draw())
    return max(planned, min(asked_s or 0.0, WAIT_MAX_S))


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """
    What a ``Retry-After`` header asks for (RFC 9110, 10.2.3): seconds, or a date; None if it asks for nothing.

    Args:
        now: With a time zone.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), WAIT_MAX_S)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return min(max((date - now).total_seconds(), 0.0), WAIT_MAX_S)

"""When a server wants to be asked again."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

WAIT_MAX_S = 86_400.0  # no server puts us off for longer


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

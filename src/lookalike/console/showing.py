"""Values as people read them: the filters of the templates."""

from datetime import datetime
from typing import Any

from lookalike.clock import SystemClock

FILTERS = ("ago", "moment", "lasting", "size", "count", "percent", "told", "short")
_now = SystemClock().now
_STEPS = ((60, "s"), (3600, "min"), (86_400, "h"))


def moment(text: str | None) -> str:
    """A time in UTC, to the second."""
    return "–" if not text else f"{_parsed(text):%Y-%m-%d %H:%M:%S} UTC"


def ago(text: str | None) -> str:
    """How long ago it was, in one unit."""
    if not text:
        return "–"
    seconds = (_now() - _parsed(text)).total_seconds()
    if seconds < 60:  # no finer: what follows a list would be told of nothing else
        return "just now"
    return f"{_rough(seconds)} ago"


def lasting(start: str | None, end: str | None = None) -> str:
    """From a start to an end, or until now; nothing of what has not begun."""
    if not start:
        return ""
    seconds = ((_parsed(end) if end else _now()) - _parsed(start)).total_seconds()
    if seconds >= 60:
        return _clock(int(seconds))
    return f"{max(seconds, 0):.1f} s" if end else f"{max(int(seconds), 0)} s"


def size(n_bytes: int | None) -> str:
    """Bytes in a unit of which there are less than a thousand."""
    if n_bytes is None:
        return "–"
    value = float(n_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def count(n: int | None) -> str:
    return "–" if n is None else f"{n:,}"


def percent(share: float) -> str:
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{100 * share:.1f} %" if share % 1 else f"{100 * share:.0f} %"


def told(value: Any) -> str:
    """A word of ours with spaces."""
    return str(value).replace("_", " ")


def short(text: str, chars: int = 8) -> str:
    return text[:chars]


def _parsed(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _rough(seconds: float) -> str:
    before = 1
    for limit, unit in _STEPS:
        if seconds < limit:
            return f"{seconds / before:.0f} {unit}"
        before = limit
    days = round(seconds / 86_400)
    return f"{days} day" if days == 1 else f"{days} days"


def _clock(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02} h" if hours else f"{minutes}:{seconds:02} min"

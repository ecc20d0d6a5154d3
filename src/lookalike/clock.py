"""Time, as something you are handed: real in the service, set by hand in tests."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


def timestamp(value: datetime | None) -> str | None:
    """RFC 3339 with milliseconds and Z."""
    return None if value is None else value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Clock(Protocol):
    """Tells the time of day and measures spans."""

    def now(self) -> datetime:
        """Time of day, with zone UTC."""

    def monotonic(self) -> float:
        """Seconds since some fixed point; never goes back, not touched when somebody sets the clock."""

    def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""


# goes on while the machine sleeps, as the clocks of other machines do; on macOS CLOCK_MONOTONIC does
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """The machine's clock; all processes of the machine read the same monotonic time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.clock_gettime(_STEADY)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class ManualClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

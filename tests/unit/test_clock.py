"""Time as something handed in."""

from datetime import UTC, datetime, timedelta

from lookalike.clock import ManualClock, SystemClock

START = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)


def test_a_manual_clock_stands_still() -> None:
    """Time passes only when the clock is told, by advancing or sleeping, for day and span alike."""
    clock = ManualClock(START)

    assert (START, 0.0) == (clock.now(), clock.monotonic())
    clock.advance(1.5)
    clock.sleep(2)
    assert (START + timedelta(seconds=3.5), 3.5) == (clock.now(), clock.monotonic())


def test_the_system_clock_tells_utc_and_goes_on() -> None:
    """The machine's clock tells UTC, and its spans never shrink."""
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0)

    assert timedelta(0) == clock.now().utcoffset()
    assert before <= clock.monotonic()

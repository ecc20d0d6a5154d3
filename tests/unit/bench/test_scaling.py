"""Large jobs as tables, and what they are carried on to."""

import os

import pytest
from bench.measuring.scaling import extrapolated
from bench.serving.resident import peak_bytes
from bench.serving.scaled import Case, Outcome


def outcome(n_rows: int, seconds: float, workers: int = 1, *, far: bool = False) -> Outcome:
    """A job that wrote ten bytes a row."""
    return Outcome(Case(n_rows, workers, far), 1000, seconds, {}, 1000, 10 * n_rows, {})


def test_a_slope_is_carried_on() -> None:
    """From 10 and 20 s for one and two million rows, a thousand million take 10 s a million more than these."""
    [text] = extrapolated([outcome(1_000_000, 10), outcome(2_000_000, 20)])

    assert "Not measured" in text
    assert "- 1 worker, from 1,000,000 and 2,000,000: 10.00 s a million rows, 2.8 hours, 10 GB." in text


@pytest.mark.parametrize("others", [[], [outcome(2_000_000, 9, far=True)], [outcome(2_000_000, 9, workers=2)]])
def test_one_size_has_no_slope(others: list[Outcome]) -> None:
    """Jobs that differ in more than their size are not compared."""
    assert [] == extrapolated([outcome(1_000_000, 10), *others])


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="the system does not keep it")
def test_the_peak_of_a_process() -> None:
    """What this process has allocated and filled is part of its peak, after it was given back, too."""
    before = peak_bytes(os.getpid())
    filled = b"x" * (before + 50_000_000)
    del filled

    assert before + 50_000_000 <= peak_bytes(os.getpid())
    assert 0 == peak_bytes(2**22 + 1)  # more than the kernel gives out

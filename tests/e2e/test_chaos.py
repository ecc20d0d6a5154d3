"""The storm of `./run chaos`, in its short form, and the control that shows that it can fail."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STORMS = 5  # faults come at random: one storm in some has none that only the fence withstands


def chaos(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "chaos", *options], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.slow
def test_a_minute_of_storm() -> None:
    """Over a minute of kills, freezes, drains, pauses and cancels, half on each kind of database, no promise breaks."""
    done = chaos("--minutes", "1")

    assert 0 == done.returncode, done.stdout + done.stderr
    assert 2 == done.stdout.count("every promise was kept")


@pytest.mark.slow
def test_without_the_fence_a_storm_breaks_promises() -> None:
    """Control: with supervisors believed whoever has the job, the same checks find what is wrong."""
    told = ""
    for _ in range(STORMS):
        done = chaos("--minutes", "0.7", "--without", "fence")
        told += done.stdout + done.stderr
        if done.returncode:
            break

    assert "its output is there" in told or "at the same time" in told, told

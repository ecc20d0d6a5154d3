"""The storm of `./run chaos`, in its short form, and the control that shows that it can fail."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def chaos(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "chaos", *options], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.slow
def test_a_minute_of_storm() -> None:
    """Over a minute of kills, freezes, drains, pauses and cancels, half on each kind of database, no promise breaks."""
    done = chaos("--minutes", "1")

    assert 0 == done.returncode, done.stdout + done.stderr
    assert 2 == done.stdout.count("every promise was kept")


@pytest.mark.slow
def test_without_the_fence_the_storm_breaks_promises() -> None:
    """Control: with supervisors believed whoever has the job, the same checks find what is wrong."""
    done = chaos("--minutes", "0.7", "--without", "fence")

    assert 1 == done.returncode, done.stdout + done.stderr
    assert "its output is there" in done.stdout or "at the same time" in done.stdout

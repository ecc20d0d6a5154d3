"""What a newcomer runs first."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ["First rows, nobody's", "privacy.dcr_share"]),
        pytest.param(
            ["time_series"],
            ["a storm that never was", "█", "exactly 10,000 rows", "fidelity.c2st_seq"],
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ["text"],
            ["Questions that nobody asked", "10,000 questions about 77 things", "fidelity.c2st_word"],
            marks=pytest.mark.slow,
        ),
    ],
)
def test_the_demo(tmp_path: Path, words: list[str], expected: list[str]) -> None:
    """Each demo ends with exit code 0, shows rows, scores and places that exist, and leaves no process."""
    env = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-m", "lookalike", "demo", *words],
        capture_output=True,
        text=True,
        env=env,
        timeout=300,
        check=False,
    )
    places = [
        line.split(maxsplit=1)[1]
        for line in done.stdout.splitlines()
        if line.startswith(("data ", "manifest ", "report "))
    ]

    assert done.returncode == 0, done.stderr
    assert 3 == len(places)
    assert all(Path(place).is_file() for place in places)
    assert [] == [shown for shown in expected if shown not in done.stdout]
    [told] = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("webhooks ")]
    assert told[0] == told[2]  # all are verified
    assert ["1", "created,", "1", "completed"] == [*told[6:8], *told[-2:]]
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(p.info["cmdline"] or [])]
    assert Path(places[0]).is_relative_to(tmp_path)

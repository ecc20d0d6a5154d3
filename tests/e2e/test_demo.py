"""What a newcomer runs first."""

import os
import subprocess
import sys
from pathlib import Path

import psutil


def test_the_demo(tmp_path: Path) -> None:
    """The demo ends with exit code 0, shows rows, scores and places that exist, and leaves no process."""
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "lookalike", "demo"], capture_output=True, text=True, env=env, timeout=120, check=False
    )
    places = [
        line.split(maxsplit=1)[1]
        for line in done.stdout.splitlines()
        if line.startswith(("data ", "manifest ", "report "))
    ]

    assert done.returncode == 0, done.stderr
    assert 3 == len(places)
    assert all(Path(place).is_file() for place in places)
    assert "privacy.dcr_share" in done.stdout
    [told] = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("webhooks ")]
    assert told[0] == told[2]  # all are verified
    assert ["1", "created,", "1", "completed"] == [*told[6:8], *told[-2:]]
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(p.info["cmdline"] or [])]
    assert Path(places[0]).is_relative_to(tmp_path)

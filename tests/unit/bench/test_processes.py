"""Running somebody's program."""

import sys
from pathlib import Path

import pytest
from bench.measuring.processes import failure

LIMIT = "from bench.measuring.meter import limit_cpu; limit_cpu(1)\nwhile True: pass"


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("pass", None),
        ("raise ValueError('cell of somebody')", "ended with ValueError"),
        ("class OddError(Exception): pass\nraise OddError", "ended with OddError"),
        ("import sys; sys.exit(3)", "ended with exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", "killed by SIGKILL"),
        (LIMIT, "stopped after 15 CPU minutes"),
    ],
)
def test_failures_are_told_without_their_words(program: str, reason: str | None, tmp_path: Path) -> None:
    """Why a program failed is told by the error's name, the signal or the exit code, never by what it said."""
    assert reason == failure([sys.executable, "-c", program], tmp_path / "logs" / "log")


def test_what_a_program_says_is_kept(tmp_path: Path) -> None:
    """Both of its outputs go to the log, also when it fails."""
    log = tmp_path / "log"
    failure([sys.executable, "-c", "import sys; print('out'); sys.exit('err')"], log)

    assert {"out", "err"} == set(log.read_text("utf-8").split())


def test_programs_have_one_thread(tmp_path: Path) -> None:
    """What libraries read to choose their threads is 1."""
    log = tmp_path / "log"
    failure([sys.executable, "-c", "import os; print(os.environ['OMP_NUM_THREADS'])"], log)

    assert "1" == log.read_text("utf-8").strip()

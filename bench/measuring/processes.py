"""Running somebody's program: one thread, its words to a file, and a few words on why it failed."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.measuring.meter import MOST_CPU_S, ONE_THREAD

ROOT = Path(__file__).parents[2]
MOST_WALL_S = 4 * 3600  # a program that waits for something uses no CPU time
_OFFLINE = {"HF_HUB_OFFLINE": "1"}  # peers bring clients of model hubs along; nothing here may fetch a model
_RAISED = re.compile(r"^(?:[\w.]+\.)?([A-Z]\w*(?:Error|Exception|Interrupt|Invalid|Refused|Warning))\b")


def failure(command: Sequence[str | Path], log: Path) -> str | None:
    """
    None once the command has ended well, else why it did not, in a few words.

    Args:
        log: Gets all it writes. Its words are not repeated: they may hold cells.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as stream:
        try:
            code = subprocess.run(
                [str(word) for word in command],
                cwd=ROOT,
                env={**os.environ, **ONE_THREAD, **_OFFLINE},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                timeout=MOST_WALL_S,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            return f"stopped after {MOST_WALL_S // 3600} hours"
    return told(code, log.read_text("utf-8", errors="replace"))


def say(text: str) -> None:
    """Tell whoever waits; standard output is for the tables."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def told(code: int, words: str) -> str | None:
    """Why a program that ended with `code` and wrote `words` failed; None if it did not."""
    if code == 0:
        return None
    if code == -signal.SIGXCPU:
        return f"stopped after {MOST_CPU_S // 60} CPU minutes"
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    raised = [match[1] for line in words.splitlines() if (match := _RAISED.match(line))]
    return f"ended with {raised[-1]}" if raised else f"ended with exit code {code}"

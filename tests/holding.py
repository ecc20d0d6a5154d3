"""Another process that holds a number."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

HOLDER = """
import sys
from lookalike.compute.claims import Claims
with Claims(int(sys.argv[1])).held(int(sys.argv[2])) as mine:
    print(mine, flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(fd: int, number: int) -> Iterator[tuple[subprocess.Popen[str], bool]]:
    """Another process that holds a number, or tried to."""
    command = [sys.executable, "-c", HOLDER, str(fd), str(number)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=[fd]) as process:
        assert process.stdout is not None
        yield process, "True\n" == process.stdout.readline()
        process.kill()

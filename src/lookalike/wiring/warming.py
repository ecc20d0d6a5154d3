"""Kernels made ready for the first job, in a process of their own that nobody waits for."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from lookalike.wiring.worker import process_env

log = logging.getLogger("lookalike.warming")
NICENESS = 10  # requests and jobs go first: a job that needs a kernel sooner compiles it itself


def main() -> int:
    """Compile the kernels of all engines that have any."""
    from lookalike.engines.tabular.warming import warm

    os.nice(NICENESS)
    warm()
    return 0


@contextmanager
def warming(environ: Mapping[str, str]) -> Iterator[None]:
    """While in here kernels are compiled beside whatever is done; what is left of that at the end is given up."""
    command = [sys.executable, "-m", "lookalike", "warm"]
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(
        command, env=process_env(environ, threads=1), stdin=nothing, stdout=nothing, stderr=nothing
    )
    watch = threading.Thread(target=_watch, args=(process,), name="warming", daemon=True)
    watch.start()
    try:
        yield
    finally:
        process.kill()
        watch.join()


def _watch(process: subprocess.Popen[bytes]) -> None:
    if process.wait() > 0:  # less than 0: killed by a signal, ours
        log.warning(
            "Kernels could not be compiled ahead. If no job works: name a folder that can be written, NUMBA_CACHE_DIR."
        )

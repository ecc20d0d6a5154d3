"""What a process has used. The standard library only: the peers' interpreters have nothing else in common."""

import resource
import sys
from collections.abc import Callable
from typing import Any

# Read when libraries are loaded, so they are set before the process starts.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "LOKY_MAX_CPU_COUNT": "1",
}

MOST_CPU_S = 900  # a quarter of an hour is what a newcomer would still wait for a table


def timed(task: Callable[[], Any]) -> tuple[Any, float]:
    """What a task returns, and the CPU seconds it took, those of processes it started and awaited included."""
    begun = cpu_s()
    value = task()
    return value, cpu_s() - begun


def cpu_s() -> float:
    """CPU seconds, user and system, of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def peak_bytes() -> int:
    """The most memory that this process ever had resident, interpreter and libraries included."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def limit_cpu(most_s: int = MOST_CPU_S) -> None:
    """Let the kernel end this process, by SIGXCPU, once it has used so many CPU seconds."""
    resource.setrlimit(resource.RLIMIT_CPU, (most_s, most_s + 10))

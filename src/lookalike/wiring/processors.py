"""How many processors this process may use."""

import os
from pathlib import Path

LIMIT = Path("/sys/fs/cgroup/cpu.max")  # of a container, as Linux tells it: a share of a period, in microseconds


def n_processors(limit: Path = LIMIT) -> int:
    """Those it may run on, or fewer if it may only use so much time of them; at least one."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        share, period = limit.read_text("ascii").split()
        return max(1, min(found, round(int(share) / int(period))))
    except (OSError, ValueError):  # no such file, or "max": no limit
        return found

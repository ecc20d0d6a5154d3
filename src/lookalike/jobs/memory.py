"""How much memory a process group takes."""

import os

import psutil


def group_bytes(pgid: int) -> int:
    """
    Memory of all processes of a group together, in bytes.

    Proportional set size where the system tells it (Linux): a page that several processes share is counted once.
    Elsewhere resident set size, which counts it for each. Processes that end meanwhile count nothing.
    """
    return sum(_bytes(pid) for pid in psutil.pids() if _in_group(pid, pgid))


def _in_group(pid: int, pgid: int) -> bool:
    try:
        return os.getpgid(pid) == pgid
    except OSError:
        return False


def _bytes(pid: int) -> int:
    try:
        process = psutil.Process(pid)
        if psutil.LINUX:
            return int(process.memory_full_info().pss)
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0

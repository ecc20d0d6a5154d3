"""Which of the processes that share a job on one machine does what: each does what no other has begun."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


def shared_file() -> int:
    """A descriptor of a file without a name, for `Claims` of this process and of those it is handed down to."""
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


class Claims:
    """
    Numbers, each held by one process at a time; one that has died holds none.

    They are locks of single bytes of a file that all have open (POSIX record locks, fcntl(2)).

    Args:
        fd: What `shared_file` returned in one of these processes; None for a process that shares with no other.
    """

    def __init__(self, fd: int | None = None) -> None:
        self._fd = fd

    @contextmanager
    def held(self, number: int) -> Iterator[bool]:
        """Hold a number, and say so, unless another process holds it."""
        mine = self._taken(number)
        try:
            yield mine
        finally:
            if mine and self._fd is not None:
                fcntl.lockf(self._fd, fcntl.LOCK_UN, 1, number)

    def _taken(self, number: int) -> bool:
        if self._fd is None:
            return True
        try:
            fcntl.lockf(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except (BlockingIOError, PermissionError):  # what systems call it differs
            return False
        return True

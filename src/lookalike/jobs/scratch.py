"""Folders for jobs' temporary files: what a job leaves there goes when its processes do, and no other job sees it."""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from lookalike.errors import StorageFailed

PREFIX = "lookalike-job-"


class Scratch:
    """
    A folder that nobody else may enter, locked for as long as its owner lives.

    Args:
        parent: Where it is made.

    Raises:
        StorageFailed: it cannot be made there.
    """

    def __init__(self, parent: Path) -> None:
        try:
            made = Path(tempfile.mkdtemp(prefix=".lookalike-", dir=parent))
            self._lock = os.open(made, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            self.path = made.rename(parent / f"{PREFIX}{made.name.rpartition('-')[2]}")  # locked before it is found
        except OSError:
            hint = "Let it be written to, or name another folder: TMPDIR. Then submit again."
            raise StorageFailed("No folder for temporary files can be made.", hint=hint) from None

    def remove(self) -> None:
        """Delete it, once no process writes there any more."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def sweep(parent: Path) -> None:
    """Delete the folders whose owners were killed before they could."""
    for path in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):  # it goes meanwhile, is locked, or another user's
            _remove_unlocked(path)


def _remove_unlocked(path: Path) -> None:
    lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(lock)

"""Bytes that go to the disk while more of them are made: whoever waits for the disk at the end waits for the last."""

import ctypes
import io
import sys
from typing import Any, BinaryIO, cast

_BUFFER = 1024 * 1024
_STEP = 4 * 1024 * 1024  # less keeps asking, more leaves the disk idle: 4 to 32 MiB are alike
_START = 2  # SYNC_FILE_RANGE_WRITE of sync_file_range(2): begin to write, wait for nothing
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def opened(path: str) -> BinaryIO:
    """A stream that replaces what an existing file holds; elsewhere than on Linux the kernel chooses when to write."""
    return cast(BinaryIO, io.BufferedWriter(_Early(path), _BUFFER))


class _Early(io.FileIO):
    """A file written from its beginning to its end, of which the kernel is asked every few megabytes to write."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "wb")
        self._size = self._asked = 0

    def write(self, value: Any) -> int:
        written = super().write(value)
        self._size += written
        if self._size - self._asked >= _STEP:
            self._start(self._asked, self._size - self._asked)
            self._asked = self._size
        return written

    def _start(self, offset: int, size: int) -> None:
        """A hint: if it is refused, the disk is written to at the end."""
        if _libc is not None:
            _libc.sync_file_range(self.fileno(), ctypes.c_int64(offset), ctypes.c_int64(size), _START)

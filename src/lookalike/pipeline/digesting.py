"""A stream that knows what went through it."""

import io
from hashlib import sha256
from typing import Any, BinaryIO


class Digesting(io.RawIOBase):
    """
    Passes bytes on to `sink`, counting and digesting them.

    Attributes:
        size: Bytes so far.
        sha256: `hashlib` object over the bytes so far.
    """

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self.sha256 = sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, value: Any) -> int:
        self.sha256.update(value)
        self.size += len(value)
        return self._sink.write(value)

"""JSON objects, one a line, over pipes that are never waited for: what guard, child and supervisor speak."""

import json
import os
from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from lookalike.errors import InternalError

LINE_MAX_BYTES = 16 * 1024**2  # a checkpoint is small; whatever writes more has gone astray
CHUNK = 65_536
CHUNKS = 16  # at most so many at a time: whoever writes without end must not keep the reader from its other work


class LineReader:
    """Reads what has arrived at a pipe. `ended` is True once the other side is closed."""

    def __init__(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._rest = bytearray()  # of a line whose end has not arrived
        self.ended = False

    def read(self) -> list[dict[str, Any]]:
        """
        The whole lines that have arrived since, in order, up to 1 MiB; a last line without its end is left out.

        Raises:
            InternalError: a line is too long or not a JSON object.
        """
        values = []
        for chunk in takewhile(bool, (self._chunk() for _ in range(CHUNKS))):
            values += [_object(line) for line in self._lines(chunk) if line.strip()]
            if len(self._rest) > LINE_MAX_BYTES:
                raise InternalError("A line is too long.")
        return values

    def _lines(self, chunk: bytes) -> list[bytes]:
        head, *more = chunk.split(b"\n")
        self._rest += head
        if not more:
            return []
        first, self._rest = bytes(self._rest), bytearray(more.pop())
        return [first, *more]

    def _chunk(self) -> bytes:
        try:
            chunk = os.read(self._fd, CHUNK)
        except BlockingIOError:
            return b""
        self.ended = not chunk
        return chunk


class LineWriter:
    """Writes as much as a pipe takes and keeps the rest for later. `waiting` is True while there is a rest."""

    def __init__(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self.fd = fd
        self._rest = bytearray()
        self._closed = False

    @property
    def waiting(self) -> bool:
        return bool(self._rest)

    def write(self, value: Mapping[str, Any]) -> None:
        """Send one object, at once as far as possible."""
        if not self._closed:
            self._rest += json.dumps(value, allow_nan=False).encode() + b"\n"
            self.flush()

    def flush(self) -> None:
        """Send on; to a reader that is gone nothing is sent any more (its end is noticed elsewhere)."""
        try:
            while self._rest:
                del self._rest[: os.write(self.fd, self._rest[:CHUNK])]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._closed, self._rest = True, bytearray()


def _object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise InternalError("A line is not a JSON object.")
    return value

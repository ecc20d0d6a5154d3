"""A file that is being downloaded, over as many attempts as it takes."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import httpx

from lookalike.client.errors import DownloadDamaged
from lookalike.errors import UsageError


class Landing:
    """
    Where the bytes of one answer land.

    Args:
        file: Open for reading and writing, empty.
        sha256: In hexadecimal digits; None if it is not known.
    """

    def __init__(self, file: IO[bytes], sha256: str | None) -> None:
        self._file, self._expected = file, sha256
        self._etag: str | None = None
        self._begin_anew()

    def headers(self) -> dict[str, str]:
        """What asks for the bytes that are missing."""
        return {"Range": f"bytes={self._n_landed}-"} if self._n_landed and self._etag else {}

    def begin(self, answer: httpx.Response) -> None:
        """Look at the head of an answer: do its bytes go on where the last ones ended?"""
        etag = answer.headers.get("ETag")
        if answer.status_code != httpx.codes.PARTIAL_CONTENT or self._n_landed == 0:
            self._begin_anew()
        elif etag != self._etag:
            self._begin_anew()
            raise httpx.RemoteProtocolError("what is there has changed meanwhile", request=answer.request)
        self._etag = etag

    def take(self, chunk: bytes) -> None:
        """More bytes."""
        self._file.write(chunk)
        self._digest.update(chunk)
        self._n_landed += len(chunk)

    def growing(self) -> Callable[[], bool]:
        """Tells at each call whether bytes have landed since the last one."""
        seen = self._n_landed

        def grown() -> bool:
            nonlocal seen
            before, seen = seen, self._n_landed
            return seen > before

        return grown

    def check(self) -> None:
        """DownloadDamaged if these are not the bytes that the service has."""
        if self._expected is not None and self._digest.hexdigest() != self._expected:
            raise DownloadDamaged("What was downloaded has another SHA-256 than the service says.")

    def _begin_anew(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._digest, self._n_landed = hashlib.sha256(), 0


@contextmanager
def landing_at(path: Path, sha256: str | None) -> Iterator[Landing]:
    """
    A landing beside `path`, put in its place when all has gone well; else nothing is left.

    Raises:
        UsageError: it cannot be written there.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("w+b") as file:
            yield Landing(file, sha256)
        beside.replace(path)
    except OSError as error:
        raise UsageError(f"'{path}' cannot be written: {error.strerror or 'it failed'}.") from None
    finally:
        with suppress(OSError):
            beside.unlink()

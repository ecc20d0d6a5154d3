"""gzip and Zstandard around a stream: decompression with a ceiling, compression that is the same on every run."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from math import inf
from typing import Any, BinaryIO, Protocol, cast

from lookalike.data.checks import quiet
from lookalike.errors import InputInvalid, ValidationError

COMPRESSIONS = ("gz", "zst")
_CHUNK_BYTES = 1 << 20
_FREE_BYTES = 64 << 20  # below this nobody is hurt, and a column of one value may well be 1,000 : 1
_RATIO_MAX = 200  # tables seldom pass 50 : 1; a bomb is 1,000 : 1 (gzip) to 100,000 : 1 (Zstandard)
_GZIP_LEVEL = 6
_ZSTD_LEVEL = 3
_ZSTD_WINDOW_LOG_MAX = 27  # 128 MB, the command's own default: a frame may not ask for more memory


class _Decoder(Protocol):
    """What zlib and zstd decoders share after `_make`: one member or frame."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def step(self, data: bytes, size_max: int) -> bytes: ...
    @property
    def hungry(self) -> bool: ...


def decompressed(
    stream: BinaryIO, compression: str | None, *, limit_bytes: int | None = None, trusted: bool = False
) -> BinaryIO:
    """
    A readable, unseekable stream of the plain bytes; the stream itself if `compression` is None and there is no limit.

    Args:
        compression: ``gz``, ``zst`` or None. Several members or frames in a row read as one.
        limit_bytes: At most so many plain bytes.
        trusted: We compressed it ourselves: it may expand as far as it does.

    Raises:
        InputInvalid: while reading: damaged, cut short, over `limit_bytes`, or over 200 : 1 beyond the first 64 MB.
        ValidationError: another compression.
    """
    _check(compression)
    if compression is None and limit_bytes is None:
        return stream
    return cast(BinaryIO, io.BufferedReader(_Plain(stream, compression, limit_bytes, trusted=trusted), _CHUNK_BYTES))


@contextmanager
def compressed(stream: BinaryIO, compression: str | None) -> Iterator[BinaryIO]:
    """
    A writable stream whose bytes arrive compressed in `stream`, which stays open; no time or name is put in.

    Args:
        compression: ``gz``, ``zst`` or None.

    Raises:
        ValidationError: another compression.
    """
    _check(compression)
    if compression is None:
        yield stream
        return
    if compression == "gz":
        target: Any = gzip.GzipFile("", "wb", _GZIP_LEVEL, stream, mtime=0)
    else:
        target = _zstd().ZstdFile(stream, "wb", level=_ZSTD_LEVEL)
    with target:
        yield cast(BinaryIO, target)


def _check(compression: str | None) -> None:
    if compression not in (None, *COMPRESSIONS):
        raise ValidationError("There is no such compression.", hint=f"Known: {', '.join(COMPRESSIONS)}.")


def _zstd() -> Any:
    """The standard library's module from Python 3.14 on, its backport before."""
    import sys

    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


class _Gzip:
    hungry = True

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def step(self, data: bytes, size_max: int) -> bytes:
        plain = self._inner.decompress(self._inner.unconsumed_tail + data, size_max)
        self.hungry = not self._inner.unconsumed_tail and len(plain) < size_max
        return plain


class _Zstd:
    def __init__(self) -> None:
        zstd = _zstd()
        limit = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG_MAX}
        self._inner = zstd.ZstdDecompressor(options=limit)

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def hungry(self) -> bool:
        return bool(self._inner.needs_input)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data)

    def step(self, data: bytes, size_max: int) -> bytes:
        return bytes(self._inner.decompress(data, max_length=size_max))


class _Plain(io.RawIOBase):
    """Plain bytes of a compressed stream, counted."""

    def __init__(self, source: BinaryIO, compression: str | None, limit_bytes: int | None, *, trusted: bool) -> None:
        self._source = source
        self._ratio_max = inf if trusted else _RATIO_MAX
        self._compression = compression
        self._limit_bytes = limit_bytes
        self._decoder: _Decoder | None = None
        self._rest = b""
        self._n_in = 0
        self._n_out = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = len(buffer)
        plain = self._source.read(size) if self._compression is None else self._next(size)
        self._n_out += len(plain)
        self._weigh()
        buffer[: len(plain)] = plain
        return len(plain)

    def _next(self, size_max: int) -> bytes:
        """Some plain bytes; empty at the end."""
        while self._decoder is not None or self._begin():
            if plain := self._step(size_max):
                return plain
        return b""

    def _begin(self) -> bool:
        """Whether there is another member; zero bytes after a gzip member are padding."""
        self._rest = self._rest or self._fetch()
        while self._n_out and self._compression == "gz" and self._rest and not self._rest.lstrip(b"\0"):
            self._rest = self._fetch()
        self._decoder = (_Gzip() if self._compression == "gz" else _Zstd()) if self._rest else None
        if self._decoder is None and not self._n_in:
            raise InputInvalid("The file is empty.")
        return self._decoder is not None

    def _step(self, size_max: int) -> bytes:
        assert self._decoder is not None  # noqa: S101 -- narrowed by `_begin`
        if self._decoder.hungry and not self._rest:
            self._rest = self._fetch()
            if not self._rest:
                raise InputInvalid("The compressed file ends too early.", hint="Copy it again in full.")
        data, self._rest = self._rest, b""
        plain = quiet(partial(self._decoder.step, data, size_max), _damaged())
        if self._decoder.eof:
            self._rest, self._decoder = self._decoder.unused_data, None
        return plain

    def _fetch(self) -> bytes:
        data = self._source.read(_CHUNK_BYTES)
        self._n_in += len(data)
        return data

    def _weigh(self) -> None:
        if self._limit_bytes is not None and self._n_out > self._limit_bytes:
            raise InputInvalid(
                f"The file holds more than {self._limit_bytes:,} bytes.", hint="Split it, or use Parquet."
            )
        if self._n_out > max(_FREE_BYTES, self._ratio_max * self._n_in) and self._compression is not None:
            raise InputInvalid(
                f"The file expands more than {_RATIO_MAX}-fold.", hint="Send it uncompressed if it is meant."
            )


def _damaged() -> InputInvalid:
    return InputInvalid(
        "The compressed file is damaged, or not compressed as its name says.",
        hint="Compress it again, or name it without the ending.",
    )

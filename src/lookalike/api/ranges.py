"""Bytes that are asked for in pieces: ranges and validators of HTTP (RFC 9110, 8.8.3, 13, 14)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from starlette.datastructures import Headers

from lookalike.errors import RangeNotSatisfiable
from lookalike.operations.artefacts import Artefact

CHUNK_BYTES = 1 << 20

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True)
class Span:
    """Bytes ``start … end - 1``; `whole`: all of them, because nothing else was asked for."""

    start: int
    end: int
    whole: bool

    @property
    def size_bytes(self) -> int:
        return self.end - self.start


def is_known(headers: Headers, etag: str) -> bool:
    """Whether the caller has the bytes of that quoted ETag already: what ``If-None-Match`` says, compared weakly."""
    given = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
    return etag in given or given == ["*"]


def asked_span(headers: Headers, etag: str, size_bytes: int) -> Span:
    """
    Which bytes are asked for; all where there is no ``Range``, several, one that cannot be read, or ``If-Range`` means
    other bytes.

    Raises:
        RangeNotSatisfiable: none of those bytes are there.
    """
    match = _RANGE.fullmatch(headers.get("range", "").strip())
    if match is None or headers.get("if-range", etag) != etag or match[0] == "bytes=-":
        return Span(0, size_bytes, True)
    first, last = match.groups()
    if not first:
        start, end = max(0, size_bytes - int(last)), size_bytes
    else:
        start, end = int(first), min(size_bytes, int(last) + 1 if last else size_bytes)
        if last and int(last) < start:
            return Span(0, size_bytes, True)
    if start >= size_bytes:
        raise RangeNotSatisfiable(size_bytes)
    return Span(start, end, False)


def chunks(stream: BinaryIO, span: Span) -> Iterator[bytes]:
    """The bytes of a span, some at a time; fewer if the stream ends before."""
    stream.seek(span.start)
    left = span.size_bytes
    while left and (chunk := stream.read(min(CHUNK_BYTES, left))):
        left -= len(chunk)
        yield chunk


def told(artefact: Artefact, etag: str, span: Span) -> dict[str, str]:
    """The headers that go with the bytes."""
    told = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Length": str(span.size_bytes),
        "Content-Disposition": f'attachment; filename="{artefact.name}"',
    }
    return told if span.whole else {**told, "Content-Range": _content_range(span, artefact.size_bytes)}


def _content_range(span: Span, size_bytes: int) -> str:
    return f"bytes {span.start}-{span.end - 1}/{size_bytes}"

"""Artefacts handed over by both doors: ranges and validators of HTTP (RFC 9110, 8.8.3, 13, 14)."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO

from fastapi.responses import Response, StreamingResponse
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


def handed(artefact: Artefact, asked: Headers) -> Response:
    """
    200 with the bytes, 206 with those of a range, 304 if the caller has them.

    Raises:
        RangeNotSatisfiable: none of the bytes that are asked for are there.
        ObjectMissing: the artefact has gone meanwhile.
    """
    etag = f'"{artefact.etag}"'
    if _is_known(asked, etag):
        return Response(status_code=304, headers={"ETag": etag})
    span = _asked_span(asked, etag, artefact.size_bytes)
    return StreamingResponse(_body(artefact, span), 200 if span.whole else 206, _told(artefact, etag, span))


def _is_known(asked: Headers, etag: str) -> bool:
    """Whether the caller has the bytes of that quoted ETag already: what ``If-None-Match`` says, compared weakly."""
    given = [tag.strip().removeprefix("W/") for tag in asked.get("if-none-match", "").split(",")]
    return etag in given or given == ["*"]


def _asked_span(asked: Headers, etag: str, size_bytes: int) -> Span:
    """Which bytes; all where there is no ``Range``, several, none that can be read, or ``If-Range`` means others."""
    match = _RANGE.fullmatch(asked.get("range", "").strip())
    if match is None or asked.get("if-range", etag) != etag or match[0] == "bytes=-":
        return Span(0, size_bytes, whole=True)
    first, last = match.groups()
    if not first:
        start, end = max(0, size_bytes - int(last)), size_bytes
    else:
        start, end = int(first), min(size_bytes, int(last) + 1 if last else size_bytes)
        if last and int(last) < start:
            return Span(0, size_bytes, whole=True)
    if start >= size_bytes:
        raise RangeNotSatisfiable(size_bytes)
    return Span(start, end, whole=False)


def _told(artefact: Artefact, etag: str, span: Span) -> dict[str, str]:
    told = {
        "Content-Type": artefact.media_type,
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Length": str(span.size_bytes),
        "Content-Disposition": f'attachment; filename="{artefact.name}"',
    }
    return told if span.whole else {**told, "Content-Range": f"bytes {span.start}-{span.end - 1}/{artefact.size_bytes}"}


def _body(artefact: Artefact, span: Span) -> Iterator[bytes]:
    """The bytes; the stream over them is open when this returns, so that what is not there is an error yet."""
    stack = ExitStack()
    stream = stack.enter_context(artefact.open())

    def body() -> Iterator[bytes]:
        with stack:
            yield from _chunks(stream, span)

    return body()


def _chunks(stream: BinaryIO, span: Span) -> Iterator[bytes]:
    """The bytes of a span, some at a time; fewer if the stream ends before."""
    stream.seek(span.start)
    left = span.size_bytes
    while left and (chunk := stream.read(min(CHUNK_BYTES, left))):
        left -= len(chunk)
        yield chunk

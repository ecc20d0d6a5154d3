"""Calls as requests of httpx."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from lookalike.client.calls import Call
from lookalike.errors import UsageError

TIMEOUT_S = 60.0  # a create with is_async false may wait half of that
CHUNK_BYTES = 256 * 1024


def settings(url: str, token: str) -> dict[str, Any]:
    """
    What a client of httpx is made with.

    Raises:
        UsageError: `url` is none of the web.
    """
    if not url.startswith(("http://", "https://")):
        raise UsageError(
            "The URL of a service begins with http:// or https://.", hint="For example http://127.0.0.1:8000."
        )
    return {
        "base_url": url,
        "headers": {"Authorization": f"Bearer {token}"},
        "timeout": TIMEOUT_S,
        "trust_env": False,
    }


@contextmanager
def opened(call: Call[Any]) -> Iterator[tuple[dict[str, Any], IO[bytes] | None]]:
    """What httpx is asked with, and the file that is to be sent, open at its beginning."""
    asked: dict[str, Any] = {
        "method": call.verb,
        "url": call.path,
        "params": {name: told for name, told in call.params.items() if told is not None},
        "headers": dict(call.headers),
    }
    match call.body:
        case None:
            yield asked, None
        case bytes():
            yield {**asked, "content": call.body}, None
        case str() | Path():
            with Path(call.body).open("rb") as file:
                asked["headers"]["Content-Length"] = str(Path(call.body).stat().st_size)
                yield asked, file
        case Mapping():
            yield {**asked, "json": dict(call.body)}, None


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """A file piece by piece."""
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


async def chunks_awaited(file: IO[bytes]) -> AsyncIterator[bytes]:
    """A file piece by piece."""
    for chunk in chunks(file):
        yield chunk

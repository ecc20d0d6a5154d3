"""Pieces of a page that follow what happens: server-sent events (HTML, 9.2)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from threading import Event

from fastapi.responses import StreamingResponse

from lookalike.errors import LookalikeError

LOOK_S = 0.7  # between two looks
REST = 4.0  # times as long as a look took, nobody looks again: a search among very many jobs takes a second
QUIET_S = 15.0  # then a line is sent, so that nobody on the way takes the connection for dead


@dataclass(frozen=True)
class Now:
    """A piece as it is now; `over`: it will not change any more."""

    html: str
    over: bool = False


def follow(look: Callable[[], Now], closing: Event) -> StreamingResponse:
    """
    The piece whenever it has changed, until it is over or nobody listens; no thread is held in between.

    Args:
        look: Anew each time as who is signed in, so that it counts as a request of theirs; what it refuses, as they
            are signed in no more or what they follow is gone, ends the stream.
        closing: Set when the service is about to end: who listens comes back to the next one by itself.
    """
    return StreamingResponse(
        _events(look, closing), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def _events(look: Callable[[], Now], closing: Event) -> AsyncIterator[str]:
    sent, quiet_s, time = "", 0.0, asyncio.get_running_loop().time
    while not closing.is_set():
        begun_s = time()
        try:
            now = await asyncio.to_thread(look)
        except LookalikeError:
            return  # whoever comes back is told why
        rest_s = max(LOOK_S, REST * (time() - begun_s))
        if now.html != sent:
            sent, quiet_s = now.html, 0.0
            yield _event(now.html)
        if now.over:
            yield "event: over\ndata: \n\n"
            return
        if quiet_s >= QUIET_S:
            quiet_s = 0.0
            yield ": still here\n\n"
        while rest_s > 0 and not closing.is_set():
            await asyncio.sleep(LOOK_S)
            quiet_s, rest_s = quiet_s + LOOK_S, rest_s - LOOK_S


def _event(html: str) -> str:
    return "".join(f"data: {line}\n" for line in html.splitlines() if line.strip()) + "\n"

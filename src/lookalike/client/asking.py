"""
How a service is asked, without asking it: flows say what is to be done next, a client does it and says what came.

A flow is a generator, so that what takes several steps, such as trying again, is written once: `Client` does each step
at once, `AsyncClient` awaits it.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from lookalike.client.answering import problem, value
from lookalike.client.calls import Call
from lookalike.client.errors import ServiceAway
from lookalike.client.landing import Landing
from lookalike.client.retrying import wait_s
from lookalike.errors import LookalikeError

T = TypeVar("T")


@dataclass(frozen=True)
class Send:
    """Send a request; comes back with the whole answer, or is thrown an `httpx.TransportError`."""

    call: Call[Any]


@dataclass(frozen=True)
class Fetch:
    """Send a request whose answer is a file and let it land; comes back as `Send` does, without the bytes."""

    call: Call[Any]
    landing: Landing


@dataclass(frozen=True)
class Pause:
    """Let so much time go by."""

    seconds: float


@dataclass(frozen=True)
class Work:
    """Do something that takes the processor or a disk a while; comes back with what it gives."""

    do: Callable[[], Any]


Step = Send | Fetch | Pause | Work
Flow = Generator[Step, Any, T]


def ask(call: Call[T]) -> Flow[T]:
    """
    The answer to a call, which is sent again if that can help and does no harm.

    Raises:
        ServiceError: the service answered something else.
        ServiceAway: it did not answer.
    """
    answer = yield from _answered(Send(call), lambda: False)
    return value(call, answer)


def fetch(call: Call[bytes], landing: Landing) -> Flow[None]:
    """
    Let the bytes of an answer land; what breaks off is gone on with.

    Raises:
        ServiceError, ServiceAway: as in `ask`; several times in a row nothing has come.
        DownloadDamaged: what came is not what the service has.
    """
    grown = landing.growing()
    yield from _answered(Fetch(call, landing), grown)
    landing.check()


def _answered(step: Send | Fetch, grown: Callable[[], bool]) -> Flow[httpx.Response]:
    """An answer that is no error; tries are counted anew whenever something has `grown`."""
    n_tried = 0
    while True:
        answer: httpx.Response | None = None
        try:
            answer = yield step
        except httpx.TransportError as error:
            failure: LookalikeError = ServiceAway(f"The service at {_place(error.request.url)} does not answer.")
        else:
            if answer.is_success or answer.status_code == step.call.also:
                return answer
            failure = problem(answer)
        n_tried = 1 if grown() else n_tried + 1
        wait = wait_s(answer, n_tried) if step.call.repeatable and n_tried < step.call.tries else None
        if wait is None:
            raise failure
        yield Pause(wait)


def _place(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode()}"

"""One request to somebody else's server: by an address that was checked, within a time, reading only so much."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

import httpcore

from lookalike.net.reach import Reaching, Refused

TIMEOUT_S = 15.0  # for all of it, where nothing else is said
CONNECT_S = 5.0  # for each address
READ_MAX_BYTES = 64 * 1024  # of an answer, likewise

T = TypeVar("T")
SocketOptions = Iterable[httpcore.SOCKET_OPTION] | None


@dataclass(frozen=True)
class Answer:
    """
    What a server said.

    Attributes:
        retry_after: The header of this name, as it stands there.
        body: Its first bytes, as many as may be read, as they came over the line: nothing is unpacked.
    """

    status: int
    retry_after: str | None
    body: bytes


@dataclass(frozen=True)
class Bounds:
    """What an answer may take: seconds, from the name to the last byte, and bytes that are read."""

    time_s: float
    read_max_bytes: int


class NoAnswer(Exception):
    """The server gave none; the message says why in a few words, without addresses."""


class Sender:
    """
    Sends to hosts that `reach` lets through.

    Each request resolves the name, checks all its addresses and connects to one of them: a connection that was kept
    would go on to an address that the name may no longer mean. Certificate, SNI and Host are of the name. Redirects
    are answers like any other; proxies of the environment are not asked.
    """

    def __init__(
        self, reach: Reaching, trust: ssl.SSLContext, *, allow_http: bool = False, bounds: Bounds | None = None
    ) -> None:
        self._reach = reach
        self._trust = trust
        self._allow_http = allow_http
        self._bounds = bounds or Bounds(TIMEOUT_S, READ_MAX_BYTES)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """
        The answer to a POST.

        Args:
            url: As `webhooks.urls.receiver` spells it.

        Raises:
            NoAnswer: refused, not connected, not trusted, broken off, or not complete in time.
        """
        try:
            async with asyncio.timeout(self._bounds.time_s):
                return await self._post(url, headers, body)
        except (TimeoutError, httpcore.TimeoutException):
            raise NoAnswer("no complete answer in time") from None
        except Refused as refused:
            raise NoAnswer(f"the host {refused}") from None
        except httpcore.ConnectError as error:
            raise NoAnswer(_not_connected(error)) from None
        except (httpcore.NetworkError, httpcore.ProtocolError):
            raise NoAnswer("the connection broke, or what came over it was not HTTP") from None

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        target = httpcore.URL(url)
        if target.scheme != b"https" and not self._allow_http:
            raise Refused("is not spoken to over TLS, and the setting webhooks.allow_http is off")
        own = {
            "Host": _authority(target),
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
        pinned = _Pinned(self._reach)
        async with (
            httpcore.AsyncConnectionPool(ssl_context=self._trust, network_backend=pinned) as pool,
            pool.stream("POST", target, headers=[*own.items(), *headers.items()], content=body) as response,
        ):
            body = await _read(response, self._bounds.read_max_bytes)
            return Answer(response.status, _header(response, b"retry-after"), body)


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked a moment before, never to what a name may mean by now."""

    def __init__(self, reach: Reaching) -> None:
        self._reach = reach
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions = None,
    ) -> httpcore.AsyncNetworkStream:
        *first, last = await _apart(lambda: self._reach.addresses(host))
        for address in first:
            try:
                return await self._connect(address, port, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._connect(last, port, socket_options)

    async def _connect(self, address: str, port: int, socket_options: SocketOptions) -> httpcore.AsyncNetworkStream:
        return await self._inner.connect_tcp(address, port, CONNECT_S, None, socket_options)


async def _apart(call: Callable[[], T]) -> T:
    """What a call gives that may block, in a thread of its own: in a pool, names that hang would hold up all others."""
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except Exception as error:
            answer.set_exception(error)

    threading.Thread(target=run, daemon=True, name="reach").start()
    return await asyncio.shield(asyncio.wrap_future(answer))


async def _read(response: httpcore.Response, most: int) -> bytes:
    found = bytearray()
    async for piece in response.aiter_stream():
        found += piece
        if len(found) >= most:
            break
    return bytes(found[:most])


def _authority(url: httpcore.URL) -> str:
    host = url.host.decode()
    name = f"[{host}]" if ":" in host else host
    return name if url.port is None else f"{name}:{url.port}"


def _header(response: httpcore.Response, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), None)


def _not_connected(error: httpcore.ConnectError) -> str:
    if isinstance(error.__cause__ or error.__context__, ssl.SSLError):
        return "its certificate is not one that can be trusted, or it does not speak TLS"
    return "it could not be connected to"

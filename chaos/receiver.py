"""A receiver of webhooks on loopback, HTTPS with an authority of its own: what it answers, the path says."""

import asyncio
import socket
import ssl
import struct
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import trustme

HUGE = 10_000_000  # bytes of the huge answer
REQUESTS_MAX = 1_024  # that wait to be accepted


@dataclass(frozen=True)
class Request:
    """One that came in whole, at `moment` of the monotonic clock."""

    line: str
    headers: dict[str, str]
    body: bytes
    moment: float


@dataclass
class Receiver:
    """
    Answers by the first part of the path.

    ``ok`` 200 · ``slow`` 200 after a second · ``hang`` never · ``reset`` the connection is reset · ``huge`` 200 with 10
    MB, without its length · ``drip`` 200 with a byte now and then, for ever · ``nonsense`` no HTTP · three digits: this
    status, with `answer_headers`.

    Attributes:
        names: For whom its certificate is; None: plain HTTP.
        script: Answers instead, by the number of the requests before, as path parts; the last one stays.
        requests: All that came in, in order.
    """

    names: tuple[str, ...] | None = ("localhost", "127.0.0.1")
    script: tuple[str, ...] = ()
    answer_headers: str = ""
    requests: list[Request] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    authority: trustme.CA = field(default_factory=trustme.CA)
    port: int = 0

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def trust(self) -> ssl.SSLContext:
        """What a client needs that trusts its authority and no other."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.authority.configure_trust(context)
        return context

    def keep_authority(self, path: Path) -> Path:
        """The authority's certificate as a file, for ``SSL_CERT_FILE``."""
        self.authority.cert_pem.write_to_path(path)
        return path

    def url(self, path: str, host: str = "localhost") -> str:
        """Where a request goes."""
        return f"{'https' if self.names else 'http'}://{host}:{self.port}/{path}"

    async def _listen(self) -> asyncio.Server:
        context = None
        if self.names:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.authority.issue_cert(*self.names).configure_cert(context)
            context.sni_callback = lambda _, name, __: self.server_names.append(name)
        return await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context, backlog=REQUESTS_MAX)

    async def _close(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read(reader)
            self.requests.append(request)
            await self._answer(self._asked(request), writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _asked(self, request: Request) -> str:
        if self.script:
            return self.script[min(len(self.requests), len(self.script)) - 1]
        return request.line.split(" ")[1].split("/")[1]

    async def _answer(self, asked: str, writer: asyncio.StreamWriter) -> None:
        if asked.isdigit():
            return _status(writer, int(asked), self.answer_headers)
        odd: dict[str, Callable[[asyncio.StreamWriter], Awaitable[None]]] = {
            "slow": _slow,
            "hang": _hang,
            "reset": _reset,
            "huge": _huge,
            "drip": _drip,
            "nonsense": _nonsense,
        }
        if asked in odd:
            return await odd[asked](writer)
        return _status(writer, 200, self.answer_headers)


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *fields = head.rstrip("\r\n").split("\r\n")
    headers: dict[str, str] = {}
    for name, _, value in (told.partition(":") for told in fields):
        before = headers.get(name.lower())  # one that stands there twice is shown twice
        headers[name.lower()] = value.strip() if before is None else f"{before}, {value.strip()}"
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(line, headers, body, time.monotonic())


def _status(writer: asyncio.StreamWriter, status: int, headers: str = "") -> None:
    writer.write(f"HTTP/1.1 {status} Said\r\n{headers}Content-Length: 5\r\n\r\nheard".encode())


async def _slow(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(1)
    _status(writer, 200)


async def _hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3_600)


async def _reset(writer: asyncio.StreamWriter) -> None:
    own: socket.socket = writer.get_extra_info("socket")
    own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _huge(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _ in range(HUGE // 50_000):
        writer.write(bytes(50_000))
        await writer.drain()


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example ESMTP\r\n")

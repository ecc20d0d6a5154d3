"""A service that says what it is told to, and either client of it."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lookalike.client import AsyncClient, Client


@dataclass
class Asked:
    """A request that arrived."""

    verb: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Told:
    """An answer; `cut` bytes of its body are sent, then the line goes dead, or before all if it is 0."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None


class Script:
    """A service that says what it is told to, one answer after the other, the last one ever after."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Told] = [Told()]
        self.url = ""

    def next(self) -> Told:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): told for name, told in self.headers.items()}
        self.script.asked.append(Asked(self.command, self.path, headers, body))
        told = self.script.next()
        if told.cut == 0:
            self.close_connection = True
            return
        self.send_response(told.status)
        for name, value in {**told.headers, "Content-Length": str(len(told.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(told.body[: told.cut])
        self.close_connection = told.cut is not None

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815  as the library wants them named

    def log_message(self, *_: object) -> None: ...


@contextmanager
def scripted() -> Iterator[Script]:
    """A running service of a script."""
    told = Script()
    handler = type("Handler", (_Handler,), {"script": told})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        told.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield told
        server.shutdown()
        thread.join()


class Asking:
    """Either client, used the same way."""

    def __init__(self, kind: type[Client] | type[AsyncClient], url: str) -> None:
        self._kind, self._url = kind, url

    def __call__(self, method: str, *args: Any, **named: Any) -> Any:
        """What a method of the client comes to."""
        if issubclass(self._kind, Client):
            with self._kind(self._url, "token") as client:
                return getattr(client, method)(*args, **named)
        return asyncio.run(self._awaited(method, *args, **named))

    async def _awaited(self, method: str, *args: Any, **named: Any) -> Any:
        async with AsyncClient(self._url, "token") as client:
            return await getattr(client, method)(*args, **named)

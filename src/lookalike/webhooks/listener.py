"""A receiver of webhooks for trying them out: verifies what arrives and passes it on."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lookalike.clock import Clock
from lookalike.webhooks.signature import refusal

HOST = "127.0.0.1"
READ_MAX_BYTES = 16 * 1024 * 1024
READ_S = 15


@dataclass(frozen=True)
class Heard:
    """A message; `refused` says why it is not to be believed, `message` is None if it is no JSON object."""

    webhook_id: str
    message: dict[str, Any] | None
    refused: str | None


@contextmanager
def listening(port: int, secret: str, clock: Clock, heard: Callable[[Heard], None]) -> Iterator[str]:
    """
    Listen on this machine only; gives the URL to register.

    Args:
        port: 0 for any free one.
        heard: Is told of each message, from several threads.

    Raises:
        OSError: the port cannot be listened on.
    """
    take = partial(_Handler, lambda headers, body: _heard(headers, body, secret, clock), heard)
    with ThreadingHTTPServer((HOST, port), take) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers 204 to what can be believed, 400 to the rest."""

    timeout = READ_S

    def __init__(self, judge: Callable[[Message, bytes], Heard], told: Callable[[Heard], None], *request: Any) -> None:
        self._judge, self._told = judge, told
        super().__init__(*request)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if length.isascii() and length.isdigit() and int(length[:12]) <= READ_MAX_BYTES:
            found = self._judge(self.headers, self.rfile.read(int(length)))
            self._told(found)
            self._answer(204 if found.refused is None else 400)
        else:
            self.close_connection = True
            self._answer(413)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: who asked is told by `heard`."""


def _heard(told: Message, body: bytes, secret: str, clock: Clock) -> Heard:
    headers = {name.lower(): value for name, value in told.items()}
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        message = None
    refused = refusal(headers, body, secret, clock.now())
    return Heard(headers.get("webhook-id", ""), message if isinstance(message, dict) else None, refused)

"""A server on loopback that completes texts the way OpenAI's does, or fails to in every way a server can."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JSON = "application/json"
HANG_S = 3

Say = Callable[[dict[str, Any]], str]


@dataclass(frozen=True)
class Heard:
    """A request: its path, its headers in small letters, its body, and when it came (monotonic)."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    moment: float

    @property
    def prompt(self) -> str:
        """All that the model was told."""
        messages = self.body.get("messages") or [{"content": self.body.get("prompt", "")}]
        return "\n".join(m["content"] for m in messages)


@dataclass
class ModelServer:
    """
    Answers with what `say` makes of a request's body.

    Attributes:
        faults: What happens instead, by the number of the request: a status, `reset`, `hang` or a word of `_told`;
            behind the last one all is well.
        headers: Sent with a fault that is a status.
        paths: Those there are.
        usage: Whether it counts tokens.
        refuses: The body of an answer 400, if a request has one.
        answer_s: How long an answer takes.
    """

    say: Say
    faults: tuple[int | str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    paths: tuple[str, ...] = ("/v1/chat/completions", "/v1/completions")
    usage: bool = True
    answer_s: float = 0.0
    fault_body: bytes = b'{"error": {"message": "no", "param": null}}'
    refuses: Callable[[dict[str, Any]], bytes | None] = lambda body: None
    heard: list[Heard] = field(default_factory=list)
    most_at_once: int = 0
    port: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        body = json.loads(to.rfile.read(int(to.headers["content-length"])))
        with self._lock:
            number = len(self.heard)
            self.heard.append(Heard(to.path, {k.lower(): v for k, v in to.headers.items()}, body, time.monotonic()))
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            self._answer(to, body, self.faults[number] if number < len(self.faults) else "")
        finally:
            with self._lock:
                self._now -= 1

    def _answer(self, to: BaseHTTPRequestHandler, body: dict[str, Any], fault: int | str) -> None:
        refused = self.refuses(body)
        if to.path not in self.paths:
            _send(to, 404, b"no such path")
        elif refused is not None:
            _send(to, 400, refused)
        elif isinstance(fault, int):
            _send(to, fault, self.fault_body, headers=self.headers)
        elif fault == "reset":
            to.connection.close()
        else:
            time.sleep(HANG_S if fault == "hang" else self.answer_s)
            _send(to, *self._told(to.path, body, fault))

    def _told(self, path: str, body: dict[str, Any], fault: str) -> tuple[Any, ...]:
        """Status, body, type, headers and length of an answer."""
        found = self._completion(path, body, told=fault != "null")
        return {
            "redirect": (307, b"", JSON, {"Location": f"{self.url}/completions?else"}),
            "page": (200, b"<html>Sign in</html>", "text/html"),
            "page of it": (200, found, "text/html"),
            "broken": (200, found[:20]),
            "error": (200, b'{"error": {"message": "upstream"}}'),
            "deep": (200, b"[" * 90_000),
            "cut": (200, found, JSON, {}, 100_000),
        }.get(fault, (200, found))

    def _completion(self, path: str, body: dict[str, Any], *, told: bool) -> bytes:
        said = self.say(body) if told else None
        choice = {"message": {"role": "assistant", "content": said}} if "chat" in path else {"text": said}
        usage = {"usage": {"prompt_tokens": 70, "completion_tokens": 7}} if self.usage else {}
        return json.dumps({"choices": [{**choice, "finish_reason": "stop"}], **usage}).encode()


@contextmanager
def model_server(say: Say, **how: Any) -> Iterator[ModelServer]:
    """A server under way."""
    own = ModelServer(say, **how)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            with suppress(OSError):  # the client went
                own.answer(self)
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    own.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield own
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _send(
    to: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    kind: str = JSON,
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
) -> None:
    to.send_response(status)
    for name, value in {"Content-Type": kind, **(headers or {})}.items():
        to.send_header(name, value)
    to.send_header("Content-Length", str(len(body) if length is None else length))
    to.end_headers()
    to.wfile.write(body)

"""Clients that are slow, or say nothing."""

import asyncio
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from lookalike.wiring import connections
from lookalike.wiring.connections import Impatient

HEAD_S = 0.5
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers after longer than a head may take."""
    await asyncio.sleep(2 * HEAD_S)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Of a server that is as impatient as ours, only sooner."""
    monkeypatch.setattr(connections, "HEAD_S", HEAD_S)
    config = uvicorn.Config(app, port=0, http=Impatient, lifespan="off", log_config=None, timeout_keep_alive=60)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


def connected(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port))
    client.settimeout(20 * HEAD_S)
    return client


def test_who_says_nothing_is_closed(port: int) -> None:
    """A connection on which nothing comes ends, and so does one whose head comes a byte at a time."""
    with connected(port) as silent, connected(port) as slow:
        begun = time.monotonic()
        while time.monotonic() < begun + 20 * HEAD_S:
            try:
                slow.sendall(b"G")
                time.sleep(HEAD_S / 10)
            except OSError:
                break

        assert time.monotonic() < begun + 10 * HEAD_S
        assert b"" == silent.recv(1)


def test_who_asks_is_answered(port: int) -> None:
    """A request that takes long is answered, also the second one on the connection; then silence closes it."""
    with connected(port) as client:
        for _ in range(2):
            client.sendall(GET)
            answer = b""
            while not answer.endswith(b"ok"):
                answer += client.recv(1_000)
            assert answer.startswith(b"HTTP/1.1 200")
            time.sleep(HEAD_S / 4)

        assert b"" == client.recv(1)


def test_many_files() -> None:
    """The limit of open files is raised as far as it may be, and no further."""
    program = (
        "import resource; from lookalike.wiring.connections import allow_many_files\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, {hard}))\n"
        "allow_many_files(); print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (1_000, min(hard, 2_000)):
        command = [sys.executable, "-c", program.format(hard=limit)]
        assert f"{limit}\n" == subprocess.run(command, capture_output=True, text=True, check=True).stdout

"""Servers of tests on this machine: a port for each, and waiting until it listens."""

import socket
import time
from contextlib import closing


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, patience_s: float) -> None:
    """Until somebody listens there."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert time.monotonic() < deadline, f"nobody listens on port {port}"
            time.sleep(0.05)

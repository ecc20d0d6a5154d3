"""Names to addresses, asked of the system, never longer than told."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future

Resolve = Callable[[str], tuple[str, ...]]
"""The addresses of a host name, as text; an OSError (TimeoutError among them) where there are none."""

TIMEOUT_S = 5.0


def resolve(host: str) -> tuple[str, ...]:
    """
    The addresses of a host, IPv4 and IPv6, each once, in the system's order.

    Raises:
        OSError: the name does not resolve, or not within 5 seconds (TimeoutError).
    """
    answer: Future[tuple[str, ...]] = Future()
    # getaddrinfo cannot be told to hurry; a daemon thread can be left behind
    threading.Thread(target=_ask, args=(host, answer), daemon=True, name="resolve").start()
    return answer.result(TIMEOUT_S)


def _ask(host: str, answer: Future[tuple[str, ...]]) -> None:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        answer.set_result(tuple(dict.fromkeys(str(entry[4][0]) for entry in found)))
    except (OSError, UnicodeError) as error:
        answer.set_exception(error if isinstance(error, OSError) else OSError("no host name"))
